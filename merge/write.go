package merge

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
)

// MaxCompletions is how many Completions a response reports.
const MaxCompletions = 100

// A Completion is a null in a place that cannot be null, for which no subgraph
// error gives the reason. It is not an error of the response: the data is as
// the schema promises, only less than was asked for.
type Completion struct {
	Message string   `json:"message"`
	Path    ast.Path `json:"path"`
}

// Write appends the value of "data" to dst. given are the values of the root
// fields __schema and __type.
//
// Nulls rise as the specification has it. Afterwards Errors and Completions
// are complete. Write may be called once, when all fetches have ended.
//
// GraphQL specification, "Handling Execution Errors", "Value Completion".
func (r *Result) Write(dst []byte, given []operation.Answer) []byte {
	w := writer{view: &r.view, given: given}
	return w.data(dst)
}

// data writes the value of "data".
func (w *writer) data(dst []byte) []byte {
	w.r.resolveErrors()
	w.r.setCopied()
	w.only = nil
	start := len(dst)
	f := w.begin()
	dst, o := w.fields(dst, w.r.p.query.one, f)
	if o != written {
		dst = append(w.cut(dst, start), "null"...)
	}
	w.r.learn(len(dst) - start)
	return dst
}

// learn notes how the size of the response and those of the answers are
// related.
func (r *Result) learn(size int) {
	answers := 1
	for i := range r.parts {
		answers += len(r.parts[i].buf)
	}
	if answers > 1024 {
		r.p.growth.Store(int64(min(size*1024/answers, maxGrowth)))
	}
}

// A writer writes the response. Its methods take the output so far and return
// it with more: kept in a field, every few bytes would be a write of a pointer
// that the collector wants to know of.
type writer struct {
	*view
	given []operation.Answer

	// notes counts what has been noted about the response, or would have been
	// were there not enough already.
	notes int

	// cuts counts how often something has been taken back from the output.
	cuts int

	// splices are the parts that are not in the output, if splicing is on.
	splicing bool
	splices  []Splice
}

// An outcome says what has become of a value.
type outcome uint8

const (
	// written: the value is in the output.
	written outcome = iota
	// isNull: the value is null; nothing has been written or noted.
	isNull
	// failed: below there is a null where none can be, which has been noted;
	// the output holds rubbish from where the value began.
	failed
)

// settle ends a value that began at start: a null is written where null can
// be, and otherwise noted and passed on.
func (w *writer) settle(out []byte, o outcome, nonNull bool, start int, message func() string) ([]byte, outcome) {
	switch {
	case o == written:
		return out, written
	case !nonNull:
		if start < len(out) {
			w.cuts++
		}
		return append(w.cut(out, start), "null"...), written
	case o == isNull:
		w.complete(message())
	}
	return out, failed
}

// object writes one object.
func (w *writer) object(out []byte, o *object, f frame) ([]byte, outcome) {
	if o.one != nil {
		if !o.lenient && len(f.pos.typenames) > 0 {
			if name := w.typename(f); name != nil && string(name) != o.one.name {
				return out, isNull
			}
		}
		return w.fields(out, o.one, f)
	}
	if o.untyped != nil && !w.isAsked(f) {
		return w.fields(out, o.untyped, f)
	}
	name := w.typename(f)
	if t := o.types[string(name)]; t != nil {
		return w.fields(out, t, f)
	}
	if name == nil {
		w.blameNameless(f)
	}
	// The type is none that clients may see, or only an interface: its name
	// is nobody's business.
	return out, isNull
}

