package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
)

// Options tell how a configuration is read.
type Options struct {
	// Dev switches on what is for development, whatever the file says. With
	// "dev: true" in the file, its other keys are stronger.
	Dev bool

	// Env looks up environment variables; nil stands for os.LookupEnv.
	Env func(name string) (value string, ok bool)
}

// Load reads the file of that name. An error that says what is wrong with its
// content is a Problems. Relative paths in it are made relative to its
// directory.
func Load(name string, o Options) (*Config, error) {
	f, err := os.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no configuration file %s", name)
		}
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(name, data, o)
}

// Parse reads a configuration from data and validates it. name is the name of
// the file data comes from: problems show it, and relative paths are relative
// to its directory. The error is a Problems.
func Parse(name string, data []byte, o Options) (*Config, error) {
	env := o.Env
	if env == nil {
		env = os.LookupEnv
	}
	dir := filepath.Dir(name)
	r := &reader{file: name, expander: expander{env: env, dir: dir}}
	root := r.read(data)

	c := Default(peekBool(root, "dev"))
	d := &decoder{file: name, at: map[string]Position{}, expanded: map[string]*scalarNode{}, named: map[string]bool{}}
	d.decode(root, reflect.ValueOf(c).Elem(), "")
	if o.Dev {
		c.develop()
	}
	c.source = source{file: name, at: d.at, expanded: d.expanded, named: d.named}
	c.Supergraph.relativeTo(dir)
	c.PersistedQueries.resolve(dir)

	problems := append(r.problems, d.problems...)
	// A value that could not be read has its default by now, so judging the
	// rest adds what else is wrong and nothing twice.
	problems = append(problems, c.problems()...)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return c, nil
}
