package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/deadline"
	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/router/persisted"
)

// A GraphQL request goes through the stages of taking it in and of answering
// it, in order; of a batch each operation is answered by itself. A stage takes
// what earlier ones have left in the exchange; one that refuses is the last.
var intake = [...]stage{
	{"negotiate", (*exchange).negotiate},
	{"csrf", (*exchange).csrf},
	{"decode", (*exchange).decode},
}

var answering = [...]stage{
	{"rate", (*exchange).limitRate},
	{"admit", (*exchange).admit},
	{"explain", (*exchange).explain},
	{"document", (*exchange).findDocument},
	{"operation", (*exchange).prepare},
	{"variables", (*exchange).coerce},
	{"plan", (*exchange).plan},
	{"execute", (*exchange).execute},
	{"respond", (*exchange).respond},
}

type stage struct {
	name string
	run  func(*exchange, context.Context) *refusal
}

// An exchange is one request on its way through the pipeline, with what the
// stages have made of it. It belongs to one goroutine.
type exchange struct {
	router *Router
	graph  *Graph
	http   *http.Request
	writer http.ResponseWriter
	record *record
	start  time.Time

	media      mediaType
	request    *request
	register   persisted.Hash // under which the document is kept; zero for not
	batch      []batched      // in place of request
	explaining explainMode
	operation  *prepared
	variables  *operation.Variables
	labels     flags // of progressive overrides: which are active
	program    *program
	forwarding forwarding
	executing  executor.Request
	response   *executor.Response
	body       [][]byte  // of the response in pieces, if it was made for several; not to be written to
	alone      bool      // nobody else has body
	failures   *failures // of subgraphs; those of another exchange that has executed for this one
	own        failures

	admitted bool        // it has a place to give back
	rate     *rateReport // for the client; nil for nothing to tell

	timings  []timing
	space    [16]timing // where timings are, unless there are more
	stageEnd time.Time  // of the last stage, or start
	// cachedOperation and cachedPlan tell whether they were found rather than
	// made.
	cachedOperation, cachedPlan bool
}

// A timing is how long a stage took.
type timing struct {
	stage string
	took  time.Duration
}

// serveGraphQL serves one request, which has the whole of the deadline from
// here on, the time its body takes to arrive included.
func (rt *Router) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	if rt.page != nil && wantsPage(r) {
		rt.page.ServeHTTP(w, r)
		return
	}
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	start := time.Now()
	ctx := deadline.New(r.Context(), start.Add(rt.deadline()))
	defer ctx.End()
	graph := rt.acquire()
	if graph == nil {
		rt.returns.collect(nil).write(w.Header(), false)
		refuse(http.StatusServiceUnavailable, CodeNoSupergraph, "no supergraph is loaded yet").write(w, mediaJSON)
		return
	}
	defer graph.release()
	x := &exchange{router: rt, graph: graph, http: r, writer: w, start: start, stageEnd: start, record: recordFrom(r.Context())}
	x.run(ctx)
}

// run leads the exchange through the pipeline.
func (x *exchange) run(ctx context.Context) {
	defer x.leave()
	x.measureHeader()
	switch {
	case !x.runStages(ctx, intake[:]):
	case x.batch != nil:
		x.runBatch(ctx)
	default:
		x.runStages(ctx, answering[:])
	}
}

// runStages leads the exchange through stages and tells whether all have
// passed it on.
func (x *exchange) runStages(ctx context.Context, stages []stage) bool {
	if x.timings == nil {
		x.timings = x.space[:0]
	}
	for _, s := range stages {
		refused := s.run(x, ctx)
		now := time.Now()
		x.timings = append(x.timings, timing{s.name, now.Sub(x.stageEnd)})
		x.stageEnd = now
		if refused != nil {
			x.refuse(refused)
			return false
		}
	}
	return true
}

// refuse ends the exchange with errors only. A client that has gone gets
// nothing.
func (x *exchange) refuse(f *refusal) {
	x.record.codes = f.codes()
	if f.cause != nil {
		x.logCause(f)
	}
	// When reading the body has timed out, net/http takes the client for gone.
	if f.status != http.StatusRequestTimeout && x.clientGone() {
		return
	}
	x.returnHeaders(nil, false)
	f.write(x.writer, x.media)
}

