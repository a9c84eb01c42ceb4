//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// benchTime is how long one of Go's benchmarks runs.
const benchTime = "1s"

// benchmarkLine is a result of `go test -bench`: name, iterations, and pairs of
// number and unit.
var benchmarkLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+(\d+)\s+(.+)$`)

// goBenchmarks takes the Go benchmarks of a package.
func goBenchmarks(folder string) func(ctx context.Context, b *bench) ([]figure, error) {
	return func(ctx context.Context, b *bench) ([]figure, error) {
		command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", benchTime, folder)
		command.Dir = b.root
		said, err := command.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("go test -bench in %s: %w\n%s", folder, err, said)
		}
		return parseBenchmarks(string(said))
	}
}

// parseBenchmarks reads the lines of benchmarks; others are left out.
func parseBenchmarks(said string) ([]figure, error) {
	var figures []figure
	for line := range strings.Lines(said) {
		match := benchmarkLine.FindStringSubmatch(strings.TrimSpace(line))
		if match == nil {
			continue
		}
		one := figure{name: match[1]}
		fields := strings.Fields(match[3])
		for index := 0; index+1 < len(fields); index += 2 {
			number, err := strconv.ParseFloat(fields[index], 64)
			if err != nil {
				return nil, fmt.Errorf("a benchmark says %q: %w", line, err)
			}
			one.values = append(one.values, readable(number, fields[index+1]))
		}
		figures = append(figures, one)
	}
	if len(figures) == 0 {
		return nil, errors.New("there is no benchmark")
	}
	return figures, nil
}

// readable gives times in milliseconds and memory in MB.
func readable(number float64, unit string) value {
	switch unit {
	case "ns/op":
		return value{"each", number / 1e6, "ms"}
	case "B/op":
		return value{"", number / 1e6, "MB"}
	case "allocs/op":
		return value{"", number, "allocations"}
	}
	if label, ok := strings.CutSuffix(unit, "-µs"); ok {
		return value{label, number / 1e3, "ms"}
	}
	return value{"", number, unit}
}
