package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a run: it is to measure a gateway, not to try what the machine
// bears.
const (
	maxConnections = 1000
	maxDuration    = 5 * time.Minute
	maxRate        = 100_000
	maxRounds      = 20
)

// settings are the flags of run.
type settings struct {
	workloads      string
	gateways       gatewayFlags
	only           string
	listen         string
	connections    int
	duration       time.Duration
	warmup         time.Duration
	rate           int
	rounds         int
	authorizations string
	procs          int
	profile        string
	half           bool
	direct         bool
	extra          string
	binary         string
}

// gatewayFlags are the gateways of others, NAME=URL,PID.
type gatewayFlags []*gateway

func (g *gatewayFlags) String() string { return "" }

func (g *gatewayFlags) Set(text string) error {
	name, rest, ok := strings.Cut(text, "=")
	at := strings.LastIndexByte(rest, ',')
	if !ok || at < 0 {
		return errors.New("it has the form NAME=URL,PID")
	}
	u, err := url.Parse(rest[:at])
	if err != nil {
		return err
	}
	if u.Scheme != "http" || !isLoopback(u.Hostname()) {
		return errors.New("only http:// on 127.0.0.1 is measured")
	}
	pid, err := strconv.Atoi(rest[at+1:])
	if err != nil {
		return err
	}
	*g = append(*g, &gateway{name: name, url: u, pid: pid})
	return nil
}

func isLoopback(host string) bool {
	return host == "127.0.0.1" || host == "localhost" || host == "::1"
}

// A gateway is one that is measured.
type gateway struct {
	name  string
	url   *url.URL
	pid   int
	child *child // nil if it is not ours
	body  []byte // of requests; nil for the workload's
	first []byte // its first answer, with which others are compared
}

func runCommand(ctx context.Context, args []string) error {
	var s settings
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.StringVar(&s.workloads, "workload", "shop,1kB,100kB,10MB", "comma-separated: our own by name, or `directories`")
	flags.Var(&s.gateways, "gateway", "measure `NAME=URL,PID` too; may be repeated, with one workload")
	flags.StringVar(&s.only, "only", "weft,floor", "which of our own to measure: weft, shared (weft with deduplicate_requests), reuse (weft with reuse_entities), floor; empty for none")
	flags.BoolVar(&s.half, "half", false, "then measure latency at half the rate that weft can do, for all")
	flags.BoolVar(&s.direct, "direct", false, "measure the requests that weft sends first to subgraphs without a gateway, too")
	flags.StringVar(&s.listen, "subgraphs", "127.0.0.1:4200", "`address` of the subgraphs")
	flags.IntVar(&s.connections, "connections", 50, "how many clients ask at a time")
	flags.DurationVar(&s.duration, "duration", 5*time.Second, "how long each measurement takes")
	flags.DurationVar(&s.warmup, "warmup", time.Second, "how long each gateway is asked before")
	flags.IntVar(&s.rate, "rate", 0, "requests a second; 0 for as fast as answers come")
	flags.IntVar(&s.rounds, "rounds", 3, "how often everything is measured; medians are shown")
	flags.StringVar(&s.authorizations, "authorization", "unique,same", "comma-separated: a header of its own for each request, or the same for all")
	flags.IntVar(&s.procs, "procs", 0, "GOMAXPROCS of weft and the floor; 0 for all cores")
	flags.StringVar(&s.profile, "profile", "", "write a CPU profile of weft to `file`")
	flags.StringVar(&s.extra, "config", "", "`file` whose keys are added to weft's configuration")
	flags.StringVar(&s.binary, "weft", "", "measure this weft `binary` instead of the one built in")
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	fmt.Println(machine())
	for _, name := range strings.Split(s.workloads, ",") {
		w, err := openWorkload(name)
		if err != nil {
			return err
		}
		if err := s.measure(ctx, w); err != nil {
			return fmt.Errorf("workload %s: %w", name, err)
		}
	}
	return nil
}

