package resilience

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/subgraphs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A reply is what a subgraph does with one request.
type reply struct {
	after  time.Duration
	status int            // 200 if 0
	kind   subgraphs.Kind // an error of that kind instead of an answer, if not 0
	body   string         // an answer with data if ""
	header http.Header
	panics bool
}

// A script is a subgraph that does one thing after the other, and the last for
// ever. It remembers what it was asked, and when.
type script struct {
	mu       sync.Mutex
	replies  []reply
	asked    []time.Duration // since the first
	replicas []int
	open     int // requests under way
	most     int
	canceled int
	start    time.Time
	// by makes a reply depend on the replica; nil for replies.
	by func(replica int) reply
}

func (s *script) next(replica int) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.start.IsZero() {
		s.start = time.Now()
	}
	s.asked = append(s.asked, time.Since(s.start))
	s.replicas = append(s.replicas, replica)
	s.open++
	s.most = max(s.most, s.open)
	if s.by != nil {
		return s.by(replica)
	}
	r := s.replies[0]
	if len(s.replies) > 1 {
		s.replies = s.replies[1:]
	}
	return r
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func (s *script) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	do := s.next(r.Replica)
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
	}()
	if do.panics {
		panic("boom")
	}
	timer := time.NewTimer(do.after)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		s.mu.Lock()
		s.canceled++
		s.mu.Unlock()
		kind := subgraphs.Timeout
		if ctx.Err() == context.Canceled {
			kind = subgraphs.Canceled
		}
		return nil, &subgraphs.Error{Subgraph: r.Subgraph, Kind: kind, Err: ctx.Err()}
	}
	if do.kind != 0 {
		return nil, &subgraphs.Error{Subgraph: r.Subgraph, Kind: do.kind, Err: errors.New("scripted")}
	}
	out := &subgraphs.Response{Status: do.status, Header: do.header, Body: []byte(do.body)}
	if out.Status == 0 {
		out.Status = 200
	}
	if do.body == "" {
		out.Body = []byte(`{"data":{"a":1}}`)
	}
	return out, nil
}

func query() *subgraphs.Request {
	return &subgraphs.Request{Subgraph: "s", Body: []byte(`{"query":"{a}"}`)}
}

func mutation() *subgraphs.Request {
	return &subgraphs.Request{Subgraph: "s", Body: []byte(`{"query":"mutation{a}"}`), Mutation: true}
}

// events collects what is notified.
type events struct {
	mu   sync.Mutex
	list []Event
}

func (e *events) add(x Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, x)
}

func (e *events) changes() (list []Change) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.list {
		list = append(list, x.Change)
	}
	return list
}

func kindOf(err error) subgraphs.Kind {
	var e *subgraphs.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}
