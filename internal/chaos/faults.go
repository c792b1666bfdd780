package chaos

import (
	"slices"
	"sync/atomic"
	"time"
)

// A Fault is a way in which a subgraph misbehaves. It is immutable and safe
// for concurrent use.
type Fault struct {
	// Name is short and unique.
	Name string

	// Hangs says that the answer is not there in any time.
	Hangs bool

	serve func(*exchange) bool
}

// Faults returns all faults that do not depend on what was asked for.
func Faults() []*Fault {
	return slices.Concat(connectionFaults(), httpFaults(), bodyFaults())
}

// Spoil returns a fault that answers with HTTP status 200 and what change makes
// of the right body.
func Spoil(name string, change func(body []byte) []byte) *Fault {
	return &Fault{Name: name, serve: func(x *exchange) bool {
		body := change(x.body)
		return x.write(head(200, "application/json", len(body)) + string(body))
	}}
}

// Raw returns a fault that sends what answer makes of the right body, head and
// all, and keeps the connection.
func Raw(name string, answer func(body []byte) string) *Fault {
	return &Fault{Name: name, serve: func(x *exchange) bool { return x.write(answer(x.body)) }}
}

// Once returns a fault that strikes the first request and no other.
func Once(f *Fault) *Fault {
	struck := new(atomic.Bool)
	return &Fault{Name: f.Name + ", once", Hangs: f.Hangs, serve: func(x *exchange) bool {
		if struck.CompareAndSwap(false, true) {
			return f.serve(x)
		}
		return x.respond()
	}}
}

// Delay returns a fault that gives the right answer after d.
func Delay(d time.Duration) *Fault {
	return &Fault{Name: "delay " + d.String(), serve: func(x *exchange) bool {
		return x.sleep(d) && x.respond()
	}}
}

// connectionFaults are about when and how a connection ends.
func connectionFaults() []*Fault {
	return []*Fault{
		Delay(5 * time.Millisecond),
		{Name: "hang", Hangs: true, serve: func(x *exchange) bool {
			x.hang()
			return false
		}},
		{Name: "hang in the head", Hangs: true, serve: func(x *exchange) bool {
			x.write("HTTP/1.1 200 OK\r\nContent-Ty")
			x.hang()
			return false
		}},
		{Name: "hang in the body", Hangs: true, serve: func(x *exchange) bool {
			x.write(head(200, "application/json", len(x.body)) + string(x.body[:len(x.body)/2]))
			x.hang()
			return false
		}},
		{Name: "hang before the last byte", Hangs: true, serve: func(x *exchange) bool {
			x.write(head(200, "application/json", len(x.body)) + string(x.body[:len(x.body)-1]))
			x.hang()
			return false
		}},
		{Name: "close before the first byte", serve: func(*exchange) bool { return false }},
		{Name: "reset before the first byte", serve: (*exchange).reset},
		{Name: "close after the first byte", serve: func(x *exchange) bool {
			x.write("H")
			return false
		}},
		{Name: "reset after the first byte", serve: func(x *exchange) bool {
			x.write("H")
			return x.reset()
		}},
		{Name: "close in the head", serve: func(x *exchange) bool {
			x.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
			return false
		}},
		{Name: "close before the body", serve: func(x *exchange) bool {
			x.write(head(200, "application/json", len(x.body)))
			return false
		}},
		{Name: "close in the body", serve: func(x *exchange) bool {
			x.write(head(200, "application/json", len(x.body)) + string(x.body[:len(x.body)/2]))
			return false
		}},
		{Name: "reset in the body", serve: func(x *exchange) bool {
			x.write(head(200, "application/json", len(x.body)) + string(x.body[:len(x.body)/2]))
			return x.reset()
		}},
		{Name: "close in a chunk", serve: func(x *exchange) bool {
			x.write(chunkedHead + chunk(string(x.body))[:8])
			return false
		}},
		{Name: "close before the last chunk", serve: func(x *exchange) bool {
			x.write(chunkedHead + chunk(string(x.body)))
			return false
		}},
		{Name: "close after the answer", serve: func(x *exchange) bool {
			x.respond()
			return false
		}},
		{Name: "drip", serve: func(x *exchange) bool {
			return x.drip(head(x.status, "application/json", len(x.body))+string(x.body), 7, 100*time.Microsecond)
		}},
		{Name: "drip for ever", Hangs: true, serve: func(x *exchange) bool {
			x.write(chunkedHead)
			for x.drip(chunk(" "), 1, time.Millisecond) {
			}
			return false
		}},
	}
}

// sleep waits for d and reports whether the server is still there then.
func (x *exchange) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.closed:
		return false
	}
}

// drip writes text by so many bytes at a time.
func (x *exchange) drip(text string, bytes int, pause time.Duration) bool {
	for len(text) > 0 {
		n := min(bytes, len(text))
		if !x.write(text[:n]) || !x.sleep(pause) {
			return false
		}
		text = text[n:]
	}
	return true
}
