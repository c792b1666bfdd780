package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/demo"
)

// Each subgraph meets each fault, and there is no word without one.
func TestChaosDemoMeetsAll(t *testing.T) {
	met := map[string]bool{}
	names := demo.Names()
	for i := range len(names) * len(chaosDemo) {
		name, fault := names[i%len(names)], chaosDemo[i%len(chaosDemo)]
		if faultNamed(fault) == nil {
			t.Fatalf("there is no fault %q", fault)
		}
		met[fmt.Sprint(name, fault)] = true
	}
	if len(met) != len(names)*len(chaosDemo) {
		t.Errorf("%d of %d pairs occur", len(met), len(names)*len(chaosDemo))
	}
}

// What --chaos-at does shows in the answer, and --chaos says what it does.
func TestDemoChaos(t *testing.T) {
	const partial = `{"data":{"product":{"id":"1","name":"Aurora Wireless Headphones","availability":"In Stock","price":null}},"errors":[`
	for fault, code := range map[string]string{
		"reset in the body":    "SUBREQUEST_HTTP_ERROR",
		"page with status 503": "SUBREQUEST_HTTP_ERROR",
		"page with status 200": "SUBREQUEST_MALFORMED_RESPONSE",
		"hang":                 "GATEWAY_TIMEOUT",
	} {
		w := runWeft(t, "demo", "--listen", "127.0.0.1:0", "--products", "20", "--latency", "inventory=0s,pricing=1ms", "--deadline", "2s", "--chaos-at", "pricing="+fault)
		_, body := ask(t, w.stdout.await(t, `GraphQL +(http://\S+/graphql)\n`), article)
		if !strings.HasPrefix(body, partial) || !strings.Contains(body, code) || !strings.Contains(body, `"service":"pricing"`) {
			t.Errorf("%s: %s, want %s", fault, body, code)
		}
		w.stdout.await(t, "(chaos: pricing: "+fault+")\n")
		if status := w.end(); status != 0 {
			t.Errorf("%s: it ended with %d", fault, status)
		}
	}
	// What takes work rather than time is given the time that a slow machine
	// needs for it.
	w := runWeft(t, "demo", "--listen", "127.0.0.1:0", "--products", "20", "--latency", "inventory=0s,pricing=1ms", "--deadline", "10m", "--chaos-at", "pricing=gzip bomb")
	_, body := ask(t, w.stdout.await(t, `GraphQL +(http://\S+/graphql)\n`), article)
	if !strings.HasPrefix(body, partial) || !strings.Contains(body, "SUBREQUEST_HTTP_ERROR") {
		t.Errorf("gzip bomb: %s", body)
	}
	if status := w.end(); status != 0 {
		t.Errorf("gzip bomb: it ended with %d", status)
	}
	w = runWeft(t, "demo", "--listen", "127.0.0.1:0", "--products", "20", "--chaos")
	w.stdout.await(t, "(chaos: catalogue: delay 5ms)\n")
	if status := w.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
}
