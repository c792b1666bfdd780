package sources

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/composition"
)

// A Source is where one subgraph's SDL comes from. Exactly one of File,
// Endpoint, Document and SDL is set.
type Source struct {
	// Name of the subgraph.
	Name string

	// URL where the router reaches the subgraph. If it is empty and Endpoint
	// is not, it is Endpoint.
	URL string

	// File with the SDL.
	File string

	// Endpoint of a running subgraph, asked for _service { sdl }.
	Endpoint string

	// Document is the URL of the SDL itself, read with GET.
	Document string

	// Headers to send to Endpoint or Document.
	Headers map[string]string

	// SDL itself.
	SDL string
}

// MaxSDL is how many bytes of SDL are read from one source.
const MaxSDL = 64 << 20

// Local tells whether the source is read without asking anybody.
func (s Source) Local() bool { return s.Endpoint == "" && s.Document == "" }

// concurrency is how many sources are read at a time.
const concurrency = 16

// Load gets the SDL of every source, several at a time, and returns the
// subgraphs in the order of the sources. All failures are joined in the error.
// The client should have no timeout of its own: ctx decides.
func Load(ctx context.Context, client *http.Client, list []Source) ([]composition.Subgraph, error) {
	subgraphs := make([]composition.Subgraph, len(list))
	failures := make([]error, len(list))
	var g errgroup.Group
	g.SetLimit(concurrency)
	for i, s := range list {
		g.Go(func() error {
			subgraphs[i], failures[i] = s.Load(ctx, client)
			return nil
		})
	}
	_ = g.Wait() // failures are kept by source
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	return subgraphs, nil
}

// Load gets the SDL of one source.
func (s Source) Load(ctx context.Context, client *http.Client) (composition.Subgraph, error) {
	r := NewReader(s, ReaderOptions{Client: client})
	if _, err := r.Read(ctx); err != nil {
		return composition.Subgraph{}, err
	}
	return r.Subgraph(), nil
}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// ParseFlag reads the short form of a source: NAME=FILE, NAME=FILE@URL, or
// NAME=URL for a running subgraph. FILE may contain "@" if URL follows the
// last one.
func ParseFlag(text string) (Source, error) {
	name, rest, ok := strings.Cut(text, "=")
	if !ok || name == "" || rest == "" {
		return Source{}, fmt.Errorf("subgraph %q is not of the form NAME=FILE@URL", text)
	}
	s := Source{Name: name}
	if isURL(rest) {
		s.Endpoint, s.URL = rest, rest
		return s, nil
	}
	s.File = rest
	if i := strings.LastIndex(rest, "@"); i >= 0 && isURL(rest[i+1:]) {
		s.File, s.URL = rest[:i], rest[i+1:]
	}
	if s.File == "" {
		return Source{}, fmt.Errorf("subgraph %q names no file", text)
	}
	return s, nil
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
