package config

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ../internal/configdocs ..

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema of a configuration, draft 2020-12. It accepts
// what Parse accepts as far as keys and types go; Parse knows more, such as
// which values go together.
func Schema() []byte { return slices.Clone(schema) }

// Schema returns the text of schema.json.
func (r *Reference) Schema() []byte {
	root := r.root.schema()
	root = append(object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "https://raw.githubusercontent.com/weft-graphql/weft/main/config/schema.json"},
		{"title", "weft's configuration"},
	}, root...)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic("config: schema cannot be encoded: " + err.Error())
	}
	return b.Bytes()
}

// An object is a JSON object that keeps its order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		value, err := marshal(m.value)
		if err != nil {
			return nil, err
		}
		b = append(strconv.AppendQuote(b, m.name), ':')
		b = append(b, value...)
	}
	return append(b, '}'), nil
}

// marshal is json.Marshal that leaves < and > as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// expansion is the schema of a value that is not known before it is expanded.
var expansion = object{{"type", "string"}, {"pattern", `\$\{`}}

// schema describes the values at a key.
func (k *key) schema() object {
	var s object
	if k.text != "" {
		s = append(s, member{"description", strings.ReplaceAll(k.text, "\n\n", "\n")})
	}
	if k.fallback.IsValid() && isScalar(k.typ) {
		if value, ok := jsonDefault(k.fallback); ok {
			s = append(s, member{"default", value})
		}
	}
	switch {
	case isScalar(k.typ):
		// A key without a value has its default.
		return append(s, member{"anyOf", append(scalarSchema(k.typ), expansion, object{{"type", "null"}})})
	case k.keys != nil:
		properties := object{}
		for i := range k.keys {
			properties = append(properties, member{k.keys[i].name, k.keys[i].schema()})
		}
		return append(s,
			member{"type", []string{"object", "null"}},
			member{"additionalProperties", false},
			member{"properties", properties})
	case k.typ.Kind() == reflect.Map:
		return append(s,
			member{"type", []string{"object", "null"}},
			member{"additionalProperties", k.each.schema()})
	default:
		return append(s,
			member{"type", []string{"array", "null"}},
			member{"items", object{{"allOf", []object{k.each.schema(), {{"not", object{{"type", "null"}}}}}}}})
	}
}

// scalarSchema returns the schemas of which one fits a value that is written
// as it is.
func scalarSchema(t reflect.Type) []object {
	if words := words(t); words != nil {
		return []object{{{"enum", words}}}
	}
	v := reflect.New(t)
	switch v.Interface().(type) {
	case *Duration:
		return []object{{{"type", "string"}, {"pattern", `^(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$|^\+?0$`}}, {{"const", 0}}}
	case *Bytes:
		return []object{{{"type", "string"}, {"pattern", `^[0-9.]+\s*([kKMG]B|[KMG]iB|B)?$`}}, {{"type", "integer"}, {"minimum", 0}}}
	case *ExtensionPolicy:
		return []object{{{"enum", []string{"keep", "drop"}}}, {{"type", "array"}, {"items", object{{"type", []string{"string", "number", "boolean"}}}}}}
	case scalar:
		panic(fmt.Sprintf("config: values of the type %s are not described", t))
	}
	switch t.Kind() {
	case reflect.Bool:
		return []object{{{"type", "boolean"}}}
	case reflect.Int:
		return []object{{{"type", "integer"}}}
	default:
		// What YAML takes for a number is the text of it.
		return []object{{{"type", []string{"string", "number", "boolean"}}}}
	}
}

// words returns the values of an enumeration, nil for any other type.
func words(t reflect.Type) []string {
	s, ok := reflect.New(t).Interface().(scalar)
	if !ok {
		return nil
	}
	// No value is a line break; the error knows what is.
	if one := (*wordError)(nil); errors.As(s.set("\n"), &one) {
		return one.words
	}
	return nil
}

// jsonDefault returns a default as JSON has it; not ok if there is none.
func jsonDefault(v reflect.Value) (value any, ok bool) {
	switch {
	case v.Kind() == reflect.Bool:
		return v.Bool(), true
	case v.Kind() == reflect.Int:
		return v.Int(), true
	}
	text := yamlDefault(v)
	return text, text != ""
}

// yamlDefault returns a default as it is written; "" if there is none.
func yamlDefault(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Duration:
		return shortDuration(x)
	case Bytes:
		return x.String()
	case ExtensionPolicy:
		switch {
		case x.All:
			return "keep"
		case len(x.Keys) == 0:
			return ""
		}
		return "[" + strings.Join(x.Keys, ", ") + "]"
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.String:
		return fmt.Sprint(v.Interface())
	case reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, fmt.Sprint(v.Index(i).Interface()))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return ""
}

// shortDuration prints 2m0s as 2m.
func shortDuration(d Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// String returns the size with the largest unit that divides it.
func (b Bytes) String() string {
	for _, u := range []struct {
		name string
		size Bytes
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}} {
		if b >= u.size && b%u.size == 0 {
			return fmt.Sprintf("%d%s", b/u.size, u.name)
		}
	}
	return strconv.FormatInt(int64(b), 10)
}
