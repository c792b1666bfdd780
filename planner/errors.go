package planner

// A Code tells why an operation has no plan.
type Code string

const (
	// CodeUnplannable: no chain of subgraphs can answer some selection. The
	// supergraph promised what its subgraphs cannot do; composition should
	// have refused it.
	//
	// Example: { node { id } } where every subgraph with Query.node marks
	// Node.id @external.
	CodeUnplannable Code = "QUERY_PLAN_NOT_FOUND"

	// CodeBudget: planning took more steps than Options.Budget, or more memory
	// than Options.Memory.
	CodeBudget Code = "QUERY_PLAN_COMPLEXITY_EXCEEDED"
)

// An Error is why an operation has no plan. It is the client's to see: its
// message names only what the client asked for.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return e.Message }
