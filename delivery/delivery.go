package delivery

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/sources"
)

// A Version is a supergraph as it was delivered.
type Version struct {
	SDL string

	// Source is what messages call the place SDL comes from.
	Source string

	// Missing are the subgraphs it was composed without, by policy, in the
	// order of Options.
	Missing []string
}

// A Policy says what is done about a subgraph whose schema cannot be read.
type Policy int

const (
	// Fail does not start without it. Later nothing new is composed until it
	// can be read again: what serves goes on.
	Fail Policy = iota

	// UseLastGood takes what was read last, at the start what Options.LastGood
	// has of it.
	UseLastGood

	// Skip starts without it, and lets it join when it can be read. From then
	// on it is as UseLastGood.
	Skip
)

// A Subgraph is one of those to compose.
type Subgraph struct {
	sources.Source
	Policy Policy
}

// Options of a Delivery. Either File or Subgraphs is set.
type Options struct {
	// File holds supergraph SDL.
	File string

	// Subgraphs are composed, as Composition says.
	Subgraphs   []Subgraph
	Composition composition.Options

	// LastGood is the file in which the schemas are kept that serve, "" for
	// none. If FallBack is set, they are also what a start resorts to when
	// the schemas of now do not compose.
	LastGood string
	FallBack bool

	// WatchInterval is how often files are looked at, PollInterval how often
	// others are asked, more or less; 0 is never.
	WatchInterval, PollInterval time.Duration

	// Timeout of one reading, and MaxBytes of what it brings. StartTimeout is
	// how long Start waits for subgraphs.
	Timeout, StartTimeout time.Duration
	MaxBytes              int64

	// Take makes a version serve, or returns why it cannot. It is never called
	// concurrently.
	Take func(context.Context, *Version) error

	// Client asks over the network; nil is that of package sources.
	Client *http.Client

	Logger   *zap.Logger
	Observer Observer // nil for none
}

// An Observer counts. Its methods are called from one goroutine at a time.
type Observer interface {
	// SchemaRead is called for every reading over the network or of a file;
	// subgraph is "" for the supergraph's own.
	SchemaRead(subgraph string, ok bool)

	// Delivered is called for whatever has come of something new.
	Delivered(Outcome)

	// Serving is called when a version serves.
	Serving(subgraphs, missing int)
}

// An Outcome is what has come of new schemas.
type Outcome string

const (
	Swapped   Outcome = "swapped"   // it serves
	Unchanged Outcome = "unchanged" // it is the supergraph that serves already
	Invalid   Outcome = "invalid"   // subgraphs do not compose
	Refused   Outcome = "refused"   // Take returned an error
)

// A Delivery brings versions of the supergraph. Start comes first, then Run;
// Reload may be called at any time.
type Delivery struct {
	o      Options
	log    *zap.Logger
	parts  []*part
	reload chan struct{}

	tried   digest // the schemas that were last offered
	refused bool   // and that is what came of it
	serving digest // the supergraph that serves

	storeFailed bool // and was told of
}

type digest [sha256.Size]byte

// New returns a delivery that has read nothing yet.
func New(o Options) *Delivery {
	d := &Delivery{o: o, log: o.Logger.Named("supergraph"), reload: make(chan struct{}, 1)}
	if d.o.Observer == nil {
		d.o.Observer = nobody{}
	}
	reader := sources.ReaderOptions{Client: o.Client, Timeout: o.Timeout, MaxBytes: o.MaxBytes}
	if o.File != "" {
		d.parts = []*part{{reader: sources.NewReader(sources.Source{File: o.File}, reader)}}
		return d
	}
	for _, s := range o.Subgraphs {
		d.parts = append(d.parts, &part{reader: sources.NewReader(s.Source, reader), policy: s.Policy})
	}
	return d
}

// Local tells whether everything is read on this machine, so that Start waits
// for nobody.
func (d *Delivery) Local() bool {
	for _, p := range d.parts {
		if !p.local() {
			return false
		}
	}
	return true
}

// Reload makes Run read everything at once. It does not wait for it.
func (d *Delivery) Reload() {
	select {
	case d.reload <- struct{}{}:
	default: // it is about to
	}
}

