//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/engines/postgres/pgserver"
)

// TestMain lets the test's program be a child, as the program itself.
func TestMain(m *testing.M) {
	if todo := os.Getenv(childVariable); todo != "" {
		if err := runChild(todo); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// quickScale is enough to see that the measures work, and that nothing has
// become many times as dear.
var quickScale = scale{
	jobs: 5_000, stuck: 12, sizes: []int{2_000}, polls: 2, decodings: 3, readers: 4, interval: 2, intervals: 3,
	steps: []int{500, 1_000}, stepPolls: 2, settling: 1,
}

// The limits while other tests keep the machine busy: times are many times as
// long, and of few polls one that meets a collection of garbage is dear.
const (
	mostBusyLatency    = 2_000 // ms
	mostBusyMemory     = 150   // MB
	mostBusyReads      = 8     // polls a minute
	mostBusyPollCPU    = 5     // × decoding the same with encoding/json
	mostBusyUnevenness = 60    // %
)

// TestManyJobsAreMeasured keeps the measure from rotting. The promise itself is
// for `npm run bench`.
func TestManyJobsAreMeasured(t *testing.T) {
	root, err := pgserver.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{dir: t.TempDir(), root: root, programs: map[string]string{}}
	figures, err := manyJobs(t.Context(), b, quickScale, quickScale.sizes[0], false)
	if err != nil {
		t.Fatal(err)
	}
	each, err := costOfAJob(t.Context(), b, quickScale)
	if err != nil {
		t.Fatal(err)
	}
	figures = append(figures, each...)
	var rows []row
	for _, one := range figures {
		rows = append(rows, row{"scale", one})
	}
	var table strings.Builder
	printTable(&table, rows)
	t.Log("\n" + table.String())
	for _, busy := range []limit{
		{"p99", mostBusyLatency}, {"JSON", mostStuckSize}, {"peak", mostBusyMemory}, {"polls", mostBusyReads}, {ratioLabel, mostBusyPollCPU}, {unevenLabel, mostBusyUnevenness},
	} {
		held := 0
		for _, one := range figures {
			if one.limit == nil || one.limit.label != busy.label {
				continue
			}
			held++
			if loose := (figure{values: one.values, limit: &busy}); loose.over() {
				t.Errorf("%s: %+v is over %v", one.name, one.values, busy.most)
			}
		}
		if held == 0 {
			t.Errorf("nothing is held against %s", busy.label)
		}
	}
}

func TestUnevenness(t *testing.T) {
	for _, test := range []struct {
		costs []float64
		want  float64
	}{{[]float64{10, 10, 10}, 0}, {[]float64{8, 10, 12}, 20}, {[]float64{12, 8}, 20}} {
		if got := unevenness(test.costs); got != test.want {
			t.Errorf("%v are off by %v, not %v", test.costs, got, test.want)
		}
	}
	if got := mean([]time.Duration{1, 3}); got != 2 {
		t.Errorf("the mean is %v", got)
	}
}

func TestAProcessTellsWhatItTook(t *testing.T) {
	for began := time.Now(); time.Since(began) < 3*clockTick; {
		_ = strings.Repeat("busy", 1000)
	}
	if own, told := ownCPU(), cpuOf(os.Getpid()); told == 0 || (own-told).Abs() > time.Second {
		t.Errorf("/proc tells %s, the system %s", told, own)
	}
	if peak, err := peakMemory(os.Getpid()); err != nil || peak < 1e6 {
		t.Errorf("the peak is %v, %v", peak, err)
	}
	if got := cpuOf(0); got != 0 {
		t.Errorf("no process has taken %s", got)
	}
}
