package subgraphs

import (
	"strings"

	"github.com/weft-graphql/weft/coding"
)

// minCompressed is the size in bytes of the smallest request body that is worth
// compressing: one that does not fit into a packet with its head.
const minCompressed = 1 << 10

// acceptEncoding is what a subgraph is told that may compress its answers.
var acceptEncoding = func() []string {
	var names []string
	for _, c := range coding.All() {
		names = append(names, string(c))
	}
	return []string{strings.Join(names, ", ")}
}()

// compress returns r as e wants requests: with a compressed body if it is worth
// it. r itself is not changed.
func (c *Client) compress(e *endpoint, r *Request) *Request {
	if len(r.Body) < minCompressed {
		return r
	}
	packed := *r
	packed.Body = c.codec.Compress(e.Compression, r.Body)
	packed.coding = e.Compression
	return &packed
}
