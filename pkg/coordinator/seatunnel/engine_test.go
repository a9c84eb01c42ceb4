//go:build engine

package seatunnel

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// These tests run against a real SeaTunnel Zeta, which they start and stop by
// engines/seatunnel:
//
//	go test -tags engine -run TestEngine -v ./pkg/coordinator/seatunnel
//
// They are skipped, with the reason, where Java or Maven is missing.

var engineDir = flag.String("engine.dir", "", "run directory of a cluster that runs already (started with --masters 2 --fault-agent --time-zone Asia/Shanghai); empty: start one")

const (
	engineCLI = "../../../engines/seatunnel/cli.mjs"
	// exitToolMissing is the CLI's exit code when Java or Maven is missing.
	exitToolMissing = 3
	// engineBound is how long a state may take to come about on a busy machine;
	// on an idle one it takes 2 s.
	engineBound = 45 * time.Second
	enginePause = 200 * time.Millisecond
	// enginePollDeadline is short enough to see that polls keep it.
	enginePollDeadline = 4 * time.Second
)

// engine is a running cluster.
type engine struct {
	t     *testing.T
	dir   string
	Nodes []struct {
		Name, Role    string
		RestV1        string
		RestV2        *string
		HazelcastPort int
	}
	DeclaredVersion string
}

// startEngine starts a cluster of two masters and a worker; it ends with the
// test.
func startEngine(t *testing.T, version string) *engine {
	t.Helper()
	e := &engine{t: t, dir: *engineDir}
	if e.dir != "" {
		e.decode(e.cli("status"))
		return e
	}
	e.dir = t.TempDir()
	t.Cleanup(func() {
		if _, err := exec.Command("node", engineCLI, "stop", "--dir", e.dir).Output(); err != nil {
			t.Errorf("stopping the engine: %v", err)
		}
	})
	e.decode(e.cli("start", "--version", version, "--masters", "2", "--workers", "1", "--fault-agent",
		"--time-zone", "Asia/Shanghai", "--owner-pid", strconv.Itoa(os.Getpid())))
	return e
}

