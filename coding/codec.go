package coding

import (
	"runtime"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// A Codec compresses and inflates. It keeps the states of encoders, which are
// large, for the next body; bodies themselves are never kept. It is safe for
// concurrent use and needs no closing.
type Codec struct {
	gzip, deflate, brotli sync.Pool
	zstd                  func() *zstd.Encoder

	gunzip, unzstd sync.Pool

	// inflating holds a token for each body that is being inflated.
	inflating chan struct{}
}

// How much work goes into compressing: about where the next level costs twice
// the time for a few per cent of the size.
const (
	gzipLevel     = 4
	brotliQuality = 4
	// brotliWindow is the base-2 logarithm: 256 KiB. Responses repeat
	// themselves from object to object, not over megabytes.
	brotliWindow = 18
)

// NewCodec returns a codec.
func NewCodec() *Codec {
	return &Codec{
		zstd:      sync.OnceValue(newZstd),
		inflating: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
}

// newZstd returns the encoder for all bodies; it has as many states as may run
// at the same time, made when they are wanted.
func newZstd() *zstd.Encoder {
	z, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithWindowSize(1<<20),
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("coding: " + err.Error()) // the options are constants
	}
	return z
}

// Compress returns body in the coding, in memory of its own; Identity is body
// itself. It cannot fail. An unknown coding is a mistake of the caller's.
func (c *Codec) Compress(to Coding, body []byte) []byte {
	if to == Identity {
		return body
	}
	out := &buffer{make([]byte, 0, len(body)/4+256)}
	switch to {
	case Gzip:
		z, ok := c.gzip.Get().(*gzip.Writer)
		if !ok {
			z, _ = gzip.NewWriterLevel(nil, gzipLevel)
		}
		z.Reset(out)
		finish(z, body)
		z.Reset(nil)
		c.gzip.Put(z)
	case Deflate:
		z, ok := c.deflate.Get().(*zlib.Writer)
		if !ok {
			z, _ = zlib.NewWriterLevel(nil, gzipLevel)
		}
		z.Reset(out)
		finish(z, body)
		z.Reset(nil)
		c.deflate.Put(z)
	case Brotli:
		z, ok := c.brotli.Get().(*brotli.Writer)
		if !ok {
			z = brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: brotliQuality, LGWin: brotliWindow})
		}
		z.Reset(out)
		finish(z, body)
		z.Reset(nil)
		c.brotli.Put(z)
	case Zstd:
		return c.zstd().EncodeAll(body, out.b)
	default:
		panic("coding: cannot compress to " + string(to))
	}
	return out.b
}

// finish writes all of body. A buffer takes everything, so there is no error.
func finish(z interface {
	Write([]byte) (int, error)
	Close() error
}, body []byte) {
	_, err := z.Write(body)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic("coding: compressing into memory: " + err.Error())
	}
}

// A buffer is an io.Writer to memory.
type buffer struct{ b []byte }

func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}
