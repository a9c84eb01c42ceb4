// Package process builds all that one process of the backend shares: the store,
// the registry of watchers and the clock. The plugin's program and the
// workbench start with the same.
package process

import (
	"context"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/plugin"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// openPatience bounds the opening of the store, so that a locked file cannot
// keep the process from starting.
const openPatience = 20 * time.Second

// Process is a plugin.Process with what it must close at its end.
type Process struct {
	*plugin.Process
	// opened is nil when the store could not be opened.
	opened *store.Store
}

// Open opens the store at a location and builds the process around it. shown is
// how the location is named to people until it is opened: it may hold a
// password. A store that cannot be opened does not fail: monitoring goes on
// without it, actions are refused, and the health check says so. One whose
// server is away is used as soon as it is back.
func Open(ctx context.Context, location, shown string, logger watch.Logger) *Process {
	p := &Process{Process: &plugin.Process{StoreLocation: shown, Attempts: action.NewAttempts(time.Now), Log: logger, Now: time.Now, Timing: action.DefaultTiming()}}
	var timelines watch.Store
	var memories watch.Memories
	ctx, cancel := context.WithTimeout(ctx, openPatience)
	defer cancel()
	opened, err := store.Open(ctx, location, store.Patient(), store.WithClock(p.Now))
	if err != nil {
		p.StoreErr = err
	} else {
		p.opened = opened
		p.Store, timelines, memories, p.StoreLocation = opened, opened, opened, opened.Location()
		err = opened.Writable(ctx)
	}
	if err != nil {
		logger.Error("No record can be made: actions are refused", "store", p.StoreLocation, "error", err.Error())
	}
	p.Registry = watch.NewRegistry(watch.Options{Store: timelines, Memories: memories, Logger: logger, Now: time.Now})
	return p
}

// Close ends the watchers and waits for running acts, which still record what
// they learn, and closes the store after that.
func (p *Process) Close() error {
	p.Registry.Close()
	if p.opened == nil {
		return nil
	}
	return p.opened.Close()
}
