package router

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// A batched is one element of an array of requests: a request, or why it is
// none.
type batched struct {
	request *request
	refused *refusal
}

// batchParallel is how many operations of one batch run at the same time.
const batchParallel = 16

// parseBatch reads an array of requests. What is wrong with one of them is its
// own affair.
func (d *decoder) parseBatch(body []byte) ([]batched, *refusal) {
	if !json.Valid(body) {
		return nil, invalid("the request body is not JSON: %s", jsonProblem(body))
	}
	elements := json.NewDecoder(bytes.NewReader(body))
	elements.Token() // the bracket; the body is valid JSON, so no step can fail
	var batch []batched
	for elements.More() {
		if len(batch) == d.maxBatch {
			return nil, refuse(http.StatusBadRequest, CodeBatchLimitExceeded,
				fmt.Sprintf("a batch has at most %d operations", d.maxBatch))
		}
		var element json.RawMessage
		if err := elements.Decode(&element); err != nil {
			return nil, invalid("the request body is not JSON: %v", err)
		}
		q, f := parseRequest(element)
		batch = append(batch, batched{q, f})
	}
	if len(batch) == 0 {
		return nil, invalid("the batch holds no operation")
	}
	return batch, nil
}

// runBatch answers the operations of a batch with an array, in their order and
// with status 200. They run at the same time and within the one deadline, each
// with its own limits, plan and errors.
func (x *exchange) runBatch(ctx context.Context) {
	parts := make([]*exchange, len(x.batch))
	answers := make([]*part, len(x.batch))
	var g errgroup.Group
	g.SetLimit(batchParallel)
	for i, b := range x.batch {
		answers[i] = &part{header: http.Header{}}
		parts[i] = &exchange{
			router: x.router, graph: x.graph, http: x.http, start: x.start, stageEnd: x.stageEnd, media: x.media,
			writer: answers[i], request: b.request, record: &record{},
		}
		g.Go(func() error {
			parts[i].runPart(ctx, b.refused)
			return nil
		})
	}
	_ = g.Wait() // the operations' errors are in their answers
	body := []byte{'['}
	for i, answer := range answers {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, answer.body...)
		answer.merge(x.writer.Header())
		x.record.batch = append(x.record.batch, parts[i].record)
	}
	if x.clientGone() {
		return
	}
	x.allowToWrite()
	writeBody(x.writer, x.media, http.StatusOK, append(body, ']'))
}

// runPart leads one operation of a batch through the pipeline. It is on a
// goroutine of its own, so a panic is its own, too.
func (x *exchange) runPart(ctx context.Context, refused *refusal) {
	defer func() {
		if v := recover(); v != nil {
			id, f := newErrorID(), internalError()
			x.router.log.Error("panic while serving a request",
				zap.String("request_id", requestIDFrom(x.http.Context())), zap.String("error_id", id),
				zap.Any("panic", v), zap.ByteString("stack", debug.Stack()))
			f.identify(id)
			x.record.errorIDs = append(x.record.errorIDs, id)
			*x.writer.(*part) = part{header: http.Header{}}
			x.refuse(f)
		}
	}()
	if refused != nil {
		x.refuse(refused)
		return
	}
	defer x.leave()
	x.runStages(ctx, answering[:])
}

// A part is an http.ResponseWriter for one answer of a batch.
type part struct {
	header http.Header
	body   []byte
}

func (p *part) Header() http.Header { return p.header }

// WriteHeader does nothing: an array of answers has one status.
func (p *part) WriteHeader(int) {}

func (p *part) Write(b []byte) (int, error) {
	p.body = append(p.body, b...)
	return len(b), nil
}

// merge adds the headers of the part to those of the whole: cookies of all, of
// others the first. Whatever parts may allow, an array is not to be cached.
func (p *part) merge(into http.Header) {
	for name, values := range p.header {
		switch {
		case name == "Set-Cookie":
			into[name] = append(into[name], values...)
		case name == "Cache-Control":
			into[name] = []string{"no-store"}
		case name == "Vary":
			addVary(into, values)
		case into[name] == nil && name != "Allow" && name != "Content-Length":
			into[name] = values
		}
	}
}
