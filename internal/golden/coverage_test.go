package golden

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A coverage says which cases stand for one thing that is easily got wrong.
type coverage struct {
	what string

	// cases of this package, and what each must have somewhere besides its
	// supergraph so that it is about the thing: a regular expression.
	cases []string
	has   string

	// elsewhere are "file: text" of tests of other packages, for what is not
	// to be seen in an operation: a rule of composition, or a subgraph that
	// breaks the rules.
	elsewhere []string
}

const (
	ruleCases  = "../../composition/testdata/rules/"
	chaosTests = "../chaos/"
)

// The suites of the public federation audit. That weft passes them is checked
// with the audit itself; these cases are what remains here when it is not at
// hand, with plans to look at.
var suites = []coverage{
	{what: "abstract-types", cases: []string{"requires_on_implementations", "interface_same_name_other_field", "interface_nested_fragments"}, has: `interface`},
	{what: "child-type-mismatch", cases: []string{"interface_conflicting_types"}, has: `__alias_`},
	{what: "circular-reference-interface", cases: []string{"interface_circular"}, has: `@provides`},
	{what: "complex-entity-call", cases: []string{"keys_chain_nested"}, has: `@key\(fields: ".*\{`},
	{what: "corrupted-supergraph-node-id", cases: []string{"unplannable_interface", "unplannable_neighbours"}, has: `@external`},
	{what: "enum-intersection", cases: []string{"enum_hidden_output", "enum_hidden_input", "enum_values_from_two"}, has: `enum`},
	{what: "fed1-external-extends", cases: []string{"fed1_extends_directive", "fed1_provided_external"}, has: `@external`},
	{what: "fed1-external-extends-resolvable", cases: []string{"fed1_several_keys"}, has: `@key.*@key`},
	{what: "fed1-external-extension", cases: []string{"fed1_extend_type"}, has: `extend type`},
	{what: "fed2-external-extends", cases: []string{"fed2_extends_directive"}, has: `@extends`},
	{what: "fed2-external-extension", cases: []string{"fed2_extend_type"}, has: `extend type`},
	{what: "include-skip", cases: []string{"conditions_requires_chain", "conditions_default"}, has: `@(skip|include)`},
	{what: "input-object-intersection", cases: []string{"input_object_intersection", "input_object_shared_part"}, has: `input `},
	{what: "interface-object-indirect-extension", cases: []string{"interface_object_third_subgraph"}, has: `@interfaceObject`},
	{what: "interface-object-with-requires", cases: []string{"interface_object_requires"}, has: `@interfaceObject(.|\n)*@requires`},
	{what: "keys-mashup", cases: []string{"keys_many_mixed"}, has: `resolvable: false`},
	{what: "mutations", cases: []string{"mutation_order", "mutation_shared", "mutation_then_entity"}, has: `mutation`},
	{what: "mysterious-external", cases: []string{"fed2_extend_type", "fed1_extend_type"}, has: `@external`},
	{what: "nested-provides", cases: []string{"provides_nested"}, has: `@provides\(fields: ".*\{.*\{`},
	{what: "node", cases: []string{"interface_members_by_key"}, has: `interface`},
	{what: "non-resolvable-interface-object", cases: []string{"interface_object_unresolvable", "interface_object_no_entry"}, has: `resolvable: false`},
	{what: "null-keys", cases: []string{"keys_null_in_chain"}, has: `null`},
	{what: "override-type-interface", cases: []string{"override_behind_interface"}, has: `@override`},
	{what: "override-with-requires", cases: []string{"override_external_source"}, has: `@override(.|\n)*@requires|@requires(.|\n)*@override`},
	{what: "parent-entity-call", cases: []string{"entity_parent_fallback", "entity_composite_parent_key"}, has: `@key`},
	{what: "parent-entity-call-complex", cases: []string{"entity_parent_assembled"}, has: `@key`},
	{what: "partial-union", cases: []string{"union_shared_members", "union_value_members"}, has: `union`},
	{what: "partial-union-complex", cases: []string{"union_shared_candidates", "union_single_candidate"}, has: `union`},
	{what: "provides-on-interface", cases: []string{"provides_interface", "provides_one_of_two_alike"}, has: `@provides\(fields: ".*\.\.\. on`},
	{what: "provides-on-union", cases: []string{"provides_union"}, has: `@provides\(fields: "\.\.\. on`},
	{what: "requires-circular", cases: []string{"requires_alternating"}, has: `@requires`},
	{what: "requires-interface", cases: []string{"requires_interface", "requires_interface_unknown_member"}, has: `@requires(.|\n)*interface|interface(.|\n)*@requires`},
	{what: "requires-requires", cases: []string{"requires_chain", "requires_chain_inaccessible"}, has: `@requires`},
	{what: "requires-with-argument", cases: []string{"requires_argument", "requires_argument_nested", "requires_argument_client"}, has: `@requires\(fields: ".*\(`},
	{what: "requires-with-argument-conflict", cases: []string{"requires_argument_conflict"}, has: `@requires\(fields: ".*\(`},
	{what: "requires-with-fragments", cases: []string{"requires_fragments", "requires_fragments_inaccessible"}, has: `@requires\(fields: ".*\.\.\. on`},
	{what: "shared-root", cases: []string{"shareable_root_value", "shareable_root_list"}, has: `@shareable`},
	{what: "simple-entity-call", cases: []string{"entity_simple", "entity_external_key"}, has: `@key`},
	{what: "simple-inaccessible", cases: []string{"inaccessible_argument", "enum_hidden_output", "enum_hidden_input"}, has: `@inaccessible`},
	{what: "simple-interface-object", cases: []string{"interface_object_simple", "interface_object_typename", "interface_object_condition", "interface_object_shared_field"}, has: `@interfaceObject`},
	{what: "simple-override", cases: []string{"override_simple"}, has: `@override`},
	{what: "simple-requires-provides", cases: []string{"requires_provided", "provides_part_of_requirement"}, has: `@provides(.|\n)*@requires|@requires(.|\n)*@provides`},
	{what: "typename", cases: []string{"typename_everywhere", "typename_only", "typename_root_only", "typename_empty_fragment"}, has: `__typename|\.\.\.`},
	{what: "unavailable-override", cases: []string{"override_unknown_source"}, has: `@override`},
	{what: "union-interface-distributed", cases: []string{"union_interface_distributed"}, has: `union(.|\n)*implements`},
	{what: "union-intersection", cases: []string{"union_members_differ", "union_shared_members"}, has: `union`},
}