func (s *settings) check() error {
	switch {
	case s.connections < 1 || s.connections > maxConnections:
		return fmt.Errorf("-connections is 1 to %d", maxConnections)
	case s.duration <= 0 || s.duration > maxDuration || s.warmup < 0 || s.warmup > maxDuration:
		return fmt.Errorf("-duration and -warmup are up to %s", maxDuration)
	case s.rate < 0 || s.rate > maxRate:
		return fmt.Errorf("-rate is up to %d", maxRate)
	case s.rounds < 1 || s.rounds > maxRounds:
		return fmt.Errorf("-rounds is 1 to %d", maxRounds)
	case len(s.gateways) > 0 && strings.Contains(s.workloads, ","):
		return errors.New("other gateways serve one supergraph: name one -workload")
	}
	for _, a := range strings.Split(s.authorizations, ",") {
		if a != "unique" && a != "same" {
			return fmt.Errorf("-authorization is unique or same, not %q", a)
		}
	}
	return nil
}

// A measuring is the measurement of one workload.
type measuring struct {
	*settings
	workload  *workload
	dir       string // for files
	body      []byte
	subgraphs *child
	gateways  []*gateway
	expected  any // the answer as JSON
}

func (s *settings) measure(ctx context.Context, w *workload) (err error) {
	m := &measuring{settings: s, workload: w, gateways: s.gateways}
	if m.body, err = w.requestBody(); err != nil {
		return err
	}
	if w.expected != nil {
		if err := json.Unmarshal(w.expected, &m.expected); err != nil {
			return fmt.Errorf("expected.json: %w", err)
		}
	}
	if m.dir, err = os.MkdirTemp("", "weft-benchmarks-"); err != nil {
		return err
	}
	defer os.RemoveAll(m.dir)
	defer func() { err = errors.Join(err, m.stop()) }()
	if err := m.start(ctx); err != nil {
		return err
	}
	return m.rounds(ctx)
}

// start starts subgraphs, weft and the floor.
func (m *measuring) start(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	supergraph := filepath.Join(m.dir, "supergraph.graphql")
	if m.subgraphs, err = start(ctx, nil, self, "subgraphs", "-control", "-workload", m.nameOfWorkload(), "-listen", m.listen, "-supergraph", supergraph); err != nil {
		return err
	}
	for _, name := range strings.Split(m.only, ",") {
		switch name {
		case "":
		case "weft":
			err = m.startWeft(ctx, "weft", self, supergraph)
		case "shared", "reuse":
			err = m.startWeft(ctx, name, self, supergraph)
		case "floor":
			err = m.startFloor(ctx, self, supergraph)
		default:
			err = fmt.Errorf("-only is of weft, shared, reuse and floor, not %q", name)
		}
		if err != nil {
			return err
		}
	}
	if m.direct {
		return m.addDirect(ctx)
	}
	return nil
}

// addDirect makes a gateway of the subgraph that weft asks first.
func (m *measuring) addDirect(ctx context.Context) error {
	model := m.gatewayNamed("weft")
	if model == nil {
		return errors.New("-direct needs weft among -only")
	}
	recorded, _, err := m.record(ctx, model)
	if err != nil {
		return err
	}
	if len(recorded) == 0 {
		return errors.New("weft asks no subgraph")
	}
	u := &url.URL{Scheme: "http", Host: m.subgraphs.address, Path: "/" + recorded[0].Subgraph}
	m.gateways = append(m.gateways, &gateway{name: "direct", url: u, pid: m.subgraphs.cmd.Process.Pid, body: recorded[0].Body})
	return nil
}

// record returns what the gateway asks subgraphs for one request, and its
// answer.
func (m *measuring) record(ctx context.Context, g *gateway) ([]recordedRequest, []byte, error) {
	// The first request fills caches.
	if _, err := m.ask(ctx, g); err != nil {
		return nil, nil, err
	}
	if _, err := m.order("record " + recordDelay.String()); err != nil {
		return nil, nil, err
	}
	answer, err := m.ask(ctx, g)
	if err != nil {
		return nil, nil, err
	}
	state, err := m.order("stop")
	return state.Recorded, answer, err
}

// bodyOf returns the request that a gateway gets.
func (m *measuring) bodyOf(g *gateway) []byte {
	if g.body != nil {
		return g.body
	}
	return m.body
}

// nameOfWorkload is what makes a child open the same workload.
func (m *measuring) nameOfWorkload() string {
	for _, name := range strings.Split(m.workloads, ",") {
		if name == m.workload.name || filepath.Base(name) == m.workload.name {
			return name
		}
	}
	return m.workload.name
}

