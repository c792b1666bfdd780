package persisted

import (
	"crypto/sha256"
	"encoding/hex"
)

// A Hash is the SHA-256 of a document's text.
type Hash [sha256.Size]byte

// HashOf returns the hash of a text.
func HashOf(text string) Hash { return sha256.Sum256([]byte(text)) }

// ParseHash reads a hash: 64 digits of lower-case hexadecimal, nothing else.
func ParseHash(s string) (h Hash, ok bool) {
	if len(s) != 2*len(h) {
		return h, false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return h, false
		}
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }
