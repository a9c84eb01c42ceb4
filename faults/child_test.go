//go:build unix

package faults_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
	"github.com/unjam/unjam-jobs-app/faults/host"
	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/process"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// What the test binary does when it is started as the plugin's program.
var (
	childAhead = flag.Duration("faults.ahead", 0, "internal: how far a child's clock is ahead")
	childServe = flag.Bool("faults.plugin", false, "internal: be the plugin's program, on the store that the environment names")
)

// storeVariable is how Grafana hands the store's location to the plugin.
const storeVariable = "GF_PLUGIN_STORE"

// The files over which the parent steers a child: its orders and its reports.
const (
	ordersFile  = 3
	reportsFile = 4
)

// quickly is a timing under which an action takes a moment. What is waited for
// may take long, since machines are busy. ReconcileFor is longer than all that
// the clocks of one test run ahead.
var quickly = action.Timing{Read: 5 * time.Second, Act: 10 * time.Second, Verify: 150 * time.Millisecond, VerifyEvery: 10 * time.Millisecond, ReconcileFor: 365 * 24 * time.Hour}

// TestMain lets the test binary be the plugin's program.
func TestMain(m *testing.M) {
	flag.Parse()
	if !*childServe {
		os.Exit(runTests(m))
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "the plugin's program failed:", err)
		os.Exit(1)
	}
}

func runTests(m *testing.M) int {
	var err error
	if programs.folder, err = os.MkdirTemp("", "unjam-faults-"); err != nil {
		fmt.Fprintln(os.Stderr, "no folder for programs:", err)
		return 1
	}
	defer os.RemoveAll(programs.folder)
	defer postgrestest.Stop()
	return m.Run()
}

// serve does what the plugin's main does, with a store that can kill, a clock
// that can be put forward, and a quick timing.
func serve() error {
	child := &mortal{reports: os.NewFile(reportsFile, "reports")}
	child.ahead.Store(int64(*childAhead))
	shared := process.Open(context.Background(), os.Getenv(storeVariable), "given by a test", log.DefaultLogger)
	defer shared.Close()
	if shared.StoreErr != nil {
		return shared.StoreErr
	}
	timelines, ok := shared.Store.(watch.Store)
	if !ok {
		return fmt.Errorf("a %T keeps no timelines", shared.Store)
	}
	shared.Registry.Close()
	shared.Registry = watch.NewRegistry(watch.Options{Store: &aheadTimelines{Store: timelines, child: child}, Logger: log.DefaultLogger, Now: child.now})
	shared.Store, shared.Now, shared.Timing = &mortalStore{Store: shared.Store, child: child}, child.now, quickly
	go child.obey(os.NewFile(ordersFile, "orders"))
	return datasource.Manage(host.PluginID, shared.NewDatasource, datasource.ManageOpts{})
}

// mortal is what a child does by order of its parent.
type mortal struct {
	// ahead is how far its clock is ahead.
	ahead atomic.Int64

	reporting sync.Mutex
	reports   *os.File

	mu sync.Mutex
	// deadly is the point at which it kills itself, with the job that it is
	// about; empty for none.
	deadly string
}

func (m *mortal) now() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) }

// report tells the parent something, in one line. It is in the pipe when
// report returns, whatever becomes of the child.
func (m *mortal) report(words ...any) {
	m.reporting.Lock()
	defer m.reporting.Unlock()
	_, _ = fmt.Fprintln(m.reports, words...)
}

// obey carries out the parent's orders, each of them a word and its object.
func (m *mortal) obey(orders *os.File) {
	lines := bufio.NewScanner(orders)
	for lines.Scan() {
		order, object, _ := strings.Cut(lines.Text(), " ")
		m.mu.Lock()
		switch order {
		case orderForward:
			if by, err := time.ParseDuration(object); err == nil {
				m.ahead.Add(int64(by))
			}
		case orderDie:
			m.deadly = object
		}
		m.mu.Unlock()
		m.report(reportDone)
	}
}

// The orders to a child and its reports.
const (
	orderForward = "forward"
	orderDie     = "die"
	reportDone   = "done"
	// reportBegan names the job of an action that was recorded, and its id.
	reportBegan = "began"
)

// isDeadly tells whether a point, for a job, is the one to die at.
func (m *mortal) isDeadly(point string, job coordinator.JobID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deadly == point+" "+string(job)
}