// cli runs a command of the engine's CLI and gives its JSON.
func (e *engine) cli(arguments ...string) []byte {
	e.t.Helper()
	output, err := exec.Command("node", append([]string{engineCLI}, append(arguments, "--dir", e.dir)...)...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		said := strings.TrimSpace(string(exit.Stderr))
		if exit.ExitCode() == exitToolMissing {
			e.t.Skipf("no real engine here: %s", said)
		}
		if strings.Contains(said, "There is no engine") {
			e.t.Skipf("engines/seatunnel has no such engine: %s", said)
		}
		e.t.Fatalf("%v: %v: %s", arguments, err, said)
	}
	if errors.Is(err, exec.ErrNotFound) {
		e.t.Skipf("no real engine here: %v", err)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return output
}

func (e *engine) decode(output []byte) {
	e.t.Helper()
	if err := json.Unmarshal(output, e); err != nil {
		e.t.Fatalf("the engine's JSON: %v: %s", err, output)
	}
}

func (e *engine) submit(name string) coordinator.JobID {
	e.t.Helper()
	var submitted struct{ JobID coordinator.JobID }
	if err := json.Unmarshal(e.cli("submit", "--name", name), &submitted); err != nil {
		e.t.Fatal(err)
	}
	return submitted.JobID
}

// client gives a client for the cluster as it would be configured.
func (e *engine) client(t *testing.T) coordinator.Client {
	return newTestClient(t, func(c *Config) {
		for _, node := range e.Nodes {
			address := node.RestV1
			if node.RestV2 != nil {
				address = *node.RestV2
			}
			if node.Role == roleMaster {
				c.Masters = append(c.Masters, address)
			} else {
				c.Workers = append(c.Workers, address)
			}
		}
		c.TimeZone = shanghai(t)
		c.RequestTimeout, c.PollDeadline = 2*time.Second, enginePollDeadline
	})
}

// eventually waits until check is content.
func eventually(t *testing.T, what string, check func() (ok bool, last any)) {
	t.Helper()
	var last any
	for end := time.Now().Add(engineBound); time.Now().Before(end); time.Sleep(enginePause) {
		var ok bool
		if ok, last = check(); ok {
			return
		}
	}
	t.Fatalf("%s did not come about within %v; last: %s", what, engineBound, asJSON(last))
}

func hasState(s *coordinator.Snapshot, id coordinator.JobID, state coordinator.State) bool {
	for _, job := range s.Jobs {
		if job.ID == id {
			return job.State == state
		}
	}
	return false
}

func TestEngine238(t *testing.T) { engineStory(t, "2.3.8", "REST v1") }

func TestEngineV2(t *testing.T) { engineStory(t, "v2", "REST v2") }

// engineStory goes through a cluster's good and bad days.
func engineStory(t *testing.T, version, dialect string) {
	e := startEngine(t, version)
	client := e.client(t)
	ctx := context.Background()
	threadsOf := func(t *testing.T, id coordinator.JobID) int {
		t.Helper()
		threads, err := client.TaskThreads(ctx)
		if err != nil || len(threads) != 1 || threads[0].Err != nil {
			t.Fatalf("threads are %+v, %v", threads, err)
		}
		return threads[0].Tasks[id]
	}
	running := func(t *testing.T, name string) coordinator.JobID {
		t.Helper()
		id := e.submit(name)
		eventually(t, "a running job", func() (bool, any) {
			s := snapshot(t, client)
			return s.Complete && hasState(s, id, coordinator.StateRunning) && threadsOf(t, id) > 0, s
		})
		return id
	}

	t.Run("health", func(t *testing.T) {
		probe, err := client.Probe(ctx)
		if err != nil || probe.Dialect != dialect || probe.Version != e.DeclaredVersion || probe.Workers != 1 || len(probe.Warnings) != 0 {
			t.Errorf("probe is %s, %v", asJSON(probe), err)
		}
		if probe.Clock.Skew.Abs() > 5*time.Second || !probe.Clock.Known {
			t.Errorf("clock is %+v", probe.Clock)
		}
		if probe.Capabilities.ForceStop.Supported {
			t.Errorf("%s has no force stop", probe.Version)
		}
	})

	t.Run("a cancel ends with proof", func(t *testing.T) {
		before := time.Now()
		id := running(t, `Über "job" <img>`)
		s := snapshot(t, client)
		job := s.Jobs[0]
		if job.Name != `Über "job" <img>` || job.CreateTime.Before(before.Add(-5*time.Second)) || job.CreateTime.After(time.Now().Add(5*time.Second)) {
			t.Errorf("job is %s; its create time must be about now", asJSON(job))
		}
		if masters, split := s.SplitMasters(); split || len(masters) != 1 || s.Master != masters[0] || len(s.Members) != 3 {
			t.Errorf("masters are %v, members %+v, views %+v, notes %q", masters, s.Members, s.Masters, s.Notes)
		}
		reading, err := client.Job(ctx, s.Address, id)
		if err != nil || reading.Proof != coordinator.ProofOpen || reading.Master != s.Master || reading.Job.CreateTime != job.CreateTime {
			t.Errorf("reading is %s, %v", asJSON(reading), err)
		}
		if answer, err := client.Stop(ctx, coordinator.StopRequest{Address: s.Address, Job: id}); err != nil || answer.Status != 200 {
			t.Fatalf("stop: %+v, %v", answer, err)
		}
		eventually(t, "a proven end", func() (bool, any) {
			reading, err = client.Job(ctx, s.Address, id)
			return err == nil && reading.Proof == coordinator.ProofEnded, reading
		})
		if reading.Job.State != coordinator.StateCanceled || reading.Job.CreateTime != job.CreateTime {
			t.Errorf("reading is %s", asJSON(reading))
		}
		// 2.3.13 tells the time of the end some moments after the end itself.
		eventually(t, "a finish time", func() (bool, any) {
			reading, err = client.Job(ctx, s.Address, id)
			return err == nil && !reading.Job.FinishTime.IsZero(), reading
		})
		if s := snapshot(t, client); !s.Complete || len(s.Jobs) != 0 {
			t.Errorf("open jobs are %s", asJSON(s.Jobs))
		}
		if _, err := client.Job(ctx, "", "123"); !errors.Is(err, coordinator.ErrNotFound) {
			t.Errorf("an unknown job: %v", err)
		}
	})

	t.Run("a lost final status stays in CANCELING without task threads", func(t *testing.T) {
		id := running(t, "lost")
		e.cli("fault", "--lose-final-status", "on")
		defer e.cli("fault", "--lose-final-status", "off")
		s := snapshot(t, client)
		for range 2 { // the second cancel changes nothing
			if _, err := client.Stop(ctx, coordinator.StopRequest{Address: s.Address, Job: id}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the end of the task threads", func() (bool, any) {
				n := threadsOf(t, id)
				return n == 0, n
			})
		}
		time.Sleep(time.Second)
		s = snapshot(t, client)
		if !s.Complete || !hasState(s, id, coordinator.StateCanceling) {
			t.Errorf("snapshot is %s", asJSON(s))
		}
		if reading, err := client.Job(ctx, s.Address, id); err != nil || reading.Proof != coordinator.ProofOpen || reading.Job.State != coordinator.StateCanceling {
			t.Errorf("reading is %s, %v", asJSON(reading), err)
		}
		_, delivered, err := stop(t, client, coordinator.StopRequest{Address: s.Address, Job: id, Force: true})
		wantError(t, err, coordinator.ErrNotSupported, "needs SeaTunnel 3.0.0 or newer, this one says "+e.DeclaredVersion)
		if delivered != coordinator.DeliveredNo {
			t.Errorf("delivered %q", delivered)
		}
	})

	t.Run("S14 a frozen worker lets the poll end in time", func(t *testing.T) {
		id := running(t, "frozen")
		e.cli("freeze", "--node", "worker-1")
		defer e.cli("thaw", "--node", "worker-1")
		var s *coordinator.Snapshot
		within(t, enginePollDeadline, func() { s = snapshot(t, client) })
		if s.Complete || s.Workers != 1 || s.Version != e.DeclaredVersion || len(s.Notes) == 0 {
			t.Errorf("snapshot is %s", asJSON(s))
		}
		wantParts(t, joined(s.Notes), "does not answer /running-jobs while it answers /overview")
		t.Logf("notes: %q", s.Notes)
		if dialect == "REST v2" {
			believed := false
			for _, belief := range s.Believed {
				believed = believed || belief.Job == id
			}
			if !believed {
				t.Errorf("the master believes %v", s.Believed)
			}
		}
		within(t, enginePollDeadline, func() {
			if _, err := client.Job(ctx, "", id); !errors.Is(err, coordinator.ErrUnreachable) {
				t.Errorf("reading the job: %v", err)
			}
		})
		within(t, enginePollDeadline, func() {
			if threads, err := client.TaskThreads(ctx); err != nil || threads[0].Err == nil {
				t.Errorf("threads are %+v, %v", threads, err)
			}
		})
	})
}
