package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bounds of what ReadOperations reads.
const (
	maxFile  = 64 << 20  // bytes of one file
	maxTotal = 256 << 20 // bytes of all of them
	maxFiles = 100_000
)

// ReadOperations reads the operations of a folder, of a document, or of a
// manifest.
//
// In a folder, and the folders in it, the files named *.graphql and *.gql are
// documents, in the order of their paths. Operations may spread the fragments
// of all of them, as they do where a build puts them together. Folders whose
// names begin with "." and symbolic links to folders are left out.
//
// A file named *.json is a manifest, in Apollo's format or Relay's:
//
//	{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": …, "name": …, "type": …, "body": …}]}
//	{"id": "document", …}
//
// A document that is no GraphQL is no error here: checking it says what is
// wrong. No operation at all is an error.
func ReadOperations(path string) ([]Operation, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder or file %s with operations", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the operations: %w", err)
	}
	var operations []Operation
	switch {
	case info.IsDir():
		operations, err = readFolder(path)
	case isDocument(path):
		var text []byte
		if text, err = readFile(path); err == nil {
			operations = operationsOf([]document{readDocument(path, string(text))}, true)
		}
	case strings.EqualFold(filepath.Ext(path), ".json"):
		var text []byte
		if text, err = readFile(path); err == nil {
			operations, err = readManifest(path, text)
		}
	default:
		return nil, fmt.Errorf("read the operations: %s is neither a folder nor named *.graphql, *.gql or *.json", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the operations: %w", err)
	}
	if len(operations) == 0 {
		return nil, fmt.Errorf("there are no operations in %s", path)
	}
	return operations, nil
}

func isDocument(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".graphql" || ext == ".gql"
}

func readFile(path string) ([]byte, error) {
	// What is no file, such as a named pipe, might never end.
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is longer than %d bytes", path, maxFile)
	}
	return data, nil
}

func readFolder(root string) ([]Operation, error) {
	var documents []document
	total := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || !isDocument(path):
			return nil
		case entry.Type()&fs.ModeSymlink != 0 && isFolder(path):
			return nil
		case len(documents) == maxFiles:
			return fmt.Errorf("%s has more than %d documents", root, maxFiles)
		}
		text, err := readFile(path)
		if err != nil {
			return err
		}
		if total += len(text); total > maxTotal {
			return fmt.Errorf("the documents in %s are longer than %d bytes together", root, maxTotal)
		}
		documents = append(documents, readDocument(filepath.ToSlash(path), string(text)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return operationsOf(documents, true), nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// apolloFormat is what a manifest of Apollo's calls itself.
const apolloFormat = "apollo-persisted-query-manifest"

func readManifest(file string, data []byte) ([]Operation, error) {
	entries, err := manifestEntries(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	documents := make([]document, len(entries))
	for i, e := range entries {
		d := readDocument(file, e.Body)
		d.id = e.ID
		if slices.ContainsFunc(d.definitions, func(def definition) bool { return !def.isFragment && def.name == e.Name }) {
			d.only = e.Name
		}
		documents[i] = d
	}
	return operationsOf(documents, false), nil
}

// A manifestEntry is one document of a manifest.
type manifestEntry struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Body string `json:"body"`
}

func manifestEntries(data []byte) ([]manifestEntry, error) {
	keys, values, err := objectEntries(data)
	if err != nil {
		return nil, fmt.Errorf("the manifest is not a JSON object: %w", err)
	}
	// Relay's has texts only.
	if i := slices.Index(keys, "operations"); i >= 0 && bytes.HasPrefix(values[i], []byte("[")) {
		return apolloEntries(keys, values)
	}
	entries := make([]manifestEntry, len(keys))
	seen := map[string]bool{}
	for i, id := range keys {
		if seen[id] {
			return nil, fmt.Errorf("there is more than one operation with the id %q", shorten(id))
		}
		seen[id] = true
		entries[i].ID = id
		if err := json.Unmarshal(values[i], &entries[i].Body); err != nil || values[i][0] != '"' {
			return nil, fmt.Errorf("the operation with the id %q is not a text; a manifest is {\"id\": \"document\"}, or {\"format\": %q, \"version\": 1, \"operations\": [{\"id\", \"body\"}]}", shorten(id), apolloFormat)
		}
	}
	return entries, nil
}

func apolloEntries(keys []string, values []json.RawMessage) ([]manifestEntry, error) {
	var format string
	version := 1
	var entries []manifestEntry
	for i, key := range keys {
		var err error
		switch key {
		case "format":
			err = json.Unmarshal(values[i], &format)
		case "version":
			err = json.Unmarshal(values[i], &version)
		case "operations":
			err = json.Unmarshal(values[i], &entries)
		}
		if err != nil {
			return nil, fmt.Errorf("the manifest's %q: %w", key, err)
		}
	}
	if format != apolloFormat || version != 1 {
		return nil, fmt.Errorf("the manifest has the format %q, version %d; known is %q, version 1", shorten(format), version, apolloFormat)
	}
	seen := map[string]bool{}
	for i, e := range entries {
		switch {
		case e.ID == "" || e.Body == "":
			return nil, fmt.Errorf("operation %d of the manifest has no id or no body", i+1)
		// Manifests of several clients may give one id to each client.
		case seen[e.ID+"\x00"+e.Body]:
			return nil, fmt.Errorf("operation %d of the manifest, with the id %q, is there twice", i+1, shorten(e.ID))
		}
		seen[e.ID+"\x00"+e.Body] = true
	}
	return entries, nil
}

// objectEntries reads a JSON object in order, so that no key is lost.
func objectEntries(data []byte) (keys []string, values []json.RawMessage, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	open, err := decoder.Token()
	if err != nil {
		return nil, nil, err
	}
	if open != json.Delim('{') {
		return nil, nil, fmt.Errorf("it begins with %v", shorten(fmt.Sprint(open)))
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, nil, err
		}
		name, _ := key.(string) // the decoder has no other keys
		keys, values = append(keys, name), append(values, value)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("something follows it")
	}
	return keys, values, nil
}
