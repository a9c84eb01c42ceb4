//go:build unix

// Command bench measures what Unjam promises in figures and prints one table:
//
//	npm run bench -- [--only NAME,…] [--runs N] [--dir FOLDER] [--list]
//
// It ends with 1 when a figure is over its limit. Figures of one run are
// comparable with each other; those of two machines are not. A new measure is
// a function beside the others and a line in measures.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/engines/postgres/pgserver"
)

// defaultRuns is enough for a 99th percentile.
const defaultRuns = 400

func main() {
	if todo := os.Getenv(childVariable); todo != "" {
		if err := runChild(todo); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench is what a measure works with.
type bench struct {
	// runs is how often something is done that is to be measured.
	runs int
	// dir is a folder for data, on the disk that is to be measured; root is the
	// module's folder.
	dir  string
	root string
	// programs keeps what was built.
	programs map[string]string
}

var errOverLimit = errors.New("a figure is over its limit")

func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "names of measures, with commas")
	runs := flags.Int("runs", defaultRuns, "how often an action is measured")
	dir := flags.String("dir", os.TempDir(), "a folder on the disk that is to be measured")
	list := flags.Bool("list", false, "name the measures")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	if *list {
		for _, measure := range chosen {
			fmt.Fprintf(out, "%s: %s\n", measure.name, measure.what)
		}
		return nil
	}
	b := &bench{runs: *runs, programs: map[string]string{}}
	if b.root, err = pgserver.ModuleRoot(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(*dir, "unjam-bench-"); err != nil {
		return fmt.Errorf("a folder for data: %w", err)
	}
	defer os.RemoveAll(b.dir)
	return b.measure(ctx, chosen, out)
}

// choose gives the measures of these names; all without any.
func choose(only string) ([]measure, error) {
	if only == "" {
		return measures, nil
	}
	var chosen []measure
	for name := range strings.SplitSeq(only, ",") {
		index := slices.IndexFunc(measures, func(m measure) bool { return m.name == strings.TrimSpace(name) })
		if index < 0 {
			return nil, fmt.Errorf("there is no measure %q; --list names them", name)
		}
		chosen = append(chosen, measures[index])
	}
	return chosen, nil
}

// measure takes all measures and prints the table. One that fails does not
// take the others along.
func (b *bench) measure(ctx context.Context, chosen []measure, out io.Writer) error {
	var rows []row
	var failures []error
	for _, one := range chosen {
		fmt.Fprintf(out, "%s: %s …\n", one.name, one.what)
		figures, err := one.take(ctx, b)
		var missing notHere
		if errors.As(err, &missing) {
			rows = append(rows, row{measure: one.name, figure: figure{name: "not measured: " + missing.Error()}})
			continue
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", one.name, err))
			continue
		}
		for _, figure := range figures {
			rows = append(rows, row{measure: one.name, figure: figure})
			if figure.over() {
				failures = append(failures, fmt.Errorf("%s: %s: %w", one.name, figure.name, errOverLimit))
			}
		}
	}
	fmt.Fprintln(out)
	printTable(out, rows)
	return errors.Join(failures...)
}
