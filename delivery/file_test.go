package delivery_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weft-graphql/weft/composition/sources"
	"github.com/weft-graphql/weft/delivery"
)

// TestFileChanges puts a new schema where the old one was in every way that
// editors, deployments and Kubernetes have.
func TestFileChanges(t *testing.T) {
	// In a test's time everything happens within one tick of the file
	// system's clock, so the files say themselves when it was.
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stamp := func(t *testing.T, name string) {
		t.Helper()
		clock = clock.Add(time.Second)
		if err := os.Chtimes(name, clock, clock); err != nil {
			t.Fatal(err)
		}
	}
	write := func(t *testing.T, name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		stamp(t, name)
	}
	do := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		// setUp puts text where the schema is and returns the name to watch.
		setUp func(t *testing.T, dir, text string) string
		// change puts another text there, in its round-th change.
		change func(t *testing.T, dir, text string, round string)
	}{
		{
			"written over",
			func(t *testing.T, dir, text string) string {
				write(t, filepath.Join(dir, "s.graphql"), text)
				return filepath.Join(dir, "s.graphql")
			},
			func(t *testing.T, dir, text, _ string) { write(t, filepath.Join(dir, "s.graphql"), text) },
		},
		{
			"renamed into place",
			func(t *testing.T, dir, text string) string {
				write(t, filepath.Join(dir, "s.graphql"), text)
				return filepath.Join(dir, "s.graphql")
			},
			func(t *testing.T, dir, text, round string) {
				write(t, filepath.Join(dir, "s.new"+round), text)
				do(t, os.Rename(filepath.Join(dir, "s.new"+round), filepath.Join(dir, "s.graphql")))
			},
		},
		{
			"removed and made again",
			func(t *testing.T, dir, text string) string {
				write(t, filepath.Join(dir, "s.graphql"), text)
				return filepath.Join(dir, "s.graphql")
			},
			func(t *testing.T, dir, text, _ string) {
				do(t, os.Remove(filepath.Join(dir, "s.graphql")))
				time.Sleep(5 * time.Second)
				write(t, filepath.Join(dir, "s.graphql"), text)
			},
		},
		{
			// s.graphql -> ..data/s.graphql, ..data -> ..round
			"ConfigMap",
			func(t *testing.T, dir, text string) string {
				do(t, os.Mkdir(filepath.Join(dir, "..0"), 0o700))
				write(t, filepath.Join(dir, "..0", "s.graphql"), text)
				do(t, os.Symlink("..0", filepath.Join(dir, "..data")))
				do(t, os.Symlink(filepath.Join("..data", "s.graphql"), filepath.Join(dir, "s.graphql")))
				return filepath.Join(dir, "s.graphql")
			},
			func(t *testing.T, dir, text, round string) {
				old, err := os.Readlink(filepath.Join(dir, "..data"))
				do(t, err)
				do(t, os.Mkdir(filepath.Join(dir, ".."+round), 0o700))
				write(t, filepath.Join(dir, ".."+round, "s.graphql"), text)
				do(t, os.Symlink(".."+round, filepath.Join(dir, "..data_tmp")))
				do(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
				do(t, os.RemoveAll(filepath.Join(dir, old)))
			},
		},
		{
			"written slowly",
			func(t *testing.T, dir, text string) string {
				write(t, filepath.Join(dir, "s.graphql"), text)
				return filepath.Join(dir, "s.graphql")
			},
			func(t *testing.T, dir, text, _ string) {
				f, err := os.Create(filepath.Join(dir, "s.graphql"))
				do(t, err)
				for i := range len(text) {
					_, err := f.WriteString(text[i : i+1])
					do(t, err)
					stamp(t, f.Name())
					time.Sleep(300 * time.Millisecond)
				}
				do(t, f.Close())
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			name := tt.setUp(t, dir, query("a"))
			synctest.Test(t, func(t *testing.T) {
				b := newBench(&network{}, delivery.Options{Subgraphs: []delivery.Subgraph{{Source: sources.Source{Name: "s", File: name}}}})
				b.running(t)
				fields := []string{"a", "b"}
				expect(t, "at first", fields[:1], b.has(fields...))
				outcomes := []string{"swapped"}
				// More than once: watches on what is no longer there die then.
				for i, want := range []string{"b", "a", "b", "a", "b"} {
					tt.change(t, dir, query(want), string(rune('1'+i)))
					time.Sleep(3 * time.Second)
					expect(t, "afterwards", []string{want}, b.has(fields...))
					outcomes = append(outcomes, "swapped")
				}
				// Nothing between two versions was ever offered.
				expect(t, "outcomes", outcomes, b.outcomes())
			})
		})
	}
}

// A supergraph's file is watched just so, and is not composed.
func TestSupergraphFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "supergraph.graphql")
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	write := func(text string) {
		clock = clock.Add(time.Second)
		if err := errors.Join(os.WriteFile(name, []byte(text), 0o600), os.Chtimes(name, clock, clock)); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(&network{}, delivery.Options{File: name})
		b.running(t)
		write("two")
		time.Sleep(3 * time.Second)
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		expect(t, "log", []string{"schema cannot be read"}, b.logged())
		write("two")
		time.Sleep(3 * time.Second)
		write("six")
		time.Sleep(3 * time.Second)
		var got []string
		for _, v := range b.versions() {
			got = append(got, v.SDL)
			expect(t, "source", name, v.Source)
		}
		expect(t, "versions", []string{"one", "two", "six"}, got)
	})
}
