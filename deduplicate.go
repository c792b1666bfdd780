package weft

import "github.com/weft-graphql/weft/telemetry"

// deduplication tells how many queries were sent and how many were not, since
// equal ones were under way.
func (r *Router) deduplication() telemetry.Deduplication {
	return telemetry.Deduplication{
		Subgraphs: func(yield func(subgraph string, sent, joined int64)) {
			for subgraph, s := range r.shared.All() {
				yield(subgraph, s.Sent, s.Joined)
			}
		},
		Clients: func() (executed, joined int64) {
			s := r.router.SharingStats()
			return s.Executed, s.Joined
		},
	}
}
