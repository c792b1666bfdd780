package router

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"unicode/utf8"

	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/config"
)

// A request is what a client asks for, whichever way it was sent.
// GraphQL over HTTP, "Request Parameters".
type request struct {
	query         string
	operationName string
	variables     json.RawMessage // an object, null, or nil
	extensions    map[string]json.RawMessage
	document      documentID // in place of query, or besides it
}

// A decoder reads requests. It is immutable.
type decoder struct {
	maxBytes int64         // of a body, as it comes and once inflated
	codec    *coding.Codec // nil where bodies must not be compressed
	maxBatch int           // operations in an array; 0 where there must be none
}

func newDecoder(c *config.Config, codec *coding.Codec) *decoder {
	d := &decoder{maxBytes: enforced(c, config.MeasureRequestBytes, int64(c.Limits.RequestBytes))}
	if c.Compression.Requests {
		d.codec = codec
	}
	if c.Batching.Enabled {
		d.maxBatch = c.Batching.MaximumSize
	}
	return d
}

// A received is what has come with an HTTP request.
type received struct {
	request *request
	batch   []batched // in place of request
	bytes   int64     // of the body, as it came or once inflated, whichever is more
}

// decode reads the request from the body of a POST or the URL of a GET, or the
// requests of a batch.
func (d *decoder) decode(ctx context.Context, r *http.Request) (received, *refusal) {
	switch r.Method {
	case http.MethodPost:
		return d.decodePost(ctx, r)
	case http.MethodGet:
		q, f := decodeGet(r)
		return received{request: q}, f
	default:
		f := refuse(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "use POST, or GET for queries")
		f.allow = "GET, POST"
		return received{}, f
	}
}

func (d *decoder) decodePost(ctx context.Context, r *http.Request) (received, *refusal) {
	if f := checkContentType(r, true); f != nil {
		return received{}, f
	}
	encoding, f := d.contentCoding(r)
	if f != nil {
		return received{}, f
	}
	body, f := readBody(r, d.maxBytes)
	if f != nil {
		return received{}, f
	}
	came := len(body)
	if encoding != coding.Identity {
		if body, f = d.inflate(ctx, encoding, body); f != nil {
			return received{}, f
		}
	}
	in, f := d.parseBody(body)
	in.bytes = int64(max(came, len(body)))
	return in, f
}

// checkContentType refuses a body that is not JSON by its Content-Type. Where
// none is needed, none is fine.
func checkContentType(r *http.Request, needed bool) *refusal {
	values := r.Header["Content-Type"]
	if len(values) == 0 && !needed {
		return nil
	}
	wrong := func(message string) *refusal {
		return refuse(http.StatusUnsupportedMediaType, CodeInvalidContentType, message)
	}
	if len(values) == 0 {
		return wrong("the Content-Type header is missing; it must be application/json")
	}
	if len(values) > 1 {
		return wrong("there are several Content-Type headers")
	}
	if values[0] == "application/json" {
		return nil
	}
	media, params, err := mime.ParseMediaType(values[0])
	if err != nil || media != "application/json" {
		return wrong(fmt.Sprintf("the Content-Type is %q; it must be application/json", headerWord(values[0])))
	}
	if charset, ok := params["charset"]; ok && !isUTF8(charset) {
		return wrong(fmt.Sprintf("the charset is %q; JSON is UTF-8", headerWord(charset)))
	}
	return nil
}

// readBody reads the whole body, at most most bytes.
func readBody(r *http.Request, most int64) ([]byte, *refusal) {
	tooLarge := func() *refusal {
		return refuse(http.StatusRequestEntityTooLarge, CodeTooLarge,
			fmt.Sprintf("the request body is larger than %d bytes", most))
	}
	if r.ContentLength > most {
		return nil, tooLarge()
	}
	// One byte more than there should be, where the end is found.
	body := make([]byte, 0, min(max(r.ContentLength, 511), 64<<10)+1)
	for {
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
		n, err := r.Body.Read(body[len(body):min(int64(cap(body)), most+1)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > most:
			return nil, tooLarge()
		case err == nil:
		case err == io.EOF:
			return body, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, refuse(http.StatusRequestTimeout, CodeRequestTimeout, "the request body did not arrive in time")
		default:
			f := refuse(http.StatusBadRequest, CodeInvalidRequest, "the request body could not be read to its end")
			f.cause = err
			return nil, f
		}
	}
}

// invalid refuses what is not a GraphQL request. The status is 400 with either
// media type: it is HTTP that was used wrongly.
func invalid(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, CodeInvalidRequest, fmt.Sprintf(format, args...))
}

