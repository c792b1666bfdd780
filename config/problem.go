package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Position is a place in a configuration file. Line and Column count from 1;
// zero means that there is no such place.
type Position struct {
	Line, Column int
}

// A Problem is one fault of a configuration.
type Problem struct {
	File     string // "" if the configuration does not come from a file
	Position Position
	Path     string // the YAML path of the value, such as subgraphs.accounts.url
	Message  string
}

// String prints the problem as file:line:col: path: message, leaving out what
// is not known.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		b.WriteByte(':')
		if p.Position.Line > 0 {
			fmt.Fprintf(&b, "%d:%d:", p.Position.Line, p.Position.Column)
		}
		b.WriteByte(' ')
	}
	if p.Path != "" {
		b.WriteString(p.Path)
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems are all faults of a configuration, in the order of the file. There
// is at least one.
type Problems []Problem

// Error returns one line per problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err returns ps sorted as an error, nil if there are none. A nil Problems in
// an error would not be nil.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Position.Line, b.Position.Line), cmp.Compare(a.Position.Column, b.Position.Column))
	})
	return ps
}

// source remembers where the values of a Config were written. The zero source
// is that of a Config that does not come from a file.
type source struct {
	file  string
	at    map[string]Position // of values, by YAML path
	named map[string]bool     // paths of keys, those without a value too

	// expanded are the values that hold what a variable or file says.
	expanded map[string]*scalarNode
}

// position returns where the value at path was written, or else the nearest
// enclosing one that was.
func (s source) position(path string) Position {
	for {
		if p, ok := s.at[path]; ok {
			return p
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return Position{}
		}
		path = path[:i]
	}
}

// wrote tells whether the file says anything at path.
func (s source) wrote(path string) bool {
	_, ok := s.at[path]
	return ok
}

// Join appends a key to a YAML path. Keys that would be read as a path
// themselves are quoted.
func Join(path, key string) string {
	if key == "" || strings.ContainsAny(key, ".[]\" \t\n") {
		key = fmt.Sprintf("%q", key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// Problem returns a problem of the value at a YAML path that only somebody
// else can see, with the place where it was written.
func (c *Config) Problem(path, message string) Problem {
	return Problem{File: c.source.file, Position: c.source.position(path), Path: path, Message: message}
}

// conceal takes what a variable or file says out of a message about the value
// at path: it may be a secret. What is written in its place is shown.
func (s source) conceal(path, message string) string {
	n := s.expanded[path]
	if n == nil || n.text == "" {
		return message
	}
	message = strings.ReplaceAll(message, quote(n.text), "the value of "+quote(n.source))
	return strings.ReplaceAll(message, n.text, n.source)
}
