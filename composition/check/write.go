package check

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/weft-graphql/weft/composition"
)

// mostErrors is how many errors of one operation the text shows.
const mostErrors = 5

// WriteText writes a report for people. Operations that stay as they are, are
// only counted.
//
//	3 changes: 1 breaking, 1 dangerous, 1 safe
//	  breaking   Product.price  field Product.price is gone (FIELD_REMOVED)
//	  …
//
//	2 operations: 1 stops validating, 1 stays the same
//
//	stops validating:
//	  Prices (prices.graphql:1:1)
//	    prices.graphql:3:5: Cannot query field "price" on type "Product". (GRAPHQL_VALIDATION_FAILED)
func WriteText(w io.Writer, r *Report) error {
	if len(r.Composition) > 0 {
		if err := composition.WriteText(w, r.Composition); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "\nthe new subgraphs do not compose: %s\n", count(len(r.Composition), "error"))
		return err
	}
	var b strings.Builder
	writeChanges(&b, r)
	if len(r.Operations) > 0 {
		b.WriteByte('\n')
		writeOperations(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func writeChanges(b *strings.Builder, r *Report) {
	if len(r.Changes) == 0 {
		b.WriteString("no changes of the API schema\n")
		return
	}
	fmt.Fprintf(b, "%s of the API schema: %d breaking, %d dangerous, %d safe\n",
		count(len(r.Changes), "change"), r.Count(Breaking), r.Count(Dangerous), r.Count(Safe))
	for _, c := range r.Changes {
		fmt.Fprintf(b, "  %-9s  %s (%s)\n", c.Severity, oneLine(c.Message), c.Kind)
	}
}

// titles are the statuses in the order of their weight.
func titles() []struct {
	status Status
	title  string
} {
	return []struct {
		status Status
		title  string
	}{
		{Invalid, "not valid any more"},
		{Unplannable, "not plannable any more"},
		{Costlier, "costlier"},
		{Cheaper, "cheaper"},
		{Fixed, "working only now"},
		{AlreadyFailing, "failing as before"},
		{Same, "the same"},
	}
}

func writeOperations(b *strings.Builder, r *Report) {
	b.WriteString(count(len(r.Operations), "operation"))
	sep := ": "
	for _, t := range titles() {
		if n := r.CountOperations(t.status); n > 0 {
			fmt.Fprintf(b, "%s%d %s", sep, n, t.title)
			sep = ", "
		}
	}
	b.WriteByte('\n')
	for _, t := range titles() {
		if t.status == Same || r.CountOperations(t.status) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s:\n", t.title)
		for _, o := range r.Operations {
			if o.Status == t.status {
				writeOperation(b, o)
			}
		}
	}
}

func writeOperation(b *strings.Builder, o OperationReport) {
	name := o.Name
	if name == "" {
		name = "anonymous"
	}
	place := o.Place.String()
	if o.ID != "" {
		place = "id " + shorten(o.ID) + " in " + place
	}
	fmt.Fprintf(b, "  %s (%s)", oneLine(name), oneLine(place))
	switch {
	case o.Before != nil && o.After != nil:
		fmt.Fprintf(b, ": fetches %d → %d, stages %d → %d", o.Before.Fetches, o.After.Fetches, o.Before.Stages, o.After.Stages)
	case o.After != nil:
		fmt.Fprintf(b, ": fetches %d, stages %d", o.After.Fetches, o.After.Stages)
	}
	if len(o.Conditions) > 0 && o.After != nil {
		sep := " with "
		for _, name := range slices.Sorted(maps.Keys(o.Conditions)) {
			fmt.Fprintf(b, "%s$%s: %t", sep, name, o.Conditions[name])
			sep = ", "
		}
	}
	b.WriteByte('\n')
	for i, f := range o.Errors {
		if i == mostErrors {
			fmt.Fprintf(b, "    and %s more\n", count(len(o.Errors)-i, "error"))
			break
		}
		b.WriteString("    ")
		if len(f.Places) > 0 {
			b.WriteString(oneLine(f.Places[0].String()) + ": ")
		}
		fmt.Fprintf(b, "%s (%s)\n", oneLine(f.Message), f.Code)
	}
}

// String returns "file:line:column", or the file alone.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// oneLine makes a text of unknown origin fit for a terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.Join(strings.Fields(text), " "))
}

// WriteJSON writes a report for programs:
//
//	{
//	  "ok": false,
//	  "composes": true,
//	  "counts": {
//	    "changes": {"breaking": 1, "dangerous": 0, "safe": 2},
//	    "operations": {"invalid": 1, "unplannable": 0, "costlier": 1, "cheaper": 0, "fixed": 0, "already_failing": 0, "same": 7}
//	  },
//	  "errors": [],
//	  "changes": [{"severity": "breaking", "kind": "FIELD_REMOVED", "coordinate": "Product.price", "message": …}],
//	  "operations": [{"name": "Prices", "place": {"file": …, "line": 1, "column": 1}, "status": "costlier",
//	                  "before": {"fetches": 2, "stages": 2}, "after": {"fetches": 3, "stages": 2}}]
//	}
//
// "errors" are why the new subgraphs do not compose, as composition.WriteJSON
// writes them. All keys are there, and lists even if empty; in operations, the
// ones that say nothing are left out.
func WriteJSON(w io.Writer, r *Report) error {
	type counts struct {
		Changes    map[string]int `json:"changes"`
		Operations map[Status]int `json:"operations"`
	}
	out := struct {
		OK         bool                     `json:"ok"`
		Composes   bool                     `json:"composes"`
		Counts     counts                   `json:"counts"`
		Errors     []composition.Diagnostic `json:"errors"`
		Changes    []Change                 `json:"changes"`
		Operations []OperationReport        `json:"operations"`
	}{
		OK:       r.OK(),
		Composes: len(r.Composition) == 0,
		Counts:   counts{map[string]int{}, map[Status]int{}},
		Errors:   append([]composition.Diagnostic{}, r.Composition...), Changes: append([]Change{}, r.Changes...),
		Operations: append([]OperationReport{}, r.Operations...),
	}
	for _, s := range []Severity{Breaking, Dangerous, Safe} {
		out.Counts.Changes[s.String()] = r.Count(s)
	}
	for _, t := range titles() {
		out.Counts.Operations[t.status] = r.CountOperations(t.status)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
