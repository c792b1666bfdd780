package supergraph

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An errorCase is an SDL that Parse refuses.
type errorCase struct {
	name string
	sdl  string
	want string // the whole error
}

func TestErrors(t *testing.T) {
	for _, tt := range errorCases() {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Parse("s.graphql", tt.sdl)
			if s != nil {
				t.Error("a model besides the error")
			}
			var coded *Error
			if !errors.As(err, &coded) {
				t.Fatalf("error is a %T: %v", err, err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func errorCases() []errorCase {
	// with returns a supergraph of two subgraphs with the definitions, which
	// begin on line 4.
	with := func(types string, links ...string) string { return compose("v0.5", "a b", query+types, links...) }
	link := func(url, more string) string { return fmt.Sprintf("@link(url: %q%s)", url, more) }
	return []errorCase{
		// Input that is something else.
		{
			name: "empty",
			sdl:  "",
			want: "s.graphql: the supergraph is empty: compose the subgraphs and use the supergraph SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "blank",
			sdl:  " \n\ufeff\t\n# only a comment\n",
			want: "s.graphql: the supergraph is empty: compose the subgraphs and use the supergraph SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "web page",
			sdl:  "<!DOCTYPE html><html></html>",
			want: "s.graphql: this is a web page (HTML or XML), not a supergraph SDL: check where it was loaded from (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "JSON",
			sdl:  `{"data": {"_service": {"sdl": "type Query { a: Int }"}}}`,
			want: "s.graphql: this is JSON, not a supergraph SDL: take the SDL text out of it, or compose the subgraphs (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "compose config",
			sdl:  "federation_version: 2\nsubgraphs:\n  a:\n",
			want: "s.graphql: this is a composition config, not a supergraph SDL: compose with it first and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "not UTF-8",
			sdl:  "\x1f\x8b\x08\x00",
			want: "s.graphql: the supergraph is not UTF-8 text: use the supergraph SDL as composed, uncompressed (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "UTF-16",
			sdl:  "\xff\xfes\x00c\x00",
			want: "s.graphql: the supergraph is not UTF-8 text: use the supergraph SDL as composed, uncompressed (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "syntax",
			sdl:  "type Query {\n  a: \n}",
			want: "s.graphql:3:1: the supergraph SDL does not parse: Expected Name, found } (INVALID_GRAPHQL)",
		},
		{
			name: "an operation",
			sdl:  "query { a }",
			want: `s.graphql:1:1: the supergraph SDL does not parse: Unexpected Name "query" (INVALID_GRAPHQL)`,
		},
		{
			name: "plain schema",
			sdl:  "\ntype Query { a: Int }",
			want: "s.graphql: this is a schema, but not a supergraph, as it does not link the join spec (https://specs.apollo.dev/join/v0.5): compose the subgraphs and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "plain schema with a definition",
			sdl:  "schema { query: Query }\ntype Query { a: Int }",
			want: "s.graphql:1:8: this is a schema, but not a supergraph, as it does not link the join spec (https://specs.apollo.dev/join/v0.5): compose the subgraphs and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "subgraph of federation 2",
			sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { a: Int }`,
			want: "s.graphql:1:15: this is the schema of one subgraph, not a supergraph: compose it with the other subgraphs and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "subgraph that links link",
			sdl: `extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.10", import: ["@key"]) @link(url: "https://specs.apollo.dev/connect/v0.1")
type Query { a: Int }`,
			want: "s.graphql:1:15: this is the schema of one subgraph, not a supergraph: compose it with the other subgraphs and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "subgraph of federation 1",
			sdl:  `type Query { a: T } type T @key(fields: "id") { id: ID! }`,
			want: "s.graphql: this is the schema of one subgraph, not a supergraph: compose it with the other subgraphs and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "link without join",
			sdl:  "schema @link(url: \"https://specs.apollo.dev/link/v1.0\") { query: Query }\ntype Query { a: Int }",
			want: "s.graphql:1:8: this is a schema, but not a supergraph, as it does not link the join spec (https://specs.apollo.dev/join/v0.5): compose the subgraphs and use the SDL that comes out (INVALID_FEDERATION_SUPERGRAPH)",
		},

		// Linked specs.
		{
			name: "newer join",
			sdl:  compose("v0.6", "a", query),
			want: "s.graphql:1:58: the supergraph is of join v0.6, but weft reads join v0.1 to v0.5: upgrade weft, or compose with an older federation version (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "unknown feature for security",
			sdl:  with("", link("https://example.com/vault/v1.0", ", for: SECURITY")),
			want: "s.graphql:1:123: the supergraph needs the feature https://example.com/vault/v1.0 for SECURITY, which weft does not know: remove the feature from the subgraphs, or its purpose if it can be ignored (UNSUPPORTED_LINKED_FEATURE)",
		},
		{
			name: "unknown feature for execution",
			sdl:  with("", link("https://example.com/run/v1.0", ", for: EXECUTION")),
			want: "s.graphql:1:123: the supergraph needs the feature https://example.com/run/v1.0 for EXECUTION, which weft does not know: remove the feature from the subgraphs, or its purpose if it can be ignored (UNSUPPORTED_LINKED_FEATURE)",
		},
		{
			name: "newer inaccessible",
			sdl:  with("", link("https://specs.apollo.dev/inaccessible/v0.9", "")),
			want: "s.graphql:1:123: the supergraph needs https://specs.apollo.dev/inaccessible v0.9, but weft knows v0.1 to v0.2: upgrade weft, or compose with an older federation version (UNSUPPORTED_LINKED_FEATURE)",
		},
		{
			name: "connectors",
			sdl:  with("", link("https://specs.apollo.dev/connect/v0.2", ", for: EXECUTION")),
			want: "s.graphql:1:123: the supergraph uses connectors (https://specs.apollo.dev/connect/v0.2), which weft does not run: compose without the subgraphs that have @connect (UNSUPPORTED_LINKED_FEATURE)",
		},
		{
			name: "feature URL without version",
			sdl:  with("", link("https://example.com/foo", "")),
			want: `s.graphql:1:128: the feature URL "https://example.com/foo" does not end in a version such as /v1.0 (INVALID_LINK_IDENTIFIER)`,
		},
		{
			name: "feature URL without host",
			sdl:  with("", link("foo/v1.0", "")),
			want: `s.graphql:1:128: "foo/v1.0" is not a feature URL: expected a form such as https://specs.apollo.dev/join/v0.3 (INVALID_LINK_IDENTIFIER)`,
		},
		{
			name: "feature URL without name",
			sdl:  with("", link("https://example.com/v1.0", "")),
			want: `s.graphql:1:128: the feature URL "https://example.com/v1.0" has no name before its version (INVALID_LINK_IDENTIFIER)`,
		},
		{
			name: "linked twice",
			sdl:  with("", link("https://specs.apollo.dev/tag/v0.2", ""), link("https://specs.apollo.dev/tag/v0.3", `, as: "t"`)),
			want: "s.graphql:1:171: https://specs.apollo.dev/tag is linked twice (INVALID_LINK_DIRECTIVE_USAGE)",
		},
		{
			name: "alias taken",
			sdl:  with("", link("https://example.com/foo/v1.0", `, as: "join"`)),
			want: `s.graphql:1:123: https://specs.apollo.dev/join and https://example.com/foo are both linked as "join": rename one of them with as (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "alias form",
			sdl:  with("", link("https://example.com/foo/v1.0", `, as: "a__b"`)),
			want: `s.graphql:1:123: the alias "a__b" of https://example.com/foo must be a name without double underscores that does not end in one (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "purpose",
			sdl:  with("", link("https://example.com/foo/v1.0", `, for: FUN`)),
			want: "s.graphql:1:165: @link: for must be SECURITY or EXECUTION, not FUN (INVALID_LINK_DIRECTIVE_USAGE)",
		},
		{
			name: "no URL",
			sdl:  with("", `@link(as: "x")`),
			want: "s.graphql:1:123: @link: url is missing (INVALID_LINK_DIRECTIVE_USAGE)",
		},
		{
			name: "URL of another type",
			sdl:  with("", `@link(url: 7)`),
			want: "s.graphql:1:128: @link: url must be a string (INVALID_LINK_DIRECTIVE_USAGE)",
		},
		{
			name: "unknown argument of link",
			sdl:  with("", link("https://example.com/foo/v1.0", `, with: "x"`)),
			want: `s.graphql:1:165: @link: there is no argument "with" (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "argument of link twice",
			sdl:  with("", link("https://example.com/foo/v1.0", `, url: "https://example.com/bar/v1.0"`)),
			want: "s.graphql:1:165: @link: url is given twice (INVALID_LINK_DIRECTIVE_USAGE)",
		},
		{
			name: "unknown import",
			sdl:  with("", link("https://specs.apollo.dev/tag/v0.3", `, import: ["@lag"]`)),
			want: `s.graphql:1:123: cannot import unknown element "@lag" from https://specs.apollo.dev/tag/v0.3 (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "import without @",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: [{name: "@a", as: "b"}]`)),
			want: `s.graphql:1:174: import of "@a" as "b": both names of a directive begin with @, and none of a type does (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "import of a number",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: [7]`)),
			want: `s.graphql:1:174: an import is a name or {name: "…", as: "…"}; found 7 (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "import without name",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: [{as: "@b"}]`)),
			want: "s.graphql:1:174: an import needs a name (INVALID_LINK_DIRECTIVE_USAGE)",
		},
		{
			name: "import that is no name",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: ["@a b"]`)),
			want: `s.graphql:1:175: import of "@a b" as "@a b": not a name (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "import twice",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: ["@a", {name: "@a", as: "@b"}]`)),
			want: `s.graphql:1:180: "@a" is imported twice (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "two imports under one name",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: ["@a", {name: "@b", as: "@a"}]`)),
			want: `s.graphql:1:123: two elements of https://example.com/foo are imported as "@a" (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "imports of two features under one name",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: ["@a"]`), link("https://example.com/bar/v1.0", `, import: ["@a"]`)),
			want: `s.graphql:1:182: "@a" is imported from both https://example.com/foo and https://example.com/bar: rename one of them with as (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "import into another namespace",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: [{name: "@a", as: "@join__a"}]`)),
			want: `s.graphql:1:123: "@a" of https://example.com/foo is imported as "@join__a", a name that belongs to https://specs.apollo.dev/join: choose another with as (INVALID_LINK_DIRECTIVE_USAGE)`,
		},
		{
			name: "import under another alias",
			sdl:  with("", link("https://example.com/foo/v1.0", `, import: [{name: "@a", as: "@join"}]`)),
			want: `s.graphql:1:123: "@a" of https://example.com/foo is imported as "@join", a name that belongs to https://specs.apollo.dev/join: choose another with as (INVALID_LINK_DIRECTIVE_USAGE)`,
		},

		// The graph enum.
		{
			name: "no graphs",
			sdl: `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query }
type Query { a: Int }`,
			want: "s.graphql:1:8: the supergraph has no enum join__Graph that lists its subgraphs: compose it again (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "graph without name",
			sdl: `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3") { query: Query }
enum join__Graph { A }
type Query { a: Int }`,
			want: "s.graphql:2:20: join__Graph.A does not say which subgraph it is: it has no @join__graph (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "a graph twice",
			sdl:  compose("v0.3", "a A", query),
			want: "s.graphql:2:63: join__Graph has the value A twice (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "two graphs of one name",
			sdl:  strings.Replace(compose("v0.3", "a b", query), `"b"`, `"a"`, 1),
			want: `s.graphql:2:63: two values of join__Graph are the subgraph "a" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "a graph with a URL that is none",
			sdl:  strings.Replace(compose("v0.3", "a", query), `"http://a"`, `7`, 1),
			want: "s.graphql:2:51: @join__graph: url must be a string, found 7 (INVALID_FEDERATION_SUPERGRAPH)",
		},

		// The machinery.
		{
			name: "unknown graph",
			sdl:  with(`type T @join__type(graph: C) { x: Int }`),
			want: "s.graphql:4:27: @join__type: graph must be a value of the graph enum, found C (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "graph as a string",
			sdl:  with(`type T @join__type(graph: "A") { x: Int }`),
			want: `s.graphql:4:28: @join__type: graph must be a value of the graph enum, found "A" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "no graph",
			sdl:  with(`type T @join__type(key: "x") { x: Int }`),
			want: "s.graphql:4:9: @join__type: graph is missing (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "key of another type",
			sdl:  with(`type T @join__type(graph: A, key: 7) { x: Int }`),
			want: "s.graphql:4:35: @join__type: key must be a string, found 7 (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "boolean of another type",
			sdl:  with(`type T @join__type(graph: A, extension: "yes") { x: Int }`),
			want: `s.graphql:4:42: @join__type: extension must be true or false, found "yes" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "unknown argument",
			sdl:  with(`type T @join__type(graph: A, colour: "red") { x: Int }`),
			want: `s.graphql:4:30: @join__type: there is no argument "colour" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "argument twice",
			sdl:  with(`type T @join__type(graph: A, graph: B) { x: Int }`),
			want: `s.graphql:4:30: @join__type: the argument "graph" is given twice (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "unknown directive of join",
			sdl:  with(`type T @join__typo(graph: A) { x: Int }`),
			want: "s.graphql:4:9: @join__typo is not a directive of https://specs.apollo.dev/join/v0.5 (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "directive of another version",
			sdl:  with(`type T @join__owner(graph: A) @join__type(graph: A) { x: Int }`),
			want: "s.graphql:4:9: @join__owner is not a directive of https://specs.apollo.dev/join/v0.5 (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "misplaced directive",
			sdl:  with(`type T @join__field(graph: A) { x: Int }`),
			want: "s.graphql:4:9: @join__field means nothing here (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "members of an object",
			sdl:  with(`type T @join__type(graph: A) @join__unionMember(graph: A, member: "T") { x: Int }`),
			want: "s.graphql:4:31: @join__unionMember means nothing here (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "interface object of an object",
			sdl:  with(`type T @join__type(graph: A, isInterfaceObject: true) { x: Int }`),
			want: "s.graphql:4:9: T cannot be an interface object in one subgraph, as it is no interface (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "field where its type is not",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: B) }`),
			want: `s.graphql:4:40: T.x is put into the subgraph "b", which does not have T (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "field twice in a graph",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A) @join__field(graph: A, external: true) }`),
			want: `s.graphql:4:63: T.x is put into the subgraph "a" twice (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "field type that is none",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A, type: "[Int") }`),
			want: `s.graphql:4:69: @join__field: type must be a type, found "[Int" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "field type that is unknown",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A, type: "Long") }`),
			want: `s.graphql:4:40: T.x has an unknown type Long in the subgraph "a" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "field of a type that is elsewhere",
			sdl:  with(`type T @join__type(graph: A) { u: U } type U @join__type(graph: B) { x: Int }`),
			want: `s.graphql:4:32: T.u is of type U in the subgraph "a", which does not have that type (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "interface elsewhere",
			sdl:  with(`interface I @join__type(graph: B) { x: Int } type T implements I @join__type(graph: A) @join__implements(graph: A, interface: "I") { x: Int }`),
			want: `s.graphql:4:89: T cannot implement I in the subgraph "a", which does not have both as a type and an interface (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "member elsewhere",
			sdl:  with(`union U @join__type(graph: A) @join__unionMember(graph: A, member: "T") = T type T @join__type(graph: B) { x: Int }`),
			want: `s.graphql:4:32: T cannot be a member of U in the subgraph "a", which does not have both as a member and a union (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "value elsewhere",
			sdl:  with(`enum E @join__type(graph: A) { X @join__enumValue(graph: B) }`),
			want: `s.graphql:4:32: E.X is put into the subgraph "b", which does not have E (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "input field that requires",
			sdl:  with(`input I @join__type(graph: A) { x: Int @join__field(graph: A, requires: "x") }`),
			want: "s.graphql:4:41: the input field I.x cannot require or provide anything (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "scopes that are none",
			sdl:  with(`type T @join__type(graph: A) @requiresScopes(scopes: [[7]]) { x: Int }`, link("https://specs.apollo.dev/requiresScopes/v0.1", "")),
			want: "s.graphql:4:56: @requiresScopes: scopes must be lists of strings, found 7 (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "no scopes",
			sdl:  with(`type T @join__type(graph: A) @requiresScopes { x: Int }`, link("https://specs.apollo.dev/requiresScopes/v0.1", "")),
			want: "s.graphql:4:31: @requiresScopes: scopes is missing (INVALID_FEDERATION_SUPERGRAPH)",
		},

		// Field sets.
		{
			name: "key syntax",
			sdl:  with(`type T @join__type(graph: A, key: "id {") { id: ID! }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: expected at least one definition, found } (KEY_INVALID_FIELDS)`,
		},
		{
			name: "empty key",
			sdl:  with(`type T @join__type(graph: A, key: " ") { id: ID! }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: it is empty (KEY_INVALID_FIELDS)`,
		},
		{
			name: "two selection sets",
			sdl:  with(`type T @join__type(graph: A, key: "id } { id") { id: ID! }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: it is not one selection set (KEY_INVALID_FIELDS)`,
		},
		{
			name: "key field unknown",
			sdl:  with(`type T @join__type(graph: A, key: "o { id key }") { id: ID! o: T }`),
			want: `s.graphql:4:43: the key of T in the subgraph "a" is invalid: T has no field key (KEY_INVALID_FIELDS)`,
		},
		{
			name: "key of a union",
			sdl:  with(`union U @join__type(graph: A, key: "x") @join__unionMember(graph: A, member: "T") = T type T @join__type(graph: A) { x: Int }`),
			want: `s.graphql:4:37: the key of U in the subgraph "a" is invalid: U has no field x (KEY_INVALID_FIELDS)`,
		},
		{
			name: "key of a scalar",
			sdl:  with(`scalar S @join__type(graph: A, key: "x")`),
			want: `s.graphql:4:38: the key of S in the subgraph "a" is invalid: S has no fields (KEY_INVALID_FIELDS)`,
		},
		{
			name: "selection missing",
			sdl:  with(`type T @join__type(graph: A, key: "o") { o: T }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: T.o is of type T and needs a selection of fields (KEY_INVALID_FIELDS)`,
		},
		{
			name: "selection on a leaf",
			sdl:  with(`type T @join__type(graph: A, key: "x { y }") { x: Int }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: T.x is of type Int, which has no fields (KEY_INVALID_FIELDS)`,
		},
		{
			name: "selection on __typename",
			sdl:  with(`type T @join__type(graph: A, key: "__typename { y }") { x: Int }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: __typename has neither fields nor arguments (KEY_INVALID_FIELDS)`,
		},
		{
			name: "alias",
			sdl:  with(`type T @join__type(graph: A, key: "y: x") { x: Int }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: x has an alias (KEY_INVALID_FIELDS)`,
		},
		{
			name: "named fragment",
			sdl:  with(`type T @join__type(graph: A, key: "...F") { x: Int }`),
			want: `s.graphql:4:39: the key of T in the subgraph "a" is invalid: there are no named fragments here (KEY_INVALID_FIELDS)`,
		},
		{
			name: "fragment on nothing",
			sdl:  with(`type T @join__type(graph: A) { x: Int y: Int @join__field(graph: A, requires: "... on Z { x }") }`),
			want: `s.graphql:4:84: what T.y requires in the subgraph "a" is invalid: there is no type Z with fields (REQUIRES_INVALID_FIELDS)`,
		},
		{
			name: "directive in a key",
			sdl:  with(`type T @join__type(graph: A, key: "x @skip(if: true)") { x: Int }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: x has a directive (KEY_DIRECTIVE_IN_FIELDS_ARG)`,
		},
		{
			name: "directive in a fragment",
			sdl:  with(`type T @join__type(graph: A) { x: Int y: Int @join__field(graph: A, requires: "... @include(if: true) { x }") }`),
			want: `s.graphql:4:84: what T.y requires in the subgraph "a" is invalid: a fragment has a directive (REQUIRES_DIRECTIVE_IN_FIELDS_ARG)`,
		},
		{
			name: "directive in provides",
			sdl:  with(`type T @join__type(graph: A) { x: Int y: T @join__field(graph: A, provides: "x @a") }`),
			want: `s.graphql:4:78: what T.y provides in the subgraph "a" is invalid: x has a directive (PROVIDES_DIRECTIVE_IN_FIELDS_ARG)`,
		},
		{
			name: "provides on a leaf",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A, provides: "x") }`),
			want: `s.graphql:4:73: what T.x provides in the subgraph "a" is invalid: Int has no fields (PROVIDES_INVALID_FIELDS)`,
		},
		{
			name: "argument unknown",
			sdl:  with(`type T @join__type(graph: A) { x: Int y: Int @join__field(graph: A, requires: "x(n: 1)") }`),
			want: `s.graphql:4:80: what T.y requires in the subgraph "a" is invalid: x has no argument n (REQUIRES_INVALID_FIELDS)`,
		},
		{
			name: "argument missing",
			sdl:  with(`type T @join__type(graph: A) { x(n: Int!): Int y: Int @join__field(graph: A, requires: "x") }`),
			want: `s.graphql:4:89: what T.y requires in the subgraph "a" is invalid: x lacks the required argument n (REQUIRES_INVALID_FIELDS)`,
		},
		{
			name: "argument given twice",
			sdl:  with(`type T @join__type(graph: A) { x(n: Int!): Int y: Int @join__field(graph: A, requires: "x(n: 1, n: 2)") }`),
			want: `s.graphql:4:89: what T.y requires in the subgraph "a" is invalid: x has the argument n twice (REQUIRES_INVALID_FIELDS)`,
		},
		{
			name: "variable",
			sdl:  with(`type T @join__type(graph: A) { x(n: [Int]): Int y: Int @join__field(graph: A, requires: "x(n: [$v])") }`),
			want: `s.graphql:4:96: what T.y requires in the subgraph "a" is invalid: there are no variables here (REQUIRES_INVALID_FIELDS)`,
		},
		{
			name: "type unknown to the subgraph",
			sdl:  with(`interface I @join__type(graph: A) { x: Int } type U implements I @join__type(graph: B) @join__implements(graph: B, interface: "J") { x: Int } type T @join__type(graph: A) { i: I y: Int @join__field(graph: A, requires: "i { ... on U { x } }") }`),
			want: `s.graphql:4:235: what T.y requires in the subgraph "a" is invalid: the subgraph does not have the type U (REQUIRES_INVALID_FIELDS)`,
		},
		{
			name: "too deep",
			sdl:  with(`type T @join__type(graph: A, key: "` + strings.Repeat("t { ", 101) + "id" + strings.Repeat(" }", 101) + `") { id: ID! t: T }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: it is nested more than 100 deep (KEY_INVALID_FIELDS)`,
		},
		{
			name: "much too deep",
			sdl:  with(`type T @join__type(graph: A, key: "` + strings.Repeat("{", 100_000) + `") { id: ID! }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: Expected Name, found { (KEY_INVALID_FIELDS)`,
		},
		{
			name: "too long",
			sdl:  with(`type T @join__type(graph: A, key: "` + strings.Repeat("id ", 10_001) + `") { id: ID! }`),
			want: `s.graphql:4:36: the key of T in the subgraph "a" is invalid: exceeded token limit of 10000 (KEY_INVALID_FIELDS)`,
		},
		{
			name: "in a block string",
			sdl:  with("type T @join__type(graph: A, key: \"\"\"\nid\nx\n\"\"\") { id: ID! }"),
			want: `s.graphql:7:1: the key of T in the subgraph "a" is invalid: T has no field x (KEY_INVALID_FIELDS)`,
		},

		// Contexts.
		{
			name: "context not set",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "n", type: "Int", selection: "x"}]) }`, link("https://specs.apollo.dev/context/v0.1", "")),
			want: `s.graphql:4:81: T.x(n:) is filled from the context "a__c", which no type sets (CONTEXT_NOT_SET)`,
		},
		{
			name: "context set elsewhere",
			sdl:  with(`type C @join__type(graph: B) @context(name: "a__c") { x: Int } type T @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "n", type: "Int", selection: "x"}]) }`, link("https://specs.apollo.dev/context/v0.1", "")),
			want: `s.graphql:4:144: T.x(n:) is filled from the context "a__c", which no type sets (CONTEXT_NOT_SET)`,
		},
		{
			name: "context selection",
			sdl:  with(`type C @join__type(graph: A) @context(name: "a__c") { x: Int } type T @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "n", type: "Int", selection: "y"}]) }`, link("https://specs.apollo.dev/context/v0.1", "")),
			want: `s.graphql:4:198: the selection of T.x(n:) in the subgraph "a" is invalid: C has no field y (CONTEXT_INVALID_SELECTION)`,
		},
		{
			name: "context type unknown",
			sdl:  with(`type C @join__type(graph: A) @context(name: "a__c") { x: Int } type T @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "n", type: "Long", selection: "x"}]) }`, link("https://specs.apollo.dev/context/v0.1", "")),
			want: "s.graphql:4:144: T.x(n:) has an unknown type Long (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "context argument incomplete",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "n"}]) }`),
			want: "s.graphql:4:81: @join__field(contextArguments:): type is missing (INVALID_FEDERATION_SUPERGRAPH)",
		},
		{
			name: "context argument that is none",
			sdl:  with(`type T @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: ["x"]) }`),
			want: `s.graphql:4:82: @join__field(contextArguments:): expected an object, found "x" (INVALID_FEDERATION_SUPERGRAPH)`,
		},
		{
			name: "context argument of an input field",
			sdl:  with(`type C @join__type(graph: A) @context(name: "a__c") { x: Int } input I @join__type(graph: A) { x: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "n", type: "Int", selection: "x"}]) }`, link("https://specs.apollo.dev/context/v0.1", "")),
			want: "s.graphql:4:104: the input field I.x cannot have contextual arguments (INVALID_FEDERATION_SUPERGRAPH)",
		},

		// The schema.
		{
			name: "type twice",
			sdl:  with("type T @join__type(graph: A) { x: Int }\ntype T { y: Int }"),
			want: "s.graphql:5:6: the type T is defined twice (INVALID_GRAPHQL)",
		},
		{
			name: "extension of nothing",
			sdl:  with("extend type T { x: Int }"),
			want: "s.graphql:4:13: cannot extend T, which is not defined (INVALID_GRAPHQL)",
		},
		{
			name: "extension of another kind",
			sdl:  with("extend input Query { x: Int }"),
			want: "s.graphql:4:14: cannot extend Query, which is of kind OBJECT, as INPUT_OBJECT (INVALID_GRAPHQL)",
		},
		{
			name: "directive extension of nothing",
			sdl:  with("extend directive @d @deprecated"),
			want: "s.graphql:4:19: cannot extend @d, which is not defined (INVALID_GRAPHQL)",
		},
		{
			name: "two schema definitions",
			sdl:  with("schema { query: Query }"),
			want: "s.graphql:4:8: there can be only one schema definition (INVALID_GRAPHQL)",
		},
		{
			name: "undefined type",
			sdl:  with("type T @join__type(graph: A) { x: Missing }"),
			want: "s.graphql:4:35: Undefined type Missing. (INVALID_GRAPHQL)",
		},
		{
			name: "undefined directive",
			sdl:  with("type T @join__type(graph: A) @missing { x: Int }"),
			want: "s.graphql:4:31: Undefined directive missing. (INVALID_GRAPHQL)",
		},
		{
			name: "no query",
			sdl:  strings.Replace(compose("v0.5", "a", "type M @join__type(graph: A) { x: Int }"), "query: Query", "mutation: M", 1),
			want: "s.graphql:1:8: the supergraph has no query root type (NO_QUERIES)",
		},
		{
			name: "missing query root",
			sdl:  compose("v0.5", "a", "type T @join__type(graph: A) { x: Int }"),
			want: "s.graphql:1:124: Schema root query refers to a type Query that does not exist. (INVALID_GRAPHQL)",
		},
		{
			name: "query root in no subgraph",
			sdl:  compose("v0.5", "a", "type Query { x: Int }"),
			want: "s.graphql:3:6: no subgraph has a field of the query root type Query: compose the supergraph again (NO_QUERIES)",
		},
		{
			name: "query fields in no subgraph",
			sdl:  compose("v0.5", "a", "type Query @join__type(graph: A) { x: Int @join__field }"),
			want: "s.graphql:3:6: no subgraph has a field of the query root type Query: compose the supergraph again (NO_QUERIES)",
		},
		{
			name: "root that is no object",
			sdl:  compose("v0.5", "a", "scalar Query @join__type(graph: A)"),
			want: "s.graphql:1:124: Query root type must be Object type, it cannot be Query. (INVALID_GRAPHQL)",
		},
		{
			name: "machinery in the API",
			sdl:  with("type T @join__type(graph: A) { x: join__FieldSet }\nscalar join__FieldSet"),
			want: "s.graphql:4:35: T.x is of type join__FieldSet, which belongs to the linked spec https://specs.apollo.dev/join and is hidden from clients (REFERENCED_INACCESSIBLE)",
		},
		{
			name: "machinery as an argument",
			sdl:  with("type T @join__type(graph: A) { x(a: [join__FieldSet!]): Int }\nscalar join__FieldSet"),
			want: "s.graphql:4:38: T.x(a:) is of type join__FieldSet, which belongs to the linked spec https://specs.apollo.dev/join and is hidden from clients (REFERENCED_INACCESSIBLE)",
		},
		{
			name: "machinery in a directive",
			sdl:  with("directive @d(a: join__FieldSet) on FIELD\nscalar join__FieldSet"),
			want: "s.graphql:4:17: @d(a:) is of type join__FieldSet, which belongs to the linked spec https://specs.apollo.dev/join and is hidden from clients (REFERENCED_INACCESSIBLE)",
		},
		{
			name: "too many members",
			sdl:  with("enum E @join__type(graph: A) {" + numbered(" V%d", maxMembers+1) + " }"),
			want: "s.graphql:4:6: E has 20001 fields, values, members or interfaces, more than weft reads (20000) (SUPERGRAPH_TOO_LARGE)",
		},
		{
			name: "too many arguments",
			sdl:  with("type T @join__type(graph: A) { x(" + numbered(" a%d: Int", maxArguments+1) + "): Int }"),
			want: "s.graphql:4:32: T.x has 1001 arguments, more than weft reads (1000) (SUPERGRAPH_TOO_LARGE)",
		},
		{
			name: "too many arguments of a directive",
			sdl:  with("directive @d(" + numbered(" a%d: Int", maxArguments+1) + ") on FIELD"),
			want: "s.graphql:4:12: @d has 1001 arguments, more than weft reads (1000) (SUPERGRAPH_TOO_LARGE)",
		},
		{
			name: "too many arguments given",
			sdl:  with("type T @join__type(graph: A) @d(" + numbered(" a%d: 1", maxArguments+1) + ") { x: Int }"),
			want: "s.graphql:4:31: @d is given 1001 arguments, more than weft reads (1000) (SUPERGRAPH_TOO_LARGE)",
		},
		{
			name: "too many interfaces of interfaces",
			sdl:  with(interfaceChain(350)),
			want: "s.graphql:309:11: the interfaces of interfaces up to I305 are more than weft reads (SUPERGRAPH_TOO_LARGE)",
		},
		{
			name: "too many fields over subgraphs",
			sdl:  compose("v0.5", "a"+numbered(" s%d", 1000), query+"type T"+numbered(" @join__type(graph: S%d)", 1000)+" {"+numbered(" f%d: Int", 17_000)+" }"),
			want: "s.graphql:4:6: the supergraph has more than 16777216 fields, each counted in every subgraph that has it, more than weft reads (SUPERGRAPH_TOO_LARGE)",
		},
	}
}

// numbered repeats format with 0 to n-1.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// interfaceChain is n interfaces, each of which implements those before it.
func interfaceChain(n int) string {
	var b strings.Builder
	above := ""
	for i := range n {
		fmt.Fprintf(&b, "interface I%d%s @join__type(graph: A) { x: Int }\n", i, above)
		if i == 0 {
			above = " implements"
		}
		above += fmt.Sprintf(" & I%d", i)
	}
	return b.String()
}
