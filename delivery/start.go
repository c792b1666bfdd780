package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/composition/sources"
)

// Between two attempts to read what was not there at the start.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 2 * time.Second
)

// Start brings the first version. Schemas over the network are asked for again
// and again until they are there, or StartTimeout is over; files have to be
// there.
func (d *Delivery) Start(ctx context.Context) error {
	d.restore()
	limit := time.NewTimer(d.o.StartTimeout)
	defer limit.Stop()
	var last error
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		d.read(ctx, d.unread(), (*sources.Reader).Read)
		if err := ctx.Err(); err != nil {
			return err
		}
		set := d.collect()
		if len(set.waited) > 0 {
			last = d.missing(set.waited)
			if hopeless(set.waited) {
				return last
			}
		} else {
			d.tellOfReading()
			d.tried = set.digest()
			last = d.offer(ctx, set)
			var invalid *CompositionError
			switch {
			case last == nil:
				return nil
			case !errors.As(last, &invalid):
				return last
			case len(set.missing) == 0:
				return d.fallBack(ctx, last)
			}
			// What is missing may be what the others need.
		}
		d.tellOfWaiting(last)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return d.fallBack(ctx, fmt.Errorf("no supergraph within %s: %w", d.o.StartTimeout, last))
		case <-time.After(pause):
		}
	}
}

// unread are the parts that have not been read.
func (d *Delivery) unread() []*part {
	var parts []*part
	for _, p := range d.parts {
		if !p.reader.HasRead() {
			parts = append(parts, p)
		}
	}
	return parts
}

// hopeless tells whether waiting would not help: a file that is needed is not
// there.
func hopeless(waited []*part) bool {
	for _, p := range waited {
		if p.local() && p.policy != Skip {
			return true
		}
	}
	return false
}

// missing is the error for parts that could not be read.
func (d *Delivery) missing(parts []*part) error {
	if d.o.File != "" {
		return d.noFile(parts[0].err)
	}
	lines := make([]string, len(parts))
	for i, p := range parts {
		lines[i] = fmt.Sprint(p.err)
	}
	return fmt.Errorf("schemas of subgraphs cannot be read:\n  %s\nstart these subgraphs, correct supergraph.subgraphs, or set on_missing for them", strings.Join(lines, "\n  "))
}

// fallBack serves the last good version after all, or returns why there is no
// other.
func (d *Delivery) fallBack(ctx context.Context, cause error) error {
	if !d.o.FallBack {
		return cause
	}
	set := &set{}
	for _, p := range d.parts {
		if p.stored == nil {
			return cause // the last good version is of other subgraphs
		}
		set.subgraphs = append(set.subgraphs, *p.stored)
	}
	d.refused = true
	d.log.Error("starting with the schemas that were last good", zap.String("file", d.o.LastGood), zap.String("cause", brief(cause)), advice(cause))
	if err := d.offer(ctx, set); err != nil {
		return errors.Join(cause, fmt.Errorf("the schemas in %s do not serve either: %w", d.o.LastGood, err))
	}
	return nil
}
