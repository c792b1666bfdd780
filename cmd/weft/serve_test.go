//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weft-graphql/weft/demo"
)

// As the README has it: a list of running subgraphs is all that weft needs,
// and a schema in a file may take the place of one. SIGHUP reads them again.
func TestServeSubgraphs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pricing.graphql")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(demo.SDL("pricing"))
	args := []string{"serve", "--listen", "127.0.0.1:0", "--dev"}
	for _, name := range demo.Names() {
		s := runWeft(t, "demo", "--subgraph", name, "--products", "20", "--latency", name+"=0s", "--listen", "127.0.0.1:0")
		url := s.stdout.await(t, `subgraph `+name+` at (http://\S+)\n`)
		if name == "pricing" {
			url = file + "@" + url
		}
		args = append(args, "--subgraph", name+"="+url)
	}
	w := runWeft(t, args...)
	graphql := "http://" + w.stderr.await(t, `"msg":"listening","address":"([^"]+)"`) + "/graphql"
	w.stderr.await(t, `"msg":"(supergraph loaded)"`)
	if status, body := ask(t, graphql, article); status != 200 || !strings.Contains(body, `"availability":"In Stock","price":29.99`) {
		t.Errorf("%d %s", status, body)
	}
	write(demo.SDL("pricing") + "\ntype Discount { ends: String }\n")
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	w.stderr.await(t, `(?s)"supergraph loaded".*"msg":"(supergraph loaded)"`)
	if _, body := ask(t, graphql, `{ __type(name: "Discount") { fields { name } } }`); !strings.Contains(body, `"ends"`) {
		t.Errorf("after the change: %s", body)
	}
	write("type Query { price: ")
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if why := w.stderr.await(t, `"msg":"new supergraph refused, the last good one goes on serving"(.*)`); !strings.Contains(why, "INVALID_GRAPHQL") || !strings.Contains(why, "pricing.graphql:1:") || !strings.Contains(why, `"try":"`) {
		t.Errorf("refused: %s", why)
	}
	if status, body := ask(t, graphql, article); status != 200 || !strings.Contains(body, `"price":29.99`) {
		t.Errorf("%d %s", status, body)
	}
	if status := w.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}
