package router

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/weft-graphql/weft/coding"
)

// contentCoding returns how the body of a request is compressed. RFC 9110,
// "Content-Encoding".
func (d *decoder) contentCoding(r *http.Request) (coding.Coding, *refusal) {
	values := r.Header["Content-Encoding"]
	if len(values) == 0 {
		return coding.Identity, nil
	}
	value := strings.Join(values, ", ")
	encoding, err := coding.Parse(value)
	switch {
	case err == nil && (encoding == coding.Identity || d.codec != nil):
		return encoding, nil
	case d.codec == nil:
		f := refuse(http.StatusUnsupportedMediaType, CodeInvalidContentEncoding,
			fmt.Sprintf("the content encoding %q is not supported; send the body uncompressed", headerWord(value)))
		f.acceptEncoding = "identity"
		return coding.Identity, f
	default:
		known := make([]string, 0, 4)
		for _, c := range coding.All() {
			known = append(known, string(c))
		}
		f := refuse(http.StatusUnsupportedMediaType, CodeInvalidContentEncoding,
			fmt.Sprintf("the content encoding %q is not supported; use one of %s, or none", headerWord(value), strings.Join(known, ", ")))
		f.acceptEncoding = strings.Join(known, ", ")
		return coding.Identity, f
	}
}

// inflate returns the body that was sent compressed. The limit on what comes in
// holds for what comes out, too.
func (d *decoder) inflate(ctx context.Context, encoding coding.Coding, body []byte) ([]byte, *refusal) {
	inflated, err := d.codec.Inflate(ctx, encoding, body, d.maxBytes)
	switch {
	case err == nil:
		return inflated, nil
	case errors.Is(err, coding.ErrTooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, CodeTooLarge,
			fmt.Sprintf("the request body is larger than %d bytes once inflated", d.maxBytes))
	case ctx.Err() != nil:
		return nil, refuse(http.StatusGatewayTimeout, CodeTimeout, "the request has been timed out")
	default:
		f := invalid("the request body cannot be inflated: it is not %s", encoding)
		return nil, f
	}
}
