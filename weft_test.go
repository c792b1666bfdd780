package weft_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/supergraph"
)

// What keeps weft from starting is said in a sentence, with the place.
func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := write("good.graphql", demo.Supergraph())
	noURL := write("nourl.graphql", strings.Replace(demo.Supergraph(), `"http://127.0.0.1:4003/graphql"`, `""`, 1))
	tests := []struct {
		name, yaml string
		problems   bool // in the configuration
		want       []string
	}{
		{"not configured", "path: /x\n", true, []string{"supergraph.file: no supergraph is configured"}},
		{"missing", "supergraph: {file: none.graphql}\n", false, []string{"there is no supergraph file " + filepath.Join(dir, "none.graphql")}},
		{"directory", "supergraph: {file: .}\n", false, []string{"is a directory"}},
		{"empty", "supergraph: {file: " + write("empty.graphql", "") + "}\n", false, []string{"empty.graphql"}},
		{"no supergraph", "supergraph: {file: " + write("plain.graphql", "type Query { a: Int }") + "}\n", false, []string{"plain.graphql"}},
		{"unknown subgraphs", "supergraph: {file: " + good + "}\nsubgraphs:\n  pircing: {timeout: 1s}\nheaders:\n  subgraphs:\n    revews: {}\nerrors:\n  subgraphs:\n    accnts: {}\n", true, []string{
			`c.yaml:3:12: subgraphs.pircing: the supergraph has no subgraph "pircing"; it has accounts, catalogue, inventory, pricing, reviews`,
			`headers.subgraphs.revews`, `errors.subgraphs.accnts`,
		}},
		{"unknown label", "supergraph: {file: " + good + "}\noverride_labels:\n  next: true\n  percent(2.5): true\n", true, []string{
			`c.yaml:3:9: override_labels.next: no @override in the supergraph has the label "next", or any other`,
			`c.yaml:4:17: override_labels."percent(2.5)":`,
		}},
		{"no URL", "supergraph: {file: " + noURL + "}\n", true, []string{"subgraphs.pricing: the subgraph cannot be reached: it has no URL; set subgraphs.pricing.url"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := config.Parse(filepath.Join(dir, "c.yaml"), []byte(tt.yaml), config.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = weft.New(t.Context(), c, weft.WithLogger(zap.NewNop()))
			if err == nil {
				t.Fatal("no error")
			}
			var problems config.Problems
			if errors.As(err, &problems) != tt.problems {
				t.Errorf("error is a %T", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not contain %q", err, want)
				}
			}
		})
	}
	t.Run("not valid", func(t *testing.T) {
		c := config.Default(false)
		c.Listen = "nowhere"
		var problems config.Problems
		if _, err := weft.New(t.Context(), c); !errors.As(err, &problems) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("supergraph error", func(t *testing.T) {
		var at *supergraph.Error
		if _, err := weft.New(t.Context(), config.Default(false), weft.WithSupergraph("type"), weft.WithLogger(zap.NewNop())); !errors.As(err, &at) {
			t.Errorf("error %v", err)
		}
	})
}

func TestRun(t *testing.T) {
	c := config.Default(false)
	c.Listen = "127.0.0.1:0"
	r, err := weft.New(t.Context(), c, weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, l) }()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Get("http://" + l.Addr().String() + "/health/ready")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("ready: %d", resp.StatusCode)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	// A context that has ended already: it listens and ends.
	if err := r.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Weft in a server of one's own.
func ExampleNew() {
	c := config.Default(false)
	r, err := weft.New(context.Background(), c,
		weft.WithSupergraph(demo.Supergraph()), weft.WithLogger(zap.NewNop()))
	if err != nil {
		panic(err)
	}
	defer r.Close()
	mux := http.NewServeMux()
	mux.Handle("/graphql", r)

	request := httptest.NewRequest("POST", "/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	mux.ServeHTTP(response, request)
	os.Stdout.WriteString(response.Body.String())
	// Output: {"data":{"__typename":"Query"}}
}
