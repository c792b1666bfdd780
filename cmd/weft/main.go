// Command weft is an Apollo Federation router in one binary.
//
//	weft demo                    a federation to try, in one process
//	weft serve -c config.yaml    the router
//	weft plan                    how an operation would be answered
//	weft compose                 subgraphs into a supergraph
//	weft check                   what a new supergraph would break
//	weft mock --schema FILE      a subgraph out of its SDL
//	weft config validate         checks a configuration
//	weft config schema           prints the JSON Schema of one
//	weft health                  asks a running weft whether it is ready
//
// It ends with status 0 when it has done what was asked, 1 when that failed,
// and 2 when it was asked in a way it does not understand: wrong flags, or a
// configuration with faults.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/weft-graphql/weft/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends weft at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is weft but for its process: it returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := newCommand(stdin, stdout, stderr).Run(ctx, args)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "weft:", err)
	var usage *usageError
	var problems config.Problems
	if errors.As(err, &usage) || errors.As(err, &problems) {
		return 2
	}
	return 1
}
