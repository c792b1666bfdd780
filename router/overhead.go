package router

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/weft-graphql/weft/executor"
)

// waited returns how long at least one fetch was under way: what a request
// would have taken if weft took no time at all.
func waited(fetches []executor.FetchReport) time.Duration {
	type span struct{ start, end time.Duration }
	var few [8]span
	spans := few[:0]
	for i := range fetches {
		if f := &fetches[i]; f.End > f.Start {
			spans = append(spans, span{f.Start, f.End})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var total, until time.Duration
	for _, s := range spans {
		if s.end > until {
			total += s.end - max(s.start, until)
			until = s.end
		}
	}
	return total
}

// waited returns how long the request has waited for subgraphs; that of a batch
// for as long as the operation with the longest wait.
func (r *record) waited() time.Duration {
	total := waited(r.fetches)
	for _, part := range r.batch {
		total = max(total, waited(part.fetches))
	}
	return total
}

// A timedBody counts what is read of a request's body, and how long the client
// let weft wait for it.
type timedBody struct {
	io.ReadCloser
	bytes  int64
	waited time.Duration
}

func (b *timedBody) Read(p []byte) (int, error) {
	start := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.waited += time.Since(start)
	b.bytes += int64(n)
	return n, err
}
