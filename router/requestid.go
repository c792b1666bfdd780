package router

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
)

const requestIDHeader = "X-Request-Id"

// requestID returns the id that a request has come with, if that is fit for
// logs, or a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get(requestIDHeader); isRequestID(id) {
		return id
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// requestIDFrom returns the id of the request that a context belongs to, "" if
// there is none.
func requestIDFrom(ctx context.Context) string {
	if v := visitFrom(ctx); v != nil {
		return v.id[0]
	}
	return ""
}

// isRequestID accepts what common makers of ids send: letters, digits and a
// few marks, up to 128 of them.
func isRequestID(id string) bool {
	for i := range len(id) {
		c := id[i]
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case c == '-', c == '_', c == '.', c == ':', c == '/', c == '+', c == '=', c == '@':
		default:
			return false
		}
	}
	return id != "" && len(id) <= 128
}
