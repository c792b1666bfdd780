package router

import (
	"net/http"
	"strings"
	"testing"
)

func TestNegotiate(t *testing.T) {
	const refused mediaType = -1
	tests := []struct {
		name   string
		accept []string
		want   mediaType
	}{
		{"none", nil, mediaJSON},
		{"empty", []string{""}, refused},
		{"curl", []string{"*/*"}, mediaJSON},
		{"json", []string{"application/json"}, mediaJSON},
		{"graphql response", []string{"application/graphql-response+json"}, mediaGraphQL},
		{"Apollo Client 4", []string{"application/graphql-response+json,application/json;q=0.9"}, mediaGraphQL},
		{"Apollo Client 3", []string{"*/*"}, mediaJSON},
		{"Apollo Kotlin", []string{"multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json"}, mediaGraphQL},
		{"Apollo iOS", []string{"multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json"}, mediaGraphQL},
		{"urql", []string{"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"}, mediaGraphQL},
		{"Relay", []string{"application/json"}, mediaJSON},
		{"GraphiQL", []string{"application/json, multipart/mixed"}, mediaJSON},
		{"axios", []string{"application/json, text/plain, */*"}, mediaJSON},
		{"a browser's page", []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, mediaJSON},
		{"json preferred by q", []string{"application/graphql-response+json;q=0.5, application/json"}, mediaJSON},
		{"any application type", []string{"application/*"}, mediaJSON},
		{"anything but json", []string{"*/*, application/json;q=0"}, mediaGraphQL},
		{"json named beats any", []string{"application/graphql-response+json;q=0.1, */*"}, mediaJSON},
		{"capitals", []string{"Application/GraphQL-Response+JSON"}, mediaGraphQL},
		{"utf-8", []string{`application/json; charset="UTF-8"`}, mediaJSON},
		{"latin 1", []string{"application/json; charset=latin1"}, refused},
		{"two lines", []string{"text/html", "application/graphql-response+json"}, mediaGraphQL},
		{"stream only", []string{"text/event-stream"}, refused},
		{"page only", []string{"text/html"}, refused},
		{"json forbidden", []string{"application/json;q=0"}, refused},
		{"all forbidden", []string{"*/*;q=0"}, refused},
		{"malformed q", []string{"application/json;q=2"}, refused},
		{"malformed beside good", []string{"/;;, application/json"}, mediaJSON},
		{"comma in quotes", []string{`text/html;a="x, application/json"`}, refused},
		{"quote that stays open", []string{`text/html;a="x, application/json`}, refused},
		{"thousands", []string{strings.Repeat("text/html,", 10_000) + "application/json"}, refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := negotiate(http.Header{"Accept": tt.accept})
			if !ok {
				got = refused
			}
			if got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestNotAcceptable(t *testing.T) {
	b := newBench(t, nil)
	w := b.query("{ echo }", "Accept", "text/event-stream")
	if w.Code != 406 || w.Header().Get("Content-Type") != "application/json; charset=utf-8" || codesIn(t, w.Body.Bytes())[0] != CodeInvalidAccept {
		t.Errorf("status %d, %v, %s", w.Code, w.Header(), w.Body)
	}
	w = b.query("{ echo }", "Accept", "application/graphql-response+json")
	if w.Header().Get("Content-Type") != "application/graphql-response+json; charset=utf-8" {
		t.Errorf("%v", w.Header())
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("application/graphql-response+json, application/json;q=0.9")
	f.Add(`a/b;c="\"", */*`)
	f.Fuzz(func(t *testing.T, accept string) {
		h := http.Header{"Accept": {accept}}
		m, ok := negotiate(h)
		if m != mediaJSON && m != mediaGraphQL {
			t.Errorf("media type %d", m)
		}
		// Who takes JSON in so many words gets it, whatever else is said.
		h["Accept"] = []string{"application/json", accept}
		if _, both := negotiate(h); ok && !both {
			t.Errorf("%q is acceptable, but not behind application/json", accept)
		}
	})
}
