package subgraphs

import (
	"errors"
	"net"
	"os"
)

// An asking is what happens to a request on a connection's descriptor:
//
//	nothing has come since the last answer ──► write ──► something has come ──► read
//
// It is done in one call that waits for input, and the poller is told to look out
// for that before anything is written: so the answer need not be looked for in
// vain first.
type asking struct {
	request []byte
	waits   bool // for the answer, and does not return before
	begun   bool // what follows is known

	quiet   bool  // nothing has come, and it is open
	written int   // of the request, perhaps not all
	err     error // why not
	read    int   // of the answer
	readErr error
}

// errNotQuiet: the connection has been closed or written to while it was idle.
// Of the request nothing has been sent.
var errNotQuiet = errors.New("connection was closed or written to while nobody used it")

// ask writes request, which may be empty. If waits is set, it then waits for the
// answer's first bytes, and leaves them in the buffer, unless not all could be
// written at once; why they could not be read is the error of the next read. It
// must not be set for a connection that has not been used.
//
// On a connection that has been used nothing may have arrived: what comes
// unasked would be taken for the answer.
func (c *conn) ask(request []byte, waits bool) error {
	if c.raw == nil {
		if c.reused {
			return errNotQuiet
		}
		_, err := c.Write(request)
		return err
	}
	c.asking = asking{request: request, waits: waits}
	c.r, c.w = 0, 0
	err := c.raw.Read(c.onFD)
	a := &c.asking
	switch {
	case !a.begun:
		return err
	case !a.quiet:
		return errNotQuiet
	case a.err != nil:
		return c.failed("write", a.err)
	case a.written < len(request):
		_, err := c.Write(request[a.written:])
		return err
	}
	switch {
	case err != nil: // it has waited for too long
		c.unreadable = err
	case a.readErr != nil:
		c.unreadable = c.failed("read", a.readErr)
	case a.read > 0:
		c.w, c.begun = a.read, true
	}
	return nil
}

// failed is the error of a call, as package net has it.
func (c *conn) failed(call string, err error) error {
	return &net.OpError{Op: call, Net: c.RemoteAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: os.NewSyscallError(call, err)}
}
