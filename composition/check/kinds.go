package check

// A Kind says what sort of change a Change is.
type Kind string

// The kinds of changes, and how severe each is.
const (
	// Breaking; a type that comes is safe. A change of what a type is says
	// nothing of its fields, which cannot be compared.
	TypeRemoved     Kind = "TYPE_REMOVED"
	TypeAdded       Kind = "TYPE_ADDED"
	TypeKindChanged Kind = "TYPE_KIND_CHANGED" // type A { … } ──► interface A { … }

	// RootTypeChanged: the schema has another type, or none, for queries,
	// mutations or subscriptions. Breaking, but for the first one.
	RootTypeChanged Kind = "ROOT_TYPE_CHANGED"

	// Of object and interface types. A field that goes is breaking, one that
	// comes safe.
	FieldRemoved Kind = "FIELD_REMOVED"
	FieldAdded   Kind = "FIELD_ADDED"
	// FieldTypeChanged is safe where null or a null element is no longer
	// possible, dangerous where an abstract type gave way to one of its
	// subtypes that has the same possible types, and else breaking.
	//
	// Safe is what all tools call it: strictly, "a { x } ... on B { x: y }"
	// stops merging if only one of two fields becomes non-null. Operations
	// tell.
	FieldTypeChanged Kind = "FIELD_TYPE_CHANGED"

	// Of fields and directives. An argument that goes or comes as a required
	// one is breaking, one that comes as an optional one dangerous.
	ArgumentRemoved Kind = "ARGUMENT_REMOVED"
	ArgumentAdded   Kind = "ARGUMENT_ADDED"
	// ArgumentTypeChanged is safe where null or a null element has become
	// possible, and else breaking.
	ArgumentTypeChanged Kind = "ARGUMENT_TYPE_CHANGED"
	// ArgumentDefaultChanged is dangerous, breaking if the argument thereby
	// becomes required, and safe if it ceases to be.
	ArgumentDefaultChanged Kind = "ARGUMENT_DEFAULT_CHANGED"

	// Of input objects, with the severities of arguments.
	InputFieldRemoved        Kind = "INPUT_FIELD_REMOVED"
	InputFieldAdded          Kind = "INPUT_FIELD_ADDED"
	InputFieldTypeChanged    Kind = "INPUT_FIELD_TYPE_CHANGED"
	InputFieldDefaultChanged Kind = "INPUT_FIELD_DEFAULT_CHANGED"
	// OneOfAdded is breaking, OneOfRemoved safe.
	OneOfAdded   Kind = "ONE_OF_ADDED"
	OneOfRemoved Kind = "ONE_OF_REMOVED"

	// A value that goes is breaking; one that comes is dangerous, but safe in
	// an enum that no field answers with.
	EnumValueRemoved Kind = "ENUM_VALUE_REMOVED"
	EnumValueAdded   Kind = "ENUM_VALUE_ADDED"

	// A member that goes is breaking, one that comes dangerous. Members and
	// interfaces whose type is gone altogether are not told of again.
	UnionMemberRemoved Kind = "UNION_MEMBER_REMOVED"
	UnionMemberAdded   Kind = "UNION_MEMBER_ADDED"

	// A type that no longer implements an interface is breaking; one that
	// begins to is dangerous, but safe if the interface is new too.
	InterfaceRemoved Kind = "INTERFACE_REMOVED"
	InterfaceAdded   Kind = "INTERFACE_ADDED"

	// Safe.
	DeprecationAdded   Kind = "DEPRECATION_ADDED"
	DeprecationRemoved Kind = "DEPRECATION_REMOVED"
	DeprecationChanged Kind = "DEPRECATION_CHANGED" // another reason
	DescriptionChanged Kind = "DESCRIPTION_CHANGED"
	// AppliedDirectivesChanged: directives of the schema's own that an element
	// has, which clients cannot see.
	AppliedDirectivesChanged Kind = "APPLIED_DIRECTIVES_CHANGED"

	// SpecifiedByChanged: a scalar has another format. Dangerous; safe where
	// the first specification is named.
	SpecifiedByChanged Kind = "SPECIFIED_BY_CHANGED"

	// Breaking for directives, and locations, that operations can use, and
	// safe for those of schemas alone. What comes is safe.
	DirectiveRemoved         Kind = "DIRECTIVE_REMOVED"
	DirectiveAdded           Kind = "DIRECTIVE_ADDED"
	DirectiveLocationRemoved Kind = "DIRECTIVE_LOCATION_REMOVED"
	DirectiveLocationAdded   Kind = "DIRECTIVE_LOCATION_ADDED"
	RepeatableRemoved        Kind = "DIRECTIVE_REPEATABLE_REMOVED"
	RepeatableAdded          Kind = "DIRECTIVE_REPEATABLE_ADDED"
)

// A Severity tells what a Change may do to clients.
type Severity int

// Severities, the worst first.
const (
	Breaking Severity = iota
	Dangerous
	Safe
)

// String returns "breaking", "dangerous" or "safe".
func (s Severity) String() string {
	switch s {
	case Breaking:
		return "breaking"
	case Dangerous:
		return "dangerous"
	case Safe:
		return "safe"
	default:
		return "unknown"
	}
}

// MarshalText makes JSON show the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
