//go:build !unix

package subgraphs

import (
	"net"
	"syscall"
)

// rawOf returns nil: no connection is used twice here, since nobody can tell
// whether something has arrived on it.
func rawOf(net.Conn) syscall.RawConn { return nil }

func (c *conn) onDescriptor(uintptr) bool { return true }
