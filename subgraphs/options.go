package subgraphs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/weft-graphql/weft/coding"
)

// Options say which subgraphs a Client reaches, and how.
type Options struct {
	// Endpoints by subgraph name.
	Endpoints map[string]Endpoint

	// DeadlineHeader names the request header that tells a subgraph how many
	// milliseconds it has to answer; "" for none.
	DeadlineHeader string

	// AllHeaders has Responses hold all headers of the answers. Otherwise only
	// those that say what the body is and when to come again are sure to be
	// there: Content-Type, Content-Encoding and Retry-After.
	AllHeaders bool
}

// An Endpoint is where a subgraph answers and how long and how much it may.
// Zero values stand for the defaults.
type Endpoint struct {
	// URL is http://, https://, or unix:///path/to.sock?path=/graphql for a
	// socket on this machine. User and password in it are sent as basic
	// authentication unless the request has an Authorization header.
	URL string

	// Replicas are further URLs of the same subgraph, reached in the same way;
	// Request.Replica chooses among them.
	Replicas []string

	// Timeout of one fetch, from its start to the last byte. Default 30s.
	Timeout time.Duration

	// ConnectTimeout of a new connection, without its TLS handshake. Default
	// 5s.
	ConnectTimeout time.Duration

	// TLSTimeout of the TLS handshake. Default: ConnectTimeout.
	TLSTimeout time.Duration

	// FirstByteTimeout is how long an answer may take to begin after the
	// request has been written. With TransportNetHTTP and TransportHTTP2 its
	// head has to be there by then. 0 leaves it to Timeout.
	FirstByteTimeout time.Duration

	// IdleTimeout is how long an unused connection is kept. Default 4s: less
	// than the shortest common keep-alive of a server (Node's 5s), so that a
	// mutation seldom meets a connection that is about to be closed.
	IdleTimeout time.Duration

	// MaxResponseBytes bounds the body of an answer, counted while it is read
	// and, if it is compressed, after inflating. Default 32 MiB.
	MaxResponseBytes int64

	// Transport is how requests get there.
	Transport Transport

	// Compression is the content coding of request bodies of more than 1 KiB,
	// which the subgraph has to understand. The zero value is none. Answers
	// may come in any coding, whatever is said here.
	Compression coding.Coding

	// AcceptCompressed tells the subgraph that it may compress its answers.
	AcceptCompressed bool
}

const (
	defaultTimeout        = 30 * time.Second
	defaultConnectTimeout = 5 * time.Second
	defaultIdleTimeout    = 4 * time.Second
	defaultMaxResponse    = 32 << 20

	// maxIdleConns is how many unused connections to one subgraph are kept.
	// net/http's own default of 2 makes every third concurrent request dial.
	maxIdleConns = 512

	maxHeaderBytes = 256 << 10
)

func (e Endpoint) withDefaults() Endpoint {
	if e.Timeout <= 0 {
		e.Timeout = defaultTimeout
	}
	if e.ConnectTimeout <= 0 {
		e.ConnectTimeout = defaultConnectTimeout
	}
	if e.TLSTimeout <= 0 {
		e.TLSTimeout = e.ConnectTimeout
	}
	if e.IdleTimeout <= 0 {
		e.IdleTimeout = defaultIdleTimeout
	}
	if e.MaxResponseBytes <= 0 {
		e.MaxResponseBytes = defaultMaxResponse
	}
	return e
}

// The headers every request has. They are shared and never written to.
var (
	contentType = []string{"application/json"}
	accept      = []string{"application/graphql-response+json, application/json;q=0.9"}
	userAgent   = []string{"weft"}
)

// isOwn tells whether a header is the transport's business: it describes this
// connection or this body, and what a caller says about it is not sent.
func isOwn(name string) bool {
	switch name {
	case "Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host",
		"Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	default:
		return false
	}
}

// target is what a subgraph's URL says.
type target struct {
	url           *url.URL // without user and password
	socket        string   // path of the unix socket; "" for TCP
	authorization string   // value of the Authorization header; "" for none
}

// CheckURL tells whether a subgraph can have the URL raw, and if not why. The
// error does not repeat passwords.
func CheckURL(raw string) error {
	_, err := parseTarget(raw)
	return err
}

func parseTarget(raw string) (target, error) {
	if raw == "" {
		return target{}, errors.New("has no URL")
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The text of a url.Error holds the URL, and with it a password.
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return target{}, fmt.Errorf("URL is malformed: %w", err)
	}
	t := target{url: u}
	if u.User != nil {
		password, _ := u.User.Password()
		t.authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
		u.User = nil
	}
	u.Fragment, u.RawFragment = "", ""
	switch u.Scheme {
	case "http", "https":
		if u.Hostname() == "" {
			return target{}, fmt.Errorf("URL %q has no host", u)
		}
	case "unix":
		if u.Host != "" || u.Path == "" {
			return target{}, fmt.Errorf("URL %q is not of the form unix:///path/to.sock?path=/graphql", u)
		}
		t.socket = u.Path
		path := u.Query().Get("path")
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		t.url = &url.URL{Scheme: "http", Host: "localhost", Path: path}
	case "":
		return target{}, fmt.Errorf("URL %q has no scheme; it begins with http://, https:// or unix://", u)
	default:
		return target{}, fmt.Errorf("URL has the scheme %q; http, https and unix are possible", u.Scheme)
	}
	return t, nil
}

// markReplayable tells net/http which requests may be sent a second time when
// a reused connection turns out to be dead. It takes the presence of the
// header Idempotency-Key for permission; with no values the header is not
// sent. A client's own key, propagated, must not make it repeat a mutation, so
// there it is spelled in a way that net/http does not look for.
func markReplayable(header http.Header, mutation bool) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values := header[name]; mutation && values != nil {
			delete(header, name)
			header[strings.ToLower(name)] = values
		}
	}
	if !mutation && header["Idempotency-Key"] == nil {
		header["Idempotency-Key"] = []string{}
	}
}
