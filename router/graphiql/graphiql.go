package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
)

//go:embed page.js.gz
var scriptGzip []byte

//go:embed page.css.gz
var styleGzip []byte

// page is what the browser loads first. The script finds in its place what it
// needs to know.
var page = template.Must(template.New("graphiql").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>weft · GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{{.Style}}">
<style nonce="{{.Nonce}}">html, body, #graphiql { height: 100%; margin: 0 }</style>
</head>
<body>
<div id="graphiql" data-endpoint="{{.Endpoint}}" data-query="{{.Query}}" data-nonce="{{.Nonce}}"><noscript>GraphiQL needs JavaScript.</noscript></div>
<script src="{{.Script}}"></script>
</body>
</html>
`))

// Options of the page.
type Options struct {
	// Endpoint is the path of the GraphQL endpoint.
	Endpoint string

	// AssetPath is the path under which the page finds its script and style;
	// it ends in a slash. ServeAsset is to be mounted there.
	AssetPath string

	// Query is what the editor begins with; "" for GraphiQL's own greeting.
	Query string
}

// A Page serves GraphiQL. It is an http.Handler for the page itself. It is
// immutable and safe for concurrent use.
type Page struct {
	options       Options
	script, style asset
}

// An asset is a file of the page under a name that changes with its content.
type asset struct {
	name, contentType string
	gzip              []byte
}

// New returns the page.
func New(o Options) *Page {
	return &Page{
		options: o,
		script:  newAsset("page", ".js", "text/javascript; charset=utf-8", scriptGzip),
		style:   newAsset("page", ".css", "text/css; charset=utf-8", styleGzip),
	}
}

func newAsset(name, ext, contentType string, data []byte) asset {
	sum := sha256.Sum256(data)
	return asset{name: name + "-" + hex.EncodeToString(sum[:6]) + ext, contentType: contentType, gzip: data}
}

// ServeHTTP serves the page. Its Content-Security-Policy allows nothing but
// this origin, and inline only the styles that carry the answer's nonce.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	nonce := newNonce()
	var body bytes.Buffer
	err := page.Execute(&body, map[string]string{
		"Nonce":    nonce,
		"Endpoint": p.options.Endpoint,
		"Query":    p.options.Query,
		"Script":   p.options.AssetPath + p.script.name,
		"Style":    p.options.AssetPath + p.style.name,
	})
	if err != nil {
		panic("graphiql: " + err.Error()) // the template and its data are ours
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy(nonce))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-store")
	// The same path answers GraphQL to those who ask for it.
	h.Add("Vary", "Accept")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body.Bytes())
	}
}

func policy(nonce string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self' 'nonce-" + nonce + "'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

func newNonce() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ServeAsset serves the script and the style, by the last part of the path.
// Their names change with their content, so browsers may keep them for ever.
func (p *Page) ServeAsset(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	for _, a := range []asset{p.script, p.style} {
		if a.name == name {
			a.serve(w, r)
			return
		}
	}
	http.NotFound(w, r)
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", fmt.Sprint(len(a.gzip)))
		if r.Method != http.MethodHead {
			w.Write(a.gzip)
		}
		return
	}
	z, err := gzip.NewReader(bytes.NewReader(a.gzip))
	if err != nil {
		panic("graphiql: " + err.Error()) // the files are ours
	}
	if r.Method != http.MethodHead {
		io.Copy(w, z) // a client that has gone is nothing to report
	}
}

// acceptsGzip tells whether the client names gzip and does not rule it out.
func acceptsGzip(r *http.Request) bool {
	for _, line := range r.Header["Accept-Encoding"] {
		for element := range strings.SplitSeq(line, ",") {
			coding, weight, _ := strings.Cut(strings.ReplaceAll(element, " ", ""), ";")
			if strings.EqualFold(coding, "gzip") {
				q, weighted := strings.CutPrefix(weight, "q=")
				return !weighted || strings.Trim(q, "0.") != ""
			}
		}
	}
	return false
}
