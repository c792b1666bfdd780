package router

// The codes of errors that the router itself answers, as extensions.code.
// Codes of documents and variables are in package operation, of subgraphs in
// merge, of plans in planner.
const (
	// CodeInvalidContentType: the request's body is not JSON by its
	// Content-Type, or a GET has one that is not JSON. 415.
	CodeInvalidContentType = "INVALID_CONTENT_TYPE_HEADER"

	// CodeInvalidContentEncoding: the request's body is compressed in a way
	// that is not known, or not wanted here. 415.
	CodeInvalidContentEncoding = "INVALID_CONTENT_ENCODING_HEADER"

	// CodeInvalidAccept: the client takes neither of the response's media
	// types. 406.
	CodeInvalidAccept = "INVALID_ACCEPT_HEADER"

	// CodeMethodNotAllowed: neither POST nor GET. 405.
	CodeMethodNotAllowed = "METHOD_NOT_ALLOWED"

	// CodeMutationForbidden: a mutation by GET. 405.
	CodeMutationForbidden = "MUTATION_FORBIDDEN"

	// CodeCSRF: the request is one that a browser would send for a page of
	// another origin without asking. 400.
	CodeCSRF = "CSRF_ERROR"

	// CodeInvalidRequest: the body or the parameters are not a GraphQL
	// request: not JSON, no query, variables that are not an object. 400.
	CodeInvalidRequest = "INVALID_GRAPHQL_REQUEST"

	// CodeTooLarge: the body exceeds limits.request_bytes, as it came or once
	// inflated. 413.
	CodeTooLarge = "REQUEST_TOO_LARGE"

	// CodeHeaderTooLarge: the request's header exceeds limits.header_bytes,
	// which is only measured. In logs only; where it is enforced the answer
	// is 431, and not of GraphQL.
	CodeHeaderTooLarge = "HEADER_TOO_LARGE"

	// CodeBatchingNotEnabled: the body is an array, and batching is off. 400.
	CodeBatchingNotEnabled = "BATCHING_NOT_ENABLED"

	// CodeBatchLimitExceeded: the array has more than batching.maximum_size
	// operations. 400.
	CodeBatchLimitExceeded = "BATCH_LIMIT_EXCEEDED"

	// CodePersistedQueries: the request refers to a persisted query, and weft
	// keeps none. 200, as clients expect that then send the query itself.
	CodePersistedQueries = "PERSISTED_QUERY_NOT_SUPPORTED"

	// CodePersistedNotFound: the request gives the hash of a query that is not
	// registered. 200: the client sends it again with the query.
	CodePersistedNotFound = "PERSISTED_QUERY_NOT_FOUND"

	// CodePersistedMismatch: the hash that came with a query is not its own.
	// 400.
	CodePersistedMismatch = "PERSISTED_QUERY_HASH_MISMATCH"

	// CodePersistedNotInList: the request gives an id that is in no manifest.
	CodePersistedNotInList = "PERSISTED_QUERY_NOT_IN_LIST"

	// CodeNotInSafelist: only the documents of manifests are answered, and the
	// request's is none of them.
	CodeNotInSafelist = "QUERY_NOT_IN_SAFELIST"

	// CodePersistedIDRequired: only ids are taken, and the request has a
	// query.
	CodePersistedIDRequired = "PERSISTED_QUERY_ID_REQUIRED"

	// CodeIDAndBody: the request has an id of a manifest, and a query.
	CodeIDAndBody = "CANNOT_SEND_PQ_ID_AND_BODY"

	// CodeSubscriptions: the operation is a subscription.
	CodeSubscriptions = "SUBSCRIPTIONS_NOT_SUPPORTED"

	// CodeExplainDisabled: the request asks for an explanation, and the
	// configuration does not allow it. 403.
	CodeExplainDisabled = "EXPLAIN_DISABLED"

	// CodeRequestTimeout: the request did not arrive whole in time. 408.
	CodeRequestTimeout = "REQUEST_TIMEOUT"

	// CodeCrowded: too much is going on at the moment. 503, with Retry-After.
	CodeCrowded = "REQUEST_CONCURRENCY_LIMITED"

	// CodeRateLimited: the client asks too often. rate_limit.status, with
	// Retry-After.
	CodeRateLimited = "RATE_LIMIT_EXCEEDED"

	// CodeTimeout: the deadline ended the request before it was executed.
	// 504.
	CodeTimeout = "GATEWAY_TIMEOUT"

	// CodeInternal: a fault of weft's own. 500.
	CodeInternal = "INTERNAL_SERVER_ERROR"

	// CodeNoSupergraph: weft has no supergraph to serve yet. 503.
	CodeNoSupergraph = "NO_SUPERGRAPH_AVAILABLE"

	// CodeClientGone: the client did not wait for the answer. In logs only.
	CodeClientGone = "CLIENT_CLOSED_REQUEST"

	// CodeNotFound: no such path. 404.
	CodeNotFound = "NOT_FOUND"
)