// returnHeaders puts what rules make of the answers' headers into the response.
// Without answers that is what they insert. Whether caches may keep the
// response is not theirs alone to say: keepable is false if it has errors, or
// if the operation has changed something.
func (x *exchange) returnHeaders(fetches []executor.FetchReport, keepable bool) {
	if x.router.returns == nil {
		return
	}
	out := x.router.returns.collect(fetches)
	if out.cut {
		x.router.log.Warn("headers of subgraphs' answers were left out: there are more than a response can have",
			zap.String("request_id", requestIDFrom(x.http.Context())), zap.Int("max_bytes", maxReturnedBytes))
	}
	h := x.writer.Header()
	out.write(h, keepable)
	if c := h.Get("Cache-Control"); c != "" && c != noStore {
		addVary(h, []string{"Accept"}) // another client gets another media type
	}
}

// clientGone tells whether nobody waits for the answer, and notes it for the
// log.
func (x *exchange) clientGone() bool {
	x.record.clientGone = errors.Is(x.http.Context().Err(), context.Canceled)
	return x.record.clientGone
}

func (x *exchange) negotiate(context.Context) *refusal {
	media, ok := negotiate(x.http.Header)
	if !ok {
		return refuse(http.StatusNotAcceptable, CodeInvalidAccept,
			"the Accept header allows neither application/json nor application/graphql-response+json")
	}
	if media == mediaJSON && x.router.config.RequestErrorStatus == config.StatusAlways400 {
		media = mediaStrictJSON
	}
	x.media = media
	return nil
}

func (x *exchange) csrf(context.Context) *refusal {
	if c := x.router.config.CSRF; c.Enabled && (x.http.Method == http.MethodGet || x.http.Method == http.MethodPost) {
		return checkCSRF(x.http, c.RequiredHeaders)
	}
	return nil
}

func (x *exchange) decode(ctx context.Context) *refusal {
	// The body has to arrive within the deadline; afterwards the connection
	// is only watched for the client going away. Not every ResponseWriter
	// has a connection with deadlines, and those do without.
	control := http.NewResponseController(x.writer)
	if deadline, ok := ctx.Deadline(); ok {
		_ = control.SetReadDeadline(deadline)
	}
	in, refused := x.router.decoder.decode(ctx, x.http)
	x.request, x.batch = in.request, in.batch
	x.record.measure(CodeTooLarge, int(in.bytes), x.router.measured.requestBytes)
	if refused != nil {
		x.linger(control, refused)
		return refused
	}
	_ = control.SetReadDeadline(time.Time{})
	return nil
}

// linger reads some of what is left of a body that was refused: a client that
// is still writing when the connection closes may never see the answer. One
// that waits for leave to write gets none, and one that was too slow no more
// time.
func (x *exchange) linger(control *http.ResponseController, f *refusal) {
	if x.http.Header.Get("Expect") != "" || f.status == http.StatusRequestTimeout {
		_ = control.SetReadDeadline(time.Now())
		return
	}
	_ = control.SetReadDeadline(time.Now().Add(lingerTimeout))
	if x.http.Body != nil {
		_, _ = io.CopyN(io.Discard, x.http.Body, 4*int64(x.router.config.Limits.RequestBytes))
	}
}

func (x *exchange) explain(context.Context) (refused *refusal) {
	x.explaining, refused = explainRequested(x.http, x.router.config.Explain)
	return refused
}

func (x *exchange) prepare(ctx context.Context) *refusal {
	op, hit, err := x.graph.prepare(ctx, x.request.query, x.request.operationName)
	if err != nil {
		return x.refusalOf(err)
	}
	x.operation, x.cachedOperation = op, hit
	x.registerDocument()
	x.record.operationName, x.record.operationType, x.record.hash = op.Name, string(op.Kind), op.Hash()
	refused, over := op.Check(x.graph.limits)
	x.record.over = append(x.record.over, over...)
	if len(refused) > 0 {
		return x.refusalOf(refused)
	}
	switch {
	case op.Kind == ast.Subscription:
		return refuse(x.media.refused(), CodeSubscriptions, "subscriptions are not supported")
	case op.Kind == ast.Mutation && x.http.Method == http.MethodGet:
		f := refuse(http.StatusMethodNotAllowed, CodeMutationForbidden, "mutations are sent by POST")
		f.allow = "POST"
		return f
	}
	return nil
}

