package subgraphs

import (
	"net/http"
	"net/textproto"
)

// keptHeaders are the headers that a Response is to have, while its head is
// read.
type keptHeaders struct {
	all  bool
	made http.Header // nil before there is one

	// contentType is the only one so far, in place of made.
	contentType []byte
}

// add takes in a header if it is to be kept. Name and value are used until
// header has returned.
func (k *keptHeaders) add(name, value []byte) {
	switch {
	case k.all, isNamed(name, "content-encoding"), isNamed(name, "retry-after"):
	case !isNamed(name, "content-type"):
		return
	case k.made == nil && k.contentType == nil:
		k.contentType = value
		return
	}
	k.make()
	canonical := textproto.CanonicalMIMEHeaderKey(string(name))
	k.made[canonical] = append(k.made[canonical], string(value))
}

// make makes a map of what is there so far.
func (k *keptHeaders) make() {
	if k.made == nil {
		k.made = http.Header{}
	}
	if k.contentType != nil {
		k.made["Content-Type"] = []string{string(k.contentType)}
		k.contentType = nil
	}
}

// header returns the headers. Those of nearly all answers are the same map.
func (k *keptHeaders) header() http.Header {
	if k.contentType != nil {
		if common, ok := commonHeaders[string(k.contentType)]; ok {
			return common
		}
	}
	k.make()
	return k.made
}

// commonHeaders have nothing but a Content-Type, by that. They are shared and
// never written to.
var commonHeaders = func() map[string]http.Header {
	headers := map[string]http.Header{}
	for _, media := range []string{"application/json", "application/graphql-response+json"} {
		for _, charset := range []string{"", ";charset=utf-8", "; charset=utf-8", "; charset=UTF-8"} {
			headers[media+charset] = http.Header{"Content-Type": {media + charset}}
		}
	}
	return headers
}()
