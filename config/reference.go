package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// A Reference is the list of all keys, in the order of the structs, with what
// config.yaml says of them. The documentation and the JSON Schema are made
// from it, so neither can tell of a key that decoding does not know.
type Reference struct {
	root key
}

// A key is a place in a configuration: a key of a mapping, or what stands for
// any entry of one or any item of a list.
type key struct {
	name string // as written; "<name>" for entries of a map, "[]" for items
	path string // such as headers.all.request[].insert.value
	typ  reflect.Type

	// text says what the key means: the comment above it in config.yaml, or
	// the tag doc of its field if it cannot stand there. Entries and items
	// have none.
	text string

	// fallback is the value of a configuration that does not say anything;
	// invalid under maps and in lists, where there is no such thing.
	fallback reflect.Value

	// keys are those of a mapping with known keys; each is that of all entries
	// or items, nil for a key without any.
	keys []key
	each *key

	// like is the path of an earlier key whose keys are among this one's, for
	// a struct that is embedded or used again; "" for none.
	like string
}

// NewReference makes the reference from the text of config.yaml. The error
// names the keys that it does not describe.
func NewReference(text []byte) (*Reference, error) {
	r := &reader{file: "config.yaml", expander: expander{env: func(string) (string, bool) { return "", false }}}
	root := r.read(text)
	if err := r.problems.err(); err != nil {
		return nil, err
	}
	d := &describer{lines: strings.Split(string(text), "\n"), texts: map[fieldID]string{}, shown: map[reflect.Type]string{}}
	d.collect(root, reflect.TypeFor[Config]())
	ref := &Reference{d.key("", "", reflect.TypeFor[Config](), reflect.ValueOf(Default(false)).Elem())}
	if len(d.missing) > 0 {
		return nil, fmt.Errorf("config.yaml does not say what these keys mean: %s", strings.Join(d.missing, ", "))
	}
	return ref, nil
}

// describer finds out what is said of keys.
type describer struct {
	lines   []string
	texts   map[fieldID]string      // of keys in config.yaml
	shown   map[reflect.Type]string // paths where structs occur first
	missing []string
}

// A fieldID is a key as such, at however many paths it occurs.
type fieldID struct {
	owner reflect.Type
	key   string
}

// collect notes the comments above the keys of n, which is decoded to a t.
func (d *describer) collect(n node, t reflect.Type) {
	switch n := n.(type) {
	case *mapping:
		for _, e := range n.entries {
			switch {
			case t.Kind() == reflect.Map:
				d.collect(e.value, t.Elem())
			case t.Kind() == reflect.Struct:
				owner, field, ok := fieldOf(t, e.key)
				if !ok {
					continue
				}
				id := fieldID{owner, e.key}
				if text := d.comment(e.at.Line); text != "" && d.texts[id] == "" {
					d.texts[id] = text
				}
				d.collect(e.value, pointed(field.Type))
			}
		}
	case *sequence:
		if t.Kind() == reflect.Slice {
			for _, item := range n.items {
				d.collect(item, pointed(t.Elem()))
			}
		}
	}
}

// fieldOf finds the field of a key and the struct that declares it, which may
// be embedded in t.
func fieldOf(t reflect.Type, key string) (owner reflect.Type, f reflect.StructField, ok bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if owner, f, ok := fieldOf(f.Type, key); ok {
				return owner, f, true
			}
		} else if f.Tag.Get("yaml") == key && key != "" {
			return t, f, true
		}
	}
	return nil, reflect.StructField{}, false
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// comment returns the comment that ends above a line, without its marks.
func (d *describer) comment(line int) string {
	last := line - 1 // lines count from 1, so this is the one above
	first := last
	for first > 0 && strings.HasPrefix(strings.TrimSpace(d.lines[first-1]), "#") {
		first--
	}
	var out []string
	for _, l := range d.lines[first:last] {
		l = strings.TrimPrefix(strings.TrimSpace(l), "#")
		out = append(out, strings.TrimRight(strings.TrimPrefix(l, " "), " "))
	}
	return strings.Join(out, "\n")
}

// isScalar tells whether values of a type are written as one word.
func isScalar(t reflect.Type) bool {
	if _, ok := reflect.New(t).Interface().(scalar); ok {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int:
		return true
	}
	return false
}

// key describes what is at a path and below it. The recursion ends with the
// types.
func (d *describer) key(name, path string, t reflect.Type, fallback reflect.Value) key {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
		if fallback.IsValid() {
			fallback = fallback.Elem()
		}
	}
	k := key{name: name, path: path, typ: t, fallback: fallback}
	switch {
	case isScalar(t):
	case t.Kind() == reflect.Struct:
		first, again := d.shown[t]
		if !again {
			d.shown[t] = path
		}
		k.like = first
		k.keys = d.fields(t, path, fallback, &k.like)
	case t.Kind() == reflect.Map:
		each := d.key("<name>", path+".<name>", t.Elem(), reflect.Value{})
		k.each = &each
	case t.Kind() == reflect.Slice:
		each := d.key("[]", path+"[]", t.Elem(), reflect.Value{})
		k.each = &each
	default:
		panic(fmt.Sprintf("config: %s has the type %s, which cannot be described", path, t))
	}
	return k
}

// fields are the keys of a struct. like is set if an embedded one was shown
// before.
func (d *describer) fields(t reflect.Type, path string, fallback reflect.Value, like *string) []key {
	var keys []key
	for i := range t.NumField() {
		f := t.Field(i)
		var value reflect.Value
		if fallback.IsValid() {
			value = fallback.Field(i)
		}
		name := f.Tag.Get("yaml")
		switch {
		case f.Anonymous:
			if first, ok := d.shown[f.Type]; ok {
				*like = first
			} else {
				d.shown[f.Type] = path
			}
			keys = append(keys, d.fields(f.Type, path, value, like)...)
			continue
		case !f.IsExported() || name == "":
			continue
		}
		at := name
		if path != "" {
			at = path + "." + name
		}
		k := d.key(name, at, f.Type, value)
		if k.text = f.Tag.Get("doc"); k.text == "" {
			k.text = d.texts[fieldID{t, name}]
		}
		if meaning(k.text) == "" {
			d.missing = append(d.missing, at)
		}
		keys = append(keys, k)
	}
	return keys
}

// onlyDefault is the sentence that says no more than the default.
var onlyDefault = regexp.MustCompile(`(?s)(^|\s)Default:\s[^;]*\.$`)

// meaning is a text without the default at its end, which is known anyway.
func meaning(text string) string { return strings.TrimSpace(onlyDefault.ReplaceAllString(text, "")) }
