package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A body is a response body in its parts, each as written.
type body struct {
	Data       json.RawMessage `json:"data"`
	Errors     json.RawMessage `json:"errors"`
	Extensions json.RawMessage `json:"extensions"`
}

// isSame tells whether two JSON texts differ in white space only: not in the
// order of fields, nor in how a number or a string is written.
func isSame(a, b []byte) bool {
	x, y := compact(a), compact(b)
	return x != nil && y != nil && bytes.Equal(x, y)
}

// compact returns JSON without white space; nil if it is no JSON.
func compact(text []byte) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		return nil
	}
	return out.Bytes()
}

// formatResponse writes a response for a case: the data as old has it if it is
// the same, and each error on a line of its own.
func formatResponse(response, old []byte) ([]byte, error) {
	var now, before body
	if err := json.Unmarshal(response, &now); err != nil {
		return nil, fmt.Errorf("the response is no JSON: %w", err)
	}
	// What is there may be anything; then nothing of it is kept.
	if err := json.Unmarshal(old, &before); err != nil {
		before = body{}
	}
	var parts []string
	if now.Data != nil {
		data := string(now.Data)
		if isSame(now.Data, before.Data) {
			data = string(before.Data)
		}
		parts = append(parts, `"data": `+data)
	}
	if now.Errors != nil {
		errors, err := lines(now.Errors)
		if err != nil {
			return nil, err
		}
		parts = append(parts, `"errors": `+errors)
	}
	if now.Extensions != nil {
		parts = append(parts, `"extensions": `+string(now.Extensions))
	}
	var out bytes.Buffer
	out.WriteString("{")
	for i, part := range parts {
		if i > 0 {
			out.WriteString(",\n ")
		}
		out.WriteString(part)
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

// lines writes a list with an element on each line.
func lines(list json.RawMessage) (string, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(list, &elements); err != nil {
		return "", err
	}
	var out bytes.Buffer
	out.WriteString("[")
	for i, e := range elements {
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n  ")
		out.Write(compact(e))
	}
	out.WriteString("]")
	return out.String(), nil
}

// indented is JSON for people who look at a difference.
func indented(text []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return string(text)
	}
	return out.String()
}
