package plan

import "github.com/vektah/gqlparser/v2/ast"

// A Plan is the immutable graph of fetches that answers one operation under
// one set of condition values. It is safe for concurrent use.
type Plan struct {
	Operation ast.Operation

	// Fetches in topological order; a fetch's ID is its place in the list.
	// Empty if the operation needs no subgraph.
	Fetches []*Fetch

	// First is what the first part of the answer holds if others are deferred,
	// as text: selections in braces. Deferred are these others, each after its
	// parent.
	First    string
	Deferred []*Deferred
}

// A Deferred is a part of the answer that a client lets come later (@defer).
// Whoever cannot deliver an answer in parts runs all fetches and sends it whole.
type Deferred struct {
	// ID is its place in Plan.Deferred, counted from 1. Parent is that of the
	// part it comes with or after; 0 is the first.
	ID, Parent int

	// Label as the client gave it; "" for none.
	Label string

	// Path of the objects that the part belongs to.
	Path Path

	// Selections are the fields of the part, as text in braces.
	Selections string

	// DependsOn are the IDs of the fetches of other parts that must have ended
	// before this one can be answered, ascending.
	DependsOn []int
}

// A Fetch is one request to one subgraph. It starts as soon as all fetches in
// DependsOn have ended, well or not.
type Fetch struct {
	ID       int
	Subgraph string

	// Deferred is the ID of the part of the answer the fetch is for; 0 for the
	// first.
	Deferred int

	// Operation is Mutation for the root fetches of a mutation, Subscription
	// for the first fetch of a subscription, else Query.
	Operation ast.Operation

	// Name of the operation in Document; "" if the client's is anonymous.
	Name string

	// Document is the text to send, variables declared. It is minified.
	Document string

	// Variables are the client variables Document uses, in order of their
	// declaration, without "$".
	Variables []string

	// Selections of a root fetch, on the root type; nil for an entity fetch.
	Selections []*Selection

	// Path of a root fetch: empty, or where in the response an object of the
	// query root type lies that the selections belong to. Such a fetch is
	// sent at most once, and not at all if there is no object at Path.
	Path Path

	// Lookups of an entity fetch; nil for a root fetch. Several lookups are
	// several _entities fields under different aliases in one request.
	Lookups []*Lookup

	// DependsOn are the IDs of the fetches that must have ended before this
	// one starts, ascending.
	DependsOn []int

	// Reasons why the fetch exists, for people: which field, key or
	// requirement asked for it.
	Reasons []string
}

// IsEntity tells whether the fetch goes through _entities.
func (f *Fetch) IsEntity() bool { return f.Lookups != nil }

// A Lookup is one _entities field of an entity fetch. The objects at all of
// its paths for which an Input applies are sent as one list of
// representations, without duplicates. An empty list is not sent.
type Lookup struct {
	// Key is the response name of the _entities field in Document.
	Key string

	// Variable is the name of the representations variable, without "$".
	Variable string

	// Paths in the response, in document order.
	Paths []Path

	// Inputs tell how to build representations. The first that applies to an
	// object's runtime type is used; if none does the object is left alone.
	Inputs []*Input

	// Selections below _entities: inline fragments.
	Selections []*Selection

	// Context are variables of the document whose values are read from
	// ancestors of the object. Objects with different values cannot share a
	// request.
	Context []*ContextVariable

	// Reuse are places in earlier answers where entities may already be with
	// all that Selections ask of them. What is found there is taken from
	// there and not asked for again. nil to ask for everything.
	Reuse []*Reuse
}

// An Input tells how a representation is rendered for objects of some runtime
// types.
type Input struct {
	// On are the runtime object types the input is for, sorted; nil for any
	// object, whatever its type (when the type is not known and need not be).
	On []string

	// Typename is sent as __typename; "" sends the object's own.
	Typename string

	Fields []*InputField
}

// An InputField is a field of a representation.
type InputField struct {
	// Name in the representation: the field's name in the schema.
	Name string

	// As is the name under which the merged result holds the value.
	As string

	// On are the runtime types of the enclosing object the field is for,
	// sorted; nil for all.
	On []string

	// NonNull says that a representation whose value is null or absent must
	// not be sent (for a nested field: that the enclosing object is sent as
	// null). Otherwise an absent value is sent as null.
	NonNull bool

	// Fields of a composite value; nil for leaves. __typename is included
	// where the subgraph needs it.
	Fields []*InputField
}

// A ContextVariable is a document variable filled from an ancestor.
type ContextVariable struct {
	Variable string

	// Type of the variable, as declared in the document.
	Type string

	// Up is how many objects above the looked-up object the value's owner
	// is, lists not counted; at least 1.
	Up int
	// Fields leads from the owner to the leaf. Where types differ, the first
	// element whose On contains the owner's type is taken.
	Fields []*InputField
}

// A Reuse is a place in an earlier answer of the same subgraph where objects of
// one type have everything that a lookup asks of them.
//
//	{ topProducts { upc price } }       fetch 0
//	{ ... on Product { price } }        a lookup of fetch 2, by upc
//
// An entity is found there by its representation: the one that the lookup would
// send is the one that an object there would have.
type Reuse struct {
	// Fetch is the ID of the earlier fetch. It has ended when the lookup's
	// fetch starts, and asks nothing that depends on context.
	Fetch int

	// Keys lead from the fetch's "data" to the objects, through lists, as the
	// answer has them. Of an entity fetch the first is a lookup's.
	Keys []string

	// Path is where in the merged result the objects are first, for people.
	Path Path

	// Type is the runtime type of the entities.
	Type string

	// TypeKey is where an object tells its type in the answer; "" if all
	// objects there are of Type.
	TypeKey string

	// Representation is what the representation is made of besides its
	// __typename, in order. nil says that Keys is one lookup's, and that its
	// entities are found by the representations they were asked for with.
	Representation []*ReusedField

	// Values are what is taken, by the lookup's response keys.
	Values []*ReusedField
}

// A ReusedField is where one field is found in an earlier answer.
type ReusedField struct {
	// Name of the field in the schema.
	Name string

	// Key is its name in the representation, or in the lookup's answer.
	Key string

	// From is its key in the earlier answer.
	From string

	// Fields of a composite value; nil for leaves.
	Fields []*ReusedField
}

// A Selection is a field, or an inline fragment, of what a fetch asks for.
type Selection struct {
	// TypeCondition of an inline fragment, of which only Selections are set
	// besides; "" for a field.
	TypeCondition string

	// Name of the field in the subgraph.
	Name string

	// Key is the response name in the fetch's document and so the key in the
	// subgraph's answer.
	Key string

	// As is the name under which the merged result holds the value: the
	// client's response name, or an internal name that no client selection
	// at that place uses. "" keeps it out of the merged result: it is only
	// there so that something is selected.
	As string

	Arguments  ast.ArgumentList
	Directives ast.DirectiveList

	// Selections below; nil for leaf fields.
	Selections []*Selection
}

// A Path leads from the root of the merged result to objects, through objects
// and, implicitly, every element of lists in between.
type Path []Element

// An Element is one step of a Path.
type Element struct {
	// As names the field in the merged result.
	As string

	// Lists is how many list levels the field's type has.
	Lists int

	// On are the runtime types that the object reached by this step must
	// have, sorted; nil for any.
	On []string
}
