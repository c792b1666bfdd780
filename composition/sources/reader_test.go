package sources_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/composition"
	"github.com/weft-graphql/weft/composition/sources"
)

// What a server said of its last good answer goes back to it, and its 304 is
// taken; of an answer that was of no use nothing does.
func TestReaderConditional(t *testing.T) {
	var mode, conditional atomic.Value
	mode.Store("")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conditional.Store(r.Header.Get("If-None-Match") + r.Header.Get("If-Modified-Since"))
		switch {
		case mode.Load() == "useless":
			w.Header().Set("ETag", `"useless"`)
			_, _ = io.WriteString(w, `{"data":null}`)
		case mode.Load() == "down":
			w.WriteHeader(http.StatusBadGateway)
		case mode.Load() == "always 304":
			w.WriteHeader(http.StatusNotModified)
		case r.Header.Get("If-None-Match") == `"1"` || r.Header.Get("If-Modified-Since") == "then":
			w.WriteHeader(http.StatusNotModified)
		case r.Method == http.MethodPost:
			w.Header().Set("ETag", `"1"`)
			_, _ = io.WriteString(w, `{"data":{"_service":{"sdl":"type Query { a: Int }"}}}`)
		default:
			w.Header().Set("Last-Modified", "then")
			_, _ = io.WriteString(w, "type Query { a: Int }")
		}
	}))
	defer server.Close()
	for _, tt := range []struct {
		name   string
		source sources.Source
		sent   string
	}{
		{"_service", sources.Source{Name: "a", Endpoint: server.URL}, `"1"`},
		{"document", sources.Source{Name: "a", URL: server.URL, Document: server.URL}, "then"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := sources.NewReader(tt.source, sources.ReaderOptions{})
			for i, step := range []struct {
				mode    string
				changed bool
				fails   bool
				sent    string
			}{
				{"always 304", false, true, ""}, // though nothing was offered
				{"", true, false, ""},
				{"", false, false, tt.sent},
				{"", false, false, tt.sent},
				{"down", false, true, tt.sent},
				{"", false, false, ""}, // so it is read whole
				{"", false, false, tt.sent},
			} {
				mode.Store(step.mode)
				changed, err := r.Read(t.Context())
				if changed != step.changed || (err != nil) != step.fails || conditional.Load() != step.sent {
					t.Errorf("step %d: changed %v, error %v, sent %q", i, changed, err, conditional.Load())
				}
			}
			mode.Store("")
			want := composition.Subgraph{Name: "a", URL: server.URL, SDL: "type Query { a: Int }", File: server.URL}
			if diff := cmp.Diff(want, r.Subgraph()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("useless", func(t *testing.T) {
		r := sources.NewReader(sources.Source{Name: "a", Endpoint: server.URL}, sources.ReaderOptions{})
		mode.Store("useless")
		for range 2 {
			if _, err := r.Read(t.Context()); err == nil || conditional.Load() != "" {
				t.Errorf("error %v, sent %q", err, conditional.Load())
			}
		}
		mode.Store("")
	})
}

// Subgraphs and addresses are not trusted: with size, time, redirects, nor with
// what was told to weft in confidence.
func TestReaderHostile(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed, with %v", r.Header)
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 3000))
		case "/large-sdl":
			_, _ = fmt.Fprintf(w, `{"data":{"_service":{"sdl":"%s"}}}`, strings.Repeat("x", 3000))
		case "/endless":
			for err := error(nil); err == nil; {
				_, err = io.WriteString(w, strings.Repeat("x", 1<<16))
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 100 {
				_, _ = z.Write(make([]byte, 1<<16))
			}
			_ = z.Close()
		case "/moved":
			http.Redirect(w, r, elsewhere.URL+"/?token=x", http.StatusTemporaryRedirect)
		case "/slow":
			<-r.Context().Done()
		case "/dripping":
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		case "/error":
			_, _ = fmt.Fprintf(w, `{"errors":[{"message":"%s"}]}`, strings.Repeat("long ", 1000))
		case "/status":
			w.WriteHeader(http.StatusNotFound)
		case "/number":
			_, _ = io.WriteString(w, `{"data":{"_service":{"sdl":7}}}`)
		case "/deep":
			_, _ = io.WriteString(w, strings.Repeat("[", 4000))
		}
	}))
	defer server.Close()
	at := func(path string) string {
		return strings.Replace(server.URL, "http://", "http://user:sesame@", 1) + path
	}
	for _, tt := range []struct{ name, endpoint, document, want string }{
		{name: "large document", document: at("/large"), want: "is longer than 1000 bytes"},
		{name: "large SDL", endpoint: at("/large-sdl"), want: "is longer than 1000 bytes"},
		{name: "endless", endpoint: at("/endless"), want: "is longer than"},
		{name: "endless document", document: at("/endless"), want: "is longer than"},
		{name: "bomb", document: at("/bomb"), want: "is longer than 1000 bytes"},
		{name: "redirect", endpoint: at("/moved"), want: "redirects with status 307 to " + elsewhere.URL},
		{name: "redirected document", document: at("/moved"), want: "redirects with status 307 to " + elsewhere.URL},
		{name: "slow", endpoint: at("/slow"), want: "does not answer within 200ms"},
		{name: "dripping", document: at("/dripping"), want: "does not answer within 200ms"},
		{name: "long error", endpoint: at("/error"), want: "and error: long long"},
		{name: "not found", document: at("/status"), want: "answered with status 404"},
		{name: "not text", endpoint: at("/number"), want: "and no GraphQL response"},
		{name: "deep", endpoint: at("/deep"), want: "and no GraphQL response"},
		{name: "refused", endpoint: "http://user:sesame@127.0.0.1:1/", want: "connection refused"},
		{name: "no host", document: "http://", want: "no Host in request URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := 200 * time.Millisecond
			if !strings.Contains(tt.want, "within") {
				limit = time.Minute // what is to be found is found before
			}
			r := sources.NewReader(
				sources.Source{Name: "s", Endpoint: tt.endpoint, Document: tt.document, Headers: map[string]string{"X-Key": "sesame"}},
				sources.ReaderOptions{Timeout: limit, MaxBytes: 1000})
			_, err := r.Read(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "sesame") {
				t.Errorf("a secret shows in %q", err)
			}
			if len(err.Error()) > 600 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if r.HasRead() || r.Subgraph().SDL != "" {
				t.Error("something was read")
			}
		})
	}
}

func TestReaderFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "s.graphql")
	at := time.Now().Add(-time.Hour)
	write := func(text string) {
		t.Helper()
		at = at.Add(time.Second)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	r := sources.NewReader(sources.Source{Name: "s", File: name}, sources.ReaderOptions{MaxBytes: 100})
	step := func(by func(*sources.Reader, context.Context) (bool, error), want bool) {
		t.Helper()
		changed, err := by(r, t.Context())
		if err != nil || changed != want {
			t.Errorf("changed %v, error %v, want %v", changed, err, want)
		}
	}
	read, look := (*sources.Reader).Read, (*sources.Reader).Look
	write("one")
	step(look, true) // the first time at once
	step(look, false)
	write("two")
	step(look, false) // somebody may still be writing
	write("three")
	step(look, false)
	step(look, true)
	write("four")
	step(read, true)
	write("four")
	step(read, false) // written again, with the same content
	write(strings.Repeat("x", 101))
	if _, err := r.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "longer than 100 bytes") {
		t.Errorf("error %v", err)
	}
	if got := r.Subgraph().SDL; got != "four" {
		t.Errorf("it has %q", got)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Look(t.Context()); err == nil {
		t.Error("no error without the file")
	}
	write("five")
	step(look, false)
	step(look, true)
	// Two changes within one tick of the file system's clock, alike in size:
	// what has just changed is not trusted.
	at = time.Now()
	write("new1")
	step(read, true)
	at = at.Add(-time.Second)
	write("new2")
	step(read, true)
	t.Run("directory", func(t *testing.T) {
		_, err := sources.NewReader(sources.Source{Name: "s", File: dir}, sources.ReaderOptions{}).Read(t.Context())
		if err == nil || !strings.Contains(err.Error(), "is a directory") {
			t.Errorf("error %v", err)
		}
	})
}
