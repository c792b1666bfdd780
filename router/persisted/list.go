package persisted

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// A List is the Manifest of some files, which may change. It is safe for
// concurrent use, but for Load and Watch, which are for one goroutine.
type List struct {
	files    []string
	manifest atomic.Pointer[Manifest]
	read     []stamp // of the files as they were read last
}

// A stamp changes with the content of a file, be it written in place, renamed
// over, or a link that points elsewhere.
type stamp struct {
	size     int64
	modified time.Time
	info     fs.FileInfo // nil if the file could not be looked at
}

func (s stamp) same(other stamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == nil && other.info == nil
	}
	return s.size == other.size && s.modified.Equal(other.modified) && os.SameFile(s.info, other.info)
}

// NewList returns the list of the files' documents.
func NewList(files []string) (*List, error) {
	l := &List{files: files}
	if err := l.Load(); err != nil {
		return nil, err
	}
	return l, nil
}

// Manifest returns what is in the files.
func (l *List) Manifest() *Manifest { return l.manifest.Load() }

// Load reads the files. On an error what was there before stays.
func (l *List) Load() error {
	l.read = l.stamps() // taken before, so a change while reading is seen
	var all []Document
	for _, file := range l.files {
		data, err := readFile(file)
		if err != nil {
			return err
		}
		documents, err := Parse(data)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, documents...)
	}
	m, err := NewManifest(all)
	if err != nil {
		return fmt.Errorf("persisted queries: %w", err)
	}
	l.manifest.Store(m)
	return nil
}

func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no manifest %s", name)
	case err != nil:
		return nil, fmt.Errorf("read manifest: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("the manifest %s is not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxManifestBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return data, nil
}

func (l *List) stamps() []stamp {
	stamps := make([]stamp, len(l.files))
	for i, file := range l.files {
		// Stat follows links, as a mounted ConfigMap has them.
		if info, err := os.Stat(file); err == nil {
			stamps[i] = stamp{info.Size(), info.ModTime(), info}
		}
	}
	return stamps
}

// Watch loads the files whenever one has changed, until ctx ends, and tells of
// each attempt. It looks at them once per interval: that works on every file
// system, mounted ones too, and misses no change that lasts.
func (l *List) Watch(ctx context.Context, interval time.Duration, loaded func(error)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !slices.EqualFunc(l.read, l.stamps(), stamp.same) {
			loaded(l.Load())
		}
	}
}
