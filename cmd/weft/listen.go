package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// listenError says what to do about an address that cannot be had.
func listenError(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("the address %s is in use; choose another one with --listen, or 127.0.0.1:0 for a free port", address)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("the address %s is not allowed to you; ports below 1024 often are not", address)
	default:
		return fmt.Errorf("listen on %s: %w", address, err)
	}
}

// serveHandler serves h on l until ctx ends. Requests under way are then cut
// off after a moment: what is served here are mocks.
func serveHandler(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 256 << 10}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve on %s: %w", l.Addr(), err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := srv.Shutdown(limited); err != nil {
			srv.Close()
		}
		return nil
	})
	return g.Wait()
}
