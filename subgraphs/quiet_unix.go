//go:build unix

package subgraphs

import "syscall"

// look is called by isQuiet with the descriptor, which does not block: reading
// must fail since there is nothing to read.
func (c *conn) look(fd uintptr) bool {
	var b [1]byte
	for {
		_, err := syscall.Read(int(fd), b[:])
		if err == syscall.EINTR {
			continue
		}
		c.quiet = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
		return true
	}
}
