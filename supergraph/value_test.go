package supergraph

import (
	"strings"
	"testing"
)

func TestParseType(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"Int", "Int"},
		{" [ Int ! ] ! ", "[Int!]!"},
		{"[[_a1]]", "[[_a1]]"},
		{"", ""},
		{"!", ""},
		{"Int!!", ""},
		{"[Int", ""},
		{"Int]", ""},
		{"[]", ""},
		{"[Int]]", ""},
		{"1a", ""},
		{"a b", ""},
		{"é", ""},
		{strings.Repeat("[", maxTypeDepth) + "Int" + strings.Repeat("]", maxTypeDepth), strings.Repeat("[", maxTypeDepth) + "Int" + strings.Repeat("]", maxTypeDepth)},
		{strings.Repeat("[", maxTypeDepth+1) + "Int" + strings.Repeat("]", maxTypeDepth+1), ""},
	} {
		got := ""
		if typ := parseType(tt.text, nil); typ != nil {
			got = typ.String()
		}
		if got != tt.want {
			t.Errorf("parseType(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
