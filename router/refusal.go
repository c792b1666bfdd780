package router

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// A refusal ends a request before there is data: a status and at least one
// error. It is a request error of the GraphQL specification, or of HTTP.
type refusal struct {
	status int
	errors gqlerror.List

	// allow is the Allow header of a 405.
	allow string

	// cacheControl is the Cache-Control header; "" for no-store.
	cacheControl string

	// acceptEncoding is the Accept-Encoding header of a 415 for the request's
	// content coding.
	acceptEncoding string

	// retryAfter is when the client may come back; 0 for no Retry-After.
	retryAfter time.Duration

	// extensions of the response; nil for none.
	extensions map[string]any

	// cause is for the log; nil if the errors say all there is.
	cause error
}

// refuse returns a refusal with one error.
func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, errors: gqlerror.List{codedError(code, message)}}
}

func codedError(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// codes returns the codes of the errors, for the log.
func (f *refusal) codes() []string {
	codes := make([]string, 0, len(f.errors))
	for _, e := range f.errors {
		if code, ok := e.Extensions["code"].(string); ok {
			codes = append(codes, code)
		}
	}
	return codes
}

// write sends the refusal as a GraphQL response without data and returns the
// length of its body.
func (f *refusal) write(w http.ResponseWriter, media mediaType) int {
	h := w.Header()
	if f.allow != "" {
		h.Set("Allow", f.allow)
	}
	if f.cacheControl != "" {
		h.Set("Cache-Control", f.cacheControl)
	}
	if f.acceptEncoding != "" {
		h.Set("Accept-Encoding", f.acceptEncoding)
	}
	if f.retryAfter > 0 {
		h.Set("Retry-After", retrySeconds(f.retryAfter))
	}
	return writeBody(w, media, f.status, f.body())
}

// body is the response.
func (f *refusal) body() []byte {
	body := appendErrors([]byte(`{"errors":`), f.errors, '}')
	if f.extensions == nil {
		return body
	}
	extensions, err := json.Marshal(f.extensions)
	if err != nil {
		panic("router: extensions of a refusal cannot be encoded: " + err.Error())
	}
	body = append(body[:len(body)-1], `,"extensions":`...)
	return append(append(body, extensions...), '}')
}

// writeBody sends a response with a body in so many pieces.
func writeBody(w http.ResponseWriter, media mediaType, status int, body ...[]byte) int {
	h := w.Header()
	if c, ok := w.(*compressedWriter); ok {
		whole := body[0]
		if len(body) > 1 {
			whole = bytes.Join(body, nil)
		}
		body = [][]byte{c.compressed(whole)}
	}
	length := 0
	for _, piece := range body {
		length += len(piece)
	}
	// net/http would find out the length only of short ones, and cut others into
	// chunks.
	values := [...]string{media.contentType(), "nosniff", strconv.Itoa(length), "no-store"}
	h["Content-Type"] = values[0:1:1]
	h["X-Content-Type-Options"] = values[1:2:2]
	h["Content-Length"] = values[2:3:3]
	if h.Get("Cache-Control") == "" {
		h["Cache-Control"] = values[3:4:4]
	}
	w.WriteHeader(status)
	written := 0
	for _, piece := range body {
		n, err := w.Write(piece)
		written += n
		if err != nil {
			break // a client that has gone is found by its context
		}
	}
	return written
}

// appendErrors appends the errors as a JSON list, and end.
func appendErrors(dst []byte, errors gqlerror.List, end byte) []byte {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(errors); err != nil {
		// Extensions hold strings, numbers and JSON that was checked.
		panic("router: error cannot be encoded: " + err.Error())
	}
	return append(bytes.TrimSuffix(b.Bytes(), []byte("\n")), end)
}

// headerWord cuts what a client sent to what a message may repeat of it.
func headerWord(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
