// Package config reads weft's YAML configuration into a checked Config.
//
//	bytes ──► nodes ──────► Config ──────► checked Config
//	      parse,    decode         Validate
//	      expand    over Default
//
// Parse keeps the position of every value, expands ${NAME:-default} and
// ${file:PATH} and decodes strictly: a key that does not exist, a value of the
// wrong type and a setting that cannot work are errors with file, line and
// column, all of them reported at once. Values are written over Default, so
// what a file does not say has its default.
//
// Expansion happens inside values only, after YAML has been parsed: what a
// variable holds can never add keys. It is also never part of an error.
//
// The package knows nothing of the rest of weft; others take from a Config
// what they need. A Config is not written to once it has been validated.
//
// Bad configurations and what is said about them are in testdata/*.bad.yaml.
package config
