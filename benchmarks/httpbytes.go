package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
)

// A message is the head of an HTTP/1.1 request or response, as far as the two
// ends of a benchmark need it.
type message struct {
	start   []byte // first line; valid until the next read
	length  int64  // of the body; -1 if it is not known
	chunked bool
	close   bool
}

// maxBody bounds what is read as one body.
const maxBody = 256 << 20

// readMessage reads a head. It is lenient: both ends are our own processes, or
// gateways that somebody chose to measure.
func readMessage(r *bufio.Reader) (message, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return message{}, err
	}
	m := message{start: bytes.Clone(bytes.TrimRight(line, "\r\n")), length: -1}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return message{}, fmt.Errorf("read head: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return m, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if m.length, err = strconv.ParseInt(string(value), 10, 64); err != nil || m.length < 0 || m.length > maxBody {
				return message{}, fmt.Errorf("content length %q", value)
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			m.chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("connection")):
			m.close = bytes.EqualFold(value, []byte("close"))
		}
	}
}

// readBody reads the body that follows m into buf, whose memory is reused.
func (m *message) readBody(r *bufio.Reader, buf []byte) ([]byte, error) {
	buf = buf[:0]
	switch {
	case m.chunked:
		b := bytes.NewBuffer(buf)
		if _, err := b.ReadFrom(io.LimitReader(httputil.NewChunkedReader(r), maxBody)); err != nil {
			return nil, fmt.Errorf("read chunks: %w", err)
		}
		// Trailers, if any, and the empty line after the last chunk.
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return nil, fmt.Errorf("read trailer: %w", err)
			}
			if len(bytes.TrimRight(line, "\r\n")) == 0 {
				return b.Bytes(), nil
			}
		}
	case m.length >= 0:
		if int64(cap(buf)) < m.length {
			buf = make([]byte, m.length)
		}
		buf = buf[:m.length]
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, fmt.Errorf("read body: %w", err)
		}
		return buf, nil
	default:
		return nil, errors.New("a message without a length")
	}
}
