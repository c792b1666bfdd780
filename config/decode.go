package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// decoder writes nodes over a Config and collects what does not fit. What is
// missing or null leaves the value as it was.
type decoder struct {
	file     string
	problems Problems
	at       map[string]Position // of every value
	expanded map[string]*scalarNode
	named    map[string]bool // every key, those without a value too
}

func (d *decoder) report(at Position, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.file, at, path, fmt.Sprintf(format, args...)})
}

// decode writes n to v. The types of v are those that occur in Config: the
// recursion ends where they do, however deep n is.
func (d *decoder) decode(n node, v reflect.Value, path string) {
	if n == nil {
		return
	}
	if path != "" {
		d.at[path] = n.pos()
	}
	if s, ok := n.(*scalarNode); ok && s.kind == unknownWord {
		return
	}
	if policy, ok := v.Addr().Interface().(*ExtensionPolicy); ok {
		if _, list := n.(*sequence); list {
			policy.All = false
			policy.Keys = []string{}
			v = v.FieldByName("Keys")
		}
	}
	if _, ok := v.Addr().Interface().(scalar); ok {
		d.scalar(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Map:
		d.dictionary(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.String, reflect.Bool, reflect.Int:
		d.scalar(n, v, path)
	default:
		panic(fmt.Sprintf("config: %s has the type %s, which cannot be decoded", path, v.Type()))
	}
}

func (d *decoder) structure(n node, v reflect.Value, path string) {
	m, ok := n.(*mapping)
	if !ok {
		d.mismatch(n, path, "a mapping with keys such as "+strings.Join(keys(v.Type()), ", "))
		return
	}
	for _, e := range m.entries {
		field, ok := fieldNamed(v, e.key)
		if !ok {
			d.unknown(e, v.Type(), path)
			continue
		}
		d.named[Join(path, e.key)] = true
		d.decode(e.value, field, Join(path, e.key))
	}
}

// fieldNamed finds the field with the YAML key, also in embedded structs.
func fieldNamed(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			if inner, ok := fieldNamed(v.Field(i), key); ok {
				return inner, true
			}
			continue
		}
		if f.Tag.Get("yaml") == key && key != "" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// keys returns the YAML keys of a struct in the order of its fields.
func keys(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			names = append(names, keys(f.Type)...)
		} else if name := f.Tag.Get("yaml"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (d *decoder) unknown(e entry, t reflect.Type, path string) {
	where := "here"
	if path != "" {
		where = "in " + path
	}
	known := keys(t)
	message := fmt.Sprintf("unknown key %s %s", quote(e.key), where)
	if near := nearest(e.key, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	} else {
		message += "; there are " + strings.Join(known, ", ")
	}
	d.report(e.at, "", "%s", message)
}

// nearest returns the known word that key is most likely a slip of, or "".
func nearest(key string, known []string) string {
	if len(key) > 64 {
		return ""
	}
	best, distance := "", len(key)/3+2
	for _, k := range known {
		n := levenshtein.ComputeDistance(normal(key), normal(k))
		if n < distance {
			best, distance = k, n
		}
	}
	return best
}

// normal makes spellings that differ in case and separators equal.
func normal(key string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(key))
}

func (d *decoder) dictionary(n node, v reflect.Value, path string) {
	m, ok := n.(*mapping)
	if !ok {
		d.mismatch(n, path, "a mapping from names")
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, e := range m.entries {
		value := reflect.New(v.Type().Elem()).Elem()
		d.at[Join(path, e.key)] = e.at
		d.decode(e.value, value, Join(path, e.key))
		v.SetMapIndex(reflect.ValueOf(e.key), value)
	}
}

func (d *decoder) list(n node, v reflect.Value, path string) {
	s, ok := n.(*sequence)
	if !ok {
		d.mismatch(n, path, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(s.items), len(s.items)))
	for i, item := range s.items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item == nil {
			d.report(s.at, at, "the item is empty")
		}
		d.decode(item, v.Index(i), at)
	}
}

// scalar writes a word. Where the target is not a string, a word that was
// quoted is of the wrong type; one that was expanded is taken as the target
// wants it, since a variable cannot say what it is.
func (d *decoder) scalar(n node, v reflect.Value, path string) {
	s, ok := n.(*scalarNode)
	if !ok {
		d.mismatch(n, path, wanted(v))
		return
	}
	if s.expanded {
		d.expanded[path] = s
	}
	switch {
	case v.Kind() == reflect.Bool:
		b, err := parseBool(s.text)
		if err != nil || s.kind != boolWord && !s.expanded {
			d.mismatch(n, path, wanted(v)+unquoted(err))
			return
		}
		v.SetBool(b)
	case v.Kind() == reflect.Int:
		i, err := strconv.Atoi(s.text)
		if err != nil || s.kind != numberWord && !s.expanded {
			d.mismatch(n, path, wanted(v)+unquoted(err))
			return
		}
		v.SetInt(int64(i))
	default:
		if target, ok := v.Addr().Interface().(scalar); ok {
			if err := target.set(s.text); err != nil {
				d.report(s.at, path, "%s; got %s", err, got(n))
			}
			return
		}
		v.SetString(s.text)
	}
}

// parseBool takes the two words of YAML 1.2, and not the dozen of
// strconv.ParseBool.
func parseBool(text string) (bool, error) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, strconv.ErrSyntax
	}
}

// unquoted is the advice for a value that would do if it were not a string.
func unquoted(err error) string {
	if err != nil {
		return ""
	}
	return ", without quotes"
}

func wanted(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.Kind() == reflect.Int:
		return "a whole number"
	}
	if target, ok := v.Addr().Interface().(scalar); ok {
		// No value is a line break; the error says what is.
		if err := target.set("\n"); err != nil {
			return strings.TrimPrefix(err.Error(), "want ")
		}
	}
	return "a string"
}

func (d *decoder) mismatch(n node, path, want string) {
	d.report(n.pos(), path, "want %s; got %s", want, got(n))
}

// got describes a value. What was expanded is shown as it is written, since
// the value may be a secret.
func got(n node) string {
	switch n := n.(type) {
	case *mapping:
		return "a mapping"
	case *sequence:
		return "a list"
	case *scalarNode:
		switch {
		case n.expanded:
			return "the value of " + quote(n.source)
		case n.kind == stringWord:
			return quote(n.text)
		default:
			return n.text
		}
	default:
		return "nothing"
	}
}

// quote quotes text that somebody wrote, cut to a length fit for a message. Of
// a URL it leaves out where passwords and keys are.
func quote(text string) string {
	const most = 60
	if strings.Contains(text, "://") {
		text = urlSecrets.ReplaceAllString(text, "${1}${3}…${2}")
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}

// urlSecrets are the user of a URL, and its query.
var urlSecrets = regexp.MustCompile(`(://)[^/?#]*(@)|(\?)[^#]*()`)

// peekBool reads the boolean at a key of the document's root, before anything
// else is decoded.
func peekBool(n node, key string) bool {
	m, ok := n.(*mapping)
	if !ok {
		return false
	}
	i := slices.IndexFunc(m.entries, func(e entry) bool { return e.key == key })
	if i < 0 {
		return false
	}
	s, ok := m.entries[i].value.(*scalarNode)
	return ok && s.text == "true"
}