func (w *writer) fields(out []byte, t *objectType, f frame) ([]byte, outcome) {
	if len(t.fields) == 0 {
		return append(out, "{}"...), written
	}
	for i := 0; i < len(t.fields); i++ {
		fd := t.fields[i]
		if fd.run != nil {
			if text := w.valueAt(&fd.run.candidate, f); text != nil {
				out = append(append(out, fd.literal[0]), text...)
				i += fd.run.length - 1
				continue
			}
		}
		out = append(out, fd.literal...)
		start := len(out)
		o := written
		switch fd.kind {
		case leafField:
			raw, fetch := w.value(fd.candidates, f)
			switch {
			case raw == nil:
				o = isNull
			case fd.plain && fd.scalar.accepts(raw):
				out = append(out, raw...)
			default:
				w.path = append(w.path, pathStep{name: fd.as})
				out, o = w.leaf(out, fd, 0, raw, fetch)
				w.path = w.path[:len(w.path)-1]
			}
		case compositeField:
			if fd.pos == nil {
				o = isNull
				break
			}
			w.path = append(w.path, pathStep{name: fd.as})
			if fd.base != nil {
				out, o = w.composite(out, fd, 0, w.valueOf(fd.base, f), 0)
			} else {
				at := w.gather(fd.pos, f)
				out, o = w.composite(out, fd, 0, slot{}, at)
				w.vals = w.vals[:at]
			}
			w.path = w.path[:len(w.path)-1]
		case typenameField:
			out = append(out, t.quoted...)
		case givenField:
			i := slices.IndexFunc(w.given, func(a operation.Answer) bool { return a.ResponseName == fd.as })
			if i < 0 {
				o = isNull
				break
			}
			out = append(out, w.given[i].JSON...)
		case refusedField:
			w.refuse(fd)
			o = isNull
		}
		if o == written {
			continue
		}
		w.path = append(w.path, pathStep{name: fd.as})
		out, o = w.settle(out, o, fd.nonNull, start, func() string {
			return fmt.Sprintf("Cannot return null for non-nullable field %s.%s", t.name, fd.name)
		})
		w.path = w.path[:len(w.path)-1]
		if o != written {
			return out, failed
		}
	}
	return append(out, '}'), written
}

// composite writes the value at list level depth of a composite field: v if it
// can be of one fetch only, and otherwise the values at at.
func (w *writer) composite(out []byte, fd *field, depth int, v slot, at int) ([]byte, outcome) {
	if fd.verbatim && v.kind() == leafValue {
		// The decoder has made sure that it is a value where one belongs.
		return w.raw(out, v.raw(w.r.parts[fd.base.fetch].buf)), written
	}
	if depth == len(fd.elements) {
		return w.entity(out, fd, v, at)
	}
	var items []slot
	if v.kind() == listValue {
		items = w.r.parts[fd.base.fetch].items(v)
	}
	n := w.lengthOf(fd, v, at)
	if n < 0 {
		w.blameComposite(fd, v, at, "a list")
		return out, isNull
	}
	out = append(out, '[')
	w.path = append(w.path, pathStep{})
	result := written
	for i := range n {
		if i > 0 {
			out = append(out, ',')
		}
		w.path[len(w.path)-1].index = i
		start := len(out)
		var o outcome
		if fd.base != nil {
			out, o = w.composite(out, fd, depth+1, items[i], 0)
		} else {
			next := w.element(fd.pos, at, i)
			out, o = w.composite(out, fd, depth+1, slot{}, next)
			w.vals = w.vals[:next]
		}
		if o == written {
			continue
		}
		if out, o = w.settle(out, o, fd.elements[depth], start, elementMessage); o != written {
			result = failed
			break
		}
	}
	w.path = w.path[:len(w.path)-1]
	return append(out, ']'), result
}

// entity writes an object, given like the value of a composite.
func (w *writer) entity(out []byte, fd *field, v slot, at int) ([]byte, outcome) {
	var f frame
	switch {
	case fd.base != nil && v.kind() == objectValue:
		if fd.copies != nil {
			if c := &w.r.copied[fd.copies.number]; c.byRef || c.byNumber {
				return w.copyObject(out, fd, v.a)
			}
		}
		f = w.enterObject(fd.pos, v.a)
	case fd.base == nil && w.isObject(fd.pos, at):
		f = w.enter(fd.pos, at)
	default:
		w.blameComposite(fd, v, at, "an object")
		return out, isNull
	}
	return w.entered(out, fd, f)
}

// entered writes the object of the frame that has been entered, and leaves it.
func (w *writer) entered(out []byte, fd *field, f frame) ([]byte, outcome) {
	var o outcome
	if fd.plainObject != nil {
		out, o = w.fields(out, fd.plainObject, f)
	} else {
		out, o = w.object(out, fd.object, f)
	}
	w.leave(f)
	return out, o
}

// lengthOf returns the length of a list that is given like the value of a
// composite, -1 if there is none.
func (w *writer) lengthOf(fd *field, v slot, at int) int {
	switch {
	case fd.base == nil:
		return w.length(fd.pos, at)
	case v.kind() == listValue:
		return v.size()
	default:
		return -1
	}
}

func elementMessage() string { return "Cannot return null for non-nullable list element" }

