package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// maxAnswers bounds how many different requests are remembered per subgraph.
const maxAnswers = 4096

// A subgraphServer serves all subgraphs of a workload on one port, at the
// paths that their names make. What has been asked before is answered from
// memory, with one write.
type subgraphServer struct {
	subgraphs map[string]*answering // by path
	delay     atomic.Int64          // before each answer, in nanoseconds
	requests  atomic.Int64

	// recording tells that requests are noted in recorded.
	recording atomic.Bool
	mu        sync.Mutex
	recorded  []recordedRequest // guarded by mu
}

// A recordedRequest is a request as a subgraph has seen it.
type recordedRequest struct {
	Subgraph string        `json:"subgraph"`
	Body     []byte        `json:"body"`
	At       time.Duration `json:"at"` // since the recording began to exist
}

// answering is one subgraph: its engine, and the HTTP responses it has made.
type answering struct {
	name    string
	engine  *mock.Subgraph
	mu      sync.RWMutex
	answers map[string][]byte // by request body; guarded by mu
}

func newSubgraphServer(w *workload) (*subgraphServer, error) {
	sdl, err := w.subgraphs()
	if err != nil {
		return nil, err
	}
	s := &subgraphServer{subgraphs: map[string]*answering{}}
	for name, text := range sdl {
		engine, err := mock.New(mock.Options{Name: name, SDL: text, Data: w.data[name], DataName: name + ".json", MaxFields: 10_000_000})
		if err != nil {
			return nil, fmt.Errorf("workload %s: %w", w.name, err)
		}
		s.subgraphs["/"+name] = &answering{name: name, engine: engine, answers: map[string][]byte{}}
	}
	return s, nil
}

// serve accepts connections until the listener is closed.
func (s *subgraphServer) serve(l net.Listener) error {
	var open sync.WaitGroup
	defer open.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		open.Go(func() {
			defer conn.Close()
			if err := s.serveConn(conn); err != nil && err != io.EOF {
				fmt.Fprintln(os.Stderr, "benchmarks: subgraphs:", err)
			}
		})
	}
}

func (s *subgraphServer) serveConn(conn net.Conn) error {
	r := bufio.NewReaderSize(conn, 64<<10)
	var body []byte
	for {
		m, err := readMessage(r)
		if err != nil {
			return connEnd(err)
		}
		if m.length < 0 && !m.chunked {
			m.length = 0
		}
		if body, err = m.readBody(r, body); err != nil {
			return connEnd(err)
		}
		if _, err := conn.Write(s.answer(m.start, body)); err != nil {
			return connEnd(err)
		}
		if m.close {
			return nil
		}
	}
}

// connEnd is nil for the ways in which clients leave.
func connEnd(err error) error {
	if _, ok := err.(net.Error); ok || err == io.EOF || strings.Contains(err.Error(), "reset") {
		return nil
	}
	return err
}

// answer returns the HTTP response to a request.
func (s *subgraphServer) answer(start, body []byte) []byte {
	method, rest, _ := bytes.Cut(start, []byte(" "))
	path, _, _ := bytes.Cut(rest, []byte(" "))
	a := s.subgraphs[string(path)]
	if a == nil || string(method) != http.MethodPost {
		return response(http.StatusNotFound, []byte(`{"errors":[{"message":"no such subgraph"}]}`))
	}
	s.requests.Add(1)
	if s.recording.Load() {
		s.mu.Lock()
		s.recorded = append(s.recorded, recordedRequest{a.name, bytes.Clone(body), time.Since(began)})
		s.mu.Unlock()
	}
	if d := time.Duration(s.delay.Load()); d > 0 {
		time.Sleep(d)
	}
	return a.answer(body)
}

// began is where recordings count from.
var began = time.Now()

func (a *answering) answer(body []byte) []byte {
	a.mu.RLock()
	known := a.answers[string(body)]
	a.mu.RUnlock()
	if known != nil {
		return known
	}
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.engine.ServeHTTP(w, r)
	made := response(w.Code, w.Body.Bytes())
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.answers) < maxAnswers {
		a.answers[string(body)] = made
	}
	return made
}

// response renders a whole HTTP response.
func response(status int, body []byte) []byte {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nDate: %s\r\n\r\n",
		status, http.StatusText(status), len(body), time.Now().UTC().Format(http.TimeFormat))
	return append([]byte(head), body...)
}

// subgraphsCommand serves the subgraphs of a workload until it is told to end.
func subgraphsCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("subgraphs", flag.ContinueOnError)
	name := flags.String("workload", "shop", "our own by name, or a `directory`")
	address := flags.String("listen", "127.0.0.1:4200", "serve on `address`")
	controlled := flags.Bool("control", false, "take orders from standard input, and end with it")
	write := flags.String("supergraph", "", "write the supergraph, with these subgraphs' URLs, to `file`")
	if err := parse(flags, args); err != nil {
		return err
	}
	w, err := openWorkload(*name)
	if err != nil {
		return err
	}
	s, err := newSubgraphServer(w)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	if *write != "" {
		if err := os.WriteFile(*write, []byte(w.at(l.Addr().String())), 0o644); err != nil {
			return err
		}
	}
	fmt.Println(l.Addr())
	failed := make(chan error, 1)
	go func() { failed <- s.serve(l) }()
	if *controlled {
		return s.control(os.Stdin, os.Stdout)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// A subgraphsState is what the subgraphs tell who controls them.
type subgraphsState struct {
	Requests int64             `json:"requests"`
	Recorded []recordedRequest `json:"recorded,omitempty"`
}

// control obeys orders, one a line: "state", "record DELAY", "stop". Each is
// answered with the state on a line.
func (s *subgraphServer) control(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		order, argument, _ := strings.Cut(lines.Text(), " ")
		switch order {
		case "state":
		case "record":
			delay, err := time.ParseDuration(argument)
			if err != nil {
				return err
			}
			s.delay.Store(int64(delay))
			s.recording.Store(true)
		case "stop":
			s.recording.Store(false)
			s.delay.Store(0)
		default:
			return fmt.Errorf("subgraphs: unknown order %q", order)
		}
		s.mu.Lock()
		state := subgraphsState{Requests: s.requests.Load(), Recorded: slices.Clone(s.recorded)}
		if order == "stop" {
			s.recorded = nil
		}
		s.mu.Unlock()
		if err := json.NewEncoder(out).Encode(state); err != nil {
			return err
		}
	}
	return lines.Err()
}
