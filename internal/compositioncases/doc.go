// Package compositioncases reads files of small composition cases, for the
// tests of package composition and for its comparison with the reference
// composer.
//
//	=== INVALID_FIELD_SHARING on a value type
//	--- a
//	#fed 2.3
//	type Query { a: Int }
//	--- b
//	type Query { b: Int }
//	=== near INVALID_FIELD_SHARING
//	...
//
// A case begins with "===" and its title. A title that begins with codes,
// joined by "+", expects exactly these error codes and at least these hints. A
// title that begins with "near" and a code expects that the case composes
// without it. Any other title expects that the case composes.
//
// A line "#fed 2.N" stands for a link to that federation version with all its
// directives imported.
package compositioncases
