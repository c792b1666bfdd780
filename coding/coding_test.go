package coding

import (
	"bytes"
	stdflate "compress/flate"
	stdgzip "compress/gzip"
	stdzlib "compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bodies are of sizes around the ends of buffers, blocks and windows.
func bodies() map[string][]byte {
	random := make([]byte, 100_000)
	state := uint64(1)
	for i := range random {
		state = state*6364136223846793005 + 1442695040888963407
		random[i] = byte(state >> 56)
	}
	out := map[string][]byte{"empty": {}, "one": {'x'}, "random": random}
	for _, n := range []int{511, 512, 4096, 32 << 10, 64<<10 + 1, 256<<10 - 1, 1<<20 + 7} {
		out[fmt.Sprint(n)] = bytes.Repeat([]byte(`{"id":"1","name":"Lamp"},`), n/25+1)[:n]
	}
	return out
}

// What one side compresses the other inflates to the same bytes, at the limit,
// and with one byte less allowed it is too large.
func TestRoundTrip(t *testing.T) {
	c := NewCodec()
	for _, to := range append(All(), Identity) {
		for name, body := range bodies() {
			packed := c.Compress(to, body)
			got, err := c.Inflate(t.Context(), to, packed, int64(len(body)))
			if err != nil || !bytes.Equal(got, body) {
				t.Errorf("%s %s: %d bytes of %d, %v", to, name, len(got), len(body), err)
			}
			if len(body) == 0 {
				continue
			}
			if _, err := c.Inflate(t.Context(), to, packed, int64(len(body)-1)); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s %s, a byte too many: %v", to, name, err)
			}
		}
	}
}

// Other implementations read what Compress writes, and Inflate what they write.
func TestOtherImplementations(t *testing.T) {
	c := NewCodec()
	body := bodies()["4096"]
	readers := map[Coding]func(io.Reader) (io.Reader, error){
		Gzip:    func(r io.Reader) (io.Reader, error) { return stdgzip.NewReader(r) },
		Deflate: func(r io.Reader) (io.Reader, error) { return stdzlib.NewReader(r) },
	}
	for from, open := range readers {
		r, err := open(bytes.NewReader(c.Compress(from, body)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: %d bytes, %v", from, len(got), err)
		}
	}
	write := func(open func(io.Writer) io.WriteCloser) []byte {
		var b bytes.Buffer
		z := open(&b)
		z.Write(body)
		z.Close()
		return b.Bytes()
	}
	gzipped := write(func(w io.Writer) io.WriteCloser { return stdgzip.NewWriter(w) })
	for name, tt := range map[string]struct {
		coding Coding
		packed []byte
		want   int
	}{
		"gzip":         {Gzip, gzipped, len(body)},
		"gzip members": {Gzip, append(bytes.Clone(gzipped), gzipped...), 2 * len(body)},
		"zlib":         {Deflate, write(func(w io.Writer) io.WriteCloser { return stdzlib.NewWriter(w) }), len(body)},
		"bare deflate": {Deflate, write(func(w io.Writer) io.WriteCloser { z, _ := stdflate.NewWriter(w, 6); return z }), len(body)},
		"best br": {Brotli, write(func(w io.Writer) io.WriteCloser {
			return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: 11, LGWin: 22})
		}), len(body)},
		"zstd in blocks": {Zstd, write(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z }), len(body)},
	} {
		got, err := c.Inflate(t.Context(), tt.coding, tt.packed, 1<<20)
		if err != nil || len(got) != tt.want || !bytes.HasPrefix(got, body) {
			t.Errorf("%s: %d bytes, want %d: %v", name, len(got), tt.want, err)
		}
	}
}

// A stream that is cut off, or followed by something, or another one, is an
// error, and never a shorter body.
func TestMalformed(t *testing.T) {
	c := NewCodec()
	body := bodies()["512"]
	for _, from := range All() {
		packed := c.Compress(from, body)
		for n := range len(packed) {
			if got, err := c.Inflate(t.Context(), from, packed[:n], 1<<20); err == nil {
				t.Errorf("%s cut to %d of %d bytes gives %d bytes", from, n, len(packed), len(got))
			}
		}
		for _, more := range []string{"x", "garbage that is longer than any header of a stream"} {
			if got, err := c.Inflate(t.Context(), from, append(bytes.Clone(packed), more...), 1<<20); err == nil {
				t.Errorf("%s followed by %q gives %d bytes", from, more, len(got))
			}
		}
		if _, err := c.Inflate(t.Context(), from, body, 1<<20); err == nil {
			t.Errorf("%s: plain text is taken for a stream", from)
		}
	}
}

