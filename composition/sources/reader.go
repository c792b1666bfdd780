package sources

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/composition"
)

// A Reader reads one source again and again, and no more of it than is needed
// to see that nothing has changed. It is not safe for concurrent use.
type Reader struct {
	source Source
	client *http.Client
	limit  time.Duration
	most   int64

	last composition.Subgraph // of the last Read or Look that did not fail
	read bool                 // there was one

	file fileState

	// validators are of the answer that gave the last SDL, offered of one that
	// has yet to be understood.
	validators, offered validators
}

// ReaderOptions of a Reader.
type ReaderOptions struct {
	// Client asks over the network; nil is NewClient's.
	Client *http.Client

	// Timeout of one reading; 0 leaves it to the context.
	Timeout time.Duration

	// MaxBytes bounds the SDL, and the answer that has it, after inflating.
	// 0 is MaxSDL.
	MaxBytes int64
}

// NewReader returns a reader of the source. It reads nothing yet.
func NewReader(s Source, o ReaderOptions) *Reader {
	r := &Reader{source: s, client: o.Client, limit: o.Timeout, most: o.MaxBytes}
	if r.client == nil {
		r.client = NewClient()
	}
	if r.most <= 0 {
		r.most = MaxSDL
	}
	r.last = composition.Subgraph{Name: s.Name, URL: s.URL}
	switch {
	case s.File != "":
		r.last.File = s.File
	case s.Endpoint != "":
		r.last.File = redacted(s.Endpoint)
		if r.last.URL == "" {
			r.last.URL = s.Endpoint
		}
	case s.Document != "":
		r.last.File = redacted(s.Document)
	}
	return r
}

// Source returns what is read.
func (r *Reader) Source() Source { return r.source }

// Subgraph returns what was read last. Its SDL is "" before that.
func (r *Reader) Subgraph() composition.Subgraph { return r.last }

// HasRead tells whether there is something in Subgraph.
func (r *Reader) HasRead() bool { return r.read }

// Read reads the source as it is now. It reports whether the SDL is another
// one than that of the last reading; the first one always is. An error leaves
// Subgraph as it was, and says what was asked and what came of it.
func (r *Reader) Read(ctx context.Context) (changed bool, err error) { return r.get(ctx, false) }

// Look is Read for who comes by every so often: a file that has changed is
// left alone until it has stayed as it is from one look to the next, since
// somebody may still be writing it. The first look reads in any case.
func (r *Reader) Look(ctx context.Context) (changed bool, err error) { return r.get(ctx, true) }

func (r *Reader) get(ctx context.Context, settled bool) (bool, error) {
	if r.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.limit, errTooSlow)
		defer cancel()
	}
	sdl, same := r.source.SDL, false
	var err error
	switch {
	case r.source.File != "":
		sdl, same, err = r.file.read(r.source.File, r.most, settled && r.read)
	case r.source.Endpoint != "":
		sdl, same, err = r.ask(ctx)
	case r.source.Document != "":
		sdl, same, err = r.fetch(ctx)
	}
	if err != nil {
		if errors.Is(err, errTooSlow) || errors.Is(err, context.DeadlineExceeded) && errors.Is(context.Cause(ctx), errTooSlow) {
			err = fmt.Errorf("%s does not answer within %s", r.last.File, r.limit)
		}
		if r.source.Name != "" {
			err = fmt.Errorf("subgraph %q: %w", r.source.Name, err)
		}
		return false, err
	}
	r.validators = r.offered
	if same || r.read && sdl == r.last.SDL {
		return false, nil
	}
	r.last.SDL = sdl
	r.read = true
	return true, nil
}

var errTooSlow = errors.New("the schema did not come in time")
