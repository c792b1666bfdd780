package differential

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

var (
	cases = flag.Int("cases", 1200, "how many operations to check")
	seed  = flag.Uint64("seed", 1, "what the worlds are made of; 0 for something new each time")
)

// operations are made up per world: setting a world up costs as much as a few
// of them.
const operations = 8

func TestMain(m *testing.M) {
	flag.Parse()
	// Worlds are made smaller by Reduce, which knows what they are.
	for name, value := range map[string]string{
		"rapid.checks":     strconv.Itoa((*cases + operations - 1) / operations),
		"rapid.seed":       strconv.FormatUint(*seed, 10),
		"rapid.shrinktime": "0s",
		"rapid.nofailfile": "true",
	} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	goleak.VerifyTestMain(m)
}

// bitsOf draws from a rapid test case, bit by bit, since rapid prefers small
// numbers otherwise.
func bitsOf(t *rapid.T) func(n int) uint64 {
	bit := rapid.Bool()
	return func(n int) uint64 {
		var u uint64
		for range n {
			u <<= 1
			if bit.Draw(t, "") {
				u++
			}
		}
		return u
	}
}

// The federated answer to any operation on any world is the oracle's, however
// the operation is planned.
func TestFederatedAnswersAreTheOracles(t *testing.T) {
	checked, useless := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		draw := bitsOf(t)
		w := Generate(draw)
		b, err := NewBench(w)
		if err != nil {
			t.Fatalf("%v\n%s", err, Report(w, nil))
		}
		var kept []*Operation
		for range operations {
			op := MakeOperation(draw, w, b.Super)
			err := check(b.CheckRenamed, op)
			if checked++; errors.Is(err, ErrUseless) {
				useless++
				continue
			}
			if err != nil {
				t.Fatalf("%s", explain(w, op, err))
			}
			kept = append(kept, op)
		}
		if (&drawer{draw}).chance(4) {
			checkShuffled(t, &drawer{draw}, w, kept)
		}
	})
	if useless > checked/10 {
		t.Errorf("%d of %d operations were of no use", useless, checked)
	}
}

// checkShuffled checks the operations once more after the subgraphs have
// exchanged their names, which is what puts them in order.
func checkShuffled(t *rapid.T, d *drawer, w *World, operations []*Operation) {
	for i := range w.Subgraphs {
		other := w.Subgraphs[i+d.below(len(w.Subgraphs)-i)]
		w.Subgraphs[i].Name, other.Name = other.Name, w.Subgraphs[i].Name
	}
	b, err := NewBench(w)
	if err != nil {
		t.Fatalf("shuffled: %v\n%s", err, Report(w, nil))
	}
	for _, op := range operations {
		if err := check(b.Check, op); err != nil {
			t.Fatalf("shuffled: %s", explain(w, op, err))
		}
	}
}

// check runs a check and makes an error of a panic, to be reduced.
func check(f func(context.Context, *Operation) error, op *Operation) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f(context.Background(), op)
}

// explain reduces a world and an operation, and reports what is left.
func explain(w *World, op *Operation, err error) string {
	kind := kindOf(err)
	again := func(w *World, op *Operation) error {
		b, err := NewBench(w)
		if err != nil {
			return nil
		}
		return check(b.Check, op)
	}
	Reduce(w, op, func(w *World, op *Operation) bool {
		err := again(w, op)
		return err != nil && kindOf(err) == kind
	})
	return fmt.Sprintf("%v\n%s", again(w, op), Report(w, op))
}

// kindOf is what an error says without the particulars, which reducing
// changes.
func kindOf(err error) string {
	text := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, err.Error())
	for _, kind := range []string{"as good without it", "tells the types", "tells the type of", "nobody uses", "interpreter answers", "executor answers", "no chain"} {
		if strings.Contains(text, kind) {
			return kind
		}
	}
	return text[:min(len(text), 110)]
}
