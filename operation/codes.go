package operation

// The codes of request errors this package answers, as extensions.code. A
// request error comes before execution: the response has no data.
const (
	// CodeParsing: the document is not GraphQL.
	//
	//	{ a
	CodeParsing = "PARSING_ERROR"

	// CodeValidation: the document breaks a validation rule of the
	// specification, or holds no operation at all.
	//
	//	{ noSuchField }
	CodeValidation = "GRAPHQL_VALIDATION_FAILED"

	// CodeUnknownOperationName: the request's operationName names no
	// operation of the document, or is missing though there are several.
	//
	//	query A { a } query B { a }      without operationName
	CodeUnknownOperationName = "GRAPHQL_UNKNOWN_OPERATION_NAME"

	// CodeInvalidRequest: the variables of the request are not a JSON object.
	//
	//	"variables": [1]
	CodeInvalidRequest = "INVALID_GRAPHQL_REQUEST"

	// CodeInvalidVariable: a variable's value does not fit its type, or is too
	// large once defaults are filled in. It is also the code of a Refusal, which
	// is an error of a field: null does not fit where the variable stands.
	//
	//	query ($n: Int!) { a(n: $n) }        with {"n": "1"}
	//	query ($n: Int = 5) { need(n: $n) }  with {"n": null}
	CodeInvalidVariable = "VALIDATION_INVALID_TYPE_VARIABLE"

	// CodeIntrospectionDisabled: __schema or __type is asked for while
	// introspection is off. __typename is not introspection in this sense.
	//
	//	{ __schema { types { name } } }
	CodeIntrospectionDisabled = "INTROSPECTION_DISABLED"

	// CodeIntrospectionDepth: introspection lists are nested in one another
	// too deep.
	//
	//	{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }
	CodeIntrospectionDepth = "MAX_INTROSPECTION_DEPTH_LIMIT"

	// CodeIntrospectionSize: the answer to an introspection would be larger
	// than Limits.IntrospectionBytes.
	CodeIntrospectionSize = "MAX_INTROSPECTION_SIZE_LIMIT"

	// CodeMaxTokens: the document has more than Limits.Tokens tokens.
	CodeMaxTokens = "MAX_TOKENS_LIMIT"

	// CodeMaxName: a name in the document is longer than 512 bytes.
	CodeMaxName = "MAX_NAME_LIMIT"

	// CodeMaxDepth: the operation nests deeper than Limits.Depth, or the
	// document or the variables deeper than Limits.Nesting.
	//
	//	{ a { a { a } } }                with Depth 2
	CodeMaxDepth = "MAX_DEPTH_LIMIT"

	// CodeMaxHeight: the operation has more than Limits.Height fields, those
	// that merge counted once.
	//
	//	{ a b a }                        with Height 1
	CodeMaxHeight = "MAX_HEIGHT_LIMIT"

	// CodeMaxAliases: the operation has more than Limits.Aliases aliases.
	//
	//	{ x: a y: a }                    with Aliases 1
	CodeMaxAliases = "MAX_ALIASES_LIMIT"

	// CodeMaxRootFields: the operation has more than Limits.RootFields fields
	// at its root.
	//
	//	{ a b }                          with RootFields 1
	CodeMaxRootFields = "MAX_ROOT_FIELDS_LIMIT"

	// CodeMaxDirectives: the operation has more than Limits.Directives
	// directives.
	//
	//	{ a @skip(if: false) b @skip(if: false) }   with Directives 1
	CodeMaxDirectives = "MAX_DIRECTIVES_LIMIT"

	// CodeMaxSelections: with its fragments expanded the document has more
	// than Limits.Selections selections, or four times as many directives and
	// literals; or its fields of one response name differ in so many types
	// that comparing them takes too long.
	//
	//	{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...c ...c } …
	CodeMaxSelections = "MAX_SELECTIONS_LIMIT"
)
