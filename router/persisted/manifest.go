package persisted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// A Document is an entry of a manifest.
type Document struct {
	ID   string
	Name string // of the operation; "" if the manifest does not say
	Text string

	// Client is the name of the only client that may ask for it by this id;
	// "" for all.
	Client string
}

const (
	maxManifestBytes = 64 << 20
	maxIDBytes       = 512

	apolloFormat = "apollo-persisted-query-manifest"
)

// Parse reads a manifest in one of its two forms. The error says where a fault
// is, with no text of a document.
func Parse(data []byte) ([]Document, error) {
	switch {
	case len(data) > maxManifestBytes:
		return nil, errors.New("the manifest is larger than 64 MiB")
	case !utf8.Valid(data):
		return nil, errors.New("the manifest is not UTF-8")
	}
	fields, err := members(data)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		if f.name == "format" {
			return parseApollo(fields)
		}
	}
	return parseRelay(fields)
}

// A field is a member of a JSON object.
type field struct {
	name  string
	value json.RawMessage
}

// members returns those of an object, in order. None may come twice: readers
// would differ on which counts.
func members(data []byte) ([]field, error) {
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		return nil, fmt.Errorf("the manifest is not JSON: %s", jsonProblem(data, err))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("the manifest must be a JSON object")
	}
	var fields []field
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		f := field{name: name.(string)} // a key, since the data is valid JSON
		if err := d.Decode(&f.value); err != nil {
			return nil, err
		}
		if seen[f.name] {
			return nil, fmt.Errorf("%q is in the manifest twice", cut(f.name))
		}
		seen[f.name] = true
		fields = append(fields, f)
	}
	return fields, nil
}

func jsonProblem(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	before := data[:min(int(syntax.Offset), len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("%d:%d: %v", line, max(column, 1), err)
}

func parseApollo(fields []field) ([]Document, error) {
	var list []json.RawMessage
	for _, f := range fields {
		switch f.name {
		case "format":
			if s, ok := text(f.value); !ok || s != apolloFormat {
				return nil, fmt.Errorf("the manifest's format is not %q", apolloFormat)
			}
		case "version":
			if string(f.value) != "1" {
				return nil, errors.New("the manifest's version is not 1")
			}
		case "operations":
			if json.Unmarshal(f.value, &list) != nil || list == nil {
				return nil, errors.New(`"operations" must be a list`)
			}
		}
	}
	if list == nil {
		return nil, errors.New(`the manifest has no "operations"`)
	}
	documents := make([]Document, 0, len(list))
	for i, raw := range list {
		// Not into a struct: encoding/json would take "Body" for "body".
		var values map[string]json.RawMessage
		if json.Unmarshal(raw, &values) != nil || values == nil {
			return nil, fmt.Errorf("operations[%d] must be an object", i)
		}
		var d Document
		for _, f := range []struct {
			name   string
			to     *string
			needed bool
		}{{"id", &d.ID, true}, {"body", &d.Text, true}, {"name", &d.Name, false}, {"clientName", &d.Client, false}} {
			value, there := values[f.name]
			if !there || string(value) == "null" {
				if f.needed {
					return nil, fmt.Errorf("operations[%d] has no %q", i, f.name)
				}
				continue
			}
			var ok bool
			if *f.to, ok = text(value); !ok {
				return nil, fmt.Errorf("operations[%d]: %q must be a string", i, f.name)
			}
		}
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("operations[%d]: %w", i, err)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func parseRelay(fields []field) ([]Document, error) {
	documents := make([]Document, 0, len(fields))
	for _, f := range fields {
		body, ok := text(f.value)
		if !ok {
			return nil, fmt.Errorf(`the value of %q must be a string, the text of a document; a manifest of Apollo's form has "format": %q`, cut(f.name), apolloFormat)
		}
		d := Document{ID: f.name, Text: body}
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("%q: %w", cut(f.name), err)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func (d *Document) check() error {
	switch {
	case d.ID == "":
		return errors.New("the id is empty")
	case len(d.ID) > maxIDBytes:
		return fmt.Errorf("the id is longer than %d bytes", maxIDBytes)
	case d.Text == "":
		return errors.New("the document is empty")
	}
	return nil
}

func text(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

// cut shortens a word for a message.
func cut(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// A Manifest finds the documents of one or more files. It is immutable; the
// zero Manifest has none.
type Manifest struct {
	byID  map[key]string
	texts map[string]bool
	forms map[Hash]bool // of the tokens of each text
}

type key struct{ client, id string }

// NewManifest returns one with the documents. Two with the same client and id
// but different texts are an error.
func NewManifest(documents []Document) (*Manifest, error) {
	m := &Manifest{byID: map[key]string{}, texts: map[string]bool{}, forms: map[Hash]bool{}}
	for _, d := range documents {
		k := key{d.Client, d.ID}
		if other, there := m.byID[k]; there && other != d.Text {
			return nil, fmt.Errorf("the id %q stands for two different documents", cut(d.ID))
		}
		m.byID[k] = d.Text
		m.texts[d.Text] = true
		if form, ok := formOf(d.Text); ok {
			m.forms[form] = true
		}
	}
	return m, nil
}

// Len is how many documents there are.
func (m *Manifest) Len() int { return len(m.byID) }

// Find returns the document that the client means by an id: the client's own,
// or else the one of all.
func (m *Manifest) Find(client, id string) (text string, ok bool) {
	if client != "" {
		if text, ok = m.byID[key{client, id}]; ok {
			return text, true
		}
	}
	text, ok = m.byID[key{"", id}]
	return text, ok
}

// Has tells whether a document is in the manifest, to the token: white space,
// commas and comments do not count.
func (m *Manifest) Has(text string) bool {
	if m.texts[text] {
		return true
	}
	form, ok := formOf(text)
	return ok && m.forms[form]
}

// Mismatched counts the documents whose id looks like a SHA-256 and is not
// theirs: most likely whoever wrote the manifest hashed another text.
func (m *Manifest) Mismatched() int {
	n := 0
	for k, text := range m.byID {
		if h, ok := ParseHash(k.id); ok && h != HashOf(text) {
			n++
		}
	}
	return n
}
