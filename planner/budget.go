package planner

import "context"

// A budget counts the steps of planning one operation, and the memory that is
// held on to meanwhile. It panics with stopped when either is used up or the
// context has ended; builder.run recovers that one value, so that the walks need
// no error results.
type budget struct {
	ctx   context.Context
	steps int
	max   int

	// bytes is about how much memory is held, of which memos may be forgotten;
	// most is how much it may be.
	bytes, memos int
	most         int
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

// hold counts memory that is held until there is a plan.
func (b *budget) hold(bytes int) {
	if b.bytes += bytes; b.bytes > b.most {
		panic(stopped{&Error{Code: CodeBudget, Message: "the operation takes too much memory to plan; select less in one request"}})
	}
}

// memo counts memory that is held until all memos are forgotten.
func (b *budget) memo(bytes int) {
	b.memos += bytes
	b.hold(bytes)
}

func (b *budget) forget() {
	b.bytes -= b.memos
	b.memos = 0
}

// tight tells that so much of the budget is used that choices must be made
// greedily from now on.
func (b *budget) tight() bool { return b.steps > b.max/64 }