func (m *measuring) env() []string {
	if m.procs > 0 {
		return []string{"GOMAXPROCS=" + strconv.Itoa(m.procs)}
	}
	return nil
}

func (m *measuring) startWeft(ctx context.Context, name, self, supergraph string) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	config, err := m.writeConfig(name, address, supergraph)
	if err != nil {
		return err
	}
	g := &gateway{name: name}
	if m.binary != "" {
		// Its output is a log; where it listens we have said.
		g.child, err = start(ctx, m.env(), "/bin/sh", "-c", `echo "$1"; exec "$2" serve -c "$3"`, "sh", address, m.binary, config)
	} else {
		args := []string{"weft", "-config", config}
		if m.profile != "" && name == "weft" {
			args = append(args, "-profile", m.profile)
		}
		g.child, err = start(ctx, m.env(), self, args...)
	}
	if err != nil {
		return err
	}
	m.add(g)
	return nil
}

// add takes in a gateway of ours, in front of those of others.
func (m *measuring) add(g *gateway) {
	g.url = &url.URL{Scheme: "http", Host: g.child.address, Path: "/graphql"}
	g.pid = g.child.cmd.Process.Pid
	m.gateways = append([]*gateway{g}, m.gateways...)
}

func (m *measuring) writeConfig(name, address, supergraph string) (string, error) {
	text := fmt.Sprintf(`listen: %s
supergraph: {file: %q}
log: {access: false, level: warn}
headers: {all: {request: [{propagate: {named: authorization}}]}}
deadline: 1m
all_subgraphs: {max_response_bytes: 128MiB, timeout: 1m, reuse_entities: %v}
`, address, supergraph, name == "reuse")
	if name == "shared" {
		text += "deduplicate_requests: true\n"
	}
	if m.extra != "" {
		extra, err := os.ReadFile(m.extra)
		if err != nil {
			return "", err
		}
		text += string(extra)
	}
	file := filepath.Join(m.dir, name+".yaml")
	return file, os.WriteFile(file, []byte(text), 0o644)
}

// recordDelay is how late subgraphs answer while it is recorded what weft asks
// them: long enough to tell waves apart.
const recordDelay = 50 * time.Millisecond

// startFloor watches weft, which need not be among the gateways measured, and
// starts the floor with what it has seen.
func (m *measuring) startFloor(ctx context.Context, self, supergraph string) error {
	model := m.gatewayNamed("weft")
	if model == nil {
		if err := m.startWeft(ctx, "weft", self, supergraph); err != nil {
			return err
		}
		model = m.gateways[0]
		m.gateways = m.gateways[1:]
		defer model.child.stop()
	}
	recorded, answer, err := m.record(ctx, model)
	if err != nil {
		return err
	}
	content, err := json.Marshal(newFloorPlan(recorded, recordDelay, answer))
	if err != nil {
		return err
	}
	plan := filepath.Join(m.dir, "floor.json")
	if err := os.WriteFile(plan, content, 0o644); err != nil {
		return err
	}
	g := &gateway{name: "floor"}
	if g.child, err = start(ctx, m.env(), self, "floor", "-plan", plan, "-subgraphs", m.subgraphs.address); err != nil {
		return err
	}
	m.add(g)
	return nil
}

func (m *measuring) gatewayNamed(name string) *gateway {
	for _, g := range m.gateways {
		if g.name == name {
			return g
		}
	}
	return nil
}

