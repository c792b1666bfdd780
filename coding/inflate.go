package coding

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// ErrTooLarge says that a body is larger than it may be once inflated.
var ErrTooLarge = errors.New("the inflated body exceeds the limit")

// maxWindow is how far back a compressed body may refer, and with it the memory
// an inflater needs. RFC 9659 sets it for zstd; br and gzip are below.
const maxWindow = 8 << 20

// Inflate returns the body that is compressed in the coding, in memory of its
// own; of Identity compressed itself. More than limit bytes are ErrTooLarge,
// found when the first of them comes out. Any other error says that compressed
// is malformed, ends early, or goes on after its end; or it is that of ctx,
// which ended before there was a place.
func (c *Codec) Inflate(ctx context.Context, from Coding, compressed []byte, limit int64) ([]byte, error) {
	if from == Identity {
		if int64(len(compressed)) > limit {
			return nil, ErrTooLarge
		}
		return compressed, nil
	}
	if len(compressed) == 0 {
		return nil, fmt.Errorf("the %s stream is empty", from)
	}
	select {
	case c.inflating <- struct{}{}:
		defer func() { <-c.inflating }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	body, err := c.inflate(from, compressed, limit)
	switch {
	case err == nil, errors.Is(err, ErrTooLarge):
		return body, err
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("the %s stream ends early", from)
	default:
		return nil, fmt.Errorf("the %s stream is malformed: %w", from, err)
	}
}

func (c *Codec) inflate(from Coding, compressed []byte, limit int64) ([]byte, error) {
	in := bytes.NewReader(compressed)
	switch from {
	case Gzip:
		z, ok := c.gunzip.Get().(*gzip.Reader)
		if !ok {
			z = new(gzip.Reader)
		}
		defer c.gunzip.Put(z)
		if err := z.Reset(in); err != nil {
			return nil, err
		}
		return readAll(z, len(compressed), limit)
	case Deflate:
		// Some mean the bare stream by it.
		if !isZlib(compressed) {
			return readWhole(flate.NewReader(in), in, limit)
		}
		z, err := zlib.NewReader(in)
		if err != nil {
			return nil, err
		}
		return readWhole(z, in, limit)
	case Brotli:
		if hasLargeWindow(compressed[0]) {
			return nil, fmt.Errorf("its window is larger than %d MiB", maxWindow>>20)
		}
		return readWhole(brotli.NewReader(in), in, limit)
	case Zstd:
		z, ok := c.unzstd.Get().(*zstd.Decoder)
		if !ok {
			var err error
			z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				panic("coding: " + err.Error()) // the options are constants
			}
		}
		defer func() {
			if z.Reset(nil) == nil {
				c.unzstd.Put(z)
			}
		}()
		if err := z.Reset(in); err != nil {
			return nil, err
		}
		return readAll(z, len(compressed), limit)
	default:
		panic("coding: cannot inflate " + string(from))
	}
}

// isZlib tells whether data begins as RFC 1950 says.
func isZlib(data []byte) bool {
	return len(data) >= 2 && data[0]&0x0f == 8 && (int(data[0])<<8|int(data[1]))%31 == 0
}

// hasLargeWindow tells whether a br stream with this first byte has a window of
// more than 8 MiB: RFC 7932 allows 16, which one short stream could make the
// inflater set aside. RFC 7932, "Format of the Stream Header".
func hasLargeWindow(first byte) bool { return first&0x0f == 0x0f }

// readWhole reads what comes out of z, after which nothing of in may be left:
// these formats are one stream, and readers would differ about the rest.
func readWhole(z io.Reader, in *bytes.Reader, limit int64) ([]byte, error) {
	body, err := readAll(z, in.Len(), limit)
	if err == nil && in.Len() > 0 {
		return nil, errors.New("bytes follow its end")
	}
	return body, err
}

// readAll reads r to its end, which is expected after a few times compressed
// bytes. Memory grows with what comes.
func readAll(r io.Reader, compressed int, limit int64) ([]byte, error) {
	body := make([]byte, 0, min(int64(compressed)*4, limit, 256<<10)+1)
	for {
		if len(body) == cap(body) {
			grown := make([]byte, len(body), min(2*int64(cap(body)), limit+1))
			copy(grown, body)
			body = grown
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if int64(len(body)) > limit {
			return nil, ErrTooLarge
		}
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
