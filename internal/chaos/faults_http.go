package chaos

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

const chunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

// chunk is text as one chunk.
func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

const page = "<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Something broke</h1></body></html>"

// httpFaults are about what surrounds the body.
func httpFaults() []*Fault {
	bomb := sync.OnceValue(bomb) // takes its time
	faults := []*Fault{
		text("not HTTP", func([]byte) string { return "SSH-2.0-OpenSSH_9.6\r\n" }),
		text("HTTP/2 preface", func([]byte) string { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" }),
		text("HTTP/0.9", func(body []byte) string { return string(body) }),
		text("no status", func(body []byte) string {
			return "HTTP/1.1 \r\nContent-Type: application/json\r\n\r\n" + string(body)
		}),
		text("header without a colon", func(body []byte) string {
			return "HTTP/1.1 200 OK\r\nContent-Type application/json\r\n\r\n" + string(body)
		}),
		text("length is no number", func(body []byte) string {
			return "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + string(body)
		}),
		text("length is negative", func(body []byte) string {
			return "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + string(body)
		}),
		text("lengths that differ", func(body []byte) string {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Length: %d\r\n\r\n%s", len(body), len(body)-1, body)
		}),
		text("length beyond all limits", func(body []byte) string {
			return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999999999999999\r\n\r\n" + string(body)
		}),
		text("chunk size is no number", func(body []byte) string { return chunkedHead + "zz\r\n" + string(body) + "\r\n0\r\n\r\n" }),
		text("chunk size is negative", func(body []byte) string { return chunkedHead + "-1\r\n" + string(body) + "\r\n0\r\n\r\n" }),
		text("chunk size overflows", func(body []byte) string {
			return chunkedHead + "fffffffffffffffff\r\n" + string(body) + "\r\n0\r\n\r\n"
		}),
		text("chunk longer than its size", func(body []byte) string {
			return chunkedHead + "3\r\n" + string(body) + "\r\n0\r\n\r\n"
		}),
		text("unknown transfer encoding", func(body []byte) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n" + string(body)
		}),
		flood("endless head", "HTTP/1.1 200 OK\r\n", "X-Filler: "+strings.Repeat("x", 1000)+"\r\n"),
		flood("endless header line", "HTTP/1.1 200 OK\r\nX-Filler: ", strings.Repeat("x", 1000)),
		flood("endless status line", "HTTP/1.1 200 ", strings.Repeat("x", 1000)),
		flood("endless interim responses", "", "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"),
		flood("endless body", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", strings.Repeat(" ", 64<<10)),
		flood("endless chunks", chunkedHead, chunk(strings.Repeat(" ", 64<<10))),
		flood("endless chunk extension", chunkedHead+"5;", strings.Repeat("x", 1000)),
		flood("endless trailer", chunkedHead+chunk("{}")+"0\r\n", "X-Filler: "+strings.Repeat("x", 1000)+"\r\n"),
		{Name: "interim responses", serve: func(x *exchange) bool {
			return x.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n") && x.respond()
		}},
		{Name: "chunked", serve: func(x *exchange) bool {
			var b strings.Builder
			for i := range x.body {
				b.WriteString(chunk(string(x.body[i : i+1])))
			}
			return x.write(chunkedHead + b.String() + "0\r\nX-Trailer: 1\r\n\r\n")
		}},
		{Name: "HTTP/1.0", serve: func(x *exchange) bool {
			x.write("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + string(x.body))
			return false
		}},
		// What comes after the answer must never be taken for the next one.
		{Name: "a second answer nobody asked for", serve: func(x *exchange) bool {
			const poison = `{"data":{"poison":true}}`
			return x.write(head(x.status, "application/json", len(x.body)) + string(x.body) +
				head(200, "application/json", len(poison)) + poison)
		}},
		{Name: "more than the length says", serve: func(x *exchange) bool {
			return x.write(head(x.status, "application/json", len(x.body)) + string(x.body) + "}}}}")
		}},
		{Name: "gzip", serve: func(x *exchange) bool { return x.gzip(squeeze(x.body)) }},
		{Name: "gzip cut short", serve: func(x *exchange) bool { z := squeeze(x.body); return x.gzip(z[:len(z)-9]) }},
		{Name: "gzip with a wrong checksum", serve: func(x *exchange) bool {
			z := squeeze(x.body)
			z[len(z)-8] ^= 1
			return x.gzip(z)
		}},
		{Name: "gzip in name only", serve: func(x *exchange) bool { return x.gzip(x.body) }},
		{Name: "gzip bomb", serve: func(x *exchange) bool { return x.gzip(bomb()) }},
		{Name: "brotli", serve: func(x *exchange) bool {
			return x.write(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: %d\r\n\r\n%s", len(x.body), x.body))
		}},
	}
	for _, status := range []int{301, 302, 307, 308} {
		faults = append(faults, &Fault{Name: fmt.Sprint("redirect ", status), serve: func(x *exchange) bool {
			return x.write(fmt.Sprintf("HTTP/1.1 %d %s\r\nLocation: http://192.0.2.1/elsewhere\r\nContent-Length: %d\r\n\r\n%s",
				status, http.StatusText(status), len(page), page))
		}})
	}
	for _, status := range []int{401, 404, 429, 500, 502, 503} {
		faults = append(faults, &Fault{Name: fmt.Sprint("page with status ", status), serve: func(x *exchange) bool {
			return x.write(head(status, "text/html", len(page)) + page)
		}})
	}
	for _, status := range []int{204, 304} {
		faults = append(faults, &Fault{Name: fmt.Sprint("no body with status ", status), serve: func(x *exchange) bool {
			return x.write(fmt.Sprintf("HTTP/1.1 %d %s\r\n\r\n", status, http.StatusText(status)))
		}})
	}
	for _, media := range []string{"text/html", "text/plain", "application/octet-stream", "nonsense"} {
		faults = append(faults, &Fault{Name: "right body as " + media, serve: func(x *exchange) bool {
			return x.write(head(200, media, len(x.body)) + string(x.body))
		}})
	}
	return append(faults, &Fault{Name: "right body with status 500", serve: func(x *exchange) bool {
		return x.write(head(500, "application/json", len(x.body)) + string(x.body))
	}})
}

// text is a fault that sends what make makes of the right body and closes the
// connection.
func text(name string, make func(body []byte) string) *Fault {
	return &Fault{Name: name, serve: func(x *exchange) bool {
		x.write(make(x.body))
		return false
	}}
}

// flood is a fault that never stops sending.
func flood(name, start, more string) *Fault {
	return &Fault{Name: name, serve: func(x *exchange) bool {
		for ok := x.write(start); ok; {
			ok = x.write(more)
		}
		return false
	}}
}

func (x *exchange) gzip(body []byte) bool {
	return x.write(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body))
}

func squeeze(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		panic("chaos: " + err.Error()) // a bytes.Buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic("chaos: " + err.Error())
	}
	return b.Bytes()
}

// bomb is some 40 KiB that inflate to 40 MiB of spaces, which is more than weft
// takes by default.
func bomb() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.CopyN(z, spaces{}, 40<<20); err != nil {
		panic("chaos: " + err.Error())
	}
	if err := z.Close(); err != nil {
		panic("chaos: " + err.Error())
	}
	return b.Bytes()
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
