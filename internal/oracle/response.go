package oracle

import (
	"bytes"
	"encoding/json"
)

// A Response is the answer to an operation.
type Response struct {
	// Data is nil if null propagation reached the top.
	Data *Map

	// Errors in the order of their positions in the response.
	Errors []Error
}

// An Error is an execution error: a null where none may be, or a value that
// does not fit its type. The position, or the nearest nullable one above it,
// is null.
type Error struct {
	Message string
	Path    []any // response names and list indexes
}

// A Map is a response object: its entries in the order they were asked for.
type Map struct {
	Entries []Entry
}

// An Entry is one field of a response object. Value is nil, a bool, string or
// json.Number, a value of a custom scalar as it was decoded, []any or *Map.
type Entry struct {
	Name  string
	Value any
}

// MarshalJSON writes the entries in their order.
func (m *Map) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range m.Entries {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(e.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(e.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
