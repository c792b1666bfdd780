//go:build unix

package subgraphs

import (
	"net"
	"syscall"
)

// rawOf returns the way to a connection's descriptor, nil if there is none.
func rawOf(c net.Conn) syscall.RawConn {
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// onDescriptor does for ask what the descriptor, which does not block, allows,
// and returns true if that is all. Otherwise it is called again when there is
// something to read.
func (c *conn) onDescriptor(fd uintptr) bool {
	a := &c.asking
	if a.begun {
		n, blocked, err := try(syscall.Read, fd, c.buf)
		a.read, a.readErr = n, err
		return !blocked
	}
	a.begun = true
	if c.reused {
		// To read must fail since there is nothing to read.
		var unasked [1]byte
		if _, blocked, _ := try(syscall.Read, fd, unasked[:]); !blocked {
			return true
		}
	}
	a.quiet = true
	if len(a.request) > 0 {
		a.written, _, a.err = try(syscall.Write, fd, a.request)
	}
	return !a.waits || a.err != nil || a.written < len(a.request)
}

// try reads or writes as much as is possible now. blocked tells that it is
// nothing.
func try(call func(fd int, p []byte) (int, error), fd uintptr, p []byte) (n int, blocked bool, err error) {
	for {
		switch n, err = call(int(fd), p); err {
		case nil:
			return n, false, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, true, nil
		default:
			return 0, false, err
		}
	}
}
