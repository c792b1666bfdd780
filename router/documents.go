package router

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/persisted"
)

// documents are those that clients need not send: the ones they have
// registered before, and the ones of manifests.
//
//	            in a manifest ─► its text
//	id only ─►  registered    ─► its text
//	            neither       ─► PERSISTED_QUERY_NOT_FOUND (clients send id and text then),
//	                             or PERSISTED_QUERY_NOT_IN_LIST if nothing can be registered
//	id and text ─► registered, if the id is the hash of the text
//	text only   ─► held against the safelist, if there is one
//
// Both are texts only, and independent of the schema: what comes out goes
// through the same stages as a document that was sent, limits included.
type documents struct {
	registered *cache[persisted.Hash, string] // nil if clients cannot register any
	list       *persisted.List                // nil if there are no manifests
	reload     bool
	safelist   bool
	requireID  bool
	logUnknown bool
}

// newDocuments reads the manifests.
func newDocuments(c *config.Config) (*documents, error) {
	p := c.PersistedQueries
	d := &documents{reload: p.HotReload, safelist: p.Safelist.Enabled, requireID: p.Safelist.RequireID, logUnknown: p.LogUnknown}
	if c.APQ.Enabled && !d.safelist {
		hash := func(seed maphash.Seed, h persisted.Hash) uint64 { return maphash.Bytes(seed, h[:]) }
		weigh := func(_ persisted.Hash, text string) int { return 256 + len(text) }
		d.registered = newCache(int64(c.Caches.APQ), hash, weigh)
	}
	if p.Enabled {
		var err error
		if d.list, err = persisted.NewList(p.LocalManifests); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// manifestInterval is how often manifests are looked at.
const manifestInterval = 2 * time.Second

// watch reads manifests again when they change, until ctx ends.
func (d *documents) watch(ctx context.Context, log *zap.Logger) {
	if d.list == nil || !d.reload {
		return
	}
	d.list.Watch(ctx, manifestInterval, func(err error) {
		if err != nil {
			log.Error("persisted queries not reloaded", zap.Error(err))
			return
		}
		d.logLoaded(log)
	})
}

// logLoaded tells what the manifests hold.
func (d *documents) logLoaded(log *zap.Logger) {
	if d.list == nil {
		return
	}
	m := d.list.Manifest()
	log.Info("persisted queries loaded", zap.Int("documents", m.Len()))
	if n := m.Mismatched(); n > 0 {
		log.Warn("ids of persisted queries look like a SHA-256 but are not that of their document", zap.Int("documents", n))
	}
}

// A documentID is what a request says about its document instead of, or
// besides, its text.
type documentID struct {
	id string // documentId
	// hash is that of extensions.persistedQuery. Who sends it together with
	// the text registers it.
	hash string
}

// documentIDOf reads the members "documentId" and "extensions.persistedQuery"
// of a request.
func documentIDOf(id json.RawMessage, extensions map[string]json.RawMessage) (d documentID, f *refusal) {
	if d.id, f = stringField("documentId", id); f != nil {
		return d, f
	}
	raw := extensions["persistedQuery"]
	if isNull(raw) {
		return d, nil
	}
	// Not into a struct: encoding/json would take "SHA256Hash" for "sha256Hash".
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return d, invalid(`"extensions.persistedQuery" must be an object`)
	}
	if string(members["version"]) != "1" {
		return d, invalid(`"extensions.persistedQuery.version" must be 1`)
	}
	if d.hash, f = stringField("sha256Hash", members["sha256Hash"]); f != nil {
		return d, f
	}
	if d.hash == "" {
		return d, invalid(`"extensions.persistedQuery.sha256Hash" is missing`)
	}
	if d.id != "" && d.id != d.hash {
		return d, invalid(`"documentId" and "extensions.persistedQuery.sha256Hash" name different documents`)
	}
	return d, nil
}

// any returns the id in whichever way it was given.
func (d documentID) any() string {
	if d.id != "" {
		return d.id
	}
	return d.hash
}

// findDocument puts the text in place of an id, and refuses what may not be
// asked.
func (x *exchange) findDocument(context.Context) *refusal {
	d, r := x.router.documents, x.request
	id := r.document.any()
	switch {
	case id == "":
		return x.checkText(d)
	case r.query == "":
		return x.findByID(d, id)
	case r.document.id != "":
		return refuse(x.media.refused(), CodeIDAndBody, `a request has either a "documentId" or a "query"`)
	case d.registered != nil:
		hash, ok := persisted.ParseHash(id)
		if !ok {
			return malformedHash()
		}
		if persisted.HashOf(r.query) != hash {
			return refuse(http.StatusBadRequest, CodePersistedMismatch, "the SHA-256 of the query is not the one that came with it")
		}
		x.register = hash
		x.record.document = "registered"
		return x.checkText(d)
	case d.list != nil:
		if text, ok := d.list.Manifest().Find(x.clientName(), id); !ok || text != r.query {
			return refuse(x.media.refused(), CodeIDAndBody, "the persisted query is sent by its id or by its text, not by both")
		}
		x.record.document = "list"
		return nil
	default:
		return nil // nobody keeps it
	}
}

// findByID replaces the id of a request by the document.
func (x *exchange) findByID(d *documents, id string) *refusal {
	if d.list != nil {
		if text, ok := d.list.Manifest().Find(x.clientName(), id); ok {
			x.request.query, x.record.document = text, "list"
			return nil
		}
	}
	if d.registered == nil && d.list == nil {
		return refuse(http.StatusOK, CodePersistedQueries, "PersistedQueryNotSupported")
	}
	hash, ok := persisted.ParseHash(id)
	switch {
	case d.list != nil && (!ok || d.registered == nil):
		x.logUnknown(d, id)
		return refuse(x.media.refused(), CodePersistedNotInList, "the persisted query is not in the list")
	case !ok:
		return malformedHash()
	}
	text, ok := d.registered.find(hash)
	if !ok {
		f := refuse(http.StatusOK, CodePersistedNotFound, "PersistedQueryNotFound")
		// By GET a cache on the way could answer so when it is no longer true.
		f.cacheControl = "private, no-cache, must-revalidate"
		return f
	}
	x.request.query, x.record.document = text, "apq"
	return nil
}

func malformedHash() *refusal {
	return invalid("the id of the persisted query is not a SHA-256: 64 digits of lower-case hexadecimal")
}

// checkText refuses the text of a document that has to be named, or is not in
// the safelist.
func (x *exchange) checkText(d *documents) *refusal {
	if d.list == nil || !d.safelist && !d.logUnknown {
		return nil
	}
	if d.safelist && d.requireID {
		x.logUnknown(d, "")
		return refuse(x.media.refused(), CodePersistedIDRequired, "only persisted queries are answered here: send the id of one, and no query")
	}
	if d.list.Manifest().Has(x.request.query) {
		return nil
	}
	x.logUnknown(d, "")
	if d.safelist {
		return refuse(x.media.refused(), CodeNotInSafelist, "only persisted queries are answered here, and this is none of them")
	}
	return nil
}

// logUnknown tells of a document that no manifest has. Its text is not logged:
// literals in it are somebody's data.
func (x *exchange) logUnknown(d *documents, id string) {
	if !d.logUnknown {
		return
	}
	if id == "" {
		id = persisted.HashOf(x.request.query).String()
	}
	x.router.log.Warn("unknown persisted query",
		zap.String("request_id", requestIDFrom(x.http.Context())),
		zap.String("id", logWord(id)),
		zap.String("operation", logWord(x.request.operationName)),
		zap.String("client", logWord(x.clientName())))
}

// registerDocument keeps the text that came with its hash. By now it is known
// to be a document of this schema: what is not takes the place of no other.
func (x *exchange) registerDocument() {
	if x.register != (persisted.Hash{}) {
		x.router.documents.registered.put(x.register, x.request.query)
	}
}

// clientName is how the client calls itself; "" if it does not.
func (x *exchange) clientName() string {
	return firstHeader(x.http.Header, x.router.config.Clients.NameHeaders)
}

// firstHeader returns the value of the first of some headers that is there.
func firstHeader(h http.Header, names []string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}
