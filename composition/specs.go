package composition

import (
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Canonical names of the directives that composition knows.
const (
	dirKey              = "key"
	dirRequires         = "requires"
	dirProvides         = "provides"
	dirExternal         = "external"
	dirExtends          = "extends"
	dirShareable        = "shareable"
	dirOverride         = "override"
	dirInaccessible     = "inaccessible"
	dirTag              = "tag"
	dirComposeDirective = "composeDirective"
	dirInterfaceObject  = "interfaceObject"
	dirAuthenticated    = "authenticated"
	dirRequiresScopes   = "requiresScopes"
	dirPolicy           = "policy"
	dirContext          = "context"
	dirFromContext      = "fromContext"
	dirCost             = "cost"
	dirListSize         = "listSize"
	dirCacheTag         = "cacheTag"
	dirConnect          = "connect"
	dirSource           = "source"
	dirLink             = "link"
	dirDeprecated       = "deprecated"
	dirSpecifiedBy      = "specifiedBy"
)

// specBase precedes the name in the identity of every spec known here.
const specBase = "https://specs.apollo.dev/"

// maxFederationMinor is the newest federation 2 version known.
const maxFederationMinor = 14

// upgradedMinor is the federation version that federation 1 subgraphs are
// treated as.
const upgradedMinor = 4

// A specElement is a directive or type of a spec. Types in SDL are named as in
// the spec and renamed as the link says.
type specElement struct {
	name  string // directives with "@"
	since int    // minor version
	sdl   string
}

// federationElements are what federation 2 links offer. The order of versions
// matters where one name is listed twice: the last that fits is taken.
var federationElements = []specElement{
	{"FieldSet", 0, `scalar FieldSet`},
	{"@key", 0, `directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE`},
	{"@requires", 0, `directive @requires(fields: FieldSet!) on FIELD_DEFINITION`},
	{"@provides", 0, `directive @provides(fields: FieldSet!) on FIELD_DEFINITION`},
	{"@external", 0, `directive @external(reason: String) on OBJECT | FIELD_DEFINITION`},
	{"@extends", 0, `directive @extends on OBJECT | INTERFACE`},
	{"@shareable", 0, `directive @shareable on OBJECT | FIELD_DEFINITION`},
	{"@shareable", 2, `directive @shareable repeatable on OBJECT | FIELD_DEFINITION`},
	{"@override", 0, `directive @override(from: String!) on FIELD_DEFINITION`},
	{"@override", 7, `directive @override(from: String!, label: String) on FIELD_DEFINITION`},
	{"@inaccessible", 0, inaccessibleSDL},
	{"@tag", 0, tagSDL},
	{"@tag", 3, tagSchemaSDL},
	{"@composeDirective", 1, `directive @composeDirective(name: String) repeatable on SCHEMA`},
	{"@interfaceObject", 3, `directive @interfaceObject on OBJECT`},
	{"@authenticated", 5, authenticatedSDL},
	{"@requiresScopes", 5, `directive @requiresScopes(scopes: [[Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`},
	{"Scope", 5, `scalar Scope`},
	{"@policy", 6, `directive @policy(policies: [[Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`},
	{"Policy", 6, `scalar Policy`},
	{"@context", 8, `directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION`},
	{"@fromContext", 8, `directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION`},
	{"ContextFieldValue", 8, `scalar ContextFieldValue`},
	{"@cost", 9, costSDL},
	{"@listSize", 9, listSizeSDL},
	{"@cacheTag", 12, `directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION`},
}

// federation1Elements are what every federation 1 subgraph has.
var federation1Elements = []specElement{
	{"_FieldSet", 0, `scalar _FieldSet`},
	{"@key", 0, `directive @key(fields: _FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE`},
	{"@requires", 0, `directive @requires(fields: _FieldSet!) on FIELD_DEFINITION`},
	{"@provides", 0, `directive @provides(fields: _FieldSet!) on FIELD_DEFINITION`},
	{"@external", 0, `directive @external(reason: String) on OBJECT | FIELD_DEFINITION`},
	{"@extends", 0, `directive @extends on OBJECT | INTERFACE`},
	{"@tag", 0, tagSDL},
}

const (
	inaccessibleSDL  = `directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`
	tagSDL           = `directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`
	tagSchemaSDL     = tagSDL + ` | SCHEMA`
	authenticatedSDL = `directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`
	costSDL          = `directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR`
	listSizeSDL      = `directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION`
)

// A spec is a linked specification known here other than federation.
type spec struct {
	name     string
	minors   []int // known minor versions of major
	major    int
	elements []specElement
	// purpose as written in the supergraph, "" for none.
	purpose string
	// minFederation is the federation version that linking the spec asks for,
	// by minor version of the spec.
	minFederation map[int]int
}

var knownSpecs = []spec{
	{name: "link", major: 1, minors: []int{0}, elements: []specElement{
		{"@link", 0, `directive @link(url: String, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA`},
		{"Purpose", 0, `enum Purpose { SECURITY EXECUTION }`},
		{"Import", 0, `scalar Import`},
	}},
	{name: "tag", major: 0, minors: []int{1, 2, 3}, elements: []specElement{
		{"@tag", 1, `directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION`},
		{"@tag", 2, tagSDL},
		{"@tag", 3, tagSchemaSDL},
	}},
	{name: "inaccessible", major: 0, minors: []int{1, 2}, purpose: "SECURITY", elements: []specElement{
		{"@inaccessible", 1, `directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION`},
		{"@inaccessible", 2, inaccessibleSDL},
	}},
	{name: "authenticated", major: 0, minors: []int{1}, purpose: "SECURITY", elements: []specElement{
		{"@authenticated", 1, authenticatedSDL},
	}},
	{name: "requiresScopes", major: 0, minors: []int{1}, purpose: "SECURITY", elements: []specElement{
		{"@requiresScopes", 1, `directive @requiresScopes(scopes: [[Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`},
		{"Scope", 1, `scalar Scope`},
	}},
	{name: "policy", major: 0, minors: []int{1}, purpose: "SECURITY", elements: []specElement{
		{"@policy", 1, `directive @policy(policies: [[Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`},
		{"Policy", 1, `scalar Policy`},
	}},
	{name: "context", major: 0, minors: []int{1}, purpose: "SECURITY", elements: []specElement{
		{"@context", 1, `directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION`},
		{"@fromContext", 1, `directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION`},
		{"ContextFieldValue", 1, `scalar ContextFieldValue`},
	}},
	{name: "cost", major: 0, minors: []int{1}, elements: []specElement{
		{"@cost", 1, costSDL},
		{"@listSize", 1, listSizeSDL},
	}},
	{name: "cacheTag", major: 0, minors: []int{1}, purpose: "EXECUTION", elements: []specElement{
		{"@cacheTag", 1, `directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION`},
	}},
	{
		name: "connect", major: 0, minors: []int{1, 2, 3, 4}, purpose: "EXECUTION",
		minFederation: map[int]int{1: 10, 2: 10, 3: 12, 4: 13},
		elements: []specElement{
			{"@connect", 1, `directive @connect(source: String, id: String, http: ConnectHTTP, batch: ConnectBatch, errors: ConnectorErrors, selection: JSONSelection!, entity: Boolean = false, isSuccess: JSONSelection) repeatable on FIELD_DEFINITION | OBJECT`},
			{"@source", 1, `directive @source(name: String!, http: SourceHTTP!, errors: ConnectorErrors, isSuccess: JSONSelection) repeatable on SCHEMA`},
			{"JSONSelection", 1, `scalar JSONSelection`},
			{"URLPathTemplate", 1, `scalar URLPathTemplate`},
			{"HTTPHeaderMapping", 1, `input HTTPHeaderMapping { name: String! from: String value: String }`},
			{"ConnectHTTP", 1, `input ConnectHTTP { GET: URLPathTemplate POST: URLPathTemplate PUT: URLPathTemplate PATCH: URLPathTemplate DELETE: URLPathTemplate body: JSONSelection headers: [HTTPHeaderMapping!] path: JSONSelection queryParams: JSONSelection }`},
			{"SourceHTTP", 1, `input SourceHTTP { baseURL: String! headers: [HTTPHeaderMapping!] path: JSONSelection queryParams: JSONSelection }`},
			{"ConnectBatch", 1, `input ConnectBatch { maxSize: Int }`},
			{"ConnectorErrors", 1, `input ConnectorErrors { message: JSONSelection extensions: JSONSelection }`},
		},
	},
	{name: "join", major: 0, minors: []int{1, 2, 3, 4, 5}, purpose: "EXECUTION"},
	{name: "core", major: 0, minors: []int{1, 2}},
}

func knownSpec(name string) *spec {
	for i := range knownSpecs {
		if knownSpecs[i].name == name {
			return &knownSpecs[i]
		}
	}
	return nil
}

// elementsOf are the elements of a spec at a minor version, one per name.
func elementsOf(elements []specElement, minor int) []specElement {
	var list []specElement
	place := map[string]int{}
	for _, e := range elements {
		if e.since > minor {
			continue
		}
		if i, ok := place[e.name]; ok {
			list[i] = e
			continue
		}
		place[e.name] = len(list)
		list = append(list, e)
	}
	return list
}

// specDocument parses the definition of an element. The SDL is ours, so a
// mistake in it is a broken invariant.
func specDocument(sdl string) *ast.SchemaDocument {
	doc, err := parser.ParseSchema(&ast.Source{Name: "spec", Input: sdl, BuiltIn: true})
	if err != nil {
		panic("composition: definition of a known spec: " + err.Error())
	}
	return doc
}

// builtInDirectives are GraphQL's own.
var builtInDirectives = sync.OnceValue(func() *ast.SchemaDocument {
	return specDocument(`
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
directive @specifiedBy(url: String!) on SCALAR
directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(label: String, initialCount: Int = 0, if: Boolean! = true) on FIELD
`)
})

var builtInScalars = []string{"Int", "Float", "String", "Boolean", "ID"}
