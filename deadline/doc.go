// Package deadline has contexts that cost nothing until somebody waits for them.
//
// A request has a deadline, and so has each of its fetches, and most have ended
// long before. What waits meanwhile is a connection, which knows the deadline
// itself. So nothing is set up for the end of a Context but a place for one
// function to call (Watch), until somebody asks for Done: then there is a
// context of package context behind it, with its timer.
package deadline
