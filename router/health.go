package router

import (
	"io"
	"net/http"
)

// serveHealth answers whether weft is up, or with ?live and ?ready one of the
// two questions that orchestrators ask.
func (rt *Router) serveHealth(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("ready") {
		rt.serveReady(w, r)
		return
	}
	rt.serveLive(w, r)
}

// serveLive answers that weft answers. What else is wrong would not get better
// by a restart.
func (rt *Router) serveLive(w http.ResponseWriter, _ *http.Request) { writeHealth(w, true) }

// serveReady tells whether requests should be sent here: there is a graph, and
// weft is not about to end.
func (rt *Router) serveReady(w http.ResponseWriter, _ *http.Request) {
	writeHealth(w, rt.graph.Load() != nil && !rt.draining.Load())
}

func writeHealth(w http.ResponseWriter, up bool) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !up {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, `{"status":"DOWN"}`)
		return
	}
	io.WriteString(w, `{"status":"UP"}`)
}