// What composition gets wrong easily.
var compositionTraps = []coverage{
	{what: "an external key field of a type that is no extension", cases: []string{"entity_external_key"}, has: `@external`},
	{what: "@shareable holds for its declaration", elsewhere: []string{ruleCases + "sharing.txt: an extension is a declaration of its own"}},
	{what: "key fields of an interface key", cases: []string{"interface_entity"}, has: `interface .* @key`},
	{what: "an overridden field is not shared", cases: []string{"override_simple"}, has: `@override`, elsewhere: []string{ruleCases + "sharing.txt: an overridden field does not count"}},
	{what: "arguments of the sources that have the field", elsewhere: []string{ruleCases + "fields.txt: external declarations do not count"}},
	{what: "an overridden source that nobody uses", cases: []string{"override_simple"}, has: `@override`, elsewhere: []string{ruleCases + "override.txt: OVERRIDDEN_FIELD_CAN_BE_REMOVED"}},
	{what: "fields of types that only some have", cases: []string{"entity_simple", "root_fields_split"}, has: `type Query`},
	{what: "@inaccessible in one subgraph hides for all", cases: []string{"inaccessible_key", "enum_hidden_output"}, has: `@inaccessible`},
	{what: "how enums are used", cases: []string{"enum_values_from_two", "enum_hidden_input"}, has: `enum`},
	{what: "defaults are compared as values", elsewhere: []string{ruleCases + "fields.txt: the order in an object does not matter"}},
	{what: "hidden implementations of an interface with a key", elsewhere: []string{ruleCases + "interfaceobject.txt: a hidden implementation counts"}},
	{what: "extend type Query alone", elsewhere: []string{ruleCases + "graphql.txt: ok extensions without a definition here"}},
	{what: "links on the schema and on its extension", elsewhere: []string{ruleCases + "links.txt: ok links on the schema and on its extension"}},
	{what: "directives on an external field", elsewhere: []string{ruleCases + "external.txt: MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"}},
	{what: "directives of federation 2 in federation 1", elsewhere: []string{ruleCases + "graphql.txt: federation 2 directive in federation 1"}},
}

