package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// fragments are the fragment definitions of a document, their names unique and
// none spreading itself.
type fragments struct {
	byName map[string]*fragment

	// order holds a fragment after all fragments it spreads, so whatever is
	// computed per fragment needs no recursion through spreads.
	order []*fragment
}

type fragment struct {
	def *ast.FragmentDefinition
	// spreads are the spreads written in the definition, in document order.
	spreads []*ast.FragmentSpread
	size    size

	state int  // of sortFragments
	used  bool // by an operation, directly or through others
}

const (
	unseen = iota
	open
	done
)

// sortFragments indexes and orders the fragments of doc. It is the rules
// "Fragment Name Uniqueness" and "Fragment spreads must not form cycles" of the
// specification, which must hold before anything may follow a spread.
func sortFragments(doc *ast.QueryDocument) (*fragments, gqlerror.List) {
	fs := &fragments{byName: make(map[string]*fragment, len(doc.Fragments))}
	var all []*fragment
	var errs gqlerror.List
	for _, def := range doc.Fragments {
		if fs.byName[def.Name] != nil {
			if len(errs) < maxErrors {
				errs = append(errs, coded(CodeValidation, def.Position, `There can be only one fragment named "%s".`, def.Name))
			}
			continue
		}
		f := &fragment{def: def, spreads: appendSpreads(nil, def.SelectionSet)}
		fs.byName[def.Name] = f
		all = append(all, f)
	}
	for _, f := range all {
		errs = fs.visit(f, errs)
	}
	fs.markUsed(doc)
	return fs, errs
}

// markUsed marks the fragments that an operation reaches.
func (fs *fragments) markUsed(doc *ast.QueryDocument) {
	mark := func(spreads []*ast.FragmentSpread) {
		for _, spread := range spreads {
			if f := fs.byName[spread.Name]; f != nil {
				f.used = true
			}
		}
	}
	for _, op := range doc.Operations {
		mark(appendSpreads(nil, op.SelectionSet))
	}
	// In order, what a fragment spreads comes before it; so from the end.
	for _, f := range slices.Backward(fs.order) {
		if f.used {
			mark(f.spreads)
		}
	}
}

// visit appends f and what it spreads to order, depth first. The stack is
// explicit: a chain of fragments may be as long as the document.
func (fs *fragments) visit(root *fragment, errs gqlerror.List) gqlerror.List {
	if root.state != unseen {
		return errs
	}
	type frame struct {
		f    *fragment
		next int
	}
	stack := []frame{{f: root}}
	root.state = open
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next == len(top.f.spreads) {
			top.f.state = done
			fs.order = append(fs.order, top.f)
			stack = stack[:len(stack)-1]
			continue
		}
		spread := top.f.spreads[top.next]
		top.next++
		f := fs.byName[spread.Name]
		switch {
		case f == nil: // a rule reports it
		case f.state == unseen:
			f.state = open
			stack = append(stack, frame{f: f})
		case f.state == open && len(errs) < maxErrors:
			var via []string
			for i := len(stack) - 1; stack[i].f != f; i-- {
				via = append(via, `"`+stack[i].f.def.Name+`"`)
			}
			errs = append(errs, cycleError(spread, via))
		}
	}
	return errs
}

// cycleError takes the names between the fragment and its spread, innermost
// first.
func cycleError(spread *ast.FragmentSpread, via []string) *gqlerror.Error {
	text := ""
	if len(via) > 0 {
		slices.Reverse(via)
		text = " via " + strings.Join(via, ", ")
	}
	return coded(CodeValidation, spread.Position, `Cannot spread fragment "%s" within itself%s.`, spread.Name, text)
}

// appendSpreads appends the spreads written in set, at any depth. The parser
// bounds the recursion.
func appendSpreads(dst []*ast.FragmentSpread, set ast.SelectionSet) []*ast.FragmentSpread {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			dst = appendSpreads(dst, sel.SelectionSet)
		case *ast.InlineFragment:
			dst = appendSpreads(dst, sel.SelectionSet)
		case *ast.FragmentSpread:
			dst = append(dst, sel)
		}
	}
	return dst
}
