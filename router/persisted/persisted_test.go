package persisted

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	apollo := func(operations string) string {
		return `{"format":"apollo-persisted-query-manifest","version":1,"operations":` + operations + `}`
	}
	for _, tt := range []struct {
		name, text string
		want       []Document
		err        string
	}{
		{name: "apollo", text: apollo(`[{"id":"a","name":"Q","type":"query","body":"query Q{a}","extra":1},{"id":"b","body":"{b}","clientName":"ios"}]`),
			want: []Document{{ID: "a", Name: "Q", Text: "query Q{a}"}, {ID: "b", Text: "{b}", Client: "ios"}}},
		{name: "apollo, client null", text: apollo(`[{"id":"a","body":"{a}","clientName":null}]`), want: []Document{{ID: "a", Text: "{a}"}}},
		{name: "apollo without operations", text: apollo(`[]`), want: []Document{}},
		{name: "relay", text: `{"x1":"{a}","x2":"{b}"}`, want: []Document{{ID: "x1", Text: "{a}"}, {ID: "x2", Text: "{b}"}}},
		{name: "relay, empty", text: `{}`, want: []Document{}},
		{name: "escapes", text: `{"x":"{a(b:\"\\u00e9\")}"}`, want: []Document{{ID: "x", Text: `{a(b:"\u00e9")}`}}},

		{name: "not JSON", text: "{\n  \"a\": \"x\",,\n}", err: `the manifest is not JSON: 2:12: invalid character ',' looking for beginning of object key string`},
		{name: "cut off", text: `{"a":"x"`, err: `the manifest is not JSON: 1:8: unexpected end of JSON input`},
		{name: "empty", text: ``, err: `the manifest is not JSON: 1:1: unexpected end of JSON input`},
		{name: "two values", text: `{} {}`, err: `the manifest is not JSON: 1:4: invalid character '{' after top-level value`},
		{name: "a list", text: `[]`, err: `the manifest must be a JSON object`},
		{name: "not UTF-8", text: "{\"a\":\"\xff\"}", err: `the manifest is not UTF-8`},
		{name: "id twice", text: `{"a":"{a}","a":"{b}"}`, err: `"a" is in the manifest twice`},
		{name: "another format", text: `{"format":"other","version":1,"operations":[]}`, err: `the manifest's format is not "apollo-persisted-query-manifest"`},
		{name: "another version", text: `{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}`, err: `the manifest's version is not 1`},
		{name: "no operations", text: `{"format":"apollo-persisted-query-manifest","version":1}`, err: `the manifest has no "operations"`},
		{name: "operations null", text: apollo(`null`), err: `"operations" must be a list`},
		{name: "operation null", text: apollo(`[null]`), err: `operations[0] must be an object`},
		{name: "no body", text: apollo(`[{"id":"a","body":"{a}"},{"id":"b"}]`), err: `operations[1] has no "body"`},
		{name: "case counts", text: apollo(`[{"id":"a","Body":"{a}"}]`), err: `operations[0] has no "body"`},
		{name: "id a number", text: apollo(`[{"id":1,"body":"{a}"}]`), err: `operations[0]: "id" must be a string`},
		{name: "id empty", text: apollo(`[{"id":"","body":"{a}"}]`), err: `operations[0]: the id is empty`},
		{name: "document empty", text: `{"a":""}`, err: `"a": the document is empty`},
		{name: "id too long", text: `{"` + strings.Repeat("i", 600) + `":"{a}"}`, err: `"` + strings.Repeat("i", 80) + `…": the id is longer than 512 bytes`},
		{name: "document a number", text: `{"a":1}`, err: `the value of "a" must be a string, the text of a document; a manifest of Apollo's form has "format": "apollo-persisted-query-manifest"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse([]byte(tt.text))
			message := ""
			if err != nil {
				message = err.Error()
			}
			if diff := cmp.Diff(tt.err, message); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

func TestManifest(t *testing.T) {
	m, err := NewManifest([]Document{
		{ID: "a", Text: "query A { a(b: 1) }"},
		{ID: "a", Text: "{ forIOS }", Client: "ios"},
		{ID: "only", Text: "{ only }", Client: "ios"},
		{ID: "a", Text: "query A { a(b: 1) }"},
		{ID: strings.Repeat("0", 64), Text: "{ b }"},
		{ID: HashOf("{ c }").String(), Text: "{ c }"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ client, id, want string }{
		{"", "a", "query A { a(b: 1) }"},
		{"web", "a", "query A { a(b: 1) }"},
		{"ios", "a", "{ forIOS }"},
		{"ios", "only", "{ only }"},
		{"web", "only", ""},
		{"", "only", ""},
		{"", "A", ""},
		{"", "a ", ""},
		{"", "", ""},
	} {
		if got, ok := m.Find(tt.client, tt.id); got != tt.want || ok != (tt.want != "") {
			t.Errorf("client %q, id %q: got %q, %v; want %q", tt.client, tt.id, got, ok, tt.want)
		}
	}
	for text, want := range map[string]bool{
		"query A { a(b: 1) }":             true,
		"query A{a(b:1)}":                 true,
		"# words\nquery A {,\n a(b:\t1)}": true,
		"query A { a(b: 2) }":             false,
		"query B { a(b: 1) }":             false,
		"query A { a(b: \"1\") }":         false,
		"query A { a(b: 1) } { x }":       false,
		"query A { a(b: 1) ":              false,
		"query Aa { (b: 1) }":             false,
		"":                                false,
		"\x00":                            false,
	} {
		if got := m.Has(text); got != want {
			t.Errorf("Has(%q) = %v", text, got)
		}
	}
	if m.Mismatched() != 1 {
		t.Errorf("%d ids are taken for hashes of other documents, want 1", m.Mismatched())
	}
	if _, err := NewManifest([]Document{{ID: "a", Text: "{a}"}, {ID: "a", Text: "{b}"}}); err == nil || err.Error() != `the id "a" stands for two different documents` {
		t.Errorf("two documents of one id: %v", err)
	}
}

func TestParseHash(t *testing.T) {
	good := HashOf("{ a }")
	if h, ok := ParseHash(good.String()); !ok || h != good {
		t.Errorf("%s is not read", good)
	}
	for _, s := range []string{
		"", "0", good.String()[1:], good.String() + "0", strings.ToUpper(good.String()), " " + good.String()[1:],
		strings.Repeat("g", 64), "../../" + good.String()[6:], strings.Repeat("0", 63) + "\x00", strings.Repeat("٣", 32), strings.Repeat("０", 64),
	} {
		if _, ok := ParseHash(s); ok {
			t.Errorf("%q is taken for a hash", s)
		}
	}
}

// A file that changes in whatever way is read again; one with faults leaves
// what there was.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "manifest.json")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now()
	touch := func(name string) { // file systems keep times too coarsely for a test
		at = at.Add(time.Second)
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write(file, `{"a":"{ a }"}`)
	synctest.Test(t, func(t *testing.T) {
		l, err := NewList([]string{file})
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var attempts []string
		tried := func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(attempts)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			l.Watch(ctx, time.Second, func(err error) {
				mu.Lock()
				defer mu.Unlock()
				attempts = append(attempts, fmt.Sprint(err))
			})
		}()
		defer func() { cancel(); <-done }()
		step := func(what string, loads int, want string) {
			t.Helper()
			before := len(tried())
			time.Sleep(3 * time.Second)
			synctest.Wait()
			got, _ := l.Manifest().Find("", "a")
			if new := tried()[before:]; len(new) != loads || got != want {
				t.Errorf("%s: loaded %d times %q, document %q; want %d, %q", what, len(new), new, got, loads, want)
			}
		}
		step("no change", 0, "{ a }")
		write(file, `{"a":"{ b }"}`)
		touch(file)
		step("written in place", 1, "{ b }")
		write(file, `{"a":`)
		touch(file)
		step("faulty", 1, "{ b }")
		if want := file + ": the manifest is not JSON: 1:5: unexpected end of JSON input"; slices.Index(tried(), want) < 0 {
			t.Errorf("got %q, want %q", tried(), want)
		}
		next := filepath.Join(dir, "next.json")
		write(next, `{"a":"{ c }"}`)
		if err := os.Rename(next, file); err != nil {
			t.Fatal(err)
		}
		step("renamed over", 1, "{ c }")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		step("removed", 1, "{ c }")
		step("still removed", 0, "{ c }")
		write(next, `{"a":"{ d }"}`)
		if err := os.Symlink(next, file); err != nil {
			t.Fatal(err)
		}
		step("a link", 1, "{ d }")
		other := filepath.Join(dir, "other.json")
		write(other, `{"a":"{ e }"}`)
		if err := os.Symlink(other, filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "link"), file); err != nil {
			t.Fatal(err)
		}
		step("the link points elsewhere", 1, "{ e }")
	})
}

func TestNewListFails(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none.json")
	if _, err := NewList([]string{none}); err == nil || err.Error() != "there is no manifest "+none {
		t.Errorf("got %v", err)
	}
	if _, err := NewList([]string{dir}); err == nil || err.Error() != "the manifest "+dir+" is not a regular file" {
		t.Errorf("got %v", err)
	}
}

// FuzzParse looks for manifests whose documents cannot be found again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","name":"Q","type":"query","body":"query Q{a}"}]}`))
	f.Add([]byte(`{"x1":"{a}","x2":"{b} # c"}`))
	f.Add([]byte(`{"":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		documents, err := Parse(data)
		if err != nil {
			return
		}
		m, err := NewManifest(documents)
		if err != nil {
			return
		}
		for _, d := range documents {
			if text, ok := m.Find(d.Client, d.ID); !ok || text != d.Text || !m.Has(d.Text) {
				t.Errorf("%+v is found as %q, %v", d, text, ok)
			}
		}
	})
}
