package router

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graphql/weft/config"
)

// Time limits of connections, besides the deadline of a request.
const (
	headerTimeout = 10 * time.Second // for a request's header to arrive
	idleTimeout   = 90 * time.Second // for a kept connection without a request
	writeTimeout  = 30 * time.Second // for a client to take the answer
	lingerTimeout = time.Second      // for what is left of a body that was refused
)

// Serve serves on l until ctx ends, and then in order: health says not ready,
// l is closed, and requests under way are waited for, for as long as
// shutdown.drain says. What is left is cut off. When Serve returns, every
// request has ended. The error is nil unless serving itself failed.
func (rt *Router) Serve(ctx context.Context, l net.Listener) error {
	errorLog, err := zap.NewStdLogAt(rt.log.Named("http"), zap.WarnLevel)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	srv := &http.Server{
		Handler:           rt,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    int(enforced(rt.config, config.MeasureHeaderBytes, int64(rt.config.Limits.HeaderBytes))),
		ErrorLog:          errorLog,
		// Requests under way go on when ctx ends.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve on %s: %w", l.Addr(), err)
		}
		return nil
	})
	g.Go(func() error {
		rt.documents.watch(ctx, rt.log)
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		rt.shutdown(srv)
		return nil
	})
	err = g.Wait()
	rt.open.wait()
	return err
}

// shutdown ends srv in good order, or after the time for that is over in any.
func (rt *Router) shutdown(srv *http.Server) {
	rt.Drain()
	limit := rt.config.Shutdown.Drain.Std()
	rt.log.Info("shutting down", zap.Duration("drain", limit))
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		rt.log.Warn("requests were cut off", zap.Error(err))
		srv.Close() // ends their contexts
	}
}
