package demo

import (
	"context"
	"fmt"
	"strconv"

	"github.com/weft-graphql/weft/subgraphs/mock"
)

// source is a mock.Source made of functions. It is not written to once made.
type source struct {
	// fields by type and name.
	fields map[string]map[string]resolver

	// entities by type: the object that a representation's fields name, nil
	// for none.
	entities map[string]func(fields map[string]any) any
}

type resolver func(c *mock.Call) (any, error)

// Entity implements mock.Source.
func (s *source) Entity(_ context.Context, r mock.Representation) (any, error) {
	find := s.entities[r.Type]
	if find == nil {
		return nil, fmt.Errorf("%s is no entity here", r.Type)
	}
	return find(r.Fields), nil
}

// Field implements mock.Source.
func (s *source) Field(_ context.Context, c *mock.Call) (any, error) {
	resolve := s.fields[c.Type][c.Field.Name]
	if resolve == nil {
		return nil, fmt.Errorf("nobody resolves %s.%s", c.Type, c.Field.Name)
	}
	return resolve(c)
}

// of makes a resolver of a function of the object.
func of[T any](get func(T) any) resolver {
	return func(c *mock.Call) (any, error) {
		object, ok := c.Object.(T)
		if !ok {
			return nil, fmt.Errorf("%s.%s of a %T", c.Type, c.Field.Name, c.Object)
		}
		return get(object), nil
	}
}

// byID makes an entity finder of a function of the number in an id. Ids are
// numbers from 1 to count.
func byID(count int, get func(n int) any) func(map[string]any) any {
	return func(fields map[string]any) any {
		n, ok := number(fields["id"])
		if !ok || n < 1 || n > count {
			return nil
		}
		return get(n)
	}
}

// number reads an id, which JSON may hold as a string or as a number. An id
// has one spelling only: "01" is none.
func number(id any) (int, bool) {
	text := fmt.Sprint(id)
	n, err := strconv.Atoi(text)
	return n, err == nil && strconv.Itoa(n) == text
}

// first returns the argument first, made to fit.
func first(c *mock.Call) (int, error) {
	n, ok := c.IntArg("first")
	if !ok {
		return maxFirst, nil
	}
	if n < 0 || n > maxFirst {
		return 0, mock.Errorf(mock.CodeBadUserInput, "first is %d; it can be from 0 to %d", n, maxFirst)
	}
	return n, nil
}

// maxFirst is how many elements one page can have.
const maxFirst = 1000

// take makes a list of the first elements of a list of count elements.
func take(c *mock.Call, count int, at func(i int) any) (any, error) {
	n, err := first(c)
	if err != nil {
		return nil, err
	}
	list := make([]any, min(n, count))
	for i := range list {
		list[i] = at(i)
	}
	return list, nil
}

func listOf[T any](values []T) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}
