package mock

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplates(t *testing.T) {
	fields := map[string]any{
		"weight": json.Number("7"), "half": json.Number("0.5"), "name": "Lamp", "nothing": nil, "yes": true,
		"size":  map[string]any{"width": json.Number("3"), "deep": map[string]any{"er": "x"}},
		"parts": []any{map[string]any{"n": json.Number("1")}, nil, map[string]any{"n": json.Number("2")}},
	}
	s := &scope{
		field: func(name string) (any, error) {
			if name == "broken" {
				return nil, errors.New("broken field")
			}
			return fields[name], nil
		},
		argument: func(name string) any {
			return map[string]any{"first": json.Number("3"), "input": map[string]any{"a": "b"}}[name]
		},
	}
	for _, tt := range []struct {
		text    string
		want    any
		wantErr string
	}{
		{text: "{{weight}}", want: json.Number("7")},
		{text: "{{ weight * 2 }}", want: json.Number("14")},
		{text: "{{weight+half*2-1}}", want: json.Number("7")},
		{text: "{{(weight + 1) / 4}}", want: json.Number("2")},
		{text: "{{-weight + 1}}", want: json.Number("-6")},
		{text: "{{0.1 + 0.2}}", want: json.Number("0.3")},
		{text: "{{10 / 3}}", want: json.Number("3.33333333333")},
		{text: "{{2 * 1000000000000}}", want: json.Number("2000000000000")},
		{text: "{{8 - 2 - 1}}", want: json.Number("5")},
		{text: "{{nothing * 2}}", want: nil},
		{text: "{{2 - nothing}}", want: nil},
		{text: "{{name}}", want: "Lamp"},
		{text: "{{yes}}", want: true},
		{text: "{{true}} {{false}} {{null}}", want: "true false null"},
		{text: "{{size.width}}x{{size.deep.er}}", want: "3xx"},
		{text: "{{size.no.way}}", want: nil},
		{text: "{{size}}", want: map[string]any{"width": json.Number("3"), "deep": map[string]any{"er": "x"}}},
		{text: "size {{size}}", want: `size {"deep":{"er":"x"},"width":3}`},
		{text: "{{parts.n}}", want: []any{json.Number("1"), nil, json.Number("2")}},
		{text: "{{$first * 2}} {{$input.a}} {{$none}}", want: "6 b null"},
		{text: `{{"}}"}} and {{'{{'}}`, want: "}} and {{"},
		{text: "{{weight}}kg", want: "7kg"},
		{text: "{{name * 2}}", wantErr: `"Lamp" * 2: not numbers`},
		{text: "{{weight / 0}}", wantErr: "7 / 0 is no number"},
		{text: "{{broken}}", wantErr: "broken field"},
		{text: "a {{broken + 1}}", wantErr: "broken field"},
		{text: "{{1 + broken}}", wantErr: "broken field"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			parsed, err := parseTemplate(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parsed.eval(s)
			if tt.wantErr != "" {
				if err == nil || err.Error() != tt.wantErr {
					t.Errorf("got %v, %v, want error %s", got, err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTemplateSyntax(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"{{", `in "{{": expected a name, a number or a text`},
		{"{{weight", `in "{{weight": expected an operator or }}`},
		{"{{weight weight}}", `in "{{weight weight}}": expected an operator or }}`},
		{"{{a.}}", `in "{{a.}}": expected a name, a number or a text`},
		{"{{(a}}", `in "{{(a}}": expected )`},
		{"{{1.2.3}}", `in "{{1.2.3}}": "1.2.3" is no number`},
		{"{{5.}}", `in "{{5.}}": "5." is no number`},
		{"{{'a}}", `in "{{'a}}": a text without its closing quote`},
		{"{{$}}", `in "{{$}}": expected a name, a number or a text`},
		{"{{" + strings.Repeat("(", 60) + "1", "nested too deeply"},
		{"{{" + strings.Repeat("-", 60) + "1", "nested too deeply"},
	} {
		_, err := parseTemplate(tt.text)
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestTemplatesThatReferToEachOther(t *testing.T) {
	s := withData(t, `type Query { p: P } type P @key(fields: "id") { id: ID! a: Int b: Int c: Int }`,
		`{"Query": {"p": {"id": "1", "a": "{{b + 1}}", "b": "{{c * 2}}", "c": 3}}}`)
	exchange{query: `{ p { a } }`, want: `{"p":{"a":7}}`}.run(t, s)
	s = withData(t, `type Query { p: P } type P { a: Int b: Int }`, `{"Query": {"p": {"a": "{{b + 1}}", "b": "{{a * 2}}"}}}`)
	exchange{query: `{ p { a } }`, want: `{"p":{"a":null}}` + "\n" + `["p","a"] templates refer to each other without end (INTERNAL_SERVER_ERROR)`}.run(t, s)
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{{weight * 2}}", "{{(a.b + $c) / -2}} text", `{{"x"}}{{'y'}}`, "{{", "{{1..2}}", "}}{{a}}"} {
		f.Add(seed)
	}
	s := &scope{
		field:    func(string) (any, error) { return json.Number("3"), nil },
		argument: func(string) any { return "x" },
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseTemplate(text)
		if err != nil {
			return
		}
		if value, err := parsed.eval(s); err == nil && !isJSON(value, 0) {
			t.Errorf("%q gives a %T", text, value)
		}
	})
}
