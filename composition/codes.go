package composition

// Codes of errors, each with when it occurs and an example.
const (
	// Whoever wanted the supergraph does not wait for it any more:
	//	an interrupt while weft compose is at it
	CodeCompositionCanceled = "COMPOSITION_CANCELED"
	// A subgraph's SDL, or what came of merging, is not valid GraphQL:
	//	type A { b: Missing }
	CodeInvalidGraphQL = "INVALID_GRAPHQL"
	// A subgraph defines a known directive differently:
	//	directive @key(f: Int) on OBJECT
	CodeDirectiveDefinitionInvalid = "DIRECTIVE_DEFINITION_INVALID"
	// A subgraph defines a known type differently:
	//	type federation__FieldSet { a: Int }
	CodeTypeDefinitionInvalid = "TYPE_DEFINITION_INVALID"
	// A linked spec or version of one is not supported:
	//	@link(url: "https://specs.apollo.dev/inaccessible/v0.9")
	CodeUnsupportedLinkedFeature = "UNSUPPORTED_LINKED_FEATURE"
	// The version of federation is unknown:
	//	@link(url: "https://specs.apollo.dev/federation/v2.99")
	CodeUnknownFederationLinkVersion = "UNKNOWN_FEDERATION_LINK_VERSION"
	// The version of the link spec is unknown:
	//	@link(url: "https://specs.apollo.dev/link/v1.9")
	CodeUnknownLinkVersion = "UNKNOWN_LINK_VERSION"
	// The URL of a link has no name or version:
	//	@link(url: "https://specs.apollo.dev/federation")
	CodeInvalidLinkIdentifier = "INVALID_LINK_IDENTIFIER"
	// A link has wrong arguments, imports or aliases:
	//	@link(..., import: ["@nothing"])
	CodeInvalidLinkDirectiveUsage = "INVALID_LINK_DIRECTIVE_USAGE"
	// A federation directive that is composed has several names:
	//	@tag in one subgraph, @label in another
	CodeLinkImportNameMismatch = "LINK_IMPORT_NAME_MISMATCH"
	// A subgraph's name is empty, "_" or taken:
	//	--subgraph _=a.graphql
	CodeInvalidSubgraphName = "INVALID_SUBGRAPH_NAME"
	// A field of a key has arguments:
	//	@key(fields: "a") with a(x: Int): Int
	CodeKeyFieldsHasArgs = "KEY_FIELDS_HAS_ARGS"
	// A provided field has arguments:
	//	@provides(fields: "a") with a(x: Int): Int
	CodeProvidesFieldsHasArgs = "PROVIDES_FIELDS_HAS_ARGS"
	// A provided field is not external:
	//	@provides(fields: "name") with name: String
	CodeProvidesFieldsMissingExternal = "PROVIDES_FIELDS_MISSING_EXTERNAL"
	// A required field is not external:
	//	@requires(fields: "name") with name: String
	CodeRequiresFieldsMissingExternal = "REQUIRES_FIELDS_MISSING_EXTERNAL"
	// A key is on an interface, before v2.3:
	//	interface I @key(fields: "id")
	CodeKeyUnsupportedOnInterface = "KEY_UNSUPPORTED_ON_INTERFACE"
	// @provides is on a field of an interface:
	//	interface I { a: A @provides(fields: "b") }
	CodeProvidesUnsupportedOnInterface = "PROVIDES_UNSUPPORTED_ON_INTERFACE"
	// @requires is on a field of an interface:
	//	interface I { a: A @requires(fields: "b") }
	CodeRequiresUnsupportedOnInterface = "REQUIRES_UNSUPPORTED_ON_INTERFACE"
	// The field set of a key is not a string:
	//	@key(fields: id)
	CodeKeyInvalidFieldsType = "KEY_INVALID_FIELDS_TYPE"
	// The field set of @provides is not a string:
	//	@provides(fields: [1])
	CodeProvidesInvalidFieldsType = "PROVIDES_INVALID_FIELDS_TYPE"
	// The field set of @requires is not a string:
	//	@requires(fields: name)
	CodeRequiresInvalidFieldsType = "REQUIRES_INVALID_FIELDS_TYPE"
	// The field set of a key is not valid:
	//	@key(fields: "missing")
	CodeKeyInvalidFields = "KEY_INVALID_FIELDS"
	// The field set of @provides is not valid:
	//	@provides(fields: "missing")
	CodeProvidesInvalidFields = "PROVIDES_INVALID_FIELDS"
	// The field set of @requires is not valid, here or once merged:
	//	@requires(fields: "missing")
	CodeRequiresInvalidFields = "REQUIRES_INVALID_FIELDS"
	// The field set of a key has directives:
	//	@key(fields: "id @skip(if: true)")
	CodeKeyDirectiveInFieldsArg = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	// The field set of @provides has directives:
	//	@provides(fields: "id @skip(if: true)")
	CodeProvidesDirectiveInFieldsArg = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"
	// The field set of @requires has directives:
	//	@requires(fields: "id @skip(if: true)")
	CodeRequiresDirectiveInFieldsArg = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	// A key selects a field of union or interface type:
	//	@key(fields: "node { id }") with node: Node
	CodeKeyFieldsSelectInvalidType = "KEY_FIELDS_SELECT_INVALID_TYPE"
	// @provides is on a field of leaf type:
	//	a: Int @provides(fields: "b")
	CodeProvidesOnNonObjectField = "PROVIDES_ON_NON_OBJECT_FIELD"
	// Nothing uses an external field:
	//	name: String @external
	CodeExternalUnused = "EXTERNAL_UNUSED"
	// A field of an interface is external:
	//	interface I { a: Int @external }
	CodeExternalOnInterface = "EXTERNAL_ON_INTERFACE"
	// A field is external and provides something:
	//	a: A @external @provides(fields: "b")
	CodeExternalCollisionWithAnotherDirective = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	// A field is external in every subgraph that has it:
	//	name: String @external, and nowhere else
	CodeExternalMissingOnBase = "EXTERNAL_MISSING_ON_BASE"
	// An external field's type differs from the field's:
	//	a: Int @external where the owner has a: String
	CodeExternalTypeMismatch = "EXTERNAL_TYPE_MISMATCH"
	// An external field lacks an argument:
	//	a: Int @external where the owner has a(x: Int): Int
	CodeExternalArgumentMissing = "EXTERNAL_ARGUMENT_MISSING"
	// An external field's argument has another type:
	//	a(x: Int): Int @external where the owner has x: String
	CodeExternalArgumentTypeMismatch = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
	// An external field's argument has another default:
	//	a(x: Int = 1): Int @external where the owner has x: Int = 2
	CodeExternalArgumentDefaultMismatch = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
	// A federation 1 type has only external fields that nothing uses:
	//	extend type A { a: Int @external }
	CodeTypeWithOnlyUnusedExternal = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"
	// A type named Query is not the query root:
	//	schema { query: Q } type Query { a: Int }
	CodeRootQueryUsed = "ROOT_QUERY_USED"
	// A type named Mutation is not the mutation root:
	//	schema { query: Query mutation: M } type Mutation { a: Int }
	CodeRootMutationUsed = "ROOT_MUTATION_USED"
	// A type named Subscription is not the subscription root:
	//	schema { query: Query subscription: S } type Subscription { a: Int }
	CodeRootSubscriptionUsed = "ROOT_SUBSCRIPTION_USED"
	// No subgraph has a query field:
	//	type A @key(fields: "id") { id: ID }
	CodeNoQueries = "NO_QUERIES"
	// A type is extended but defined nowhere:
	//	extend type A { a: Int }
	CodeExtensionWithNoBase = "EXTENSION_WITH_NO_BASE"
	// A type is of different kinds:
	//	type A in one subgraph, enum A in another
	CodeTypeKindMismatch = "TYPE_KIND_MISMATCH"
	// A field's types do not go together:
	//	a: Int and a: String
	CodeFieldTypeMismatch = "FIELD_TYPE_MISMATCH"
	// An argument's types do not go together:
	//	a(x: Int): Int and a(x: String): Int
	CodeFieldArgumentTypeMismatch = "FIELD_ARGUMENT_TYPE_MISMATCH"
	// An argument has different defaults:
	//	a(x: Int = 1): Int and a(x: Int = 2): Int
	CodeFieldArgumentDefaultMismatch = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
	// An input field has different defaults:
	//	input I { a: Int = 1 } and input I { a: Int = 2 }
	CodeInputFieldDefaultMismatch = "INPUT_FIELD_DEFAULT_MISMATCH"
	// A required argument is missing somewhere:
	//	a(x: Int!): Int and a: Int
	CodeRequiredArgumentMissingInSomeSubgraph = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
	// A required input field is missing somewhere:
	//	input I { a: Int! b: Int } and input I { b: Int }
	CodeRequiredInputFieldMissingInSomeSubgraph = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
	// An input has no field that all subgraphs have:
	//	input I { a: Int } and input I { b: Int }
	CodeEmptyMergedInputType = "EMPTY_MERGED_INPUT_TYPE"
	// An enum has no value that all subgraphs have:
	//	enum E { A } and enum E { B }, used as input
	CodeEmptyMergedEnumType = "EMPTY_MERGED_ENUM_TYPE"
	// An enum used as input and output has different values:
	//	enum E { A B } and enum E { A }
	CodeEnumValueMismatch = "ENUM_VALUE_MISMATCH"
	// A field is resolved by several subgraphs without @shareable:
	//	type A { a: Int } in two subgraphs
	CodeInvalidFieldSharing = "INVALID_FIELD_SHARING"
	// @shareable is repeated, or on an interface field:
	//	interface I { a: Int @shareable }
	CodeInvalidShareableUsage = "INVALID_SHAREABLE_USAGE"
	// A composed directive is on an external field:
	//	a: Int @external @tag(name: "x")
	CodeMergedDirectiveApplicationOnExternal = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
	// An implementation lacks a field that another subgraph gave the interface:
	//	interface I { a: Int b: Int } in one subgraph, type T implements I { a: Int } in another
	CodeInterfaceFieldNoImplem = "INTERFACE_FIELD_NO_IMPLEM"
	// @interfaceObject without a key, without an interface, or beside implementations:
	//	type I @interfaceObject { a: Int }
	CodeInterfaceObjectUsageError = "INTERFACE_OBJECT_USAGE_ERROR"
	// An implementation lacks a key of its interface:
	//	interface I @key(fields: "id") { id: ID } type T implements I { id: ID }
	CodeInterfaceKeyNotOnImplementation = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
	// A subgraph with a keyed interface lacks an implementation:
	//	an implementation in another subgraph only
	CodeInterfaceKeyMissingImplementationType = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
	// A field overrides itself:
	//	a: Int @override(from: "a") in subgraph a
	CodeOverrideFromSelfError = "OVERRIDE_FROM_SELF_ERROR"
	// An overridden field overrides:
	//	a and b override each other
	CodeOverrideSourceHasOverride = "OVERRIDE_SOURCE_HAS_OVERRIDE"
	// @override meets @external, @requires, @provides or @interfaceObject:
	//	a: Int @override(from: "b") @external
	CodeOverrideCollisionWithAnotherDirective = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
	// @override is on a field of an interface:
	//	interface I { a: Int @override(from: "b") }
	CodeOverrideOnInterface = "OVERRIDE_ON_INTERFACE"
	// The label of an override is malformed:
	//	@override(from: "b", label: "percent(101)")
	CodeOverrideLabelInvalid = "OVERRIDE_LABEL_INVALID"
	// A @composeDirective is wrong:
	//	@composeDirective(name: "foo")
	CodeDirectiveCompositionError = "DIRECTIVE_COMPOSITION_ERROR"
	// Something visible has an inaccessible type:
	//	a: Hidden
	CodeReferencedInaccessible = "REFERENCED_INACCESSIBLE"
	// A visible default mentions something inaccessible:
	//	a(x: E = HIDDEN): Int
	CodeDefaultValueUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE"
	// The query root is inaccessible:
	//	type Query @inaccessible
	CodeQueryRootTypeInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE"
	// An inaccessible argument or input field is required:
	//	a(x: Int! @inaccessible): Int
	CodeRequiredInaccessible = "REQUIRED_INACCESSIBLE"
	// A visible interface field is implemented by an inaccessible one:
	//	type T implements I { a: Int @inaccessible }
	CodeImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE"
	// @inaccessible is where it may not be:
	//	directive @d(x: Int @inaccessible) on OBJECT | FIELD
	CodeDisallowedInaccessible = "DISALLOWED_INACCESSIBLE"
	// All that a visible type has is inaccessible:
	//	type A { a: Int @inaccessible }
	CodeOnlyInaccessibleChildren = "ONLY_INACCESSIBLE_CHILDREN"
	// @fromContext refers to no context, or is where it may not be:
	//	a(x: Int @fromContext(field: "$missing { x }")): Int
	CodeContextNotSet = "CONTEXT_NOT_SET"
	// The value of @fromContext does not name a context:
	//	@fromContext(field: "{ x }")
	CodeNoContextInSelection = "NO_CONTEXT_IN_SELECTION"
	// The selection of @fromContext is not valid:
	//	@fromContext(field: "$c { x y }")
	CodeContextInvalidSelection = "CONTEXT_INVALID_SELECTION"
	// An object with a @fromContext field has no resolvable key:
	//	type A { a(x: Int @fromContext(field: "$c { x }")): Int }
	CodeContextNoResolvableKey = "CONTEXT_NO_RESOLVABLE_KEY"
	// The name of a context is malformed:
	//	@context(name: "a_b")
	CodeContextNameInvalid = "CONTEXT_NAME_INVALID"
	// An argument is filled from a context in one subgraph and required in another:
	//	a(x: Int!): Int elsewhere
	CodeContextualArgumentNotContextualInAllSubgraphs = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
	// @cost is on a field of an interface:
	//	interface I { a: Int @cost(weight: 1) }
	CodeCostAppliedToInterfaceField = "COST_APPLIED_TO_INTERFACE_FIELD"
	// @listSize is on no list:
	//	a: Int @listSize(assumedSize: 1)
	CodeListSizeAppliedToNonList = "LIST_SIZE_APPLIED_TO_NON_LIST"
	// An assumed size is negative:
	//	@listSize(assumedSize: -1)
	CodeListSizeInvalidAssumedSize = "LIST_SIZE_INVALID_ASSUMED_SIZE"
	// A slicing argument is missing or no Int:
	//	@listSize(slicingArguments: ["missing"])
	CodeListSizeInvalidSlicingArgument = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
	// A sized field does not exist:
	//	@listSize(sizedFields: ["missing"])
	CodeListSizeInvalidSizedField = "LIST_SIZE_INVALID_SIZED_FIELD"
	// Access control is on an interface, its field, or an interface object:
	//	interface I @authenticated
	CodeAuthRequirementsAppliedOnInterface = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
	// A field requires data that needs more rights than the field:
	//	a: Int @requires(fields: "secret") with secret @authenticated
	CodeMissingTransitiveAuthRequirements = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
	// An operation of the API schema could not be planned:
	//	a field that no subgraph can be reached for
	CodeSatisfiabilityError = "SATISFIABILITY_ERROR"
	// Subgraphs that share a field have no runtime type in common:
	//	union U = A and union U = B
	CodeShareableHasMismatchedRuntimeTypes = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	// The satisfiability check went over its budget:
	//	more states than Options.MaxSteps
	CodeMaxValidationSubgraphPathsExceeded = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
	// The subgraphs use what the forced join version cannot say:
	//	JoinVersion v0.3 with @override(label:)
	CodeUnsupportedFeature = "UNSUPPORTED_FEATURE"
	// A tag is malformed or too long:
	//	@tag(name: "a b")
	CodeInvalidTagName = "INVALID_TAG_NAME"
	// The template of @cacheTag is malformed:
	//	@cacheTag(format: "{$args.")
	CodeCacheTagInvalidFormat = "CACHE_TAG_INVALID_FORMAT"
	// @cacheTag is on a field of no root type:
	//	type A { a: Int @cacheTag(format: "x") }
	CodeCacheTagAppliedToNonRootField = "CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD"
	// @cacheTag on a root field refers to no argument of it:
	//	@cacheTag(format: "{$key.id}")
	CodeCacheTagInvalidFormatArgumentOnRootField = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD"
	// @cacheTag on an entity refers to no key field of it:
	//	@cacheTag(format: "{$args.id}")
	CodeCacheTagInvalidFormatArgumentOnEntity = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY"
	// @cacheTag is on a type without resolvable key:
	//	type A @cacheTag(format: "x")
	CodeCacheTagEntityNotResolvable = "CACHE_TAG_ENTITY_NOT_RESOLVABLE"
)

