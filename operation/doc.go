// Package operation turns a request's document into an Operation that is
// parsed, limited, validated and normalised, and a request's variables into
// coerced variables.
//
//	document, name ──► Prepare ──► Operation ──► Select(conditions) ──► []*Field
//	variables JSON ──► Coerce  ──► Variables, or coded request errors
//	[]*Field, type ──► Collect ──► []Group, the fields to execute on an object
//	Operation ──► Lift ──► Operation without literals, and their values
//	Signature ──► Rebuild ──► Operation from its normal form alone
//
// Introspection is answered here, from the API schema; no subgraph is asked.
//
// # Preparing
//
// A document is hostile until shown otherwise. Each step of Prepare bounds what
// the next one does:
//
//	parse            tokens, and the nesting of what is written
//	sortFragments    no cycles: what follows spreads comes to an end
//	checkStructure   nesting and number of selections with the fragments
//	                 expanded, computed bottom-up and never expanded
//	check            depth, aliases, root fields, directives
//	checkRules       the validation rules, each fragment walked once per
//	                 operation; field merging in time linear in the expanded
//	                 selections
//
// An Operation is immutable and shared by all requests with the same document.
// Nothing of a request, such as the values of variables, is kept in it.
//
// # Normalising
//
// Select inlines fragments. Every field says to which object types it applies:
//
//	{ pet { name ...P } }                  pet   [Query]
//	fragment P on Pet {            ──►       name  [Cat Dog]
//	  ... on Dog { bark }                    bark  [Dog]
//	}
//
// Whoever needs the fields of an object of a known type collects them.
//
// What Select leaves out, and which fields it refuses for a null that an argument
// of theirs cannot take (Refusal), depends on the Conditions of a request alone.
//
// # Caching
//
// Operations that differ in literals alone have the same plan. Lift puts
// variables in their place; what it returns prints as the normal form, which is
// what a plan is cached by, and what it is made of: Rebuild parses the normal
// form, so that nothing of the first client's document is kept with a plan.
// With a document only the Signature and the Literals need to be kept.
//
//	text, name ──► Signature, Literals         variables JSON ──► Coerce ─► With(Literals)
//	                    │                                                       │
//	                 Normal ──► Rebuild ──► plan  ◄─────────────────────────────┘
//
// A Signature has measurements, no verdict: Check holds them against the limits
// of the moment, for every request.
//
// # What it does not do
//
// The package does not know subgraphs, and executes nothing but introspection.
// Literal arguments that are not lifted stay as written, validated.
//
// Invariants: recursion over a document or over variables is bounded by
// Limits.Nesting before it begins. Errors are at most 100, each with a code of
// codes.go. What is returned depends on no map's order.
//
// Its cases are tables in the tests beside each file, the documents made to
// exhaust it are in limits_test.go, and merging is held against the
// specification's own algorithm on random operations.
//
// GraphQL specification, "Executable definitions", "Validation", "Coercing
// Variable Values", "Field Collection", "Introspection".
package operation
