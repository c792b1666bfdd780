package config

// Batching answers several operations sent as one JSON array.
type Batching struct {
	Enabled bool `yaml:"enabled"`

	// MaximumSize is the most operations of one array.
	MaximumSize int `yaml:"maximum_size"`
}

func (v *validation) batching() {
	if v.Batching.MaximumSize < 1 || v.Batching.MaximumSize > 1000 {
		v.report("batching.maximum_size", "must be from 1 to 1000; got %d", v.Batching.MaximumSize)
	}
}

// RequestErrorStatus is the HTTP status of a well-formed request whose
// operation is refused: a syntax error, a wrong field, a missing variable.
type RequestErrorStatus string

const (
	// StatusByMediaType is as GraphQL over HTTP has it: 400 for
	// application/graphql-response+json and 200 for application/json.
	StatusByMediaType RequestErrorStatus = "by_media_type"
	// StatusAlways400 is 400 with either.
	StatusAlways400 RequestErrorStatus = "always_400"
)

func (s *RequestErrorStatus) set(text string) error {
	return oneOf(s, text, StatusByMediaType, StatusAlways400)
}
