package subgraphs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A Kind tells how a request failed to get an answer.
type Kind int

const (
	// Connect: no connection came about. The subgraph has seen nothing.
	Connect Kind = iota + 1
	// Timeout: the answer was not there in time, be it the subgraph's
	// timeout or the request's deadline.
	Timeout
	// Canceled: nobody waits for the answer any longer.
	Canceled
	// TooLarge: the answer's body is larger than it may be.
	TooLarge
	// Protocol: the connection broke, the answer ended early, or it is not
	// HTTP.
	Protocol
	// BreakerOpen: nothing was sent, since the subgraph has failed too often.
	BreakerOpen
	// Crowded: nothing was sent, since enough is under way to the subgraph.
	Crowded
)

// String returns the kind in a word or two, as logs name it.
func (k Kind) String() string {
	switch k {
	case Connect:
		return "connect"
	case Timeout:
		return "timeout"
	case Canceled:
		return "canceled"
	case TooLarge:
		return "too large"
	case Protocol:
		return "protocol"
	case BreakerOpen:
		return "breaker open"
	case Crowded:
		return "crowded"
	default:
		return fmt.Sprintf("Kind(%d)", int(k))
	}
}

// An Error says why a request got no usable HTTP answer.
type Error struct {
	Subgraph string
	Kind     Kind
	Err      error

	// Attempts is how many times the request was sent, if more than once.
	Attempts int

	limit string // the time or size that was exceeded, if one was
}

// Error returns the whole story, addresses included: it is for logs.
func (e *Error) Error() string {
	return fmt.Sprintf("subgraph %s: %s: %v", e.Subgraph, e.Kind, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewTimeout returns the error of a fetch that took longer than limit in all its
// attempts. err is that of the last one.
func NewTimeout(subgraph string, limit time.Duration, err *Error) *Error {
	return &Error{Subgraph: subgraph, Kind: Timeout, Err: err.Err, Attempts: err.Attempts, limit: limit.Round(time.Millisecond).String()}
}

// OwnLimit tells whether it is a limit of the subgraph's own that was exceeded,
// and not the request's deadline.
func (e *Error) OwnLimit() bool { return e.limit != "" }

// Reason says what happened in words that are fit for clients: no address, no
// host name, nothing a subgraph sent.
func (e *Error) Reason() string {
	switch e.Kind {
	case Connect:
		return "connection failed"
	case Timeout:
		if e.limit == "" {
			return "no answer before the request's deadline"
		}
		return "no answer within " + e.limit
	case Canceled:
		return "request canceled"
	case TooLarge:
		return "answer larger than " + e.limit
	case BreakerOpen:
		return "it has failed too often, and is left alone for a while"
	case Crowded:
		return "too many requests to it are under way"
	default:
		return "connection broke before the answer was complete"
	}
}

var (
	errUnknown  = errors.New("no such subgraph is configured")
	errTooLarge = errors.New("answer exceeds the limit")
)

// dialError marks errors of dialling among those of a round trip.
type dialError struct{ error }

func (e *dialError) Unwrap() error { return e.error }

// classify makes an Error of what a round trip that had to end by d returned.
// Contexts and deadlines come first: how their end shows in err depends on what
// the connection was doing. ctx is the caller's.
func classify(ctx context.Context, d deadline, name string, e Endpoint, err error) *Error {
	out := &Error{Subgraph: name, Err: err}
	var dial *dialError
	var netErr net.Error
	switch {
	case errors.Is(err, errTooLarge):
		out.Kind, out.limit = TooLarge, formatBytes(e.MaxResponseBytes)
	case errors.Is(ctx.Err(), context.Canceled):
		out.Kind = Canceled
	case ctx.Err() != nil:
		out.Kind = Timeout
	case errors.Is(err, errFirstByte):
		out.Kind, out.limit = Timeout, e.FirstByteTimeout.String()
	case d.isPassed():
		// The caller's deadline may be the one that fired, a moment before
		// ctx itself shows it.
		out.Kind = Timeout
		if d.own {
			out.limit = e.Timeout.Round(time.Millisecond).String()
		}
	case errors.As(err, &dial), isTLS(err):
		out.Kind = Connect
	case errors.As(err, &netErr) && netErr.Timeout():
		// Reading and writing are bounded by the contexts only, so this is
		// the TLS handshake.
		out.Kind = Connect
	default:
		out.Kind = Protocol
		if errors.Is(err, io.ErrUnexpectedEOF) {
			out.Err = fmt.Errorf("answer ended early: %w", err)
		}
	}
	return out
}

func isTLS(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert)
}

// formatBytes prints a limit as people write it.
func formatBytes(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1000*1000 && n%(1000*1000) == 0:
		return fmt.Sprintf("%d MB", n/1000/1000)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
