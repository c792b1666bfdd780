package coding

import (
	"fmt"
	"strings"
)

// A Coding is a content coding by its registered name, or Identity.
type Coding string

const (
	Identity Coding = "" // as it is
	Gzip     Coding = "gzip"
	Brotli   Coding = "br"
	Zstd     Coding = "zstd"
	Deflate  Coding = "deflate" // the zlib format of RFC 1950
)

// All are the codings but Identity, those first that cost the least for what
// they save: of a typical answer of 4 KB br saves a little more than gzip, in
// ten times the time.
func All() []Coding { return []Coding{Zstd, Gzip, Brotli, Deflate} }

// Parse reads the value of a Content-Encoding header, "" if there is none. It
// is one coding: of several on top of each other nothing is heard but in
// attacks.
func Parse(contentEncoding string) (Coding, error) {
	name := strings.ToLower(strings.Trim(contentEncoding, " \t"))
	switch c := Coding(name); c {
	case Identity, Gzip, Brotli, Zstd, Deflate:
		return c, nil
	}
	switch name {
	case "identity":
		return Identity, nil
	case "x-gzip":
		return Gzip, nil
	}
	return Identity, fmt.Errorf("unknown content coding %.40q", contentEncoding)
}
