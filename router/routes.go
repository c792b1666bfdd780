package router

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// assetPath is where GraphiQL's script and style are.
const assetPath = "/-/graphiql/"

// routes is the table of contents of what weft answers.
func (rt *Router) routes() http.Handler {
	c := rt.config
	m := chi.NewRouter()
	inside := chi.Middlewares{rt.visits, rt.recoverer}
	m.Use(inside...)

	graphql := chi.Middlewares(rt.edge).HandlerFunc(rt.serveGraphQL)
	m.Handle(c.Path, graphql)
	if rt.page != nil {
		if c.GraphiQL.Path != c.Path {
			m.Get(c.GraphiQL.Path, rt.page.ServeHTTP)
			m.Head(c.GraphiQL.Path, rt.page.ServeHTTP)
		}
		m.Get(assetPath+"*", rt.page.ServeAsset)
	}
	if c.Health.Enabled {
		m.Get(c.Health.Path, rt.serveHealth)
		m.Get(c.Health.Path+"/live", rt.serveLive)
		m.Get(c.Health.Path+"/ready", rt.serveReady)
	}
	if rt.metrics != nil {
		m.Method(http.MethodGet, c.Metrics.Path, rt.metrics)
	}
	m.NotFound(func(w http.ResponseWriter, r *http.Request) {
		refuse(http.StatusNotFound, CodeNotFound, "there is nothing here; GraphQL is at "+c.Path).write(w, mediaJSON)
	})
	m.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		f := refuse(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "use GET")
		f.allow = "GET, HEAD"
		f.write(w, mediaJSON)
	})
	// Nearly all requests are for one path. To find it a router is not needed,
	// nor the memory that it takes for each of them.
	direct := inside.Handler(graphql)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == c.Path && r.URL.RawPath == "" {
			direct.ServeHTTP(w, r)
			return
		}
		m.ServeHTTP(w, r)
	})
}
