// Package mock serves any federated subgraph SDL: from a data file, from
// generated values, or from a Source written in Go. Tests, golden cases, the
// demo and "weft mock" run on it.
//
//	SDL, data ──► New ──► Subgraph ──► ServeHTTP, RoundTrip
//
// A Subgraph answers what a subgraph's author would have had to implement:
// _service, _entities by each of the type's keys, and the fields of its own
// schema. It is strict where a real one would be lenient, so that a router's
// mistake shows: a field that is @external and not provided is an error, and so
// is a field with @requires whose inputs are not in the representation.
//
// # Data file
//
// JSON or YAML: root types with the values of their fields, and other types
// with the list of their objects.
//
//	{
//	  "Product": [
//	    {"upc": "1", "name": "Lamp", "weight": 7},
//	    {"upc": "2", "name": "Chair", "maker": {"id": "m1"}}
//	  ],
//	  "Maker": [{"id": "m1", "name": "Nordlys"}],
//	  "Query": {
//	    "products": [{"upc": "1"}, {"upc": "2", "name": "Stool"}],
//	    "product": {"$find": "Product"}
//	  },
//	  "Mutation": {
//	    "setWeight": {"$update": "Product", "$where": {"upc": "{{$upc}}"}, "$set": {"weight": "{{$to}}"}}
//	  }
//	}
//
// What is not written is null (Options.Generate: generated). An object that
// holds a key of its type is that entity: fields that it lacks are taken from
// the type's list. If a type has a list, no other entities exist for
// _entities; if it has none, those that are written anywhere do.
// An object in the position of an interface or union needs a __typename.
//
// Without "Query" in the file, root fields are answered from the lists. Arguments
// narrow lists, and single objects of root fields: by the field of the same
// name (id, ids, category, categoryId), by words (query, search, contains), and
// by first, last, after, before, limit, offset and skip. A list in the position
// of a connection (a type with edges that have a node) is paged into one.
//
// A value can depend on the request:
//
//	"price(currency: \"EUR\")": 12    the value for these arguments
//	"{{weight * 2}}"                  an expression; see below
//	{"$error": "out of order"}        the field fails; or {"message": …, "extensions": …}
//	{"$list": "Product"}              all Products, narrowed by the arguments
//	{"$find": "Product"}              the first of them
//	{"$create": "Review", "$set": {…}}                  under Mutation only
//	{"$update": "Product", "$where": {…}, "$set": {…}}  under Mutation only
//	{"$delete": "Product", "$where": {…}}               under Mutation only
//
// $where and $set stand for the field's arguments if they are left out. A
// created entity gets the next free number for each key field that is not set.
// $update and $delete change the first entity that is meant; they are null if
// there is none.
//
// Expressions are names, $arguments, numbers, quoted texts and + - * / with
// parentheses. A name is a field that the field's @requires brought, else one
// of the object itself; dots lead into objects and, element by element, through
// lists. "{{…}}" alone keeps the value's kind, within a text it is written out.
//
// # Generated values
//
// Without data every field has a value that looks real and is the same in each
// run and each subgraph: it depends on the seed, the type, the entity and the
// field. Entities are numbered and their keys made from the number (id "7", sku
// "SKU-7"), so the lists of different subgraphs name the same entities; any
// other key names an entity too. A field with @requires depends on its inputs,
// and a String shows them.
//
// # Faults
//
// SetLatency, SetFailRate, SetFail and SetHang change how a running subgraph
// misbehaves; Stats and Options.OnRequest tell what reached it. A request whose
// context ends stops waiting and executing.
//
// The package does not plan, merge, or know other subgraphs. There are no
// subscriptions.
//
// Invariants: a Subgraph starts no goroutines; records of a store are never
// written to once it serves; the recursion over documents, data and field sets
// is bounded.
package mock
