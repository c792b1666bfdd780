package resilience

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/weft-graphql/weft/admission"
	"github.com/weft-graphql/weft/subgraphs"
)

// A verdict is what an attempt says about the subgraph's health.
type verdict int

const (
	// silent: nothing. Nobody waited for the answer, or there was no time to
	// speak of.
	silent verdict = iota
	good
	bad
)

// leastBlame is how long a subgraph must have had before the request's deadline
// is held against it: what came before may have used the time up.
const leastBlame = 100 * time.Millisecond

// judge says what an attempt means by itself, without an opinion on statuses
// but those that say that a server is out of order.
func judge(a attempt, took time.Duration) verdict {
	if v := judgeError(a, took); v != good {
		return v
	}
	switch a.response.Status {
	case 500, 502, 503, 504:
		return bad
	}
	return good
}

// judgeError is good if there is an answer.
func judgeError(a attempt, took time.Duration) verdict {
	if a.response != nil {
		return good
	}
	var known *subgraphs.Error
	if !errors.As(a.err, &known) {
		return bad // or a panic
	}
	switch known.Kind {
	case subgraphs.Canceled, subgraphs.BreakerOpen, subgraphs.Crowded:
		return silent
	case subgraphs.TooLarge:
		// The subgraph is up; clients must not be able to shut it off by
		// asking for much.
		return silent
	}
	switch {
	case known.Kind == subgraphs.Timeout && took < leastBlame && !known.OwnLimit():
		return silent
	default:
		return bad
	}
}

// refusal is the error of an attempt that got no place.
func refusal(ctx context.Context, subgraph string, err error) error {
	kind := subgraphs.Crowded
	switch {
	case errors.Is(err, admission.ErrFull):
	case errors.Is(ctx.Err(), context.Canceled):
		kind = subgraphs.Canceled
	case ctx.Err() != nil:
		kind = subgraphs.Timeout
	}
	return &subgraphs.Error{Subgraph: subgraph, Kind: kind, Err: err}
}

// hasData tells whether body is a GraphQL response with data. Most begin with
// it; only of the others all is read.
func hasData(body []byte) bool {
	rest := body
	for _, token := range [...]string{`{`, `"data"`, `:`} {
		var ok bool
		if rest, ok = bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(token)); !ok {
			break
		} else if token == ":" {
			return !bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte("null"))
		}
	}
	var r struct{ Data json.RawMessage }
	return json.Unmarshal(body, &r) == nil && len(r.Data) > 0 && string(r.Data) != "null"
}
