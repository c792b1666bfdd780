package router

import (
	"context"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/operation"
)

// statusClientGone is what logs say of a request whose client did not wait for
// the answer.
const statusClientGone = 499

// A record is what the access log says about a request. The stages fill it in.
type record struct {
	response *countingWriter
	body     timedBody

	operationName string
	operationType string
	hash          string
	document      string             // how it came, if not as text: apq, registered, list
	over          []operation.Excess // of limits that are only measured
	codes         []string           // of the errors in the response
	errorIDs      []string           // of those that have a line of their own
	fetches       []executor.FetchReport
	joined        bool // another request's execution has answered it
	clientGone    bool
	batch         []*record // of the operations, if there are several
}

// wrote tells whether the response has begun.
func (r *record) wrote() bool { return r.response.status != 0 }

// recordFrom returns the record of the request that a context belongs to, nil
// if there is none.
func recordFrom(ctx context.Context) *record {
	if v := visitFrom(ctx); v != nil {
		return &v.record
	}
	return nil
}

// logRequest writes the line of one request: what was asked and how it went, and
// never a variable or a body; a header only if it was asked for.
func (rt *Router) logRequest(r *http.Request, rec *record, took time.Duration) {
	status := rec.response.status
	switch {
	case rec.clientGone:
		status = statusClientGone
	case status == 0:
		status = http.StatusOK // as net/http does for a handler without a word
	}
	// Orchestrators ask every few seconds, and nobody wants to read it.
	level := zapcore.InfoLevel
	if p := rt.config.Health.Path; rt.config.Health.Enabled && status == http.StatusOK && (r.URL.Path == p || strings.HasPrefix(r.URL.Path, p+"/")) {
		level = zapcore.DebugLevel
	}
	entry := rt.log.Check(level, "request")
	if entry == nil {
		return
	}
	fields := []zap.Field{
		zap.String("request_id", requestIDFrom(r.Context())),
		zap.String("method", logWord(r.Method)),
		zap.String("path", logWord(r.URL.Path)),
		zap.Int("status", status),
		zap.Int64("request_bytes", rec.body.bytes),
		zap.Int64("bytes", rec.response.bytes),
		zap.Duration("duration", took),
		// What is left without the waiting, for subgraphs and for the client.
		zap.Duration("overhead", max(0, took-rec.waited()-rec.body.waited-rec.response.waited)),
	}
	if name := firstHeader(r.Header, rt.config.Clients.NameHeaders); name != "" {
		fields = append(fields, zap.String("client", logWord(name)))
	}
	if version := firstHeader(r.Header, rt.config.Clients.VersionHeaders); version != "" {
		fields = append(fields, zap.String("client_version", logWord(version)))
	}
	if names := rt.config.Log.RequestHeaders; firstHeader(r.Header, names) != "" {
		fields = append(fields, zap.Object("headers", headerLog{names, r.Header, rt.errors.secrets}))
	}
	if len(rec.batch) > 0 {
		fields = append(fields, zap.Array("batch", records(rec.batch)))
	}
	fields = append(fields, rec.fields()...)
	entry.Write(fields...)
}

// fields are what a line says about an operation.
func (rec *record) fields() (fields []zap.Field) {
	if rec.operationType != "" {
		fields = append(fields,
			zap.String("operation", logWord(rec.operationName)),
			zap.String("type", rec.operationType),
			zap.String("hash", rec.hash))
	}
	if rec.document != "" {
		fields = append(fields, zap.String("document", rec.document))
	}
	if len(rec.over) > 0 {
		fields = append(fields, zap.Array("over_limits", excesses(rec.over)))
	}
	if len(rec.codes) > 0 {
		fields = append(fields, zap.Strings("codes", distinct(rec.codes)))
	}
	if rec.joined {
		fields = append(fields, zap.Bool("joined", true))
	}
	if len(rec.errorIDs) > 0 {
		fields = append(fields, zap.Strings("error_ids", rec.errorIDs))
	}
	if len(rec.fetches) > 0 {
		fields = append(fields, zap.Array("fetches", fetchReports(rec.fetches)))
	}
	return fields
}

// records logs the operations of a batch.
type records []*record

func (list records) MarshalLogArray(a zapcore.ArrayEncoder) error {
	for _, rec := range list {
		err := a.AppendObject(zapcore.ObjectMarshalerFunc(func(e zapcore.ObjectEncoder) error {
			for _, f := range rec.fields() {
				f.AddTo(e)
			}
			return nil
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// logWord cuts what a client sent to what a log line bears.
func logWord(s string) string { return cutTo(s, 100) }

// logText cuts what a subgraph had to say.
func logText(s string) string { return cutTo(s, 2000) }

func cutTo(s string, most int) string {
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// distinct returns the first few different values.
func distinct(values []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, v := range values {
		if v = logWord(v); !seen[v] && len(out) < 10 {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// excesses logs by how much an operation is over limits.
type excesses []operation.Excess

func (list excesses) MarshalLogArray(a zapcore.ArrayEncoder) error {
	for _, x := range list {
		err := a.AppendObject(zapcore.ObjectMarshalerFunc(func(e zapcore.ObjectEncoder) error {
			e.AddString("limit", x.Code)
			e.AddInt("count", x.Count)
			e.AddInt("max", x.Max)
			return nil
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchReports logs which subgraphs were asked and how long each took.
type fetchReports []executor.FetchReport

// maxLoggedFetches bounds the length of a log line.
const maxLoggedFetches = 50

func (f fetchReports) MarshalLogArray(a zapcore.ArrayEncoder) error {
	for i := range f[:min(len(f), maxLoggedFetches)] {
		if err := a.AppendObject((*fetchReport)(&f[i])); err != nil {
			return err
		}
	}
	return nil
}

type fetchReport executor.FetchReport

func (f *fetchReport) MarshalLogObject(e zapcore.ObjectEncoder) error {
	e.AddString("subgraph", f.Subgraph)
	e.AddDuration("start", f.Start)
	e.AddDuration("took", f.End-f.Start)
	if f.Status != 0 {
		e.AddInt("status", f.Status)
	}
	if f.Requests > 0 {
		e.AddInt("bytes", f.Bytes)
	}
	if f.Repeated > 0 {
		e.AddInt("repeated", f.Repeated)
	}
	if f.Joined > 0 {
		e.AddInt("joined", f.Joined)
	}
	if f.State != executor.Done {
		e.AddString("state", string(f.State))
	}
	if f.Failure != nil {
		e.AddString("failure", f.Failure.Code)
	}
	return nil
}

// countingWriter remembers the status and the length of a response, and how
// long the client was slow to take it.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
	waited time.Duration
}

func (w *countingWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	start := time.Now()
	n, err := w.ResponseWriter.Write(p)
	w.waited += time.Since(start)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
