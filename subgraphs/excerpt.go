package subgraphs

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxExcerpt bounds an excerpt, in bytes.
const maxExcerpt = 200

// MediaType returns the answer's media type in lower case, without
// parameters; "" if it has none or a malformed one.
func (r *Response) MediaType() string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

// Excerpt returns the beginning of the body on one line, at most 200 bytes of
// it: what a log says about an answer that is not GraphQL. It is somebody
// else's text and not for clients.
func (r *Response) Excerpt() string {
	body := r.Body
	cut := len(body) > maxExcerpt
	if cut {
		body = body[:maxExcerpt]
		for len(body) > 0 && !utf8.RuneStart(r.Body[len(body)]) {
			body = body[:len(body)-1]
		}
	}
	text := strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c):
			return '\uFFFD'
		}
		return c
	}, string(body))
	text = strings.Join(strings.Fields(text), " ")
	if cut {
		text += "…"
	}
	return text
}
