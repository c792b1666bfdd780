package planner

import "context"

// A budget counts the steps of planning one operation. It panics with stopped
// when they are used up or the context has ended; builder.run recovers that
// one value, so that the walks need no error results.
type budget struct {
	ctx   context.Context
	steps int
	max   int
}

// stopped unwinds planning. It never leaves the package.
type stopped struct{ err error }

func (b *budget) step() {
	b.steps++
	if b.steps > b.max {
		panic(stopped{&Error{Code: CodeBudget, Message: "the operation is too complex to plan; select less in one request"}})
	}
	if b.steps&0x3ff == 0 {
		if err := context.Cause(b.ctx); err != nil {
			panic(stopped{err})
		}
	}
}

// tight tells that so much of the budget is used that choices must be made
// greedily from now on.
func (b *budget) tight() bool { return b.steps > b.max/64 }
