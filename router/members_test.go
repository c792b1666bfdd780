package router

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadParameters(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct {
		name, body, twice string
		want              parameters
		bad               bool
	}{
		{name: "empty", body: `{}`},
		{name: "all", body: ` { "query" : "{a}" , "operationName":null,"variables":{"a":[1,-0.5e+7,{"b":"\"}"}]},"extensions":{} } `,
			want: parameters{query: json.RawMessage(`"{a}"`), operationName: json.RawMessage(`null`), variables: json.RawMessage(`{"a":[1,-0.5e+7,{"b":"\"}"}]}`), extensions: json.RawMessage(`{}`)}},
		{name: "others", body: `{"id":[[],{}],"query":"{a}","Query":"{b}","":{"query":1}}`, want: parameters{query: json.RawMessage(`"{a}"`)}},
		{name: "escaped name", body: `{"qu\u0065ry":"{a}"}`, want: parameters{query: json.RawMessage(`"{a}"`)}},
		{name: "twice", body: `{"query":"{a}","\u0071uery":"{b}"}`, twice: "query", want: parameters{query: json.RawMessage(`"{a}"`)}},
		{name: "twice null", body: `{"variables":null,"variables":{}}`, twice: "variables", want: parameters{variables: json.RawMessage(`null`)}},
		{name: "deep", body: `{"variables":` + deep(9_999) + `}`, want: parameters{variables: json.RawMessage(deep(9_999))}},
		{name: "too deep", body: `{"variables":` + deep(10_000) + `}`, bad: true},
		{name: "list", body: `[]`, bad: true},
		{name: "more behind", body: `{}{}`, bad: true},
		{name: "comma at the end", body: `{"a":1,}`, bad: true},
		{name: "no value", body: `{"a":}`, bad: true},
		{name: "no colon", body: `{"a" 1}`, bad: true},
		{name: "wrong bracket", body: `{"a":[1}}`, bad: true},
		{name: "zero in front", body: `{"a":01}`, bad: true},
		{name: "plus", body: `{"a":+1}`, bad: true},
		{name: "no digit", body: `{"a":1.}`, bad: true},
		{name: "control character", body: "{\"a\":\"\n\"}", bad: true},
		{name: "unknown escape", body: `{"a":"\x"}`, bad: true},
		{name: "half an escape", body: `{"a":"\u00g0"}`, bad: true},
		{name: "end in a string", body: `{"a":"abcdefghijklm`, bad: true},
		{name: "end in an escape", body: `{"a":"\`, bad: true},
		{name: "end", body: `{`, bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, twice, ok := readParameters([]byte(tt.body))
			if ok == tt.bad || twice != tt.twice {
				t.Fatalf("ok is %t, twice %q; want %t, %q", ok, twice, !tt.bad, tt.twice)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(parameters{})); ok && diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnquote(t *testing.T) {
	for _, raw := range []string{``, `{ a }`, `a\nb\t\"c\" \\ \/ \b\f\r`, `\u0041\u00e9`, `\ud83d\ude00!`, `\ud83d!`, `\udc00\n`, `a\nb\u000ac`, "é\U0001F600"} {
		var want string
		if err := json.Unmarshal([]byte(`"`+raw+`"`), &want); err != nil {
			t.Fatal(err)
		}
		if got := unquote([]byte(raw)); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
}

// FuzzReadParameters holds the reader against encoding/json: the same texts are
// objects, and have the same members.
func FuzzReadParameters(f *testing.F) {
	for _, s := range []string{
		`{"query":"query($n:Int){echo(n:$n)}","variables":{"n":1.5e-7},"operationName":null,"extensions":{}}`,
		`{"qu\u0065ry":"\ud83d\ude00 \ud83d","a":[[[]],{"b":{}},true,false,null,-0]}`,
		`{"query":"{a}","query":"{b}"}`, ` { } `, `{"a":[1}}`, `{"a":"` + "\x1f" + `"}`, `{"a":"\u12g4"}`, `{"a":01}`, `[{}]`, `{"a":1,}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bytes.ToValidUTF8(body, nil)
		got, twice, ok := readParameters(body)
		var want map[string]json.RawMessage
		err := json.Unmarshal(body, &want)
		// A null is an object to Unmarshal.
		if valid := err == nil && bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")); bytes.HasPrefix(body, []byte("{")) && valid != ok {
			t.Fatalf("%q: an object is %t, for encoding/json %t", body, ok, valid)
		}
		if !ok || twice != "" {
			return
		}
		for _, name := range []string{"query", "operationName", "variables", "extensions"} {
			value := *got.place([]byte(name))
			if !bytes.Equal(value, want[name]) {
				t.Errorf("%q: %s is %q, want %q", body, name, value, want[name])
			}
			var text string
			if len(value) > 0 && value[0] == '"' {
				if err := json.Unmarshal(value, &text); err != nil {
					t.Fatal(err)
				}
				if got := unquote(value[1 : len(value)-1]); got != text {
					t.Errorf("%q is %q, want %q", value, got, text)
				}
			}
		}
	})
}

func BenchmarkParseBody(b *testing.B) {
	body, err := json.Marshal(map[string]any{"query": strings.Repeat("query Q {\n  products(first: 10) { name }\n}\n", 20), "variables": map[string]any{"a": 1}})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, refused := parseRequest(body); refused != nil {
			b.Fatal(refused)
		}
	}
}