// Nothing compressed is nothing: an empty body with a coding is no stream.
func TestInflateNothing(t *testing.T) {
	c := NewCodec()
	for _, from := range All() {
		if body, err := c.Inflate(t.Context(), from, nil, 100); err == nil {
			t.Errorf("%s: %q", from, body)
		}
	}
}

// A short stream that is long inside costs what the limit allows, and the
// window.
func TestBombs(t *testing.T) {
	c := NewCodec()
	zeros := make([]byte, 64<<20)
	const limit = 2 << 20
	for _, from := range All() {
		packed := c.Compress(from, zeros)
		if len(packed) > len(zeros)/500 {
			t.Errorf("%s: %d bytes are no bomb", from, len(packed))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := c.Inflate(t.Context(), from, packed, limit)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", from, err)
		}
		// Growing by halves allocates twice the limit; the windows are up to
		// 8 MiB.
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 2*limit+maxWindow+(4<<20) {
			t.Errorf("%s: %d bytes were allocated", from, spent)
		}
	}
}

// A window over 8 MiB is refused whatever is in the stream.
func TestWindows(t *testing.T) {
	c := NewCodec()
	var b bytes.Buffer
	z := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: 4, LGWin: 24})
	z.Write(bodies()["4096"])
	z.Close()
	if _, err := c.Inflate(t.Context(), Brotli, b.Bytes(), 1<<20); err == nil || !strings.Contains(err.Error(), "window") {
		t.Errorf("br: %v", err)
	}
	b.Reset()
	e, err := zstd.NewWriter(&b, zstd.WithWindowSize(16<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	e.Write(bodies()["4096"])
	e.Flush() // of a length that is not known the window is what was asked for
	e.Close()
	if _, err := c.Inflate(t.Context(), Zstd, b.Bytes(), 1<<20); err == nil {
		t.Error("zstd: a window of 16 MiB passes")
	}
}

// Whoever waits for a place gives up with its context.
func TestInflateWaits(t *testing.T) {
	c := NewCodec()
	for range cap(c.inflating) {
		c.inflating <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Inflate(ctx, Gzip, c.Compress(Gzip, []byte("x")), 10); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// States are reused by one body after the other, and never shared.
func TestConcurrentUse(t *testing.T) {
	c := NewCodec()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				body := []byte(strings.Repeat(fmt.Sprintf("%d/%d ", i, j), 500))
				for _, to := range All() {
					got, err := c.Inflate(context.Background(), to, c.Compress(to, body), 1<<20)
					if err != nil || !bytes.Equal(got, body) {
						t.Errorf("%s: %v", to, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestParse(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "identity": "", " gzip ": "gzip", "GZIP": "gzip", "x-gzip": "gzip", "br": "br", "zstd": "zstd", "deflate": "deflate",
		"gzip, gzip": "error", "gzip;q=1": "error", "compress": "error", "*": "error", "x": "error",
	} {
		got, err := Parse(value)
		text := string(got)
		if err != nil {
			text = "error"
		}
		if text != want {
			t.Errorf("%q: %q, want %q", value, text, want)
		}
	}
}

func TestChoose(t *testing.T) {
	tests := []struct {
		accept  []string
		want    Coding
		refuses bool // identity
	}{
		{nil, Identity, false},
		{[]string{""}, Identity, false},
		{[]string{"gzip"}, Gzip, false},
		{[]string{"gzip, deflate, br, zstd"}, Zstd, false},
		{[]string{"gzip, deflate, br"}, Gzip, false},
		{[]string{"br", "gzip"}, Gzip, false},
		{[]string{"gzip;q=1.0, br;q=0.9"}, Gzip, false},
		{[]string{"gzip;q=0.5, deflate;q=0.8"}, Deflate, false},
		{[]string{"GZip ; Q=0.5"}, Gzip, false},
		{[]string{"x-gzip"}, Gzip, false},
		{[]string{"*"}, Zstd, false},
		{[]string{"*;q=0.1, br"}, Brotli, false},
		{[]string{"zstd;q=0, br;q=0, *"}, Gzip, false},
		{[]string{"gzip;q=0"}, Identity, false},
		{[]string{"identity"}, Identity, false},
		{[]string{"identity, gzip;q=0.5"}, Identity, false},
		{[]string{"identity;q=0.5, gzip"}, Gzip, false},
		{[]string{"identity;q=0"}, Identity, true},
		{[]string{"identity;q=0, gzip"}, Gzip, true},
		{[]string{"gzip, *;q=0"}, Gzip, true},
		{[]string{"*;q=0"}, Identity, true},
		{[]string{"gzip;q=2, br;q=x, deflate;q=-1, zstd;q=NaN"}, Identity, false},
		{[]string{"gzip;level=9"}, Identity, false},
		{[]string{"compress, sdch"}, Identity, false},
		{[]string{strings.Repeat("x,", 1000) + "gzip"}, Identity, false},
	}
	for _, tt := range tests {
		a := ParseAccept(tt.accept)
		if got := a.Choose(All()); got != tt.want || a.RefusesIdentity() != tt.refuses {
			t.Errorf("%.60q: %q and %t, want %q and %t", tt.accept, got, a.RefusesIdentity(), tt.want, tt.refuses)
		}
	}
	if got := ParseAccept([]string{"zstd, br, gzip"}).Choose([]Coding{Gzip, Brotli}); got != Gzip {
		t.Errorf("the server likes gzip best, and %q is chosen", got)
	}
	lines := []string{"gzip, deflate, br, zstd"}
	if n := testing.AllocsPerRun(100, func() { ParseAccept(lines).Choose([]Coding{Gzip, Brotli}) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzInflate: whatever a stranger sends, there is a body within the limit or
// an error.
func FuzzInflate(f *testing.F) {
	c := NewCodec()
	for i, coding := range All() {
		f.Add(uint8(i), c.Compress(coding, []byte(`{"query":"{ a }"}`)))
		f.Add(uint8(i), []byte{0x78, 0x9c, 0x03, 0x00})
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		from := All()[int(which)%len(All())]
		const limit = 64 << 10
		body, err := c.Inflate(context.Background(), from, data, limit)
		if err == nil && len(body) > limit {
			t.Errorf("%d bytes", len(body))
		}
		if err != nil {
			return
		}
		again, err := c.Inflate(context.Background(), from, c.Compress(from, body), limit)
		if diff := cmp.Diff(string(body), string(again)); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	c := NewCodec()
	for _, size := range []string{"4096", "65537"} {
		body := bodies()[size]
		for _, to := range All() {
			b.Run(string(to)+"/"+size, func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					c.Compress(to, body)
				}
			})
		}
	}
}

// FuzzParseAccept: whatever a client says it takes, what is chosen is offered
// and not refused in so many words.
func FuzzParseAccept(f *testing.F) {
	f.Add("gzip, br;q=0.5", "")
	f.Add("*;q=0, identity;q=0", "gzip")
	f.Add("gzip;q=0.0001, br ; Q = 1 , ;;;", "zstd;q=1.000")
	f.Add(strings.Repeat("a,", 100)+"gzip", "identity")
	f.Fuzz(func(t *testing.T, first, second string) {
		a := ParseAccept([]string{first, second})
		for _, offered := range [][]Coding{nil, {Gzip}, {Brotli, Gzip}, All()} {
			got := a.Choose(offered)
			if got != Identity && !slices.Contains(offered, got) {
				t.Errorf("%q was chosen of %q", got, offered)
			}
		}
		refused := ParseAccept([]string{"gzip;q=0, *;q=0.5", first})
		if !strings.Contains(strings.ToLower(first), "gzip") && refused.Choose([]Coding{Gzip}) == Gzip {
			t.Errorf("gzip was refused, and then %q said", first)
		}
	})
}
