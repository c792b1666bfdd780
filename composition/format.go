package composition

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteText writes diagnostics for people: severity, code and message, then
// each place with its source line and a caret, then what to try.
//
//	error[INVALID_FIELD_SHARING]: field "Product.name" is resolved by ...
//	  --> products.graphql:4:3 (subgraph "products")
//	   |
//	 4 |   name: String
//	   |   ^^^^
//	  try: mark the field @shareable in all of them
func WriteText(w io.Writer, diagnostics []Diagnostic) error {
	var b strings.Builder
	for i, d := range diagnostics {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeDiagnostic(&b, d)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDiagnostic(b *strings.Builder, d Diagnostic) {
	fmt.Fprintf(b, "%s[%s]: %s\n", d.Severity, d.Code, strings.ReplaceAll(d.Message, "\n", "\n  "))
	for _, s := range d.Sites {
		number := fmt.Sprint(s.Line)
		margin := strings.Repeat(" ", len(number))
		fmt.Fprintf(b, " %s--> %s:%d:%d (subgraph %q)\n", margin, s.File, s.Line, s.Column, s.Subgraph)
		if s.Excerpt == "" {
			continue
		}
		// Tabs stay tabs under the line, so that the caret is where it should.
		runes := []rune(s.Excerpt)
		var pad strings.Builder
		for _, r := range runes[:min(max(s.ExcerptColumn-1, 0), len(runes))] {
			if r == '\t' {
				pad.WriteByte('\t')
			} else {
				pad.WriteByte(' ')
			}
		}
		fmt.Fprintf(b, " %s |\n %s | %s\n %s | %s%s\n", margin, number, s.Excerpt, margin, pad.String(), strings.Repeat("^", min(s.Length, max(1, len(runes)-s.ExcerptColumn+1))))
	}
	if d.TryThis != "" {
		fmt.Fprintf(b, "  try: %s\n", d.TryThis)
	}
}

// WriteJSON writes a result for programs:
//
//	{"errors": [{"code": ..., "severity": ..., "message": ..., "sites": [...]}], "hints": [...]}
//
// Both lists are there even if empty.
func WriteJSON(w io.Writer, r *Result) error {
	out := struct {
		Errors []Diagnostic `json:"errors"`
		Hints  []Diagnostic `json:"hints"`
	}{r.Errors, r.Hints}
	if out.Errors == nil {
		out.Errors = []Diagnostic{}
	}
	if out.Hints == nil {
		out.Hints = []Diagnostic{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// WriteSARIF writes a result as a SARIF 2.1.0 log, which code hosts show next
// to the lines.
//
// OASIS Static Analysis Results Interchange Format, version 2.1.0.
func WriteSARIF(w io.Writer, r *Result) error {
	type region struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndColumn   int `json:"endColumn"`
	}
	type artifact struct {
		URI string `json:"uri"`
	}
	type physical struct {
		Artifact artifact `json:"artifactLocation"`
		Region   region   `json:"region"`
	}
	type text struct {
		Text string `json:"text"`
	}
	type location struct {
		Physical physical `json:"physicalLocation"`
		Message  text     `json:"message"`
	}
	type result struct {
		RuleID    string     `json:"ruleId"`
		Level     string     `json:"level"`
		Message   text       `json:"message"`
		Locations []location `json:"locations"`
		Related   []location `json:"relatedLocations,omitempty"`
	}
	type rule struct {
		ID string `json:"id"`
	}
	type driver struct {
		Name  string `json:"name"`
		Rules []rule `json:"rules"`
	}
	type tool struct {
		Driver driver `json:"driver"`
	}
	type run struct {
		Tool    tool     `json:"tool"`
		Column  string   `json:"columnKind"`
		Results []result `json:"results"`
	}
	type log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	levels := map[Severity]string{Error: "error", Warning: "warning", Info: "note", Debug: "note"}
	results := []result{}
	rules := []rule{}
	known := map[string]bool{}
	for _, list := range [][]Diagnostic{r.Errors, r.Hints} {
		for _, d := range list {
			if !known[d.Code] {
				known[d.Code] = true
				rules = append(rules, rule{d.Code})
			}
			message := d.Message
			if d.TryThis != "" {
				message += "\ntry: " + d.TryThis
			}
			x := result{RuleID: d.Code, Level: levels[d.Severity], Message: text{message}, Locations: []location{}}
			for i, s := range d.Sites {
				l := location{
					physical{artifact{s.File}, region{s.Line, s.Column, s.Column + s.Length}},
					text{fmt.Sprintf("subgraph %q", s.Subgraph)},
				}
				if i == 0 {
					x.Locations = append(x.Locations, l)
				} else {
					x.Related = append(x.Related, l)
				}
			}
			results = append(results, x)
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(log{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []run{{Tool: tool{driver{"weft", rules}}, Column: "unicodeCodePoints", Results: results}},
	})
}
