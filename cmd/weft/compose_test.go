package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestComposeWatch changes a schema under a watching compose: the supergraph
// follows what composes, and stays where something does not.
func TestComposeWatch(t *testing.T) {
	dir := t.TempDir()
	schema, out := filepath.Join(dir, "a.graphql"), filepath.Join(dir, "supergraph.graphql")
	write := func(text string) {
		t.Helper()
		if err := replaceFile(schema, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write("type Query { first: Int }")
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"weft", "compose", "--watch", "--subgraph", "a=" + schema + "@http://a", "--out", out}, strings.NewReader(""), &stdout, &stderr)
	}()
	until := func(what string, ok func(string) bool) {
		t.Helper()
		for range 600 {
			if text, err := os.ReadFile(out); err == nil && ok(string(text)) {
				return
			}
			select {
			case status := <-done:
				t.Fatalf("weft ended with %d: %s", status, stderr.String())
			case <-time.After(50 * time.Millisecond):
			}
		}
		t.Fatalf("the supergraph does not have %s", what)
	}
	until("first", func(s string) bool { return strings.Contains(s, "first: Int") })
	write("type Query { first: ")
	write("type Query { second: Int }")
	until("second", func(s string) bool { return strings.Contains(s, "second: Int") && !strings.Contains(s, "first: Int") })
	cancel()
	if status := <-done; status != 0 {
		t.Errorf("weft ended with %d: %s", status, stderr.String())
	}
}
