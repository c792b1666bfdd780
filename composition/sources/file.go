package sources

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// A fileState remembers what a file was like when it was last read, to tell
// from its outside whether it has to be read again.
//
// The path is resolved at every look, and nothing is watched by handle: so a
// file that is written over, renamed into place, or reached by a symbolic link
// that turns elsewhere (as Kubernetes swaps the ..data of a ConfigMap) is all
// the same.
type fileState struct {
	seen    fs.FileInfo // when its content was read; nil if it has to be
	pending fs.FileInfo // that differed from seen at the last look
}

// fresh is for how long after a change another one may hide behind the same
// time of modification: two seconds on the coarsest file systems.
const fresh = 2 * time.Second

// read returns the content, or reports that it is the same as at the last
// call that did not fail. With settled it is also the same until later if it
// differs from what it was at the last look.
func (f *fileState) read(path string, most int64, settled bool) (text string, same bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", false, fmt.Errorf("read schema: %w", err)
	}
	if info.IsDir() {
		return "", false, fmt.Errorf("read schema: %s is a directory", path)
	}
	// Pipes and the like can be read once.
	if f.seen != nil && (!info.Mode().IsRegular() || unchanged(f.seen, info)) {
		f.pending = nil
		return "", true, nil
	}
	if settled && (f.pending == nil || !unchanged(f.pending, info)) {
		f.pending = info
		return "", true, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", false, fmt.Errorf("read schema: %w", err)
	}
	defer file.Close()
	// What was opened may have taken the place of what was looked at.
	if info, err = file.Stat(); err != nil {
		return "", false, fmt.Errorf("read schema: %w", err)
	}
	text, err = readLimited(file, path, most)
	if err != nil {
		return "", false, err
	}
	f.seen, f.pending = info, nil
	if info.Mode().IsRegular() && time.Since(info.ModTime()).Abs() < fresh {
		f.seen = nil
		f.pending = info
	}
	return text, false, nil
}

// unchanged tells whether two looks found one file with one content.
func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func readLimited(r io.Reader, what string, most int64) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return "", fmt.Errorf("read schema from %s: %w", what, err)
	}
	if int64(len(data)) > most {
		return "", fmt.Errorf("schema from %s is longer than %d bytes", what, most)
	}
	return string(data), nil
}
