package delivery

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/composition"
)

// A CompositionError says that subgraphs do not compose.
type CompositionError struct {
	Result  *composition.Result
	Missing []string // what was left out
}

// shown is how many diagnostics an error or a log line has.
const shown = 20

// Error has the diagnostics, each with its source lines.
func (e *CompositionError) Error() string {
	var b strings.Builder
	b.WriteString("the subgraphs do not compose")
	if len(e.Missing) > 0 {
		fmt.Fprintf(&b, ", without %s", strings.Join(e.Missing, ", "))
	}
	b.WriteString(":\n\n")
	errs := e.Result.Errors
	_ = composition.WriteText(&b, errs[:min(len(errs), shown)]) // a Builder takes anything
	if more := len(errs) - shown; more > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", more)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// line is a diagnostic on one line.
func line(d composition.Diagnostic) string {
	text := d.Code + ": " + strings.Join(strings.Fields(d.Message), " ")
	if len(d.Sites) > 0 {
		s := d.Sites[0]
		text += fmt.Sprintf(" (%s:%d:%d)", s.File, s.Line, s.Column)
	}
	return text
}

// brief is an error without source lines.
func brief(err error) string {
	var invalid *CompositionError
	if errors.As(err, &invalid) {
		return "the subgraphs do not compose"
	}
	return err.Error()
}

// advice says what to do about a version that does not serve, and the reasons
// if they are diagnostics.
func advice(err error) zap.Field {
	var invalid *CompositionError
	if errors.As(err, &invalid) {
		return zap.String("try", "correct the subgraphs' schemas; weft compose shows every error with its source lines")
	}
	return zap.String("try", "correct the supergraph; weft serve with it says the same")
}

// tellOfRefusal says that something new does not serve. It is called once for
// each thing that is new.
func (d *Delivery) tellOfRefusal(err error) {
	fields := []zap.Field{zap.String("error", brief(err))}
	var invalid *CompositionError
	if errors.As(err, &invalid) {
		errs := invalid.Result.Errors
		lines := make([]string, 0, shown)
		for _, e := range errs[:min(len(errs), shown)] {
			lines = append(lines, line(e))
		}
		fields = append(fields, zap.Int("count", len(errs)), zap.Strings("errors", lines))
	}
	d.log.Error("new supergraph refused, the last good one goes on serving", append(fields, advice(err))...)
}

// tellOfReading says which schemas cannot be read any more, and which can
// again: once each time.
func (d *Delivery) tellOfReading() {
	for _, p := range d.parts {
		now := ""
		if p.err != nil {
			now = p.err.Error()
		}
		switch {
		case now == p.told:
		case now == "":
			d.log.Info("schema can be read now", zap.String("subgraph", p.name()))
		default:
			d.log.Warn("schema cannot be read", zap.String("subgraph", p.name()), zap.Error(p.err), zap.String("try", d.remedy(p)))
		}
		p.told = now
	}
}

// remedy says what happens now, and what can be done.
func (d *Delivery) remedy(p *part) string {
	_, have := p.current()
	switch {
	case d.o.File != "":
		return "put the file back; the supergraph that was read last goes on serving"
	case p.policy == Fail:
		return "start the subgraph or correct supergraph.subgraphs." + p.name() + "; until then no change of any subgraph's schema is taken over, see on_missing"
	case have:
		return "start the subgraph or correct supergraph.subgraphs." + p.name() + "; until then its last good schema is used"
	default:
		return "start the subgraph or correct supergraph.subgraphs." + p.name() + "; until then the supergraph is without it"
	}
}

// tellOfWaiting says what the start waits for: once for each set of subgraphs.
func (d *Delivery) tellOfWaiting(err error) {
	changed := false
	for _, p := range d.parts {
		now := ""
		if p.err != nil {
			now = p.err.Error()
		}
		changed = changed || now != p.told
		p.told = now
	}
	if !changed {
		return
	}
	var missing []string
	for _, p := range d.parts {
		if p.err != nil {
			missing = append(missing, p.err.Error())
		}
	}
	slices.Sort(missing)
	fields := []zap.Field{zap.Strings("missing", missing), zap.Duration("start_timeout", d.o.StartTimeout)}
	if invalid := (*CompositionError)(nil); errors.As(err, &invalid) {
		fields = append(fields, zap.String("error", "the others do not compose without them"))
	}
	d.log.Warn("waiting for the schemas of subgraphs", fields...)
}
