package operation

import "testing"

func TestCheckSurrogates(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	const lone = "PARSING_ERROR "
	tests := []struct {
		document, want string
		raw            string // the argument, if there is no error
	}{
		{`{ a(s: "\uD83D\uDE00") }`, "", "😀"},
		{`{ a(s: "\ud83d\ude00\u00e9\u{1F600}") }`, "", "😀é😀"},
		{`{ a(s: "\\uD83D") }`, "", `\uD83D`},
		{`{ a(s: """\uD83D \""" "x""") }`, "", `\uD83D """ "x`},
		{"{ a(s: \"\uFFFD\\u0041\") }", "", "\uFFFDA"},
		{"# \"\\uD83D\n{ a(s: \"\\u0041\") }", "", "A"},
		{`{ a(s: "é\uD83D") }`, lone + `1:10 a string has one half of a surrogate pair: \uD83D` + "\n", ""},
		{`{ a(s: "\uD83Dx\uDE00") }`, lone + `1:9 a string has one half of a surrogate pair: \uD83D` + "\n", ""},
		{`{ a(s: "\uD83D\uD83D\uDE00") }`, lone + `1:9 a string has one half of a surrogate pair: \uD83D` + "\n", ""},
		{"{ a(\r\n s: \"x\",\r s: \"\\uDE00\\uD83D\") }", lone + `3:6 a string has one half of a surrogate pair: \uDE00` + "\n", ""},
	}
	for _, tt := range tests {
		op, errs := Prepare(schema, tt.document, "", DefaultLimits())
		if got := show(errs); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.document, got, tt.want)
		}
		if op == nil {
			continue
		}
		if got := op.Select(nil)[0].Arguments[0].Value.Raw; got != tt.raw {
			t.Errorf("%s: the argument is %q, want %q", tt.document, got, tt.raw)
		}
	}
}
