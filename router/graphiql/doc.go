// Package graphiql serves GraphiQL, the page on which people try queries, from
// the binary: nothing is loaded from elsewhere, and the page's
// Content-Security-Policy sees to it.
//
// page.js.gz and page.css.gz are built from bundle/ (npm ci && node build.mjs
// in a copy of it); NOTICE has the licences of what they contain.
package graphiql