// leaf writes the value at list level depth of a leaf field.
func (w *writer) leaf(out []byte, fd *field, depth int, raw []byte, fetch int32) ([]byte, outcome) {
	if depth == len(fd.elements) {
		if !fd.scalar.accepts(raw) {
			w.fault(int(fetch), "answered something else where "+fd.scalar.String()+" belongs")
			return out, isNull
		}
		if fd.enum != nil && !fd.isVisible(raw, 0, len(raw)) {
			return out, isNull
		}
		return append(out, raw...), written
	}
	if raw[0] != '[' {
		w.fault(int(fetch), "answered something else where a list belongs")
		return out, isNull
	}
	out = append(out, '[')
	w.path = append(w.path, pathStep{})
	result := written
	i := 0
	for item := range elements(raw) {
		if i > 0 {
			out = append(out, ',')
		}
		w.path[len(w.path)-1].index = i
		i++
		start := len(out)
		o := isNull
		if item[0] != 'n' {
			out, o = w.leaf(out, fd, depth+1, item, fetch)
		}
		if o == written {
			continue
		}
		if out, o = w.settle(out, o, fd.elements[depth], start, elementMessage); o != written {
			result = failed
			break
		}
	}
	w.path = w.path[:len(w.path)-1]
	return append(out, ']'), result
}

// isVisible tells whether the JSON string from start to end in buf is an enum
// value that clients may see.
func (f *field) isVisible(buf []byte, start, end int) bool {
	for i := range f.values {
		if v := &f.values[i]; len(v.text) == end-start && v.isAt(buf, start) {
			return true
		}
	}
	name := buf[start+1 : end-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		return f.enum[unescape(name)]
	}
	return f.enum[string(name)]
}

// blameNameless notes that a subgraph has answered an object without the type
// name it was asked for. If it is another subgraph that would know the type,
// and it does not know the object, nobody is to blame.
func (w *writer) blameNameless(f frame) {
	for _, c := range f.pos.typenames {
		if w.ref(f, c.source) != 0 {
			w.fault(int(c.fetch), "answered an object without a type name")
			return
		}
	}
}

// isAsked tells whether somebody was asked for the type of the frame's object,
// whatever came of it. At one place the types of some objects may be needed,
// and not those of others, because of what they are part of.
func (w *writer) isAsked(f frame) bool {
	return slices.ContainsFunc(f.pos.typenames, func(c candidate) bool {
		l := f.pos.sources[c.source].link
		return w.ref(f, c.source) != 0 || l != nil && w.linked(l, w.objects(f), w.above()) >= 0
	})
}

// blameComposite notes that a value that is not null is neither an object nor
// a list where it should be.
func (w *writer) blameComposite(fd *field, v slot, at int, want string) {
	if fd.base != nil {
		if v.isValue() {
			w.fault(fd.base.fetch, "answered something else where "+want+" belongs")
		}
		return
	}
	for i := range fd.pos.sources {
		if fd.pos.sources[i].link != nil {
			continue
		}
		if w.vals[at].isValue() {
			w.fault(fd.pos.sources[i].fetch, "answered something else where "+want+" belongs")
			return
		}
		at++
	}
}

// fault records an error of the subgraph at the place that is being written.
func (w *writer) fault(fetch int, what string) {
	w.notes++
	subgraph := w.r.p.fetches[fetch].Subgraph
	w.r.report(func() *Error {
		return &Error{
			Subgraph: subgraph,
			Fetch:    fetch,
			Code:     CodeMalformed,
			Message:  "subgraph " + strconv.Quote(subgraph) + " " + what,
			Path:     astPath(w.path),
		}
	})
}

// refuse records the error of a field that is not executed.
func (w *writer) refuse(fd *field) {
	w.notes++
	w.r.report(func() *Error {
		path := append(astPath(w.path), ast.PathName(fd.as))
		return &Error{Fetch: -1, Code: operation.CodeInvalidVariable, Message: fd.refusal, Path: path}
	})
}

// complete records a null that has to rise, unless an error at, above or below
// the place says why.
func (w *writer) complete(message string) {
	w.notes++
	if len(w.r.completions) == MaxCompletions || w.r.explained(w.path) {
		return
	}
	w.r.completions = append(w.r.completions, Completion{Message: message, Path: astPath(w.path)})
}

func astPath(path []pathStep) ast.Path {
	out := make(ast.Path, len(path))
	for i, s := range path {
		out[i] = astStep(s)
	}
	return out
}

func astStep(s pathStep) ast.PathElement {
	if s.name != "" {
		return ast.PathName(s.name)
	}
	return ast.PathIndex(s.index)
}
