package merge

import (
	"encoding/json"
	"strings"
	"testing"
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
