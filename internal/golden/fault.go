package golden

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/weft-graphql/weft/subgraphs"
)

// A Fault is one way in which a subgraph fails, for all of its requests.
type Fault string

const (
	// FaultDown: no connection comes about.
	FaultDown Fault = "down"

	// FaultTimeout: the answer is not there in time.
	FaultTimeout Fault = "timeout"

	// FaultStatus: HTTP 503 with a line of text.
	FaultStatus Fault = "status"

	// FaultHTML: HTTP 200 with a web page.
	FaultHTML Fault = "html"

	// FaultTruncated: the answer's JSON ends in the middle.
	FaultTruncated Fault = "truncated"

	// FaultNotGraphQL: JSON that is no GraphQL response.
	FaultNotGraphQL Fault = "not_graphql"

	// FaultErrorWithoutData: HTTP 200 with errors and no data.
	FaultErrorWithoutData Fault = "error_without_data"

	// FaultErrorStatus: the same with HTTP 500.
	FaultErrorStatus Fault = "error_status"

	// FaultNullData: errors and "data": null.
	FaultNullData Fault = "null_data"

	// FaultErrorWithoutPath: the right data, and an error that does not say
	// where.
	FaultErrorWithoutPath Fault = "error_without_path"

	// FaultShortEntities: the last of the entities is missing.
	FaultShortEntities Fault = "short_entities"
)

func (f Fault) check() error {
	if _, ok := canned[f]; ok {
		return nil
	}
	switch f {
	case FaultDown, FaultTimeout, FaultTruncated, FaultErrorWithoutPath, FaultShortEntities:
		return nil
	}
	return fmt.Errorf("there is no fault %q", string(f))
}

// canned are answers that do not depend on the request.
var canned = map[Fault]subgraphs.Response{
	FaultStatus:           {Status: http.StatusServiceUnavailable, Header: contentType("text/plain"), Body: []byte("upstream connect error")},
	FaultHTML:             {Status: http.StatusOK, Header: contentType("text/html"), Body: []byte("<!doctype html><title>Sign in</title>")},
	FaultNotGraphQL:       {Status: http.StatusOK, Header: contentType("application/json"), Body: []byte(`{"hello": "world"}`)},
	FaultErrorWithoutData: {Status: http.StatusOK, Header: contentType("application/json"), Body: []byte(`{"errors": [{"message": "the database is away"}]}`)},
	FaultErrorStatus:      {Status: http.StatusInternalServerError, Header: contentType("application/json"), Body: []byte(`{"errors": [{"message": "the database is away", "extensions": {"code": "DB_AWAY"}}]}`)},
	FaultNullData:         {Status: http.StatusOK, Header: contentType("application/json"), Body: []byte(`{"data": null, "errors": [{"message": "the database is away"}]}`)},
}

func contentType(value string) http.Header { return http.Header{"Content-Type": {value}} }

// apply turns a good answer of a subgraph into what the fault makes of it.
func (f Fault) apply(subgraph string, good *subgraphs.Response) (*subgraphs.Response, error) {
	if response, ok := canned[f]; ok {
		response.Body = bytes.Clone(response.Body)
		response.Header = response.Header.Clone()
		return &response, nil
	}
	bad := *good
	switch f {
	case FaultDown:
		return nil, &subgraphs.Error{Subgraph: subgraph, Kind: subgraphs.Connect, Err: errors.New("connection refused")}
	case FaultTimeout:
		return nil, &subgraphs.Error{Subgraph: subgraph, Kind: subgraphs.Timeout, Err: errors.New("no answer")}
	case FaultTruncated:
		bad.Body = good.Body[:len(good.Body)/2]
	case FaultErrorWithoutPath:
		bad.Body = append([]byte(`{"errors": [{"message": "half of the replicas are away"}], `), bytes.TrimPrefix(good.Body, []byte("{"))...)
	case FaultShortEntities:
		var err error
		if bad.Body, err = dropLastEntity(good.Body); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("there is no fault %q", string(f))
	}
	return &bad, nil
}

// dropLastEntity leaves the answers to root fetches as they are.
func dropLastEntity(body []byte) ([]byte, error) {
	var answer struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("drop the last entity: %w", err)
	}
	dropped := false
	for name, value := range answer.Data {
		var entities []json.RawMessage
		if err := json.Unmarshal(value, &entities); err != nil || !strings.Contains(name, "_e") || len(entities) == 0 {
			continue
		}
		short, err := json.Marshal(entities[:len(entities)-1])
		if err != nil {
			return nil, err
		}
		answer.Data[name], dropped = short, true
	}
	if !dropped {
		return body, nil
	}
	return json.Marshal(answer)
}
