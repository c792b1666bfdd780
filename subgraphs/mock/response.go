package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// A node is an object of the response, its fields in the order asked for.
type node struct{ entries []entry }

type entry struct {
	name  string
	value any // nil, bool, string, number, rawNumber, []any, *node, or JSON
}

// rawNumber is the text of a number that is to be written as it is.
type rawNumber string

// maxValueDepth bounds how deeply a custom scalar's value nests.
const maxValueDepth = 200

// isJSON tells whether a custom scalar's value can be written.
func isJSON(v any, depth int) bool {
	if depth > maxValueDepth {
		return false
	}
	switch x := v.(type) {
	case nil, bool, string, json.RawMessage:
		return true
	case []any:
		for _, element := range x {
			if !isJSON(element, depth+1) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, field := range x {
			if !isJSON(field, depth+1) {
				return false
			}
		}
		return true
	}
	_, ok := number(v)
	return ok
}

// describe names a value in an error.
func describe(v any) string {
	switch x := v.(type) {
	case string:
		if len(x) > 60 {
			x = x[:60] + "…"
		}
		return strconv.Quote(x)
	case []any:
		return "a list"
	case bool:
		return strconv.FormatBool(x)
	}
	if text, ok := number(v); ok {
		return text
	}
	return "an object"
}

// appendResponse appends the JSON of a response.
func appendResponse(b []byte, data *node, hasData bool, errors gqlerror.List) []byte {
	b = append(b, '{')
	if len(errors) > 0 {
		b = append(b, `"errors":`...)
		b = appendErrors(b, errors)
		if hasData {
			b = append(b, ',')
		}
	}
	if hasData {
		b = append(b, `"data":`...)
		if data == nil {
			b = append(b, "null"...)
		} else {
			b = appendValue(b, data)
		}
	}
	return append(b, '}')
}

func appendErrors(b []byte, errors gqlerror.List) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(errors); err != nil {
		// Extensions may come from a source and hold anything.
		return append(b, `[{"message":"an error that cannot be written as JSON"}]`...)
	}
	return append(b, bytes.TrimSuffix(text.Bytes(), []byte{'\n'})...)
}

func appendValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, x)
	case string:
		return appendString(b, x)
	case rawNumber:
		return append(b, x...)
	case *node:
		b = append(b, '{')
		for i, e := range x.entries {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, e.name), ':')
			b = appendValue(b, e.value)
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i, element := range x {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, element)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, name := range sortedNames(x) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name), ':')
			b = appendValue(b, x[name])
		}
		return append(b, '}')
	case json.RawMessage:
		return append(b, x...)
	}
	if text, ok := number(v); ok {
		return append(b, text...)
	}
	panic(fmt.Sprintf("mock: a %T in the response", v)) // leaf lets none pass
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a string always marshals
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
