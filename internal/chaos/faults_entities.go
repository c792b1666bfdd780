package chaos

import (
	"bytes"
	"encoding/json"
	"slices"
)

// EntityFaults returns faults that spoil a list of entities, whatever they are:
// missing ones, too many, in another order, of another kind. They strike the
// last one, if they do not strike all. Answers without entities are right.
func EntityFaults() []*Fault {
	last := func(name, as string) *Fault {
		return entities(name, func(list []json.RawMessage) []json.RawMessage {
			list[len(list)-1] = json.RawMessage(as)
			return list
		})
	}
	return []*Fault{
		entityList("null for the entities", "null"),
		entityList("an object for the entities", `{"0":{}}`),
		entityList("a string for the entities", `"none"`),
		entities("no entities", func([]json.RawMessage) []json.RawMessage { return []json.RawMessage{} }),
		entities("an entity too few", func(list []json.RawMessage) []json.RawMessage { return list[:len(list)-1] }),
		entities("an entity too many", func(list []json.RawMessage) []json.RawMessage { return append(list, list[0]) }),
		entities("nulls for the entities", func(list []json.RawMessage) []json.RawMessage {
			for i := range list {
				list[i] = json.RawMessage("null")
			}
			return list
		}),
		last("null for an entity", "null"),
		last("an entity without fields", "{}"),
		last("a number for an entity", "7"),
		last("a string for an entity", `"x"`),
		last("a list for an entity", "[{}]"),
		entities("another order", func(list []json.RawMessage) []json.RawMessage {
			slices.Reverse(list)
			return list
		}),
		entities("fields of another kind", func(list []json.RawMessage) []json.RawMessage {
			var fields map[string]json.RawMessage
			if json.Unmarshal(list[len(list)-1], &fields) == nil {
				for name := range fields {
					if name != "__typename" {
						fields[name] = json.RawMessage(`{"of":["another","kind"]}`)
					}
				}
				list[len(list)-1] = encode(fields)
			}
			return list
		}),
		entities("fields nobody asked for", func(list []json.RawMessage) []json.RawMessage {
			for i, e := range list {
				list[i] = json.RawMessage(`{"__proto__":{"price":7},"Price":7,"":[],` + string(e[1:]))
			}
			return list
		}),
	}
}

// entities is a fault that changes the list, which is not empty.
func entities(name string, change func([]json.RawMessage) []json.RawMessage) *Fault {
	return Spoil(name, func(body []byte) []byte {
		list, ok := entitiesOf(body)
		if !ok || len(list) == 0 {
			return body
		}
		return []byte(`{"data":{"_entities":` + string(encode(change(list))) + `}}`)
	})
}

// entityList is a fault that puts something else in the place of the list.
func entityList(name, as string) *Fault {
	return Spoil(name, func(body []byte) []byte {
		if _, ok := entitiesOf(body); !ok {
			return body
		}
		return []byte(`{"data":{"_entities":` + as + `}}`)
	})
}

func entitiesOf(body []byte) ([]json.RawMessage, bool) {
	var answer struct {
		Data struct {
			Entities []json.RawMessage `json:"_entities"`
		} `json:"data"`
	}
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&answer)
	return answer.Data.Entities, err == nil && answer.Data.Entities != nil
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("chaos: " + err.Error()) // of what has been decoded
	}
	return text
}
