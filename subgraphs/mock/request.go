package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// maxBodyBytes bounds a request body. Ten thousand representations with a few
// required fields each are about a megabyte.
const maxBodyBytes = 64 << 20

// A Request is one GraphQL request as the subgraph received it.
type Request struct {
	// Subgraph is the name of the subgraph that received it.
	Subgraph string

	Query         string
	OperationName string

	// Variables is the JSON object as sent; nil if there is none.
	Variables json.RawMessage

	// Header are the HTTP request's headers.
	Header http.Header

	get       bool
	variables map[string]any // decoded, with numbers as json.Number
}

// A requestError is an HTTP request that is no GraphQL request.
type requestError struct {
	status  int
	code    string
	message string
}

func (e *requestError) Error() string { return e.message }

func badRequest(message string) *requestError {
	return &requestError{http.StatusBadRequest, CodeBadRequest, message}
}

// readRequest reads a POST with a JSON body or a GET with query parameters.
// An error is a *requestError.
//
// GraphQL over HTTP, "Request".
func readRequest(r *http.Request) (Request, error) {
	switch r.Method {
	case http.MethodGet:
		return readGet(r)
	case http.MethodPost:
		return readPost(r)
	}
	return Request{}, &requestError{http.StatusMethodNotAllowed, CodeBadRequest, "the method is neither POST nor GET"}
}

func readGet(r *http.Request) (Request, error) {
	params := r.URL.Query()
	req := Request{
		Query:         params.Get("query"),
		OperationName: params.Get("operationName"),
		Header:        r.Header,
		get:           true,
	}
	if v := params.Get("variables"); v != "" {
		req.Variables = json.RawMessage(v)
	}
	if err := checkRequest(&req); err != nil {
		return Request{}, err
	}
	return req, nil
}

func readPost(r *http.Request) (Request, error) {
	if content := r.Header.Get("Content-Type"); content != "" {
		media, _, err := mime.ParseMediaType(content)
		if err != nil || media != "application/json" {
			return Request{}, &requestError{http.StatusUnsupportedMediaType, CodeBadRequest,
				"the content type is not application/json"}
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil {
		return Request{}, badRequest("the body cannot be read: " + err.Error())
	}
	if len(body) > maxBodyBytes {
		return Request{}, &requestError{http.StatusRequestEntityTooLarge, CodeBadRequest, "the body is too large"}
	}
	var decoded struct {
		Query         *string         `json:"query"`
		OperationName *string         `json:"operationName"`
		Variables     json.RawMessage `json:"variables"`
	}
	if err := json.Unmarshal(body, &decoded); err != nil {
		return Request{}, badRequest("the body is no GraphQL request: " + jsonProblem(err))
	}
	req := Request{Variables: decoded.Variables, Header: r.Header}
	if decoded.Query != nil {
		req.Query = *decoded.Query
	}
	if decoded.OperationName != nil {
		req.OperationName = *decoded.OperationName
	}
	if err := checkRequest(&req); err != nil {
		return Request{}, err
	}
	return req, nil
}

// checkRequest decodes the variables and tells whether there is a query.
func checkRequest(r *Request) error {
	if r.Query == "" {
		return badRequest("the request has no query")
	}
	if len(r.Variables) == 0 || string(r.Variables) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(r.Variables))
	decoder.UseNumber()
	if err := decoder.Decode(&r.variables); err != nil {
		return badRequest("variables: " + jsonProblem(err))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return badRequest("variables: more than one JSON value")
	}
	return nil
}

// jsonProblem says what is wrong with JSON without naming Go's types.
func jsonProblem(err error) string {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return err.Error()
	}
	if mismatch.Field == "" {
		return "not an object"
	}
	return mismatch.Field + " is not a string"
}