func (x *exchange) coerce(context.Context) *refusal {
	vars, errs := x.operation.Coerce(x.request.variables)
	if len(errs) > 0 {
		return x.refusalOf(errs)
	}
	refused, over := vars.Check(x.graph.limits)
	x.record.over = append(x.record.over, over...)
	if len(refused) > 0 {
		return x.refusalOf(refused)
	}
	x.variables = vars.With(x.operation.literals)
	return nil
}

func (x *exchange) plan(ctx context.Context) *refusal {
	x.labels = x.graph.overrides.choose()
	p, hit, err := x.graph.plan(ctx, x.operation, x.variables, x.labels)
	if err != nil {
		return x.refusalOf(err)
	}
	x.program, x.cachedPlan = p, hit
	return nil
}

func (x *exchange) execute(ctx context.Context) *refusal {
	if x.explaining == explainDryRun {
		return nil
	}
	answers, wrong := x.program.introspection(x.variables)
	if wrong != nil {
		return x.refusalOf(gqlerror.List{wrong})
	}
	x.failures, x.own.policy = &x.own, x.router.errors
	x.forwarding = forwarding{rules: x.router.headers, client: x.http.Header}
	r := &x.executing
	*r = executor.Request{
		Program:       x.program.Program,
		Variables:     x.variables,
		Introspection: answers,
		Header:        x.forwarding.header,
		KeepHeaders:   x.router.returns != nil,
		Policy:        x.failures.see,
		MaxErrors:     x.router.maxErrors,
	}
	if x.router.config.OnError == config.FailFast {
		r.Mode = executor.FailFast
	}
	r.Deadline, _ = ctx.Deadline()
	var response *executor.Response
	var err error
	if x.shares() {
		response, err = x.executeShared(ctx, r)
	} else {
		response, err = x.graph.executorOf(x.operation.Kind).Execute(x.http.Context(), r)
	}
	if err != nil {
		return x.refusalOf(err)
	}
	x.response = response
	x.record.fetches = response.Fetches
	x.measureErrors()
	x.logFailures()
	return nil
}

func (x *exchange) respond(context.Context) *refusal {
	if x.clientGone() {
		return nil
	}
	var extensions map[string]any
	if x.explaining != explainNot {
		extensions = map[string]any{"explain": x.explanation()}
	}
	if x.rate != nil {
		if extensions == nil {
			extensions = map[string]any{}
		}
		extensions["rateLimit"] = x.rate
	}
	body := x.body
	var err error
	switch {
	case x.explaining == explainDryRun:
		body = make([][]byte, 1)
		body[0], err = dryRunBody(extensions)
	case body == nil:
		body, err = x.response.Pieces(extensions)
	}
	if err != nil {
		return x.refusalOf(err)
	}
	x.leave()
	x.allowToWrite()
	if x.response != nil {
		clean := len(x.response.Causes) == 0 && len(x.response.Completions) == 0
		x.returnHeaders(x.response.Fetches, clean && x.operation.Kind == ast.Query && x.explaining == explainNot)
	}
	writeBody(x.writer, x.media, http.StatusOK, body...)
	if x.response != nil && (x.body == nil || x.alone) {
		x.response.Release()
	}
	return nil
}

// allowToWrite gives the client its time for reading the answer, which is not
// for ever.
func (x *exchange) allowToWrite() {
	_ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now().Add(writeTimeout))
}

// refusalOf says what an error of a stage means to the client.
func (x *exchange) refusalOf(err error) *refusal {
	var (
		list      gqlerror.List
		unplanned *planner.Error
	)
	switch {
	case errors.As(err, &list):
		return &refusal{status: x.media.refused(), errors: list}
	case errors.As(err, &unplanned):
		f := refuse(x.media.refused(), string(unplanned.Code), unplanned.Message)
		if unplanned.Code == planner.CodeUnplannable {
			// The supergraph has promised what its subgraphs cannot do.
			f.status, f.cause = http.StatusInternalServerError, err
		}
		return f
	case errors.Is(err, admission.ErrFull):
		return crowded("too many operations are being planned")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusGatewayTimeout, CodeTimeout, "the request has been timed out")
	case errors.Is(err, context.Canceled):
		return refuse(statusClientGone, CodeClientGone, "the client has gone")
	default:
		f := internalError()
		f.cause = err
		if p := (*panicError)(nil); errors.As(err, &p) {
			f.cause = fmt.Errorf("%w\n%s", err, p.stack)
		}
		return f
	}
}
