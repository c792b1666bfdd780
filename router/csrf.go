package router

import (
	"mime"
	"net/http"
	"strings"
)

// simpleTypes are the content types that a page may send to another origin
// without the browser asking that origin first.
// Fetch standard, "CORS-safelisted request-header".
var simpleTypes = map[string]bool{
	"text/plain":                        true,
	"application/x-www-form-urlencoded": true,
	"multipart/form-data":               true,
}

// checkCSRF refuses a request that a browser sends for the page of another
// origin without asking: one with no content type or a simple one, and without
// any of the headers for which browsers ask.
func checkCSRF(r *http.Request, requiredHeaders []string) *refusal {
	for _, value := range r.Header["Content-Type"] {
		if value == "application/json" {
			return nil // nearly always
		}
		media, _, err := mime.ParseMediaType(value)
		// A browser is more lenient than ParseMediaType, so what cannot be
		// parsed counts as simple.
		if err == nil && !simpleTypes[media] {
			return nil
		}
	}
	for _, name := range requiredHeaders {
		if r.Header.Get(name) != "" {
			return nil
		}
	}
	return refuse(http.StatusBadRequest, CodeCSRF,
		"a request that a browser would send for a page of another origin was blocked; set the Content-Type to application/json, or send a header such as "+
			strings.Join(requiredHeaders, ", "))
}
