package merge

import "strconv"

// A scalar is a kind of leaf, with what JSON its values may be.
type scalar uint8

const (
	anyScalar scalar = iota // custom scalars
	intScalar
	floatScalar
	stringScalar
	booleanScalar
	idScalar
	enumScalar
)

func scalarOf(name string) scalar {
	switch name {
	case "Int":
		return intScalar
	case "Float":
		return floatScalar
	case "String":
		return stringScalar
	case "Boolean":
		return booleanScalar
	case "ID":
		return idScalar
	default:
		return anyScalar
	}
}

// String returns what a value ought to have been, for messages.
func (s scalar) String() string {
	switch s {
	case intScalar:
		return "a 32-bit integer"
	case floatScalar:
		return "a number"
	case stringScalar:
		return "a string"
	case booleanScalar:
		return "a boolean"
	case idScalar:
		return "an ID"
	case enumScalar:
		return "an enum value"
	default:
		return "a value"
	}
}

// accepts tells whether the raw JSON value, not null, is a value of the
// scalar. Values of custom scalars can be anything, and of enums any string.
// An ID may be an integer of any length.
//
// GraphQL specification, "Scalars", result coercion; values are checked, not
// converted.
func (s scalar) accepts(raw []byte) bool {
	switch s {
	case intScalar:
		return isInteger(raw) && isInt32(raw)
	case floatScalar:
		return raw[0] == '-' || isDigit(raw[0])
	case stringScalar, enumScalar:
		return raw[0] == '"'
	case booleanScalar:
		return raw[0] == 't' || raw[0] == 'f'
	case idScalar:
		return raw[0] == '"' || isInteger(raw)
	default:
		return true
	}
}

// isInteger tells whether a JSON value is a number without fraction and
// exponent.
func isInteger(raw []byte) bool {
	if raw[0] != '-' && !isDigit(raw[0]) {
		return false
	}
	for _, c := range raw[1:] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// surelyInt32 is how long an integer can be without being looked at.
const surelyInt32 = len("999999999")

func isInt32(raw []byte) bool {
	if len(raw) <= surelyInt32 {
		return true
	}
	if len(raw) > len("-2147483648") {
		return false
	}
	_, err := strconv.ParseInt(string(raw), 10, 32)
	return err == nil
}
