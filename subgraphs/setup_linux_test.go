package subgraphs

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// deaf returns an address at which connections are neither accepted nor refused:
// its queue is full.
func deaf(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 10 {
		c, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("it accepts everybody")
	return ""
}

// silent returns an address that accepts and never says a word.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // and with it what nobody has accepted
	return l.Addr().String()
}

// Each of the times before the first byte has an end of its own, within a
// timeout that would be longer; and nothing stays of a connection that was not
// made.
func TestSetupTimeouts(t *testing.T) { eachTransport(t, testSetupTimeouts) }

func testSetupTimeouts(t *testing.T, via Transport) {
	const soon = 20 * time.Millisecond
	tests := []struct {
		name     string
		endpoint Endpoint
		kind     Kind
		reason   string
	}{
		{"connect", Endpoint{URL: "http://" + deaf(t), ConnectTimeout: soon}, Connect, "connection failed"},
		{"connect, for TLS", Endpoint{URL: "https://" + deaf(t), ConnectTimeout: soon, TLSTimeout: time.Hour}, Connect, "connection failed"},
		{"TLS", Endpoint{URL: "https://" + silent(t), ConnectTimeout: time.Hour, TLSTimeout: soon}, Connect, "connection failed"},
		{"TLS, as for connecting", Endpoint{URL: "https://" + silent(t), ConnectTimeout: soon}, Connect, "connection failed"},
		{"first byte", Endpoint{URL: "http://" + silent(t), ConnectTimeout: time.Hour, FirstByteTimeout: soon}, Timeout, "no answer within 20ms"},
		{"whole", Endpoint{URL: "http://" + silent(t), ConnectTimeout: time.Hour, FirstByteTimeout: time.Hour, Timeout: soon}, Timeout, "no answer within 20ms"},
		{"whole, while connecting", Endpoint{URL: "http://" + deaf(t), ConnectTimeout: time.Hour, Timeout: soon}, Timeout, "no answer within 20ms"},
		{"whole, in TLS", Endpoint{URL: "https://" + silent(t), ConnectTimeout: time.Hour, Timeout: soon}, Timeout, "no answer within 20ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.endpoint.Transport = via
			if tt.endpoint.Timeout == 0 {
				tt.endpoint.Timeout = time.Hour
			}
			c := newClient(t, Options{Endpoints: map[string]Endpoint{"s": tt.endpoint}})
			_, err := fetch(t, c)
			if diff := cmp.Diff(tt.reason, wantKind(t, err, tt.kind).Reason()); diff != "" {
				t.Errorf("reason (-want +got):\n%s", diff)
			}
		})
	}
}
