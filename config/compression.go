package config

import (
	"fmt"
	"slices"
)

// Compression is that of bodies between clients and weft.
type Compression struct {
	// Requests tells whether clients may compress what they send.
	Requests bool `yaml:"requests"`

	// Responses compresses answers for clients that ask for it.
	Responses bool `yaml:"responses"`

	// MinimumBytes is the size of the smallest answer that is compressed.
	MinimumBytes Bytes `yaml:"minimum_bytes"`

	// Encodings of answers. Where a client likes several equally, the first
	// is taken.
	Encodings []Encoding `yaml:"encodings"`
}

// An Encoding is a content coding: identity is none.
type Encoding string

const (
	IdentityEncoding Encoding = "identity"
	GzipEncoding     Encoding = "gzip"
	BrotliEncoding   Encoding = "br"
	ZstdEncoding     Encoding = "zstd"
	DeflateEncoding  Encoding = "deflate"
)

func (e *Encoding) set(text string) error {
	return oneOf(e, text, IdentityEncoding, GzipEncoding, BrotliEncoding, ZstdEncoding, DeflateEncoding)
}

func defaultCompression() Compression {
	return Compression{
		Requests:     true,
		Responses:    true,
		MinimumBytes: 1 << 10,
		Encodings:    []Encoding{ZstdEncoding, GzipEncoding, BrotliEncoding, DeflateEncoding},
	}
}

func (v *validation) compression() {
	c := v.Compression
	if c.MinimumBytes < 0 || c.MinimumBytes > 1<<30 {
		v.report("compression.minimum_bytes", "must be from 0 to %d; got %d", 1<<30, c.MinimumBytes)
	}
	if c.Responses && len(c.Encodings) == 0 {
		v.report("compression.encodings", "name at least one, or set compression.responses to false")
	}
	for i, e := range c.Encodings {
		path := fmt.Sprintf("compression.encodings[%d]", i)
		switch {
		case e == IdentityEncoding:
			v.report(path, "identity is what is sent to clients that like none of the others; it is not named here")
		case slices.Contains(c.Encodings[:i], e):
			v.report(path, "%s is named twice", e)
		case new(Encoding).set(string(e)) != nil && !v.source.wrote("compression.encodings"):
			v.report(path, "%s is not an encoding", quote(string(e)))
		}
	}
}
