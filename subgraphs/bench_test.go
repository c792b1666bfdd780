package subgraphs

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/buffer"
)

// BenchmarkFetch is one round trip over loopback, with headers that every
// request has to itself. The server is in the same process and counts too, but
// not its allocations: it makes none.
func BenchmarkFetch(b *testing.B) {
	request := &Request{
		Subgraph: "s",
		Body:     []byte(`{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Product{name price}}}","variables":{"r":[{"__typename":"Product","upc":"1"},{"__typename":"Product","upc":"2"}]}}`),
		Header:   NewHeader(http.Header{"Authorization": {"Bearer 0000000000000001"}}),
	}
	for _, size := range []int{60, 80_000} {
		for name, via := range map[string]Transport{"own": TransportAuto, "net_http": TransportNetHTTP} {
			b.Run(fmt.Sprintf("size=%d/via=%s", size, name), func(b *testing.B) {
				c, err := NewClient(Options{Endpoints: map[string]Endpoint{"s": {URL: "http://" + cannedServer(b, size), Transport: via}}})
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				b.ReportAllocs()
				b.SetBytes(int64(size))
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						resp, err := c.Fetch(b.Context(), request)
						if err != nil || len(resp.Body) != size {
							b.Errorf("%v, %v", resp, err)
							return
						}
					}
				})
			})
		}
	}
}

// cannedServer answers every request with the same bytes.
func cannedServer(b *testing.B, size int) string {
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for readRequest(in) == nil {
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			})
		}
	})
	b.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return l.Addr().String()
}

// readRequest reads a request whose body has a Content-Length.
func readRequest(in *bufio.Reader) error {
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			_, err = in.Discard(length)
			return err
		}
		if name := "Content-Length: "; len(line) > len(name) && string(line[:len(name)]) == name {
			length = 0
			for _, d := range line[len(name) : len(line)-2] {
				length = 10*length + int(d-'0')
			}
		}
	}
}

// BenchmarkReadAnswer is reading an answer without a network.
func BenchmarkReadAnswer(b *testing.B) {
	answer := []byte("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nvary: origin\r\ncontent-length: 60\r\n\r\n" + strings.Repeat("x", 60))
	p := &pieces{size: len(answer)}
	c := newConn(p)
	var pool buffer.Pool
	b.ReportAllocs()
	for b.Loop() {
		p.rest = answer
		resp, keep, err := c.read(&pool, 1000, false)
		if err != nil || !keep {
			b.Fatal(err)
		}
		resp.Release()
	}
}
