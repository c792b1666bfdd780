package mock

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocumentation runs the examples of docs/mock.md: the first schema, the
// data, and after them each document with the answer that follows it.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/mock.md")
	if err != nil {
		t.Fatal(err)
	}
	fence := regexp.MustCompile("(?s)```(graphql|yaml|json)\n(.*?)```")
	var blocks [][]byte
	var kinds []string
	for _, m := range fence.FindAllSubmatch(page, -1) {
		kinds, blocks = append(kinds, string(m[1])), append(blocks, m[2])
	}
	if len(blocks) < 8 || kinds[0] != "graphql" || kinds[1] != "yaml" {
		t.Fatalf("blocks of the kinds %v", kinds)
	}
	s := newSubgraph(t, Options{SDL: string(blocks[0]), Data: blocks[1]})
	for i := 2; i+1 < len(blocks); i += 2 {
		if kinds[i] != "graphql" || kinds[i+1] != "json" {
			t.Fatalf("blocks of the kinds %v", kinds)
		}
		var want, got any
		if err := json.Unmarshal(blocks[i+1], &want); err != nil {
			t.Fatal(err)
		}
		answer := []byte(ask(t, s, string(blocks[i]), nil))
		answer = regexp.MustCompile(`"locations":\[[^]]*\],`).ReplaceAll(answer, nil)
		if err := json.NewDecoder(bytes.NewReader(answer)).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", blocks[i], diff)
		}
	}
}
