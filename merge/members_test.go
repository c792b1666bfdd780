package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuickNumber(t *testing.T) {
	numbers := []struct {
		text string
		want valueKinds
	}{
		{"0", integerKind}, {"-0", integerKind}, {"7", integerKind}, {"-12", integerKind}, {"1234567", integerKind},
		{"12345678", integerKind}, {"999999999", integerKind}, {"-999999999", integerKind}, {"1234567890", 0},
		{"0.5", decimalKind}, {"-0.25", decimalKind}, {"1.5", decimalKind}, {"12.3456", decimalKind}, {"1234.56", decimalKind},
		{"12345.678", decimalKind}, {"1.2345678", decimalKind}, {"123456789012.5", decimalKind}, {"0.123456789012345", decimalKind},
		{"1e5", 0}, {"1.5e5", 0}, {"1.5E-5", 0}, {"123456789e1", 0}, {"1.23456789e1", 0},
		{"00", 0}, {"01", 0}, {"-01", 0}, {"00.5", 0}, {"012345678", 0}, {"1.", 0}, {"1.x", 0}, {"123456789.", 0}, {"-", 0}, {"--1", 0},
		{"1.2.3", 0}, {"1/2", 0}, {"1:2", 0}, {"12\xb12", 0}, {"1\xff", 0}, {"0x1", 0}, {"-.5", 0}, {"é", 0}, {"1é", 0},
	}
	for _, n := range numbers {
		for _, behind := range []string{",", "}", "]", " ", "x", `,"a":1`, "}é", ",\xff\xff\xff"} {
			buf := []byte(n.text + behind + strings.Repeat(" ", 8))
			want := n.want
			if c := behind[0]; c != ',' && c != '}' {
				want = 0
			}
			end, kind := quickNumber(buf, 0)
			if kind != want || want != 0 && end != len(n.text) {
				t.Errorf("%q: end %d, kind %b, want %d, %b", buf, end, kind, len(n.text), want)
			}
			if kind != 0 && !json.Valid(buf[:end]) {
				t.Errorf("%q is no number", buf[:end])
			}
		}
		if end, kind := quickNumber([]byte(n.text), 0); kind != 0 {
			t.Errorf("%q at the end of the text: end %d, kind %b", n.text, end, kind)
		}
	}
}

// What is read quickly is read as with care.
func TestQuickLeaves(t *testing.T) {
	const sdl = `type Query { o: O } type O { x: String a: String i: Int f: Float b: Boolean e: E id: ID any: Any aNameThatIsLong: String aNameThatIsLongerThan24: Int } enum E { NEW SIXTEEN_WITH_ALL QUITE_A_LONG_ONE_1 } scalar Any`
	const query = `{ o { x a i f b e id any aNameThatIsLong aNameThatIsLongerThan24 } }`
	p := compile(t, sdl, query, []fetchSpec{{sel: query}})
	members := p.fetches[0].shape.entries[0].child.members[1:]
	var values []string
	for n := range 40 {
		values = append(values, `"`+strings.Repeat("#", n)+`"`, `"`+strings.Repeat("a", n)+`\"b"`, `"`+strings.Repeat("!", n)+"\x01"+`"`, `"`+strings.Repeat("a", n))
	}
	values = append(values, "0", "-1", "7", "12345678", "123456789", "1.5", "1.5e3", "00", "01.5", "1.", "12345.678", "1234567.5", "true", "false", "null", "nul", "trues", "falsy",
		`"NEW"`, `"OLD"`, `"NE"`, `"NEWS"`, `"SIXTEEN_WITH_ALL"`, `"QUITE_A_LONG_ONE_1"`, `"QUITE_A_LONG_ONE_2"`, "[]", "{}", " 1", "")
	quick := 0
	for i := range members {
		for _, value := range values {
			for _, behind := range []string{"", ",", "}", " ", ",é", "}" + strings.Repeat(" ", 40), "," + strings.Repeat(`"`, 40), "x" + strings.Repeat("9", 40)} {
				for _, name := range []string{members[i].text, strings.ToUpper(members[i].text), strings.TrimSuffix(members[i].text, `":`) + `_":`, members[i].text[:len(members[i].text)-3] + `_":`, strings.Replace(members[i].text, "Longer", "Longe_", 1)} {
					buf := []byte(name + value + behind)
					read := func(with func(d *decoder, slots []slot) int) (got [3]int, s slot) {
						d := decoder{scanner: newScanner(bytes.Clone(buf))}
						slots := make([]slot, 1)
						got[0] = with(&d, slots)
						got[1], got[2] = d.pos, d.depth
						return got, slots[0]
					}
					got, gotSlot := read(func(d *decoder, slots []slot) int { return d.quickLeaves(members[i:i+1], slots, 0) })
					want, wantSlot := read(func(d *decoder, slots []slot) int {
						start, stored, ok := d.oneLeaf(&members[i])
						if !ok {
							return 0
						}
						slots[0] = makeSlot(stored, start, d.pos-start)
						return 1
					})
					if got[0] == 0 {
						want, wantSlot = [3]int{}, slot{}
					} else {
						quick++
					}
					if diff := cmp.Diff(fmt.Sprint(want, wantSlot), fmt.Sprint(got, gotSlot)); diff != "" {
						t.Fatalf("%q (-with care +quickly)\n%s", buf, diff)
					}
				}
			}
		}
	}
	if quick < 1000 {
		t.Errorf("only %d values are read quickly", quick)
	}
}
