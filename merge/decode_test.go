package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// values has a field of every kind; all are nullable, so that each is looked
// at by itself.
const values = `
scalar Any
enum Color { RED GREEN }
type Query {
  a: Any b: [Any] s: String i: Int f: Float z: Boolean id: ID e: Color es: [Color] is: [[Int]]
  o: Object os: [Object] oss: [[Object]]
}
type Object { a: Any s: String o: Object }
`

const valuesQuery = `{ a b s i f z id e es is o { a s o { a } } os { a } oss { s a } }`

func valuesProgram(t testing.TB) *Program {
	return compile(t, values, valuesQuery, []fetchSpec{{sel: valuesQuery}})
}

// read returns "data" of the response to an answer.
func read(t testing.TB, p *Program, answer string) (string, error) {
	t.Helper()
	a, err := p.Decode(0, []byte(answer))
	if err != nil {
		return "", err
	}
	r := p.NewResult(nil)
	r.Requests(0, 0)
	r.Link(0, 0, a)
	return string(r.Write(nil, nil)), nil
}

func TestDecode(t *testing.T) {
	p := compile(t, values, `{ a s o { a s } os { a } }`, []fetchSpec{{sel: `{ a s o { a s } os { a } }`}})
	tests := []struct {
		name   string
		answer string
		want   string
	}{
		{"as asked", `{"data":{"a":1,"s":"x","o":{"a":2,"s":"y"},"os":[{"a":3}]}}`, `{"a":1,"s":"x","o":{"a":2,"s":"y"},"os":[{"a":3}]}`},
		{"another order", `{"data":{"os":[{"a":3}],"o":{"s":"y","a":2},"s":"x","a":1}}`, `{"a":1,"s":"x","o":{"a":2,"s":"y"},"os":[{"a":3}]}`},
		{"white space", " {\n\"data\" :\t{ \"a\" : 1 , \"os\" : [ { \"a\" : 3 } , null ] } } \r\n", `{"a":1,"s":null,"o":null,"os":[{"a":3},null]}`},
		{"a space behind every colon", `{"data": {"a": 1,"s": "x","o": {"a": 2,"s": "y"},"os": [{"a": 3},{"a": 4}]}}`, `{"a":1,"s":"x","o":{"a":2,"s":"y"},"os":[{"a":3},{"a":4}]}`},
		{"a space behind every value", `{"data":{"a":1 ,"s":"x" ,"o":{"a":2 ,"s":"y" } ,"os":[{"a":3 } ,{"a":4 } ] } }`, `{"a":1,"s":"x","o":{"a":2,"s":"y"},"os":[{"a":3},{"a":4}]}`},
		{"unknown keys", `{"x":[{}],"data":{"q":{"a":[1,{"b":2}]},"a":1,"A":2,"__proto__":{}},"extensions":{"t":1}}`, `{"a":1,"s":null,"o":null,"os":null}`},
		{"the last of equal keys counts", `{"data":{"a":0,"o":{"a":0,"s":"no"}},"data":{"a":1,"a":2,"o":{"s":"gone"},"o":{"a":3},"s":"x","s":null}}`, `{"a":2,"s":null,"o":{"a":3,"s":null},"os":null}`},
		{"escaped keys", `{"d\u0061ta":{"\u0061":1,"\u006f":{"\u0073":"x"}}}`, `{"a":1,"s":null,"o":{"a":null,"s":"x"},"os":null}`},
		{"case matters", `{"Data":{},"data":{"A":1},"errors":null}`, `{"a":null,"s":null,"o":null,"os":null}`},
		{"digits are kept", `{"data":{"a":[9223372036854775807,1e400,-0.10,1E+2,123456789012345678901234567890.5]}}`, `{"a":[9223372036854775807,1e400,-0.10,1E+2,123456789012345678901234567890.5],"s":null,"o":null,"os":null}`},
		{"escapes are kept", `{"data":{"s":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 😀"}}`, `{"a":null,"s":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 😀","o":null,"os":null}`},
		{"half pairs are replaced", `{"data":{"s":"\ud83d \ude00 \ud83d\u0041 \ud83d\ud83d\ude00 \ud83d"}}`, `{"a":null,"s":"\ufffd \ufffd \ufffd\u0041 \ufffd\ud83d\ude00 \ufffd","o":null,"os":null}`},
		{"half pairs in keys of scalars", `{"data":{"a":{"\uDC00":1}}}`, `{"a":{"\ufffd":1},"s":null,"o":null,"os":null}`},
		{"what is not UTF-8 is replaced", "{\"data\":{\"s\":\"a\xffb\xc3\"}}", `{"a":null,"s":"a` + "\uFFFD" + `b` + "\uFFFD" + `","o":null,"os":null}`},
		{"byte order mark", "\uFEFF" + `{"data":{"a":1}}`, `{"a":1,"s":null,"o":null,"os":null}`},
		{"data is null", `{"data":null,"errors":[{"message":"x"}]}`, `{"a":null,"s":null,"o":null,"os":null}`},
		{"keys that begin alike", `{"data":{"aa":5,"a":1,"ss":6,"s":"x"}}`, `{"a":1,"s":"x","o":null,"os":null}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := strings.Clone(tt.answer)
			got, err := read(t, p, tt.answer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("data (-want +got)\n%s", diff)
			}
			if body != tt.answer {
				t.Errorf("the body has been written to")
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	p := valuesProgram(t)
	deep := func(n int) string {
		return `{"data":{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}`
	}
	tests := []struct {
		name   string
		answer string
		want   MalformedError
	}{
		{"nothing", ``, MalformedError{0, "unexpected end of JSON"}},
		{"a page", `<html>`, MalformedError{0, "an object is expected"}},
		{"a list", `[{"data":{}}]`, MalformedError{0, "an object is expected"}},
		{"truncated", `{"data":{"a":1`, MalformedError{14, "unexpected end of JSON"}},
		{"truncated in a string", `{"data":{"s":"abc`, MalformedError{17, "unexpected end of JSON"}},
		{"truncated in an escape", `{"data":{"s":"abc\`, MalformedError{18, "unexpected end of JSON"}},
		{"two answers", `{"data":{}}{"data":{}}`, MalformedError{11, "nothing may follow the answer"}},
		{"neither data nor errors", `{"message":"not found"}`, MalformedError{-1, `neither "data" nor "errors" in the answer`}},
		{"an empty object", `{}`, MalformedError{-1, `neither "data" nor "errors" in the answer`}},
		{"data is a list", `{"data":[]}`, MalformedError{-1, `"data" is neither an object nor null`}},
		{"data is a scalar", `{"data":"x"}`, MalformedError{-1, `"data" is neither an object nor null`}},
		{"a comma too much", `{"data":{"a":1,}}`, MalformedError{15, "a key is expected"}},
		{"a comma too much in a skipped value", `{"x":[1,],"data":{}}`, MalformedError{8, "a value is expected"}},
		{"no colon", `{"data":{"a" 1}}`, MalformedError{13, "a colon is expected"}},
		{"no comma", `{"data":{"a":1 "b":2}}`, MalformedError{15, "a comma or the closing bracket is expected"}},
		{"a brace for a comma", `{"data":{"x":0{"a":1}}}`, MalformedError{14, "a comma or the closing bracket is expected"}},
		{"a brace for a comma behind what was asked for", `{"data":{"a":1{"a":1}}}`, MalformedError{14, "a comma or the closing bracket is expected"}},
		{"a bare word", `{"data":{"a":nil}}`, MalformedError{13, "a value is expected"}},
		{"a bare word that goes on", `{"data":{"a":nulls}}`, MalformedError{17, "a comma or the closing bracket is expected"}},
		{"a leading zero", `{"data":{"a":01}}`, MalformedError{14, "a comma or the closing bracket is expected"}},
		{"a number without digits", `{"data":{"a":-}}`, MalformedError{14, "a digit is expected"}},
		{"a number that ends in a point", `{"data":{"a":1.}}`, MalformedError{15, "a digit is expected"}},
		{"a number with an empty exponent", `{"data":{"a":1e+}}`, MalformedError{16, "a digit is expected"}},
		{"not a number", `{"data":{"a":NaN}}`, MalformedError{13, "a value is expected"}},
		{"a control character", "{\"data\":{\"s\":\"a\nb\"}}", MalformedError{15, "a control character in a string"}},
		{"a control character far in", "{\"data\":{\"s\":\"0123456789\x00b\"}}", MalformedError{24, "a control character in a string"}},
		{"an unknown escape", `{"data":{"s":"\x41"}}`, MalformedError{14, "an unknown escape in a string"}},
		{"an incomplete escape", `{"data":{"s":"\u00g1"}}`, MalformedError{14, "an incomplete escape in a string"}},
		{"single quotes", `{'data':{}}`, MalformedError{1, "a key is expected"}},
		{"a comment", `{"data":{} /* */}`, MalformedError{11, "a comma or the closing bracket is expected"}},
		{"bytes between values", "{\"data\":\xff{}}", MalformedError{8, "a value is expected"}},
		{"too deep", deep(maxDepth), MalformedError{13 + maxDepth - 2, "objects and lists are nested too deeply"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(t, p, tt.answer)
			var got *MalformedError
			if !errors.As(err, &got) {
				t.Fatalf("error %v, want a *MalformedError", err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("error (-want +got)\n%s", diff)
			}
		})
	}
	if _, err := read(t, p, deep(maxDepth-2)); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

// A list of almost empty objects must not take many times its size.
func TestDecodeBoundsMemory(t *testing.T) {
	var fields strings.Builder
	for i := range 500 {
		fields.WriteString(" a" + strconv.Itoa(i) + ": a")
	}
	query := `{ os {` + fields.String() + ` } }`
	p := compile(t, values, `{ os { a } }`, []fetchSpec{{sel: query}})
	var body strings.Builder
	body.WriteString(`{"data":{"os":[`)
	for i := range 100_000 {
		body.WriteString(`{"b":` + strconv.Itoa(i) + `},`)
	}
	body.WriteString(`{}]}}`)
	_, err := p.Decode(0, []byte(body.String()))
	var malformed *MalformedError
	if !errors.As(err, &malformed) || malformed.Reason != "more objects than an answer of this size can have" {
		t.Errorf("error %v", err)
	}
	if _, err := p.Decode(0, []byte(`{"data":{"os":[`+strings.Repeat(`{},`, 100)+`{}]}}`)); err != nil {
		t.Errorf("a small list: %v", err)
	}
}

func TestScalars(t *testing.T) {
	p := valuesProgram(t)
	const (
		accept = iota
		silent // null without an error
		reject // null and an error
	)
	tests := []struct {
		field, value string
		want         int
	}{
		{"i", "0", accept}, {"i", "-0", accept}, {"i", "2147483647", accept}, {"i", "-2147483648", accept},
		{"i", "2147483648", reject}, {"i", "-2147483649", reject}, {"i", "99999999999999999999", reject},
		{"i", "1.0", reject}, {"i", "1e3", reject}, {"i", `"1"`, reject}, {"i", "true", reject}, {"i", "[1]", reject}, {"i", "{}", reject},
		{"f", "1", accept}, {"f", "-1.5e10", accept}, {"f", "1e400", accept}, {"f", `"1.5"`, reject}, {"f", "false", reject},
		{"s", `"x"`, accept}, {"s", `""`, accept}, {"s", "1", reject}, {"s", "[]", reject}, {"s", `["x"]`, reject},
		{"z", "true", accept}, {"z", "false", accept}, {"z", "0", reject}, {"z", `"true"`, reject},
		{"id", `"x"`, accept}, {"id", "12345678901234567890", accept}, {"id", "-1", accept}, {"id", "1.5", reject}, {"id", "true", reject},
		{"a", "1", accept}, {"a", `{"x":[null,1.5]}`, accept}, {"a", "[[]]", accept},
		{"e", `"RED"`, accept}, {"e", `"R\u0045D"`, accept}, {"e", `"BLUE"`, silent}, {"e", `"red"`, silent}, {"e", `""`, silent}, {"e", "1", reject},
		{"b", "[1,null,{}]", accept}, {"b", "[]", accept}, {"b", "1", reject}, {"b", "{}", reject},
		{"is", "[[1,2],null,[]]", accept}, {"is", "[1]", reject}, {"is", "1", reject},
		{"o", "1", reject}, {"o", `"x"`, reject}, {"o", "[]", reject}, {"o", "true", reject},
		{"os", "{}", reject}, {"os", "1", reject}, {"os", "[]", accept},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.value, func(t *testing.T) {
			a, err := p.Decode(0, []byte(`{"data":{"`+tt.field+`":`+tt.value+`}}`))
			if err != nil {
				t.Fatal(err)
			}
			r := p.NewResult(nil)
			r.Requests(0, 0)
			r.Link(0, 0, a)
			var data map[string]json.RawMessage
			if err := json.Unmarshal(r.Write(nil, nil), &data); err != nil {
				t.Fatal(err)
			}
			if tt.want == accept {
				if got := string(data[tt.field]); got != tt.value {
					t.Errorf("written as %s", got)
				}
			} else if got := string(data[tt.field]); tt.value != "[1]" && got != "null" {
				t.Errorf("written as %s, want null", got)
			}
			if got := len(r.Errors()); (got > 0) != (tt.want == reject) {
				t.Errorf("%d errors: %v", got, r.Errors())
			}
			for _, e := range r.Errors() {
				if e.Code != CodeMalformed || len(e.Path) == 0 || e.Path[0] != astStep(pathStep{name: tt.field}) {
					t.Errorf("error %+v", e)
				}
			}
		})
	}
}

// FuzzDecode compares what becomes of an answer with what becomes of it by way
// of encoding/json.
func FuzzDecode(f *testing.F) {
	seeds := []string{
		`{"data":{"a":1,"b":[1],"s":"x","i":5,"f":1.5,"z":true,"id":"1","e":"RED","es":["RED","X",null],"is":[[1],[2,null]],"o":{"a":{},"s":"y","o":{"a":[]}},"os":[{"a":1},null],"oss":[[{"s":"x"}],null,[]]}}`,
		`{"data":null,"errors":[{"message":"x","path":["o",1],"extensions":{"code":"C"}},7,"y",null,{}]}`,
		`{"data":{"o":[],"os":{},"oss":[{}],"i":"1","s":1,"e":2,"is":[1]},"errors":"no"}`,
		`{"data":{"s":"\ud800\udc00\ud800\u0041","a":"\u0000"},"data":{"a":{"a":1,"a":2}}}`,
		"{\"data\":{\"s\":\"\xff\xfe\",\"\u00e9\":\"\\u00e9\"}}",
		`{"errors":[]}`, `{}`, `[`, "\uFEFF{\"data\":{}}", `{"data":{"i":99999999999,"f":1e999}}`,
		`{"data":{"oss":[[[{}]]],"os":[[{}]]}}`,
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	p := valuesProgram(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		p.fetches[0].repeating.Store(false)
		a, err := p.Decode(0, body)
		p.fetches[0].repeating.Store(true)
		again, errAgain := p.Decode(0, body)
		if diff := cmp.Diff(fmt.Sprint(err), fmt.Sprint(errAgain)); diff != "" {
			t.Fatalf("error (-first +taken for plain)\n%s", diff)
		}
		if !bytes.Equal(before, body) {
			t.Fatal("the body has been written to")
		}
		data, readable := readReference(body)
		if err != nil {
			if readable {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if !readable {
			t.Fatal("accepted what encoding/json does not")
		}
		r := p.NewResult(nil)
		r.Requests(0, 0)
		r.Link(0, 0, a)
		out := response(t, r) // fails if it is not JSON
		r = p.NewResult(nil)
		r.Requests(0, 0)
		r.Link(0, 0, again)
		if diff := cmp.Diff(out, response(t, r)); diff != "" {
			t.Fatalf("response (-first +taken for plain)\n%s", diff)
		}
		if !utf8.ValidString(out) {
			t.Fatalf("not UTF-8: %q", out)
		}
		var got struct{ Data any }
		if err := unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(data, got.Data); diff != "" {
			t.Errorf("data (-encoding/json +ours)\n%s", diff)
		}
	})
}

func unmarshal(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

// readReference does what Decode and Write do for valuesQuery, by way of
// encoding/json. It reports false for what Decode must refuse.
func readReference(body []byte) (data any, ok bool) {
	body = bytes.TrimPrefix(bytes.ToValidUTF8(body, []byte("\uFFFD")), []byte("\uFEFF"))
	var members map[string]any
	if !json.Valid(body) || nesting(body) > maxDepth || unmarshal(body, &members) != nil || members == nil {
		return nil, false
	}
	in, hasData := members["data"]
	_, hasErrors := members["errors"]
	root, isObject := in.(map[string]any)
	if !hasData && !hasErrors || in != nil && !isObject {
		return nil, false
	}
	object := func(v any, fields func(in, out map[string]any)) any {
		in, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		out := map[string]any{}
		fields(in, out)
		return out
	}
	a := func(in, out map[string]any) { out["a"] = in["a"] }
	text := func(v any) any { s, ok := v.(string); return orNull(s, ok) }
	listOf := func(of func(any) any) func(any) any {
		return func(v any) any {
			items, ok := v.([]any)
			if !ok {
				return nil
			}
			out := make([]any, len(items))
			for i, v := range items {
				out[i] = of(v)
			}
			return out
		}
	}
	integer := func(v any) any {
		n, ok := v.(json.Number)
		i, err := strconv.ParseInt(string(n), 10, 64)
		return orNull(n, ok && err == nil && i >= math.MinInt32 && i <= math.MaxInt32)
	}
	enum := func(v any) any { s, _ := v.(string); return orNull(s, s == "RED" || s == "GREEN") }
	fields := func(in, out map[string]any) {
		out["a"] = in["a"]
		out["b"] = listOf(func(v any) any { return v })(in["b"])
		out["s"] = text(in["s"])
		out["i"] = integer(in["i"])
		number, isNumber := in["f"].(json.Number)
		out["f"] = orNull(number, isNumber)
		boolean, isBoolean := in["z"].(bool)
		out["z"] = orNull(boolean, isBoolean)
		out["id"] = text(in["id"])
		if n, ok := in["id"].(json.Number); ok && !strings.ContainsAny(string(n), ".eE") {
			out["id"] = n
		}
		out["e"] = enum(in["e"])
		out["es"] = listOf(enum)(in["es"])
		out["is"] = listOf(listOf(integer))(in["is"])
		out["o"] = object(in["o"], func(in, out map[string]any) {
			out["a"], out["s"] = in["a"], text(in["s"])
			out["o"] = object(in["o"], a)
		})
		out["os"] = listOf(func(v any) any { return object(v, a) })(in["os"])
		out["oss"] = listOf(listOf(func(v any) any {
			return object(v, func(in, out map[string]any) { out["s"], out["a"] = text(in["s"]), in["a"] })
		}))(in["oss"])
	}
	out := map[string]any{}
	fields(root, out)
	return out, true
}

func orNull[T any](v T, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

// nesting returns how deeply objects and lists nest in a JSON text.
func nesting(text []byte) int {
	deepest, depth, inString := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}
