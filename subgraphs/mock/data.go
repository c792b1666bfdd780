package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of a data file: its nesting, and how many values it may hold, which
// YAML aliases multiply.
const (
	maxDataDepth  = 100
	maxDataValues = 5_000_000
)

// decodeData decodes a data file: nil, bool, string, json.Number, []any and
// map[string]any. A file that begins with a brace is JSON, any other YAML. An
// error holds the file's name, line and column.
func decodeData(name string, data []byte) (any, error) {
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	if len(trimmed) == 0 {
		return map[string]any{}, nil
	}
	if trimmed[0] == '{' {
		return decodeJSON(name, data)
	}
	return decodeYAML(name, data)
}

type jsonReader struct {
	name    string
	data    []byte
	decoder *json.Decoder
}

func decodeJSON(name string, data []byte) (any, error) {
	r := &jsonReader{name: name, data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	r.decoder.UseNumber()
	value, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.decoder.Token(); err != io.EOF {
		return nil, r.fail("text after the end of the data")
	}
	return value, nil
}

// fail places an error where the decoder is.
func (r *jsonReader) fail(format string, args ...any) error {
	before := r.data[:min(int(r.decoder.InputOffset()), len(r.data))]
	line := bytes.Count(before, []byte{'\n'}) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %s", r.name, line, column, fmt.Sprintf(format, args...))
}

func (r *jsonReader) token() (json.Token, error) {
	token, err := r.decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, r.fail("unexpected end of the data")
	}
	if err != nil {
		return nil, r.fail("%s", err)
	}
	return token, nil
}

func (r *jsonReader) value(depth int) (any, error) {
	if depth > maxDataDepth {
		return nil, r.fail("nested more than %d levels", maxDataDepth)
	}
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return r.object(depth)
	case json.Delim('['):
		list := []any{}
		for r.decoder.More() {
			element, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err := r.token()
		return list, err
	}
	return token, nil
}

func (r *jsonReader) object(depth int) (any, error) {
	object := map[string]any{}
	for r.decoder.More() {
		token, err := r.token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if _, ok := object[name]; ok {
			return nil, r.fail("%q occurs twice in one object", name)
		}
		if object[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := r.token()
	return object, err
}

type yamlReader struct {
	name    string
	anchors map[string]any
	values  int
}

func decodeYAML(name string, data []byte) (any, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlError(name, err)
	}
	if len(file.Docs) > 1 {
		return nil, fmt.Errorf("%s: more than one document", name)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return map[string]any{}, nil
	}
	r := &yamlReader{name: name, anchors: map[string]any{}}
	return r.value(file.Docs[0].Body, 0)
}

// yamlError brings the parser's error into the form of the others.
func yamlError(name string, err error) error {
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		if t := syntax.GetToken(); t != nil && t.Position != nil {
			return fmt.Errorf("%s:%d:%d: %s", name, t.Position.Line, t.Position.Column, syntax.GetMessage())
		}
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (r *yamlReader) fail(n ast.Node, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	if t := n.GetToken(); t != nil && t.Position != nil {
		return fmt.Errorf("%s:%d:%d: %s", r.name, t.Position.Line, t.Position.Column, message)
	}
	return fmt.Errorf("%s: %s", r.name, message)
}

func (r *yamlReader) value(n ast.Node, depth int) (any, error) {
	r.values++
	if depth > maxDataDepth {
		return nil, r.fail(n, "nested more than %d levels", maxDataDepth)
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode:
		if text, ok := number(n.Value); ok {
			return json.Number(text), nil
		}
	case *ast.FloatNode:
		if text, ok := number(n.Value); ok {
			return json.Number(text), nil
		}
	case *ast.MappingNode:
		return r.object(n.Values, depth)
	case *ast.MappingValueNode:
		return r.object([]*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for _, element := range n.Values {
			v, err := r.value(element, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case *ast.AnchorNode:
		v, err := r.value(n.Value, depth+1)
		if err == nil && n.Name != nil {
			r.anchors[n.Name.String()] = v
		}
		return v, err
	case *ast.AliasNode:
		return r.alias(n)
	}
	return nil, r.fail(n, "a %s is not supported here", n.Type())
}

// alias returns the value of its anchor, which is never written to and so can
// stand in several places. What it holds counts again each time: the checks
// that follow walk it again.
func (r *yamlReader) alias(n *ast.AliasNode) (any, error) {
	v, ok := r.anchors[n.Value.String()]
	if !ok {
		return nil, r.fail(n, "no anchor %q comes before", n.Value.String())
	}
	r.values += countValues(v, maxDataValues)
	if r.values > maxDataValues {
		return nil, r.fail(n, "more than %d values with aliases expanded", maxDataValues)
	}
	return v, nil
}

// countValues counts the values in v, stopping soon after limit.
func countValues(v any, limit int) int {
	n := 1
	switch x := v.(type) {
	case []any:
		for _, element := range x {
			if n > limit {
				return n
			}
			n += countValues(element, limit-n)
		}
	case map[string]any:
		for _, field := range x {
			if n > limit {
				return n
			}
			n += countValues(field, limit-n)
		}
	}
	return n
}

func (r *yamlReader) object(pairs []*ast.MappingValueNode, depth int) (any, error) {
	object := make(map[string]any, len(pairs))
	for _, pair := range pairs {
		name, err := r.key(pair.Key)
		if err != nil {
			return nil, err
		}
		if _, ok := object[name]; ok {
			return nil, r.fail(pair.Key, "%q occurs twice in one object", name)
		}
		if object[name], err = r.value(pair.Value, depth+1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func (r *yamlReader) key(n ast.MapKeyNode) (string, error) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.IntegerNode:
		if text, ok := number(n.Value); ok {
			return text, nil
		}
	case *ast.BoolNode:
		return strconv.FormatBool(n.Value), nil
	}
	return "", r.fail(n, "a %s cannot be a name", n.Type())
}
