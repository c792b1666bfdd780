package mock

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	typeJSON    = "application/json"
	typeGraphQL = "application/graphql-response+json"

	statusClientGone = 499 // as nginx has it
)

// ServeHTTP answers one GraphQL request: a POST with a JSON body, or a GET
// with query parameters for a query. The path does not matter.
//
// An answer with data has status 200. A request that is not executed has
// status 400 (or what HTTP says of it), an injected failure 500; all have a
// JSON body with errors. A client that goes away gets no answer.
//
// GraphQL over HTTP, "Response".
func (s *Subgraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.respond(r)
	if err != nil {
		w.WriteHeader(statusClientGone) // nobody reads it but a log
		return
	}
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may go away, which is its business
}

// RoundTrip answers a request in the caller's goroutine, without a network:
// an http.Client with the subgraph as its Transport talks to it whatever the
// URL. An error is the context's.
func (s *Subgraph) RoundTrip(r *http.Request) (*http.Response, error) {
	inner := r
	if r.Body != nil {
		defer r.Body.Close()
	} else {
		inner = r.Clone(r.Context())
		inner.Body = http.NoBody
	}
	a, err := s.respond(inner)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status:        strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {a.contentType}},
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}, nil
}

// An answer is an HTTP response.
type answer struct {
	status      int
	contentType string
	body        []byte
}

// respond answers an HTTP request. An error means that its context has ended.
func (s *Subgraph) respond(r *http.Request) (answer, error) {
	s.counts.inFlight.Add(1)
	defer s.counts.inFlight.Add(-1)
	contentType := typeJSON
	if strings.Contains(r.Header.Get("Accept"), typeGraphQL) {
		contentType = typeGraphQL
	}
	a, err := s.respondIn(r.Context(), r)
	if err != nil {
		s.counts.cancelled.Add(1)
		return answer{}, err
	}
	a.contentType = contentType
	return a, nil
}

func (s *Subgraph) respondIn(ctx context.Context, r *http.Request) (answer, error) {
	req, err := readRequest(r)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		var bad *requestError
		if !errors.As(err, &bad) {
			bad = badRequest(err.Error())
		}
		return failure(bad.status, coded(bad.code, "%s", bad.message)), nil
	}
	req.Subgraph = s.name
	s.counts.total.Add(1)
	if s.onRequest != nil {
		s.onRequest(req)
	}
	fails := s.faults.isDrawn()
	if err := s.faults.hang(ctx); err != nil {
		return answer{}, err
	}
	if fails {
		s.counts.failed.Add(1)
		return failure(http.StatusInternalServerError,
			coded(CodeInjected, "subgraph %s was told to fail", s.name)), nil
	}
	if err := s.faults.wait(ctx); err != nil {
		return answer{}, err
	}
	data, hasData, errs, err := s.answer(ctx, &req)
	if err != nil {
		return answer{}, err
	}
	status := http.StatusOK
	if !hasData {
		status = http.StatusBadRequest
	}
	return answer{status: status, body: appendResponse(nil, data, hasData, errs)}, nil
}

func failure(status int, err *gqlerror.Error) answer {
	return answer{status: status, body: appendResponse(nil, nil, false, gqlerror.List{err})}
}
