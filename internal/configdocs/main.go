// Command configdocs writes config/schema.json and docs/configuration.md, from
// the structs of package config and the comments of config.yaml. Its argument
// is the root of the repository:
//
//	go run ./internal/configdocs .
//
// "go generate ./config" does the same.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/weft-graphql/weft/config"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: configdocs ROOT")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "configdocs:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	text, err := os.ReadFile(filepath.Join(root, "config.yaml"))
	if err != nil {
		return err
	}
	r, err := config.NewReference(text)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "config", "schema.json"), r.Schema(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "configuration.md"), r.Markdown(), 0o644)
}
