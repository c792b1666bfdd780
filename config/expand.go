package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxExpansion bounds a file that is read into a value, in bytes.
const maxExpansion = 1 << 20

// expander replaces references in values:
//
//	${NAME}             the environment variable, which must be set
//	${NAME:-default}    the default if it is not set, or empty
//	${env.NAME}         the same as ${NAME}
//	${file:PATH}        the file's content without the line break at its end
//	${file.PATH}        the same
//	$${                 the characters ${
//
// Files and defaults go together as well; defaults may hold references.
type expander struct {
	env func(string) (string, bool)
	dir string // relative paths are relative to it
}

// expand returns text with its references replaced and whether it had any.
// Errors name the reference, never a value.
func (e expander) expand(text string, depth int) (value string, expanded bool, err error) {
	if !strings.Contains(text, "${") {
		return text, false, nil
	}
	if depth > maxNesting {
		return "", false, errors.New("references are nested too deep")
	}
	var out strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			out.WriteString(text)
			return out.String(), expanded, nil
		}
		if i > 0 && text[i-1] == '$' {
			out.WriteString(text[:i-1])
			out.WriteString("${")
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		end := closing(text[i:])
		if end < 0 {
			return "", false, errors.New("a ${ is not closed; write $${ for the characters themselves")
		}
		value, err := e.reference(text[i+2:i+end], depth)
		if err != nil {
			return "", false, err
		}
		out.WriteString(value)
		expanded = true
		text = text[i+end+1:]
	}
}

// closing returns where the brace is that closes the one text begins with, or
// -1.
func closing(text string) int {
	open := 0
	for i := range len(text) {
		switch {
		case text[i] == '{' && i > 0 && text[i-1] == '$':
			open++
		case text[i] == '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// reference evaluates what stands between ${ and }.
func (e expander) reference(ref string, depth int) (string, error) {
	name, fallback, hasFallback := strings.Cut(ref, ":-")
	var value string
	var missing error
	if path, ok := cutFile(name); ok {
		value, missing = e.file(path)
	} else {
		name = strings.TrimPrefix(name, "env.")
		if !isName(name) {
			return "", fmt.Errorf("%q is not the name of a variable; write ${NAME}, ${NAME:-default} or ${file:PATH}", name)
		}
		var ok bool
		if value, ok = e.env(name); !ok {
			missing = fmt.Errorf("the environment variable %s is not set; set it or give a default, ${%s:-default}", name, name)
		}
	}
	switch {
	case hasFallback && (missing != nil || value == ""):
		value, _, err := e.expand(fallback, depth+1)
		return value, err
	case missing != nil:
		return "", missing
	default:
		return value, nil
	}
}

func cutFile(name string) (path string, ok bool) {
	if path, ok = strings.CutPrefix(name, "file:"); ok {
		return path, true
	}
	return strings.CutPrefix(name, "file.")
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func (e expander) file(path string) (string, error) {
	if path == "" {
		return "", errors.New("${file:} names no file")
	}
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(e.dir, full)
	}
	// Opening a pipe would wait for somebody to write to it.
	if info, err := os.Stat(full); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(full)
	if err != nil {
		return "", fmt.Errorf("the file %s cannot be read: %w", path, errors.Unwrap(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxExpansion+1))
	if err != nil {
		return "", fmt.Errorf("the file %s cannot be read: %w", path, errors.Unwrap(err))
	}
	if len(data) > maxExpansion {
		return "", fmt.Errorf("the file %s is larger than 1 MiB", path)
	}
	text := strings.TrimSuffix(string(data), "\n")
	return strings.TrimSuffix(text, "\r"), nil
}