// What planning and executing get wrong easily.
var runtimeTraps = []coverage{
	{what: "keys fetched under a fragment", cases: []string{"keys_under_fragment"}, has: `\.\.\. on`},
	{what: "keys inside lists of lists", cases: []string{"entity_nested_lists"}, has: `@\.@`},
	{what: "an entity fetch at a union", cases: []string{"union_members_one_request"}, has: `union`},
	{what: "a requirement inside a provided object", cases: []string{"requires_provided", "provides_part_of_requirement"}, has: `@provides`},
	{what: "__typename for keys of interfaces", cases: []string{"interface_object_simple", "interface_entity"}, has: `__typename`},
	{what: "siblings at different conditions", cases: []string{"conditions_siblings", "conditions_twice"}, has: `@include`},
	{what: "two fetches to one subgraph at one path", cases: []string{"requires_together", "requires_wait_for_each_other", "requires_field_rides_along"}, has: `@requires`},
	{what: "client aliases of keys", cases: []string{"keys_taken_by_alias", "keys_aliased", "keys_typename_taken"}, has: `\w: \w`},
	{what: "variables in nested arguments", cases: []string{"variables_used_only"}, has: `\$`},
	{what: "variables that are not used", cases: []string{"variables_used_only", "fragments_operation_by_name"}, has: `\$|fragment`},
	{what: "null list elements", cases: []string{"entity_nested_lists", "requires_nested_list"}, has: `null`},
	{what: "duplicate objects", cases: []string{"entity_duplicates", "errors_entity_path"}, has: `_entities|Flatten`},
	{what: "the order of _entities", cases: []string{"entity_missing", "errors_short_entities"}, has: `Flatten`},
	{what: "values at two places", cases: []string{"shareable_value_two_places", "shareable_nested_value"}, has: `@shareable`},
	{what: "a Query field under another type", cases: []string{"root_query_below_field", "mutation_query_below"}, has: `Query`},
	{what: "extra fields, wrong types", elsewhere: []string{chaosTests + "entities_test.go: func TestTrap11Entities("}},
	{what: "partial failure", cases: []string{"errors_chain", "errors_down", "mutation_failed"}, has: `errors`},
}

// TestCoverage: everything in the lists has a case, and the case still has what
// it is about.
func TestCoverage(t *testing.T) {
	for name, want := range map[string]struct {
		list  []coverage
		count int
	}{
		"suites":       {suites, 46},
		"compositions": {compositionTraps, 15},
		"runtime":      {runtimeTraps, 17},
	} {
		if len(want.list) != want.count {
			t.Errorf("%s: %d entries, want %d", name, len(want.list), want.count)
		}
		seen := map[string]bool{}
		for _, c := range want.list {
			if seen[c.what] {
				t.Errorf("%s: %s is there twice", name, c.what)
			}
			seen[c.what] = true
			c.check(t)
		}
	}
}

func (c coverage) check(t *testing.T) {
	t.Helper()
	if len(c.cases)+len(c.elsewhere) == 0 {
		t.Errorf("%s: no case", c.what)
	}
	for _, name := range c.cases {
		text, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		own, _, _ := strings.Cut(string(text), "\n-- "+fileSupergraph)
		if c.has == "" || !regexp.MustCompile(c.has).MatchString(own) {
			t.Errorf("%s: there is no %q in %s", c.what, c.has, name)
		}
	}
	for _, place := range c.elsewhere {
		file, text, _ := strings.Cut(place, ": ")
		content, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		} else if text == "" || !strings.Contains(string(content), text) {
			t.Errorf("%s: there is no %q in %s", c.what, text, file)
		}
	}
}
