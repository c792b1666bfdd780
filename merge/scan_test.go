package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// What is not as it mostly is makes no difference wherever it is: beyond what is
// looked at together, in what repeats, or would otherwise be passed over.
func TestOddBytes(t *testing.T) {
	const sdl = `type Query { os: [O] vs: [O] } type O { a: String b: String c: Any o: O } scalar Any`
	p := compile(t, sdl, `{ os { b a c o { b a } } vs { a b } }`, []fetchSpec{{sel: `{ os { a b c o { a b } } vs { a b } }`}})
	var text strings.Builder
	text.WriteString(`{"data":{"os":[`)
	for i, n := range []int{5, 5, 700, 300, 20, 300, 300, 5, 1500, 300} {
		if i > 0 {
			text.WriteByte(',')
		}
		long := strings.Repeat("x", n)
		fmt.Fprintf(&text, `{"a":"%s","b":"abc","c":{"%s":["%s"]},"o":{"a":"same","b":"%s"}}`, long, long, long[:5], strings.Repeat("y", 20+n%2))
	}
	text.WriteString(`],"vs":[{"a":"verbatim","b":"1234567890123456789012345"},{"a":"verbatim","b":""}]},"other":["` + strings.Repeat("z", 600) + `"]}`)
	body := []byte(text.String())
	for i, odd := range []string{"\xff", "\xe2\x82", "é", "\x01", "\n", `\n`, `\ud800`, `\"`, `"`} {
		for at := len(`{"data":`) + i; at < len(body); at += 29 {
			changed := append(append(bytes.Clone(body[:at]), odd...), body[at+1:]...)
			clean := bytes.ToValidUTF8(changed, []byte("\uFFFD"))
			// As if the answer before had been one of plain repetitions.
			p.fetches[0].repeating.Store(true)
			got, err := read(t, p, string(changed))
			if err != nil {
				if json.Valid(clean) {
					t.Fatalf("%q at %d: %v", odd, at, err)
				}
				continue
			}
			if !json.Valid(clean) {
				t.Fatalf("%q at %d is taken", odd, at)
			}
			p.fetches[0].repeating.Store(false)
			want, err := read(t, p, string(clean))
			if diff := cmp.Diff(want, got); err != nil || diff != "" || !utf8.ValidString(got) {
				t.Fatalf("%q at %d: %v (-cleaned before +got)\n%s", odd, at, err, diff)
			}
		}
	}
}
