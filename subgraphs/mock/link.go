package mock

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

const federationIdentity = "https://specs.apollo.dev/federation/"

// names tells which directives of a document are federation's.
//
// Apollo Federation, "@link: importing and renaming"; a document without a
// link to federation 2 is federation 1, where the names are fixed.
type names struct {
	federation2 bool
	prefix      string
	imported    map[string]string // local name → federation's name
}

func readNames(doc *ast.SchemaDocument) names {
	n := names{imported: map[string]string{}}
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, schema := range list {
			for _, link := range schema.Directives.ForNames("link") {
				n.readLink(link)
			}
		}
	}
	return n
}

func (n *names) readLink(link *ast.Directive) {
	url := link.Arguments.ForName("url")
	if url == nil || url.Value == nil || !strings.HasPrefix(url.Value.Raw, federationIdentity+"v2") {
		return
	}
	n.federation2 = true
	n.prefix = "federation__"
	if as := link.Arguments.ForName("as"); as != nil && as.Value != nil && as.Value.Raw != "" {
		n.prefix = as.Value.Raw + "__"
	}
	list := link.Arguments.ForName("import")
	if list == nil || list.Value == nil {
		return
	}
	for _, item := range list.Value.Children {
		if item.Value == nil {
			continue
		}
		name, as := item.Value.Raw, item.Value.Raw
		if item.Value.Kind == ast.ObjectValue {
			name, as = rawChild(item.Value, "name"), rawChild(item.Value, "as")
			if as == "" {
				as = name
			}
		}
		if strings.HasPrefix(name, "@") {
			n.imported[strings.TrimPrefix(as, "@")] = strings.TrimPrefix(name, "@")
		}
	}
}

func rawChild(v *ast.Value, name string) string {
	if child := v.Children.ForName(name); child != nil {
		return child.Raw
	}
	return ""
}

// of returns the applications in list of the federation directive name.
func (n *names) of(list ast.DirectiveList, name string) []*ast.Directive {
	var found []*ast.Directive
	for _, d := range list {
		if n.canonical(d.Name) == name {
			found = append(found, d)
		}
	}
	return found
}

func (n *names) has(list ast.DirectiveList, name string) bool {
	return len(n.of(list, name)) > 0
}

// canonical returns federation's name of the directive that the document
// calls local, or "" if it is not one of federation's.
func (n *names) canonical(local string) string {
	if !n.federation2 {
		return local
	}
	if name, ok := n.imported[local]; ok {
		return name
	}
	if name, ok := strings.CutPrefix(local, n.prefix); ok {
		return name
	}
	return ""
}
