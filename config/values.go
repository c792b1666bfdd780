package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A scalar is a type whose values are written as one word in YAML.
type scalar interface {
	// set reads the value from text. The error says what is wanted, without
	// repeating text.
	set(text string) error
}

// A Duration is written with its unit: 250ms, 2s, 1m30s.
type Duration time.Duration

func (d *Duration) set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		return errors.New("want a duration with its unit, such as 250ms, 2s or 1m30s")
	}
	*d = Duration(v)
	return nil
}

// String returns the duration as it is written.
func (d Duration) String() string { return time.Duration(d).String() }

// Bytes is a size, written as a number or with a unit: 500, 64KiB, 2MB.
type Bytes int64

var units = []struct {
	name string
	size float64
}{
	// Longer names first, since all end in B.
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"KB", 1e3}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
	{"B", 1},
}

func (b *Bytes) set(text string) error {
	wrong := errors.New("want a size, such as 500, 64KiB or 2MB")
	size := 1.0
	number := text
	for _, u := range units {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			number, size = strings.TrimSpace(rest), u.size
			break
		}
	}
	// ParseFloat would take hex, "inf" and digits with underscores.
	if number == "" || strings.Trim(number, "0123456789.") != "" {
		return wrong
	}
	v, err := strconv.ParseFloat(number, 64)
	v *= size
	if err != nil || v != math.Trunc(v) {
		return wrong
	}
	if v > 1<<50 {
		return errors.New("is more than a pebibyte")
	}
	*b = Bytes(v)
	return nil
}

// OnError says what a failed fetch does to the request.
type OnError string

const (
	// Partial answers with what the other subgraphs have, nulls and errors
	// in place of the rest.
	Partial OnError = "partial"
	// FailFast ends the request with the first failure.
	FailFast OnError = "fail_fast"
)

func (o *OnError) set(text string) error { return oneOf(o, text, Partial, FailFast) }

// Transport says how requests get to a subgraph.
type Transport string

const (
	// AutoTransport is the cheapest way that works.
	AutoTransport Transport = "auto"
	// NetHTTP is HTTP/1.1 by Go's net/http.
	NetHTTP Transport = "net_http"
	// HTTP2 is HTTP/2 by Go's net/http.
	HTTP2 Transport = "http2"
)

func (t *Transport) set(text string) error { return oneOf(t, text, AutoTransport, NetHTTP, HTTP2) }

// MessagePolicy says what becomes of an error's message.
type MessagePolicy string

const (
	KeepMessage MessagePolicy = "keep"
	MaskMessage MessagePolicy = "mask"
)

func (p *MessagePolicy) set(text string) error { return oneOf(p, text, KeepMessage, MaskMessage) }

// ExtensionPolicy says which of an error's extensions are kept: keep, drop, or
// a list of keys. The zero value is not set.
type ExtensionPolicy struct {
	All  bool
	Keys []string // not nil but empty for drop
}

func (p *ExtensionPolicy) set(text string) error {
	switch text {
	case "keep":
		*p = ExtensionPolicy{All: true}
	case "drop":
		*p = ExtensionPolicy{Keys: []string{}}
	default:
		return errors.New(`want "keep", "drop" or a list of keys`)
	}
	return nil
}

// MeasuredLimit is the key of a limit that can be measured without being held
// against requests.
type MeasuredLimit string

const (
	MeasureDepth      MeasuredLimit = "depth"
	MeasureHeight     MeasuredLimit = "height"
	MeasureAliases    MeasuredLimit = "aliases"
	MeasureRootFields MeasuredLimit = "root_fields"
	MeasureDirectives MeasuredLimit = "directives"

	MeasureIntrospectionDepth MeasuredLimit = "introspection_depth"

	// These guard weft itself, and so refuse what is over ten times their
	// value even then.
	MeasureRequestBytes MeasuredLimit = "request_bytes"
	MeasureHeaderBytes  MeasuredLimit = "header_bytes"
	MeasureTokens       MeasuredLimit = "tokens"
	MeasureNesting      MeasuredLimit = "nesting"
	MeasureSelections   MeasuredLimit = "selections"
	MeasureErrors       MeasuredLimit = "errors"
)

// MeasuredRatio is how far something that is only measured may be over a limit
// that guards weft itself.
const MeasuredRatio = 10

func (m *MeasuredLimit) set(text string) error {
	return oneOf(m, text, MeasureRequestBytes, MeasureHeaderBytes, MeasureTokens, MeasureNesting, MeasureSelections,
		MeasureDepth, MeasureHeight, MeasureAliases, MeasureRootFields, MeasureDirectives, MeasureIntrospectionDepth, MeasureErrors)
}

// LogLevel is debug, info, warn or error.
type LogLevel string

func (l *LogLevel) set(text string) error { return oneOf(l, text, "debug", "info", "warn", "error") }

// LogFormat is text, json, or auto: text on a terminal, json elsewhere.
type LogFormat string

func (f *LogFormat) set(text string) error { return oneOf(f, text, "auto", "text", "json") }

// oneOf sets *to to text if it is one of values.
func oneOf[T ~string](to *T, text string, values ...T) error {
	names := make([]string, len(values))
	for i, v := range values {
		if string(v) == text {
			*to = v
			return nil
		}
		names[i] = string(v)
	}
	return &wordError{names}
}

// A wordError says that a text is none of at least two words.
type wordError struct{ words []string }

func (e *wordError) Error() string {
	names := make([]string, len(e.words))
	for i, w := range e.words {
		names[i] = strconv.Quote(w)
	}
	last := len(names) - 1
	return fmt.Sprintf("want %s or %s", strings.Join(names[:last], ", "), names[last])
}