// Codes of hints, each with when it occurs.
const (
	// A field's types differ but go together.
	HintInconsistentButCompatibleFieldType = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
	// An argument's or input field's types differ but go together.
	HintInconsistentButCompatibleArgumentType = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"
	// A default is in only some subgraphs.
	HintInconsistentDefaultValuePresence = "INCONSISTENT_DEFAULT_VALUE_PRESENCE"
	// A type has a key in only some subgraphs.
	HintInconsistentEntity = "INCONSISTENT_ENTITY"
	// A value type's field is in only some subgraphs.
	HintInconsistentObjectValueTypeField = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"
	// An interface's field is in only some subgraphs.
	HintInconsistentInterfaceValueTypeField = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"
	// An input field is dropped.
	HintInconsistentInputObjectField = "INCONSISTENT_INPUT_OBJECT_FIELD"
	// A union member is in only some subgraphs.
	HintInconsistentUnionMember = "INCONSISTENT_UNION_MEMBER"
	// An enum value is dropped.
	HintInconsistentEnumValueForInputEnum = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
	// An enum value is in only some subgraphs.
	HintInconsistentEnumValueForOutputEnum = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM"
	// An executable directive is dropped.
	HintInconsistentExecutableDirectivePresence = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE"
	// An executable directive has no location in common and is dropped.
	HintNoExecutableDirectiveIntersection = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION"
	// An executable directive is repeatable in only some subgraphs.
	HintInconsistentExecutableDirectiveRepeatable = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE"
	// An executable directive's locations differ.
	HintInconsistentExecutableDirectiveLocations = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS"
	// Descriptions differ.
	HintInconsistentDescription = "INCONSISTENT_DESCRIPTION"
	// An optional argument is dropped.
	HintInconsistentArgumentPresence = "INCONSISTENT_ARGUMENT_PRESENCE"
	// @override names an unknown subgraph.
	HintFromSubgraphDoesNotExist = "FROM_SUBGRAPH_DOES_NOT_EXIST"
	// An overridden field has no use any more.
	HintOverriddenFieldCanBeRemoved = "OVERRIDDEN_FIELD_CAN_BE_REMOVED"
	// An @override has no effect any more.
	HintOverrideDirectiveCanBeRemoved = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"
	// A field is overridden under a label.
	HintOverrideMigrationInProgress = "OVERRIDE_MIGRATION_IN_PROGRESS"
	// Nothing refers to an enum.
	HintUnusedEnumType = "UNUSED_ENUM_TYPE"
	// A directive's arguments differ, one application is taken.
	HintInconsistentNonRepeatableDirectiveArguments = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	// A directive's arguments differ and are merged.
	HintMergedNonRepeatableDirectiveArguments = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	// A @composeDirective is superfluous, or a major version is not composed.
	HintDirectiveCompositionInfo = "DIRECTIVE_COMPOSITION_INFO"
	// A composed directive has another name where it is not composed.
	HintDirectiveCompositionWarn = "DIRECTIVE_COMPOSITION_WARN"
	// Subgraphs that share a field may return different types.
	HintInconsistentRuntimeTypesForShareableReturn = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
	// Another linked spec needs a newer federation version.
	HintImplicitlyUpgradedFederationVersion = "IMPLICITLY_UPGRADED_FEDERATION_VERSION"
	// An argument is filled from a context in only some subgraphs.
	HintContextualArgumentNotContextualInAllSubgraphs = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
)

// hintSeverity is how much a hint matters.
func hintSeverity(code string) Severity {
	switch code {
	case HintInconsistentDefaultValuePresence,
		HintInconsistentInputObjectField,
		HintInconsistentEnumValueForInputEnum,
		HintInconsistentExecutableDirectivePresence,
		HintNoExecutableDirectiveIntersection,
		HintInconsistentExecutableDirectiveRepeatable,
		HintInconsistentExecutableDirectiveLocations,
		HintInconsistentDescription,
		HintInconsistentArgumentPresence,
		HintFromSubgraphDoesNotExist,
		HintInconsistentNonRepeatableDirectiveArguments,
		HintDirectiveCompositionWarn,
		HintInconsistentRuntimeTypesForShareableReturn:
		return Warning
	case HintInconsistentObjectValueTypeField,
		HintInconsistentInterfaceValueTypeField,
		HintInconsistentUnionMember,
		HintInconsistentEnumValueForOutputEnum,
		HintUnusedEnumType:
		return Debug
	default:
		return Info
	}
}
