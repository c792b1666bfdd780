package router

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"go.uber.org/zap/zapcore"
)

// secrets are parts of names whose values are never logged. They are compared
// without regard to case, dashes and underscores: X-Api-Key has "apikey".
type secrets []string

// redacted stands in the log for a value that has a secret's name.
const redacted = "[redacted]"

var plainName = strings.NewReplacer("-", "", "_", "", " ", "", ".", "")

func newSecrets(names []string) secrets {
	s := make(secrets, len(names))
	for i, name := range names {
		s[i] = plainName.Replace(strings.ToLower(name))
	}
	return s
}

// has tells whether the value of that name is a secret.
func (s secrets) has(name string) bool {
	name = plainName.Replace(strings.ToLower(name))
	for _, part := range s {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

const (
	// deepestLogged and longestLogged bound what is logged of extensions, in
	// levels and in bytes of one value.
	deepestLogged = 8
	longestLogged = 1000
)

// redact returns extensions, whose values are JSON, without secrets and cut to
// what a line bears.
func (s secrets) redact(extensions map[string]any) map[string]any {
	out := make(map[string]any, len(extensions))
	for name, value := range extensions {
		out[logWord(name)] = s.value(name, value)
	}
	return out
}

func (s secrets) value(name string, value any) any {
	if s.has(name) {
		return redacted
	}
	raw, ok := value.(json.RawMessage)
	if !ok {
		return value // weft's own
	}
	if len(raw) > longestLogged {
		return "[long]"
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return "[malformed]"
	}
	return s.walk(v, 1)
}

// walk replaces secrets in a decoded value.
func (s secrets) walk(v any, depth int) any {
	switch v := v.(type) {
	case map[string]any:
		if depth > deepestLogged {
			return "[deep]"
		}
		for name, value := range v {
			if s.has(name) {
				v[name] = redacted
			} else {
				v[name] = s.walk(value, depth+1)
			}
		}
		return v
	case []any:
		if depth > deepestLogged {
			return "[deep]"
		}
		for i := range v {
			v[i] = s.walk(v[i], depth+1)
		}
		return v
	default:
		return v
	}
}

// headerLog logs some headers of a request.
type headerLog struct {
	names   []string
	header  http.Header
	secrets secrets
}

func (l headerLog) MarshalLogObject(e zapcore.ObjectEncoder) error {
	for _, name := range l.names {
		values := l.header.Values(name)
		if len(values) == 0 {
			continue
		}
		value := redacted
		if !l.secrets.has(name) {
			value = logWord(strings.Join(values, ", "))
		}
		e.AddString(strings.ToLower(name), value)
	}
	return nil
}
