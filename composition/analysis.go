package composition

import "github.com/vektah/gqlparser/v2/ast"

// analyze finds out what the federation directives of s mean for its fields:
// which are external, provided, used and shareable. Field sets that are not
// valid are given to report, which may be nil, and left out.
//
// It may be called again after the schema was changed.
func (s *schema) analyze(report func(*fieldSet, *fieldSetError)) {
	if report == nil {
		report = func(*fieldSet, *fieldSetError) {}
	}
	s.keySets, s.requiresSets, s.providesSets = nil, nil, nil
	for _, t := range s.order {
		t.keys = nil
		t.interfaceObject = has(t.applied, dirInterfaceObject)
		t.externalOnType = !s.fed1 && t.kind == ast.Object && has(t.applied, dirExternal)
		for _, f := range t.fields {
			f.fakeExternal, f.provided, f.used, f.shareable = false, false, false, false
			f.requires, f.provides = nil, nil
		}
	}
	s.readKeys(report)
	s.markExternal()
	s.readRequires(report)
	s.readContexts(func(*field, *application, *contextFault) {})
	s.markProvided()
	s.markUsed()
	s.markShareable()
}

// newFieldSet reads the fields argument of a directive.
func (s *schema) newFieldSet(directive string, app *application, on *typeDef, f *field, parent *typeDef, report func(*fieldSet, *fieldSetError)) *fieldSet {
	fs := &fieldSet{directive: directive, app: app, on: on, field: f, parent: parent, resolvable: true}
	v := app.arg("fields")
	if !isString(v) {
		report(fs, &fieldSetError{kind: invalidFieldsType, message: "the field set must be a string", try: `write it in quotes: fields: "id name"`})
		return nil
	}
	fs.text = v.Raw
	var err *fieldSetError
	fs.selections, err = s.parseFieldSet(fs.text, parent)
	if err != nil {
		report(fs, err)
		return nil
	}
	return fs
}

func (s *schema) readKeys(report func(*fieldSet, *fieldSetError)) {
	for _, t := range s.order {
		if t.kind != ast.Object && t.kind != ast.Interface || t.implied {
			continue
		}
		extends := has(t.applied, dirExtends)
		for _, a := range all(t.applied, dirKey) {
			fs := s.newFieldSet(dirKey, a, t, nil, t, report)
			if fs == nil {
				continue
			}
			if v := a.arg("resolvable"); v != nil {
				fs.saysResolvable = true
				fs.resolvable = v.Raw != "false"
			}
			fs.extension = a.decl.extension || extends
			t.keys = append(t.keys, fs)
			s.keySets = append(s.keySets, fs)
		}
	}
}

// markExternal decides which fields are external. A key field of an extension
// is not, whatever it says: federation 1 asked authors to mark it.
func (s *schema) markExternal() {
	for _, fs := range s.keySets {
		if fs.extension {
			s.eachField(fs.selections, false, func(f *field) { f.fakeExternal = true })
		}
	}
	for _, t := range s.order {
		for _, f := range t.fields {
			marked := has(f.applied, dirExternal)
			f.fakeExternal = f.fakeExternal && marked
			f.external = (marked || t.externalOnType) && !f.fakeExternal
		}
	}
}

func (s *schema) readRequires(report func(*fieldSet, *fieldSetError)) {
	for _, t := range s.order {
		if t.kind != ast.Object && t.kind != ast.Interface {
			continue
		}
		for _, f := range t.fields {
			if a := first(f.applied, dirRequires); a != nil {
				if fs := s.newFieldSet(dirRequires, a, t, f, t, report); fs != nil {
					f.requires = fs
					s.requiresSets = append(s.requiresSets, fs)
				}
			}
			if a := first(f.applied, dirProvides); a != nil {
				base := f.baseType()
				if base == nil || !base.isComposite() {
					continue
				}
				if fs := s.newFieldSet(dirProvides, a, t, f, base, report); fs != nil {
					f.provides = fs
					s.providesSets = append(s.providesSets, fs)
				}
			}
		}
	}
}

func (s *schema) markProvided() {
	for _, fs := range s.providesSets {
		s.eachField(fs.selections, true, func(f *field) { f.provided = f.provided || f.external })
	}
}

func (s *schema) markUsed() {
	use := func(f *field) { f.used = true }
	for _, sets := range [][]*fieldSet{s.keySets, s.requiresSets, s.providesSets} {
		for _, fs := range sets {
			s.eachField(fs.selections, true, use)
		}
	}
	for _, t := range s.order {
		for _, f := range t.fields {
			for _, arg := range f.args {
				if arg.contextual == nil {
					continue
				}
				for _, source := range arg.contextual.sources {
					s.eachField(source.selections, true, use)
				}
			}
		}
	}
	for _, t := range s.order {
		if t.kind != ast.Object {
			continue
		}
		for _, r := range t.interfaces {
			i := s.types[r.name]
			if i == nil {
				continue
			}
			for _, f := range i.fields {
				if own := t.byName[f.name]; own != nil {
					own.used = true
				}
			}
		}
	}
}

func (s *schema) markShareable() {
	share := func(f *field) { f.shareable = true }
	for _, fs := range s.keySets {
		s.eachField(fs.selections, true, share)
	}
	for _, t := range s.order {
		for _, f := range t.fields {
			if has(f.applied, dirShareable) || f.external && f.provided {
				f.shareable = true
			}
		}
		for _, a := range all(t.applied, dirShareable) {
			for _, f := range t.fields {
				if f.decl == a.decl {
					f.shareable = true
				}
			}
		}
	}
}
