// Package nesting looks at how deep a YAML document nests before a parser, which
// recurses over it, is let near it. It reads tokens only: in time in proportion to
// the text, and without recursion.
package nesting
