package composition

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Severity tells how much a Diagnostic matters.
type Severity int

// Severities. Errors prevent a supergraph, the others are hints.
const (
	Error Severity = iota
	Warning
	Info
	Debug
)

// String returns "error", "warning", "info" or "debug".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	case Debug:
		return "debug"
	default:
		return "unknown"
	}
}

// MarshalText makes JSON show the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Diagnostic is an error or a hint.
type Diagnostic struct {
	// Code is one of the Code or Hint constants.
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`

	// Message says what is wrong, in words that name subgraphs and elements.
	// It may have several lines.
	Message string `json:"message"`

	// Coordinate is the schema coordinate of the element concerned, such as
	// "Product.price" or "@tag"; "" if there is none.
	Coordinate string `json:"coordinate,omitempty"`

	// Sites are the places involved, by subgraph and position.
	Sites []Site `json:"sites,omitempty"`

	// TryThis says what would help where that is known.
	TryThis string `json:"tryThis,omitempty"`
}

// A Site is a place in the SDL of a subgraph.
type Site struct {
	Subgraph string `json:"subgraph"`
	File     string `json:"file"`
	Line     int    `json:"line"`   // from 1
	Column   int    `json:"column"` // from 1, in characters
	Length   int    `json:"length"` // of what is meant, in characters; at least 1

	// Excerpt is the source line, or the part of a long line around the place.
	Excerpt string `json:"excerpt,omitempty"`

	// ExcerptColumn is where in Excerpt the place begins, from 1.
	ExcerptColumn int `json:"excerptColumn,omitempty"`
}

type diagnostics []Diagnostic

// What a diagnostic says is bounded in bytes, since much of it is quoted from
// schemas: thousands of faults in one field set would quote it thousands of
// times.
const (
	maxMessage = 4_000
	maxQuote   = 400
)

func (d *diagnostics) add(x Diagnostic) {
	x.Message = shorten(x.Message, maxMessage)
	x.TryThis = shorten(x.TryThis, maxMessage)
	x.Coordinate = shorten(x.Coordinate, maxQuote)
	*d = append(*d, x)
}

// shorten cuts a text that is longer than limit bytes.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return strings.Clone(text[:limit]) + "…"
}

// sorted returns the diagnostics in a stable order, without duplicates.
func (d diagnostics) sorted() []Diagnostic {
	for i := range d {
		slices.SortStableFunc(d[i].Sites, compareSites)
		d[i].Sites = slices.Compact(d[i].Sites)
	}
	slices.SortStableFunc(d, compareDiagnostics)
	return slices.CompactFunc(d, func(a, b Diagnostic) bool { return compareDiagnostics(a, b) == 0 })
}

func compareDiagnostics(a, b Diagnostic) int {
	if c := cmp.Compare(a.Severity, b.Severity); c != 0 {
		return c
	}
	if c := slices.CompareFunc(a.Sites, b.Sites, compareSites); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(a.Code, b.Code),
		strings.Compare(a.Coordinate, b.Coordinate),
		strings.Compare(a.Message, b.Message),
	)
}

func compareSites(a, b Site) int {
	return cmp.Or(
		strings.Compare(a.Subgraph, b.Subgraph),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Length, b.Length),
	)
}

// site returns the place of pos in s, or nothing if pos is nil or belongs to
// an implied definition.
func (s *schema) site(positions ...*ast.Position) []Site {
	var sites []Site
	for _, pos := range positions {
		if pos == nil || pos.Src != s.src {
			continue
		}
		site := Site{Subgraph: s.name, File: s.src.Name, Line: pos.Line, Column: max(pos.Column, 1), Length: 1}
		line := s.line(pos.Line)
		if start := site.Column - 1; start < len(line) {
			site.Length = wordLength(line[start:])
			from, to := max(0, start-excerptBefore), min(len(line), start+excerptAfter)
			site.Excerpt, site.ExcerptColumn = string(line[from:to]), start-from+1
		}
		sites = append(sites, site)
	}
	return sites
}

// How much of a long line is shown around a place, in characters.
const (
	excerptBefore = 80
	excerptAfter  = 120
)

// line returns the source's line n, from 1.
func (s *schema) line(n int) []rune {
	if s.lines == nil {
		for l := range strings.SplitSeq(s.src.Input, "\n") {
			s.lines = append(s.lines, strings.TrimSuffix(l, "\r"))
		}
		s.runes = make([][]rune, len(s.lines))
	}
	if n < 1 || n > len(s.lines) {
		return nil
	}
	if s.runes[n-1] == nil {
		s.runes[n-1] = []rune(s.lines[n-1])
	}
	return s.runes[n-1]
}

// wordLength is the length of the word that a line goes on with: a name, with
// its "@" or "$", or else one character.
func wordLength(line []rune) int {
	end := 0
	if line[end] == '@' || line[end] == '$' {
		end++
	}
	for end < len(line) && isNameRune(line[end]) {
		end++
	}
	return max(end, 1)
}

func isNameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// subgraphList names subgraphs in a sentence: `subgraph "a"`, `subgraphs "a"
// and "b"`. Long lists are cut.
func subgraphList(names []string) string {
	const most = 10
	quoted := make([]string, 0, len(names))
	for _, n := range names {
		quoted = append(quoted, `"`+n+`"`)
	}
	switch {
	case len(quoted) == 1:
		return "subgraph " + quoted[0]
	case len(quoted) > most:
		return "subgraphs " + strings.Join(quoted[:most], ", ") + ", ..."
	default:
		return "subgraphs " + strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
	}
}

// A variantGroup is a set of subgraphs that agree on something.
type variantGroup struct {
	what  string
	names []string
}

// groupVariants collects which subgraphs say what, in order of first
// occurrence.
func groupVariants(groups []variantGroup, what, subgraph string) []variantGroup {
	for i := range groups {
		if groups[i].what == what {
			if !slices.Contains(groups[i].names, subgraph) {
				groups[i].names = append(groups[i].names, subgraph)
			}
			return groups
		}
	}
	return append(groups, variantGroup{what, []string{subgraph}})
}

// describeVariants writes `it has X in subgraph "a" but Y in subgraph "b" and
// Z in subgraph "c"`.
func describeVariants(prefix string, groups []variantGroup) string {
	var b strings.Builder
	for i, g := range groups {
		switch i {
		case 0:
			b.WriteString(prefix)
		case 1:
			b.WriteString(" but ")
		default:
			b.WriteString(" and ")
		}
		b.WriteString(g.what)
		b.WriteString(" in ")
		b.WriteString(subgraphList(g.names))
	}
	return b.String()
}