// Run brings new versions until ctx ends; the error is nil then, as always.
func (d *Delivery) Run(ctx context.Context) error {
	watched, polled := d.split()
	var watch, poll <-chan time.Time
	if len(watched) > 0 && d.o.WatchInterval > 0 {
		t := time.NewTicker(d.o.WatchInterval)
		defer t.Stop()
		watch = t.C
	}
	next := func() {}
	if len(polled) > 0 && d.o.PollInterval > 0 {
		t := time.NewTimer(jitter(d.o.PollInterval))
		defer t.Stop()
		poll = t.C
		next = func() { t.Reset(jitter(d.o.PollInterval)) }
	}
	for {
		asked := false
		select {
		case <-ctx.Done():
			return nil
		case <-watch:
			d.read(ctx, watched, (*sources.Reader).Look)
		case <-poll:
			d.read(ctx, polled, (*sources.Reader).Look)
			next()
		case <-d.reload:
			d.read(ctx, d.parts, (*sources.Reader).Read)
			if d.refused {
				d.tried = digest{} // what it was refused for may be mended
			}
			asked = true
		}
		if ctx.Err() != nil {
			return nil
		}
		if !d.renew(ctx) && asked {
			d.log.Info("reloaded, nothing is new")
		}
	}
}

// jitter keeps many routers from asking at the same time: a tenth more or
// less.
func jitter(d time.Duration) time.Duration {
	return d - d/10 + rand.N(max(d/5, 1))
}

// split tells the files from what is asked over the network.
func (d *Delivery) split() (watched, polled []*part) {
	for _, p := range d.parts {
		switch {
		case !p.local():
			polled = append(polled, p)
		case p.reader.Source().File != "":
			watched = append(watched, p)
		}
	}
	return watched, polled
}

// concurrency is how many schemas are read at a time.
const concurrency = 16

// read reads the parts and tells what has changed about whether they can be
// read.
func (d *Delivery) read(ctx context.Context, parts []*part, by func(*sources.Reader, context.Context) (bool, error)) {
	var g errgroup.Group
	g.SetLimit(concurrency)
	for _, p := range parts {
		g.Go(func() error {
			_, p.err = by(p.reader, ctx)
			return nil
		})
	}
	_ = g.Wait() // failures are kept by part
	if ctx.Err() != nil {
		return // which is not the subgraphs' fault
	}
	for _, p := range parts {
		d.o.Observer.SchemaRead(p.name(), p.err == nil)
	}
}

// renew offers a version if anything is new, and keeps what serves otherwise.
// It reports whether there was anything.
func (d *Delivery) renew(ctx context.Context) bool {
	d.tellOfReading()
	set := d.collect()
	if len(set.waited) > 0 || set.digest() == d.tried {
		return false
	}
	d.tried = set.digest()
	err := d.offer(ctx, set)
	d.refused = err != nil
	if err != nil && ctx.Err() == nil {
		d.tellOfRefusal(err)
	}
	return true
}

// offer makes one supergraph of the set and has it taken.
func (d *Delivery) offer(ctx context.Context, set *set) error {
	v, err := d.compose(ctx, set)
	if ctx.Err() != nil {
		return ctx.Err() // nobody's fault
	}
	if err != nil {
		d.o.Observer.Delivered(Invalid)
		return err
	}
	sum := digest(sha256.Sum256([]byte(v.SDL)))
	if sum == d.serving {
		d.log.Info("the supergraph is the same as before")
		d.o.Observer.Delivered(Unchanged)
		return nil
	}
	if err := d.o.Take(ctx, v); err != nil {
		d.o.Observer.Delivered(Refused)
		return err
	}
	d.serving = sum
	d.o.Observer.Delivered(Swapped)
	d.o.Observer.Serving(len(set.subgraphs), len(set.missing))
	d.store(set)
	return nil
}

// compose makes the supergraph, or takes the one that was read.
func (d *Delivery) compose(ctx context.Context, set *set) (*Version, error) {
	if d.o.File != "" {
		return &Version{SDL: set.subgraphs[0].SDL, Source: d.o.File}, nil
	}
	began := time.Now()
	result := composition.Compose(ctx, set.subgraphs, d.o.Composition)
	if !result.OK() {
		return nil, &CompositionError{Result: result, Missing: set.missing}
	}
	d.log.Info("composed",
		zap.Int("subgraphs", len(set.subgraphs)),
		zap.Strings("missing", set.missing),
		zap.Int("hints", len(result.Hints)),
		zap.Duration("duration", time.Since(began)))
	for _, h := range result.Hints {
		d.log.Debug("hint", zap.String("hint", line(h)))
	}
	return &Version{SDL: result.SDL, Source: "composed supergraph", Missing: set.missing}, nil
}

// noFile says what to do about a supergraph file that is not there.
func (d *Delivery) noFile(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no supergraph file %s; compose your subgraphs into it, or name another one", d.o.File)
	}
	return fmt.Errorf("supergraph: %w", err)
}

type nobody struct{}

func (nobody) SchemaRead(string, bool) {}
func (nobody) Delivered(Outcome)       {}
func (nobody) Serving(int, int)        {}
