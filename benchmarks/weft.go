package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime/pprof"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
)

// weftCommand is "weft serve" with a CPU profile.
func weftCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("weft", flag.ContinueOnError)
	file := flags.String("config", "", "configuration `file`")
	profile := flags.String("profile", "", "write a CPU profile to `file`")
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := config.Load(*file, config.Options{})
	if err != nil {
		return err
	}
	defer weft.FloorHeap()()
	if *profile != "" {
		out, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer out.Close()
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	r, err := weft.New(ctx, c)
	if err != nil {
		return err
	}
	defer r.Close()
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return r.Serve(ctx, l)
}
