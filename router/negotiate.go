package router

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// A mediaType is one of the two forms of a response.
type mediaType int

const (
	// mediaJSON is application/json, where the status says little: a client
	// of old may not look into the body of anything but a 200.
	mediaJSON mediaType = iota
	// mediaGraphQL is application/graphql-response+json, where the status
	// says what became of the request.
	mediaGraphQL
	// mediaStrictJSON is application/json with the status of mediaGraphQL, for
	// clients of routers that did so.
	mediaStrictJSON
)

// contentType returns the value of the Content-Type header.
func (m mediaType) contentType() string {
	if m == mediaGraphQL {
		return "application/graphql-response+json; charset=utf-8"
	}
	return "application/json; charset=utf-8"
}

// refused returns the status of a well-formed request that is refused before
// execution. GraphQL over HTTP, "Status Codes" of the two media types.
func (m mediaType) refused() int {
	if m == mediaJSON {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// An acceptRange is one element of an Accept header.
type acceptRange struct {
	media string // such as text/html, application/*, */*; lower case
	utf8  bool   // no charset is named, or UTF-8
	q     float64
}

// maxAcceptRanges is how many elements of an Accept header are looked at.
const maxAcceptRanges = 64

// parseAccept reads the Accept headers of a request. Malformed elements are
// left out, as RFC 9110 lets one do.
func parseAccept(header http.Header) []acceptRange {
	var ranges []acceptRange
	for _, line := range header["Accept"] {
		for _, element := range splitList(line) {
			if len(ranges) == maxAcceptRanges {
				return ranges
			}
			media, params, err := mime.ParseMediaType(element)
			if err != nil {
				continue
			}
			r := acceptRange{media: media, q: 1, utf8: true}
			if text, ok := params["q"]; ok {
				q, err := strconv.ParseFloat(text, 64)
				if err != nil || !(q >= 0 && q <= 1) {
					continue
				}
				r.q = q
			}
			if charset, ok := params["charset"]; ok {
				r.utf8 = isUTF8(charset)
			}
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// splitList splits a list header at the commas outside quoted strings.
func splitList(line string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			parts = append(parts, line[start:i])
			start = i + 1
		}
	}
	return append(parts, line[start:])
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// negotiate chooses the media type of the response. Without an Accept header,
// or where the client takes anything, it is application/json. Between equals
// the one that the client names first wins. ok is false if the client takes
// neither.
func negotiate(header http.Header) (m mediaType, ok bool) {
	accept := header["Accept"]
	if len(accept) == 0 {
		return mediaJSON, true
	}
	if len(accept) == 1 { // what nearly all clients say
		switch accept[0] {
		case "application/json", "*/*":
			return mediaJSON, true
		case "application/graphql-response+json":
			return mediaGraphQL, true
		}
	}
	ranges := parseAccept(header)
	jsonQ, jsonAt := quality(ranges, "application/json")
	graphqlQ, graphqlAt := quality(ranges, "application/graphql-response+json")
	switch {
	case jsonQ == 0 && graphqlQ == 0:
		return mediaJSON, false
	case graphqlQ > jsonQ, graphqlQ == jsonQ && graphqlAt < jsonAt:
		return mediaGraphQL, true
	default:
		return mediaJSON, true
	}
}

// quality returns how much the client likes a media type: the q of the most
// specific range that covers it, 0 if none does; and the place of that range.
// RFC 9110, "Accept".
func quality(ranges []acceptRange, media string) (q float64, at int) {
	group, _, _ := strings.Cut(media, "/")
	best := 0
	for i, r := range ranges {
		specific := 0
		switch r.media {
		case media:
			specific = 3
		case group + "/*":
			specific = 2
		case "*/*":
			specific = 1
		}
		if specific > best && r.utf8 {
			best, q, at = specific, r.q, i
		}
	}
	return q, at
}

// wantsPage tells whether a request comes from a browser that was sent here:
// it names HTML and likes it best.
func wantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	ranges := parseAccept(r.Header)
	html := 0.0
	for _, a := range ranges {
		if a.media == "text/html" {
			html = a.q
		}
	}
	jsonQ, _ := quality(ranges, "application/json")
	graphqlQ, _ := quality(ranges, "application/graphql-response+json")
	return html > 0 && html >= jsonQ && html >= graphqlQ
}
