package router

import (
	"net/http"
	"runtime/debug"

	"go.uber.org/zap"
)

// recoverer answers a panic with 500 and logs it with its stack. It is the
// last resort: what reaches it is a fault of weft's own.
func (rt *Router) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v) // a handler's way to break the connection
			}
			id := newErrorID()
			rt.log.Error("panic while serving a request",
				zap.String("request_id", requestIDFrom(r.Context())), zap.String("error_id", id),
				zap.Any("panic", v), zap.ByteString("stack", debug.Stack()))
			rec := recordFrom(r.Context())
			if rec != nil {
				rec.errorIDs = append(rec.errorIDs, id)
			}
			if rec == nil || !rec.wrote() {
				f := internalError()
				f.identify(id)
				f.write(w, mediaJSON)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// internalError is what clients see of a fault of weft's own.
func internalError() *refusal {
	return refuse(http.StatusInternalServerError, CodeInternal, "internal server error")
}
