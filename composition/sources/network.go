package sources

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// NewClient returns a client for schemas. It follows no redirects, since
// headers that are secrets would go along, keeps no connections, since schemas
// are asked for seconds apart, and has no timeout: contexts decide.
func NewClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DisableKeepAlives:      true,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// validators let a server say that nothing has changed: RFC 9110, "Conditional
// Requests".
type validators struct{ etag, modified string }

func (v validators) set(h http.Header) {
	if v.etag != "" {
		h.Set("If-None-Match", v.etag)
	}
	if v.modified != "" {
		h.Set("If-Modified-Since", v.modified)
	}
}

// maxAnswerFactor is how much larger than the SDL an answer that has it as a
// JSON string may be: line breaks and quotes take two bytes there.
const maxAnswerFactor = 2

// ask queries a running subgraph for its SDL: Apollo Federation, "Subgraph
// specification", "Query._service". same tells that the subgraph answers with
// 304; it does if it gives its answers an ETag.
func (r *Reader) ask(ctx context.Context) (sdl string, same bool, err error) {
	what := r.last.File
	body := []byte(`{"query":"query SubgraphSDL { _service { sdl } }","operationName":"SubgraphSDL"}`)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.source.Endpoint, bytes.NewReader(body))
	if err != nil {
		return "", false, fmt.Errorf("ask %s for its schema: %w", what, withoutURL(err))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	status, text, same, err := r.send(request, r.most*maxAnswerFactor+4096)
	if err != nil || same {
		return "", same, err
	}
	var answer struct {
		Data *struct {
			Service *struct {
				SDL *string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return "", false, fmt.Errorf("%s answered with status %d and no GraphQL response: %w", what, status, err)
	}
	if answer.Data == nil || answer.Data.Service == nil || answer.Data.Service.SDL == nil {
		reason := "no SDL"
		if len(answer.Errors) > 0 {
			reason = "error: " + word(answer.Errors[0].Message)
		}
		return "", false, fmt.Errorf("%s answered _service { sdl } with status %d and %s", what, status, reason)
	}
	sdl = *answer.Data.Service.SDL
	if int64(len(sdl)) > r.most {
		return "", false, fmt.Errorf("schema from %s is longer than %d bytes", what, r.most)
	}
	return sdl, false, nil
}

// fetch reads SDL that is a document of its own.
func (r *Reader) fetch(ctx context.Context) (sdl string, same bool, err error) {
	what := r.last.File
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.source.Document, nil)
	if err != nil {
		return "", false, fmt.Errorf("read schema from %s: %w", what, withoutURL(err))
	}
	request.Header.Set("Accept", "application/graphql, text/plain, */*;q=0.1")
	status, text, same, err := r.send(request, r.most)
	if err != nil || same {
		return "", same, err
	}
	if status != http.StatusOK {
		return "", false, fmt.Errorf("%s answered with status %d", what, status)
	}
	return text, false, nil
}

// send sends the request, with what would make the answer 304.
func (r *Reader) send(request *http.Request, most int64) (status int, text string, same bool, err error) {
	what := r.last.File
	for _, name := range sortedNames(r.source.Headers) {
		request.Header.Set(name, r.source.Headers[name])
	}
	sent := r.validators
	sent.set(request.Header)
	// Only what comes of this answer may vouch for the next.
	r.validators, r.offered = validators{}, validators{}
	response, err := r.client.Do(request)
	if err != nil {
		return 0, "", false, fmt.Errorf("ask %s for its schema: %w", what, withoutURL(err))
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && sent != validators{}:
		r.offered = sent
		return response.StatusCode, "", true, nil
	case response.StatusCode >= 300 && response.StatusCode < 400 && response.Header.Get("Location") != "":
		return 0, "", false, fmt.Errorf("%s redirects with status %d to %s, which is not followed; use that URL if it is the right one",
			what, response.StatusCode, word(redacted(response.Header.Get("Location"))))
	}
	text, err = readLimited(response.Body, what, most)
	if err != nil {
		return 0, "", false, err
	}
	if response.StatusCode == http.StatusOK {
		r.offered = validators{etag: response.Header.Get("ETag"), modified: response.Header.Get("Last-Modified")}
	}
	return response.StatusCode, text, false, nil
}

// redacted is a URL without its password and its query, to be shown.
func redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "the URL"
	}
	if u.RawQuery != "" {
		u.RawQuery = "xxxxx" // where keys are
	}
	return u.Redacted()
}

// withoutURL takes from an error of net/http the URL, which is named already.
func withoutURL(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// word cuts what a server sent to what a message may repeat of it.
func word(s string) string {
	const most = 200
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