// ask sends one request, waiting for the gateway to come up.
func (m *measuring) ask(ctx context.Context, g *gateway) ([]byte, error) {
	r := newRequester(&load{url: g.url, body: m.bodyOf(g), unique: true})
	defer r.close()
	deadline := time.Now().Add(10 * time.Second)
	for {
		body, err := r.do(ctx)
		if err == nil {
			return bytes.Clone(body), nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return nil, fmt.Errorf("%s: %w", g.name, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// order has the subgraphs do something, and returns their state.
func (m *measuring) order(text string) (subgraphsState, error) {
	var state subgraphsState
	if _, err := fmt.Fprintln(m.subgraphs.in, text); err != nil {
		return state, err
	}
	line, err := m.subgraphs.out.ReadBytes('\n')
	if err != nil {
		return state, err
	}
	return state, json.Unmarshal(line, &state)
}

// rounds measures everything as often as it is wanted, and prints medians.
func (m *measuring) rounds(ctx context.Context) error {
	for _, g := range m.gateways {
		if err := m.verify(ctx, g); err != nil {
			return err
		}
	}
	t := &table{workload: m.workload, body: m.body, answer: len(m.gateways[0].first)}
	for range m.settings.rounds {
		for _, g := range m.gateways {
			for _, a := range strings.Split(m.authorizations, ",") {
				result, err := m.one(ctx, g, a == "unique", m.rate)
				if err != nil {
					return fmt.Errorf("%s: %w", g.name, err)
				}
				t.add(g.name, a, result)
			}
		}
	}
	t.print(os.Stdout)
	if m.half {
		return m.halfway(ctx, t)
	}
	return nil
}

// halfway measures all gateways at half of what weft has just been seen to do,
// or the first of them without weft.
func (m *measuring) halfway(ctx context.Context, full *table) error {
	model := max(0, slices.IndexFunc(full.rows, func(r *row) bool { return r.gateway == "weft" && r.authorization == "unique" }))
	rate := int(median(full.rows[model].rounds, func(m *measurement) float64 { return m.rate }) / 2)
	if rate == 0 {
		return errors.New("no rate to halve")
	}
	t := &table{workload: m.workload, body: m.body, answer: full.answer}
	for range m.settings.rounds {
		for _, g := range m.gateways {
			result, err := m.one(ctx, g, true, rate)
			if err != nil {
				return fmt.Errorf("%s: %w", g.name, err)
			}
			t.add(g.name, "unique", result)
		}
	}
	fmt.Printf("\nat %d requests/s:", rate)
	t.print(os.Stdout)
	return nil
}

// verify compares the gateway's answer with what is expected.
func (m *measuring) verify(ctx context.Context, g *gateway) (err error) {
	if g.first, err = m.ask(ctx, g); err != nil {
		return err
	}
	var got any
	if err := json.Unmarshal(g.first, &got); err != nil {
		return fmt.Errorf("%s: %w", g.name, err)
	}
	if answer, ok := got.(map[string]any); ok {
		delete(answer, "extensions")
	}
	if m.expected == nil {
		m.expected = got // of the first gateway
	}
	if g.body == nil && !reflect.DeepEqual(got, m.expected) {
		return fmt.Errorf("%s gives another answer than is expected: %.1000s", g.name, g.first)
	}
	return nil
}

// A measurement is one gateway in one round.
type measurement struct {
	rate          float64 // requests a second
	p50, p95, p99 time.Duration
	cpu           time.Duration // of a request
	peak          int64         // bytes
	subgraphs     float64       // requests to subgraphs, of a request
	failures      int
	example       error
}

func (m *measuring) one(ctx context.Context, g *gateway, unique bool, rate int) (*measurement, error) {
	l := &load{url: g.url, body: m.bodyOf(g), connections: min(m.connections, m.workload.connections()), duration: m.warmup, rate: rate, unique: unique, want: g.first}
	if m.warmup > 0 {
		l.run(ctx)
	}
	resetPeak(g.pid)
	before, err := m.order("state")
	if err != nil {
		return nil, err
	}
	used, err := usageOf(g.pid)
	if err != nil {
		return nil, err
	}
	l.duration = m.duration
	result := l.run(ctx)
	now, err := usageOf(g.pid)
	if err != nil {
		return nil, err
	}
	after, err := m.order("state")
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if result.requests == 0 {
		return nil, fmt.Errorf("no request was answered: %w", result.example)
	}
	n := float64(result.requests)
	return &measurement{
		rate:      n / result.took.Seconds(),
		p50:       result.percentile(50),
		p95:       result.percentile(95),
		p99:       result.percentile(99),
		cpu:       time.Duration(float64(now.cpu-used.cpu) / n),
		peak:      now.peak,
		subgraphs: float64(after.Requests-before.Requests) / n,
		failures:  result.failures,
		example:   result.example,
	}, nil
}

// stop ends what start has started.
func (m *measuring) stop() error {
	var errs []error
	for _, g := range m.gateways {
		if g.child != nil {
			errs = append(errs, g.child.stop())
		}
	}
	if m.subgraphs != nil {
		errs = append(errs, m.subgraphs.stop())
	}
	return errors.Join(errs...)
}
