//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// measure is something to be measured, which gives one or more figures.
type measure struct {
	// name is for --only, what says what it is.
	name string
	what string
	// take measures it; the error is a notHere where this machine lacks
	// something for it.
	take func(ctx context.Context, b *bench) ([]figure, error)
}

// notHere says why something cannot be measured on this machine.
type notHere string

// Error gives the reason.
func (n notHere) Error() string { return string(n) }

// measures are all of them, in the order of the table.
var measures = []measure{
	{
		name: "act-sqlite", what: "plan and confirm, with SQLite on a disk",
		take: func(ctx context.Context, b *bench) ([]figure, error) { return actOverhead(ctx, b, sqliteStore) },
	},
	{
		name: "act-postgres", what: "plan and confirm, with PostgreSQL",
		take: func(ctx context.Context, b *bench) ([]figure, error) { return actOverhead(ctx, b, postgresStore) },
	},
	{
		name: "store", what: "the store's own benchmarks",
		take: goBenchmarks("./pkg/store"),
	},
	{
		name: "seatunnel", what: "decoding SeaTunnel's answers, beside encoding/json",
		take: goBenchmarks("./pkg/coordinator/seatunnel"),
	},
	{
		name: "scale", what: "50,000 jobs in one SeaTunnel: answers, memory, CPU and reads, beside encoding/json (6 minutes)",
		take: ofManyJobs,
	},
	{
		name: "cloverdx", what: "a poll of 30 CloverDX nodes with 1,000 running and 20,000 ended executions",
		take: cloverDX,
	},
	{
		name: "cloverdx-list", what: "reading CloverDX's running executions, beside encoding/json",
		take: goBenchmarks("./pkg/coordinator/cloverdx"),
	},
	{
		name: "jgroups", what: "reading the messaging layer of 30 nodes, beside encoding/json",
		take: goBenchmarks("./pkg/coordinator/jgroups"),
	},
	{
		name: "delivery", what: "the deliveries between 30 nodes",
		take: goBenchmarks("./pkg/delivery"),
	},
	{
		name: "generic", what: "decoding a generic coordinator's answers, beside encoding/json",
		take: goBenchmarks("./pkg/coordinator/generic"),
	},
}

// build gives the path of a program of this module.
func (b *bench) build(ctx context.Context, folder string) (string, error) {
	if path := b.programs[folder]; path != "" {
		return path, nil
	}
	path := filepath.Join(b.dir, "program-"+filepath.Base(folder))
	command := exec.CommandContext(ctx, "go", "build", "-o", path, folder)
	command.Dir = b.root
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", folder, err, said)
	}
	b.programs[folder] = path
	return path, nil
}

// folder makes a new folder for data.
func (b *bench) folder() (string, error) { return os.MkdirTemp(b.dir, "data-") }
