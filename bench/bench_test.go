//go:build unix

package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/engines/postgres/pgserver"
)

func TestPercentile(t *testing.T) {
	var took []time.Duration
	for n := range 100 {
		took = append(took, time.Duration(100-n)*time.Millisecond)
	}
	for _, test := range []struct {
		share int
		want  time.Duration
	}{{50, 50 * time.Millisecond}, {95, 95 * time.Millisecond}, {99, 99 * time.Millisecond}, {100, 100 * time.Millisecond}} {
		if got := percentile(took, test.share); got != test.want {
			t.Errorf("p%d of 1 to 100 ms is %s", test.share, got)
		}
	}
	if got := percentile([]time.Duration{time.Second}, 50); got != time.Second {
		t.Errorf("of one it is %s", got)
	}
	if got := percentile(nil, 95); got != 0 {
		t.Errorf("of none it is %s", got)
	}
}

func TestAFigureIsHeldAgainstItsLimit(t *testing.T) {
	values := []value{{"p50", 3, "ms"}, {"p95", 50, "ms"}}
	for _, test := range []struct {
		name  string
		limit *limit
		over  bool
	}{
		{"none", nil, false},
		{"just kept", &limit{"p95", 50}, false},
		{"exceeded", &limit{"p95", 49.9}, true},
		{"a value that was not measured", &limit{"p99", 100}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			one := figure{name: "x", values: values, limit: test.limit}
			if one.over() != test.over {
				t.Errorf("over is %v", one.over())
			}
			var table strings.Builder
			printTable(&table, []row{{"measure", one}})
			if strings.Contains(table.String(), "OVER") != test.over {
				t.Errorf("the table says\n%s", table.String())
			}
		})
	}
}

func TestGoBenchmarksAreRead(t *testing.T) {
	figures, err := parseBenchmarks(`goos: linux
BenchmarkAction-2         	     120	   9876543 ns/op	     12345 p95-µs	 2000000 B/op	   100 allocs/op
BenchmarkSave50000/first-2	       1	1000000000 ns/op
PASS
`)
	if err != nil || len(figures) != 2 {
		t.Fatalf("%+v, %v", figures, err)
	}
	want := []value{{"each", 9.876543, "ms"}, {"p95", 12.345, "ms"}, {"", 2, "MB"}, {"", 100, "allocations"}}
	if figures[0].name != "Action" || !slices.Equal(figures[0].values, want) || figures[1].name != "Save50000/first" {
		t.Errorf("%+v", figures)
	}
	if _, err := parseBenchmarks("PASS\n"); err == nil {
		t.Error("a package without benchmarks is no fault")
	}
}

func TestMeasuresAreChosenByName(t *testing.T) {
	chosen, err := choose("store, act-sqlite")
	if err != nil || len(chosen) != 2 || chosen[0].name != "store" || chosen[1].name != "act-sqlite" {
		t.Errorf("%+v, %v", chosen, err)
	}
	if _, err := choose("stor"); err == nil {
		t.Error("a name that is none is taken")
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"--list"}, &out); err != nil || strings.Count(out.String(), "\n") != len(measures) {
		t.Errorf("%q, %v", out.String(), err)
	}
}

const (
	// quickRuns are enough to see that the measure works, and that an action
	// has not become many times as slow.
	quickRuns = 40
	// mostTimes is how many bare durable transactions an action may take where
	// it takes longer than it should: then the machine is slow. 14 to 17 were
	// measured.
	mostTimes = 50
)

// TestOverheadOfAnAction keeps the measure from rotting. The promise itself is
// for `npm run bench`: a machine that is busy with tests is no yardstick.
func TestOverheadOfAnAction(t *testing.T) {
	root, err := pgserver.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{runs: quickRuns, dir: t.TempDir(), root: root, programs: map[string]string{}}
	figures, err := actOverhead(t.Context(), b, sqliteStore)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	printTable(&table, []row{{"act-sqlite", figures[0]}, {"act-sqlite", figures[len(figures)-1]}})
	t.Log("\n" + table.String())
	times := valueOf(t, figures, yardstickName, timesLabel)
	if figures[0].over() && times > mostTimes {
		t.Errorf("an action takes as long as %.0f bare durable transactions; at most %d are to be expected", times, mostTimes)
	}
}

func valueOf(t *testing.T, figures []figure, name, label string) float64 {
	t.Helper()
	for _, figure := range figures {
		for _, value := range figure.values {
			if figure.name == name && value.label == label {
				return value.number
			}
		}
	}
	t.Fatalf("there is no %q of %q in %+v", label, name, figures)
	return 0
}
