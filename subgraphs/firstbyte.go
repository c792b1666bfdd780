package subgraphs

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync"
	"time"
)

// errFirstByte: the request was written, and then nothing came for too long.
var errFirstByte = errors.New("the answer did not begin in time")

// awaitFirstByte returns when something has been read, or with errFirstByte
// when the time for it is over.
func (c *conn) awaitFirstByte(ctx context.Context, limit time.Duration, d deadline) error {
	at := time.Now().Add(limit)
	if !at.Before(d.at) {
		return nil
	}
	if err := c.SetReadDeadline(at); err != nil {
		return err
	}
	// ctx may have ended before, and with it the connection's deadline.
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var err error
	if c.r == c.w {
		err = c.fill(maxHeaderBytes)
	}
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	if isTimeout(err) {
		return errFirstByte
	}
	if err := c.SetReadDeadline(d.at); err != nil {
		return err
	}
	if ended := ctx.Err(); ended != nil {
		return ended // expire was first, and has just been overruled
	}
	return err
}

// A firstByte ends the round trip of net/http whose answer does not begin in
// time. net/http's own limit for it cannot be told from that of the TLS
// handshake.
type firstByte struct {
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer // runs while the answer is waited for; guarded by mu
	over  bool        // nobody waits for it any longer; guarded by mu
}

func newFirstByte(ctx context.Context, limit time.Duration) *firstByte {
	f := &firstByte{}
	ctx, f.cancel = context.WithCancelCause(ctx)
	f.ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// Again, if net/http sends the request again over another connection.
		WroteRequest: func(httptrace.WroteRequestInfo) { f.wait(limit) },
	})
	return f
}

// wait begins to wait for the answer, unless it is there already: some do not
// read a request to its end.
func (f *firstByte) wait(limit time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.over:
	case f.timer == nil:
		f.timer = time.AfterFunc(limit, func() { f.cancel(errFirstByte) })
	default:
		f.timer.Reset(limit)
	}
}

// arrived says that the answer has begun.
func (f *firstByte) arrived() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	if f.timer != nil {
		f.timer.Stop()
	}
}

// stop lets go of everything.
func (f *firstByte) stop() {
	f.arrived()
	f.cancel(nil)
}

// explain returns err, or why the context has ended if that was for lack of a
// first byte.
func (f *firstByte) explain(err error) error {
	if err != nil && errors.Is(context.Cause(f.ctx), errFirstByte) {
		return errFirstByte
	}
	return err
}
