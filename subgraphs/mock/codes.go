package mock

// Codes in the extensions of errors that a mock subgraph answers with.
const (
	// CodeBadRequest: the HTTP request is no GraphQL request.
	CodeBadRequest = "BAD_REQUEST"

	// CodeParseFailed: the document is no GraphQL.
	CodeParseFailed = "GRAPHQL_PARSE_FAILED"

	// CodeValidationFailed: the document is not valid against the subgraph's
	// schema, or has no operation of the name given.
	CodeValidationFailed = "GRAPHQL_VALIDATION_FAILED"

	// CodeBadUserInput: a variable or an argument does not fit its type.
	CodeBadUserInput = "BAD_USER_INPUT"

	// CodeExternalField: a field was asked for that is @external here and not
	// provided on the way.
	//
	//	type Product @key(fields: "id") { id: ID! price: Int @external }
	//	{ product { price } }
	CodeExternalField = "EXTERNAL_FIELD"

	// CodeRequiresMissing: a field with @requires was asked for and the
	// representation lacks a field that it requires, or there is none.
	CodeRequiresMissing = "REQUIRES_MISSING"

	// CodeInvalidRepresentation: an element of representations has no
	// __typename of an entity, or lacks a complete resolvable key.
	CodeInvalidRepresentation = "INVALID_REPRESENTATION"

	// CodeInvalidValue: the source's value does not fit the field's type.
	CodeInvalidValue = "INVALID_VALUE"

	// CodeNullValue: a value is null in a position that cannot be null.
	CodeNullValue = "NULL_VALUE"

	// CodeTooLarge: the answer has more fields than the engine is willing to
	// resolve.
	CodeTooLarge = "RESPONSE_TOO_LARGE"

	// CodeInjected: the failure was asked for, by FailRate or SetFail.
	CodeInjected = "INJECTED_FAULT"

	// CodeSource: the source returned an error without a code.
	CodeSource = "INTERNAL_SERVER_ERROR"
)
