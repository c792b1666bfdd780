package operation

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCursorValue(t *testing.T) {
	for _, value := range []string{
		`1`, `-1.5e+3`, `true`, `null`, `""`, `"a\"b"`, `"\\"`, `[]`, `{}`, `[1, [2, "]"], {"a": "}"}]`,
		`{"a": {"b": [ ]}, "c" : "\u0022"}`, "[\n1\t,\r2 ]",
	} {
		if !json.Valid([]byte(value)) {
			t.Fatalf("%s is not JSON", value)
		}
		for _, around := range [][2]string{{"", ""}, {"  ", " "}, {"", ","}, {"\n", "]"}, {"", "}"}} {
			c := cursor{text: []byte(around[0] + value + around[1])}
			if got := string(c.value()); got != value {
				t.Errorf("value of %q = %q", c.text, got)
			}
			if got := string(c.text[c.at:]); got != around[1] {
				t.Errorf("after %q comes %q", c.text, got)
			}
		}
	}
}

func TestCursorMembers(t *testing.T) {
	c := cursor{text: []byte(` { "a" : 1 , "\u0062":[ 2,3 ],"": {} } `)}
	c.peek()
	var got []string
	for first := true; c.more(first); first = false {
		key := c.key()
		got = append(got, key+"="+string(c.value()))
	}
	if diff := cmp.Diff([]string{"a=1", "b=[ 2,3 ]", "={}"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if rest := string(c.text[c.at:]); rest != " " {
		t.Errorf("the cursor is at %q", rest)
	}
}

func TestJSONDepth(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{
		{"", 0}, {"1", 0}, {"{}", 1}, {"[[],[[]]]", 3}, {`"[[["`, 0}, {`["\"[", []]`, 2}, {`[[[`, 3}, {`]]]`, 0}, {`"\`, 0},
	}
	for _, tt := range tests {
		if got := jsonDepth([]byte(tt.text)); got != tt.want {
			t.Errorf("jsonDepth(%s) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

func TestAppendQuoted(t *testing.T) {
	for _, s := range []string{"", "abc", "a\"b\\c/", "\x00\x01\n\r\t\b\f\x1f\x7f", "é\u2028😀<>&", "end\n"} {
		quoted := appendQuoted([]byte("x"), s)[1:]
		var got string
		if err := json.Unmarshal(quoted, &got); err != nil || got != s {
			t.Errorf("appendQuoted(%q) = %s, which reads %q, %v", s, quoted, got, err)
		}
	}
	if got := string(appendQuoted(nil, "a\xffb\xe2\x82c")); got != "\"a\uFFFDb\uFFFD\uFFFDc\"" {
		t.Errorf("invalid UTF-8 becomes %q", got)
	}
}

func TestTruncate(t *testing.T) {
	tests := []struct {
		s     string
		limit int
		want  string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "abc…"}, {"aé", 2, "a…"}, {"ééé", 4, "éé…"}, {"é", 1, "…"},
		{strings.Repeat("\x80", 5), 3, "…"},
	}
	for _, tt := range tests {
		if got := truncate(tt.s, tt.limit); got != tt.want {
			t.Errorf("truncate(%q, %d) = %q, want %q", tt.s, tt.limit, got, tt.want)
		}
	}
}
