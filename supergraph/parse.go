package supergraph

// Parse reads a supergraph SDL. name is the file's name, for errors, which
// are always an *Error.
//
// The same text gives the same model. Parse does not keep references to
// anything mutable; the model is safe for concurrent use.
func Parse(name, sdl string) (*Supergraph, error) {
	doc, err := readDocument(name, sdl)
	if err != nil {
		return nil, err
	}
	r, err := newReader(doc)
	if err != nil {
		return nil, err
	}
	if err := r.read(); err != nil {
		return nil, err
	}
	full, err := r.fullSchema()
	if err != nil {
		return nil, err
	}
	api, err := r.apiSchema(full)
	if err != nil {
		return nil, err
	}
	s, err := build(r, full, api)
	if err != nil {
		return nil, err
	}
	return s, nil
}
