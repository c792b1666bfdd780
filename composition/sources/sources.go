package sources

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/composition"
)

// A Source is where one subgraph's SDL comes from. Exactly one of File,
// Endpoint and SDL is set.
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

	// Headers to send to Endpoint.
	Headers map[string]string

	// SDL itself.
	SDL string
}

// MaxSDL is how many bytes of SDL are read from one source.
const MaxSDL = 64 << 20

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
	out := composition.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL}
	var err error
	switch {
	case s.File != "":
		out.File = s.File
		out.SDL, err = readFile(s.File)
	case s.Endpoint != "":
		out.File = s.Endpoint
		if out.URL == "" {
			out.URL = s.Endpoint
		}
		out.SDL, err = s.ask(ctx, client)
	}
	if err != nil {
		return composition.Subgraph{}, fmt.Errorf("subgraph %q: %w", s.Name, err)
	}
	return out, nil
}

func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read schema: %w", err)
	}
	defer f.Close()
	return readLimited(f, path)
}

func readLimited(r io.Reader, what string) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSDL+1))
	if err != nil {
		return "", fmt.Errorf("read schema from %s: %w", what, err)
	}
	if len(data) > MaxSDL {
		return "", fmt.Errorf("schema from %s is longer than %d bytes", what, MaxSDL)
	}
	return string(data), nil
}

// ask queries a running subgraph for its SDL: Apollo Federation, "Subgraph
// specification", "Query._service".
func (s Source) ask(ctx context.Context, client *http.Client) (string, error) {
	body := []byte(`{"query":"query SubgraphSDL { _service { sdl } }","operationName":"SubgraphSDL"}`)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("ask %s for its schema: %w", s.Endpoint, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	for _, name := range sortedNames(s.Headers) {
		request.Header.Set(name, s.Headers[name])
	}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask %s for its schema: %w", s.Endpoint, err)
	}
	defer response.Body.Close()
	text, err := readLimited(response.Body, s.Endpoint)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data *struct {
			Service *struct {
				SDL *string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return "", fmt.Errorf("%s answered with status %d and no GraphQL response: %w", s.Endpoint, response.StatusCode, err)
	}
	if answer.Data == nil || answer.Data.Service == nil || answer.Data.Service.SDL == nil {
		reason := "no SDL"
		if len(answer.Errors) > 0 {
			reason = "error: " + answer.Errors[0].Message
		}
		return "", fmt.Errorf("%s answered _service { sdl } with status %d and %s", s.Endpoint, response.StatusCode, reason)
	}
	return *answer.Data.Service.SDL, nil
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
