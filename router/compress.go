package router

import (
	"net/http"
	"slices"

	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/config"
)

// A compressor compresses answers for clients that ask for it. RFC 9110,
// "Accept-Encoding".
type compressor struct {
	codec   *coding.Codec
	offered []coding.Coding // in the order of preference
	minimum int             // bytes of the shortest answer that is compressed
}

func newCompressor(c config.Compression, codec *coding.Codec) *compressor {
	out := &compressor{codec: codec, minimum: int(c.MinimumBytes)}
	for _, e := range c.Encodings {
		out.offered = append(out.offered, coding.Coding(e))
	}
	return out
}

// middleware puts the compressor in front of next. It compresses what is
// written whole, by writeBody; the rest passes as it is.
func (c *compressor) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if h["Vary"] == nil {
			h["Vary"] = varyEncoding
		} else {
			h["Vary"] = append(slices.Clip(h["Vary"]), varyEncoding...)
		}
		accepted := coding.ParseAccept(r.Header["Accept-Encoding"])
		if as := accepted.Choose(c.offered); as != coding.Identity {
			w = &compressedWriter{ResponseWriter: w, compressor: c, as: as, always: accepted.RefusesIdentity()}
		}
		next.ServeHTTP(w, r)
	})
}

// varyEncoding is the value of Vary that responses have in common, never written
// to.
var varyEncoding = []string{"Accept-Encoding"}

// A compressedWriter is the way to a client that has asked for compression.
type compressedWriter struct {
	http.ResponseWriter
	*compressor
	as coding.Coding

	// always says that the client wants nothing uncompressed, however short.
	always bool
}

// compressed returns body as it is to be sent, and sets the header that says so.
func (w *compressedWriter) compressed(body []byte) []byte {
	h := w.Header()
	if h["Content-Encoding"] != nil || len(body) == 0 || len(body) < w.minimum && !w.always {
		return body
	}
	packed := w.codec.Compress(w.as, body)
	if len(packed) >= len(body) && !w.always {
		return body
	}
	h["Content-Encoding"] = []string{string(w.as)}
	return packed
}

// Unwrap lets http.ResponseController reach the connection.
func (w *compressedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
