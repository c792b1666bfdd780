package nesting

import (
	"strings"
	"testing"
)

func TestBeyond(t *testing.T) {
	tests := []struct {
		name, text   string
		line, column int // 0 for not found
	}{
		{"nothing", "", 0, 0},
		{"as deep as may be", "a: [[[1]]]", 0, 0},
		{"brackets", "a: 1\nb: [[[[1]]]]", 2, 7},
		{"braces", "{a: {b: {c: {d: 1}}}}", 1, 13},
		{"brackets one after the other", "a: [[1], [2], [3], [4], [5]]", 0, 0},
		{"brackets that close what was never open", "]]]]]] [[[[1]]]]", 1, 11},
		{"over lines", "[\n[\n[\n[\n1]]]]", 4, 1},
		{"dashes of one line", "- - - - 1", 1, 7},
		{"dashes of many lines", "- 1\n- 2\n- 3\n- 4\n- 5", 0, 0},
		{"keys of one line", strings.Repeat("? ", 4) + "1", 1, 7},
		{"indentation", "a:\n b:\n  c:\n   d:\n    e: 1", 0, 0},
		{"in a string", `a: "[[[[[["`, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			line, column, found := Beyond(tt.text, 3)
			if line != tt.line || column != tt.column || found != (tt.line > 0) {
				t.Errorf("%d:%d, %v; want %d:%d", line, column, found, tt.line, tt.column)
			}
		})
	}
}