// parseBody reads one request, or an array of them.
func (d *decoder) parseBody(body []byte) (in received, f *refusal) {
	if !utf8.Valid(body) {
		return in, invalid("the request body is not UTF-8")
	}
	body = bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(body) == 0:
		return in, invalid("the request body is empty")
	case body[0] == '[' && d.maxBatch == 0:
		return in, refuse(http.StatusBadRequest, CodeBatchingNotEnabled, "batching of operations is not enabled")
	case body[0] == '[':
		in.batch, f = d.parseBatch(body)
	default:
		in.request, f = parseRequest(body)
	}
	return in, f
}

// parseRequest reads {"query", "operationName", "variables", "extensions",
// "documentId"}. Other names are ignored. Names are told apart by case, and none
// may come twice: readers would differ on which counts.
func parseRequest(body []byte) (*request, *refusal) {
	p, twice, ok := readParameters(body)
	switch {
	case !ok && json.Valid(body):
		return nil, invalid("the request body must be a JSON object")
	case !ok:
		return nil, invalid("the request body is not JSON: %s", jsonProblem(body))
	case twice != "":
		return nil, invalid("%q is given twice", twice)
	}
	return newRequest(p)
}

// jsonProblem says where body stops being JSON.
func jsonProblem(body []byte) string {
	var v json.RawMessage
	err := json.Unmarshal(body, &v)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Sprintf("%v at byte %d", err, syntax.Offset)
	}
	return fmt.Sprint(err)
}

// newRequest makes a request of its parameters, which are valid JSON.
func newRequest(p parameters) (*request, *refusal) {
	var out request
	query, f := stringField("query", p.query)
	if f != nil {
		return nil, f
	}
	if out.operationName, f = stringField("operationName", p.operationName); f != nil {
		return nil, f
	}
	out.query = query
	if v := p.variables; !isNull(v) {
		if v[0] != '{' {
			return nil, invalid(`"variables" must be an object`)
		}
		out.variables = v
	}
	if v := p.extensions; !isNull(v) {
		if v[0] != '{' || json.Unmarshal(v, &out.extensions) != nil {
			return nil, invalid(`"extensions" must be an object`)
		}
	}
	if p.documentID != nil || out.extensions != nil {
		if out.document, f = documentIDOf(p.documentID, out.extensions); f != nil {
			return nil, f
		}
	}
	if out.query == "" && out.document.any() == "" {
		return nil, invalid(`"query" is missing; it holds the GraphQL document`)
	}
	return &out, nil
}

func isNull(v json.RawMessage) bool { return len(v) == 0 || string(v) == "null" }

func stringField(name string, v json.RawMessage) (string, *refusal) {
	switch {
	case isNull(v):
		return "", nil
	case v[0] != '"':
		return "", invalid("%q must be a string", name)
	default:
		return unquote(v[1 : len(v)-1]), nil
	}
}

// decodeGet reads the parameters of the URL, in which variables and extensions
// are JSON. A Content-Type other than JSON is refused though there is no body:
// with some browsers it is a way around the CSRF check.
func decodeGet(r *http.Request) (*request, *refusal) {
	if f := checkContentType(r, false); f != nil {
		return nil, f
	}
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalid("the parameters of the URL are malformed")
	}
	var p parameters
	for _, name := range []string{"query", "operationName", "variables", "extensions", "documentId"} {
		values := params[name]
		if len(values) == 0 || values[0] == "" {
			continue
		}
		if len(values) > 1 {
			return nil, invalid("the parameter %q is given twice", name)
		}
		if !utf8.ValidString(values[0]) {
			return nil, invalid("the parameter %q is not UTF-8", name)
		}
		switch name {
		case "query", "operationName", "documentId":
			quoted, err := json.Marshal(values[0])
			if err != nil {
				return nil, invalid("the parameter %q is malformed", name)
			}
			*p.place([]byte(name)) = quoted
		default:
			value := bytes.TrimSpace([]byte(values[0]))
			if !json.Valid(value) {
				return nil, invalid("the parameter %q is not JSON: %s", name, jsonProblem(value))
			}
			*p.place([]byte(name)) = value
		}
	}
	return newRequest(p)
}
