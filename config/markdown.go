package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Markdown returns the text of docs/configuration.md.
func (r *Reference) Markdown() []byte {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Written by "go generate ./config" from the structs of package config and
     the comments of config.yaml. Change those. -->

Every key of weft's configuration, what it means and its default.
[config.yaml](../config.yaml) has the same on one page, as a configuration that
works; ` + "`weft config validate`" + ` reports every fault of one with its place; and
` + "`weft config schema`" + ` prints the JSON Schema, with which editors complete and
check keys. In an editor with the YAML language server the first line does it:

` + "```yaml" + `
# yaml-language-server: $schema=https://raw.githubusercontent.com/weft-graphql/weft/main/config/schema.json
` + "```" + `

A key that is left out, or has no value, has its default. A key that does not
exist is an error. In every value ` + "`${NAME}`, `${NAME:-default}` and `${file:PATH}`" + `
are replaced by an environment variable or a file's content, and ` + "`$${`" + ` is the
characters ` + "`${`" + `.
`)
	for i := range r.root.keys {
		r.root.keys[i].markdown(&b, 2)
	}
	return []byte(b.String())
}

// markdown writes the section of a key: those of the root have headings of
// level 2, and all below them of level 3.
func (k *key) markdown(b *strings.Builder, level int) {
	fmt.Fprintf(b, "\n%s `%s`\n\n", strings.Repeat("#", level), k.path)
	fmt.Fprintf(b, "%s\n", k.kind())
	if text := meaning(k.text); text != "" {
		b.WriteString("\n" + markdownText(text) + "\n")
	}
	k.below(b)
}

// below writes the sections of what is under a key.
func (k *key) below(b *strings.Builder) {
	if k.like != "" {
		own := 0
		for i := range k.keys {
			if !k.keys[i].inherited(k) {
				own++
				k.keys[i].markdown(b, 3)
			}
		}
		and := "The keys are"
		if own > 0 {
			and = "Besides, the keys are"
		}
		fmt.Fprintf(b, "\n%s those of [`%s`](#%s).\n", and, k.like, anchor(k.like))
		return
	}
	for i := range k.keys {
		k.keys[i].markdown(b, 3)
	}
	if k.each != nil {
		k.each.below(b)
	}
}

// inherited tells whether a key is one of the struct that its parent has in
// common with another.
func (k *key) inherited(parent *key) bool {
	owner, _, _ := fieldOf(parent.typ, k.name)
	if owner != parent.typ {
		return true // of an embedded struct
	}
	for i := range parent.typ.NumField() {
		if parent.typ.Field(i).Anonymous {
			return false // the own keys of a struct that embeds one
		}
	}
	return true
}

// anchor is how Markdown renderers name a heading with a path.
func anchor(path string) string {
	return strings.NewReplacer(".", "", "[", "", "]", "", "<", "", ">", "", "`", "").Replace(strings.ToLower(path))
}

// kind says in a line what values the key has, and its default.
func (k *key) kind() string {
	kind := typeWords(k.typ)
	if k.fallback.IsValid() {
		if text := yamlDefault(k.fallback); text != "" && (isScalar(k.typ) || k.typ.Kind() == reflect.Slice) {
			kind += fmt.Sprintf(", default `%s`", text)
		}
	}
	return "*" + kind + "*"
}

func typeWords(t reflect.Type) string {
	if words := words(t); words != nil {
		return "one of `" + strings.Join(words, "`, `") + "`"
	}
	switch reflect.New(t).Interface().(type) {
	case *Duration:
		return "duration"
	case *Bytes:
		return "size"
	case *ExtensionPolicy:
		return "`keep`, `drop`, or a list of keys"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "`true` or `false`"
	case reflect.Int:
		return "whole number"
	case reflect.String:
		return "text"
	case reflect.Map:
		return "mapping from names"
	case reflect.Slice:
		if isScalar(t.Elem()) {
			return "list of " + strings.TrimPrefix(typeWords(t.Elem()), "one of ")
		}
		return "list"
	default:
		return "mapping"
	}
}

// markdownText makes blocks of indented lines what they are meant as, and
// escapes what Markdown would take for tags.
func markdownText(text string) string {
	var out []string
	block := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "  ")
		if indented != block {
			if indented {
				out = append(out, "", "```text")
			} else {
				out = append(out, "```", "")
			}
			block = indented
		}
		if !indented {
			line = strings.ReplaceAll(line, "<", "&lt;")
		}
		out = append(out, line)
	}
	if block {
		out = append(out, "```")
	}
	return strings.Join(out, "\n")
}
