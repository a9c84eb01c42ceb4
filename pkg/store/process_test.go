//go:build unix

package store

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// What the test binary does when it is started as a second process, and where.
var (
	childDoes  = flag.String("store.child", "", "internal: what a child process does")
	childStore = flag.String("store.location", "", "internal: the location that a child process opens")
)

// nobody is the user without rights that every Unix has.
const nobody = 65534

// TestMain lets the test binary be the other process of the tests below.
func TestMain(m *testing.M) {
	flag.Parse()
	if *childDoes == "" {
		code := m.Run()
		postgrestest.Stop()
		os.Exit(code)
	}
	_, _ = fmt.Fprintln(os.Stdout, "result:", childResult(*childDoes, *childStore))
	if strings.HasPrefix(*childDoes, "stay") {
		time.Sleep(time.Minute) // until it is killed
	}
}

func childResult(does, location string) string {
	ctx := context.Background()
	s, err := Open(ctx, location)
	if err != nil {
		return err.Error()
	}
	switch does {
	case "stay in a transaction":
		tx, err := s.writer.BeginTx(ctx, nil)
		if err != nil {
			return err.Error()
		}
		// Enough that SQLite has written pages to the disk already.
		for n := range 1500 {
			entry := entryOf(strings.Repeat("x", 2000))
			if _, err := appendAudit(ctx, tx, ours, entry); err != nil {
				return fmt.Sprint(n, err)
			}
		}
		return "in the middle"
	case "stay after begin":
		if _, err := s.Begin(ctx, ours, beginOf(planOf("plan-1", job))); err != nil {
			return err.Error()
		}
		return "begun"
	case "budget":
		won := 0
		for n := range raceJobs {
			id := fmt.Sprintf("plan-%d-%d", os.Getpid(), n)
			plan := planOf(id, coordinator.JobID(id))
			if err := s.SavePlan(ctx, ours, plan); err != nil {
				return err.Error()
			}
			begin := beginOf(plan)
			begin.Budget = raceBudget
			_, err := s.Begin(ctx, ours, begin)
			var spent *action.BudgetError
			switch {
			case err == nil:
				won++
			case !errors.As(err, &spent):
				return err.Error()
			}
		}
		return fmt.Sprint(won)
	case "append":
		for range raceRows {
			if _, err := s.Append(ctx, ours, entryOf("by one of them")); err != nil {
				return err.Error()
			}
		}
		return "appended"
	case "race":
		won := 0
		for n := range raceJobs {
			_, err := s.Begin(ctx, ours, beginOf(planOf(numbered("plan", n), job)))
			var inFlight *action.InFlightError
			switch {
			case err == nil:
				won++
			case !errors.As(err, &inFlight) && !errors.Is(err, action.ErrPlanUsed):
				return err.Error()
			}
		}
		return fmt.Sprint(won)
	case "open":
		return fmt.Sprint("opened ", s.Close())
	}
	return "it does not know what to do"
}

const (
	// raceJobs is how many plans each racing process confirms.
	raceJobs = 20
	// raceBudget is how many of them may begin, where the budget is raced for.
	raceBudget = 3
	// raceRows is how many rows each racing process appends.
	raceRows = 50
)

// child starts the test binary as a second process and gives its result. It is
// killed at the end of the test, or when kill is called.
func child(t *testing.T, does, location string, change func(*exec.Cmd)) (result func() string, kill func()) {
	t.Helper()
	executable, err := os.Executable()
	must(t, err)
	command := exec.CommandContext(t.Context(), executable, "-store.child="+does, "-store.location="+location)
	if change != nil {
		change(command)
	}
	output, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	ended := false
	kill = func() {
		if !ended {
			ended = true
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	}
	t.Cleanup(kill)
	return func() string {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if result, found := strings.CutPrefix(lines.Text(), "result: "); found {
				return result
			}
		}
		t.Fatalf("the other process ended without a result: %v", lines.Err())
		return ""
	}, kill
}

// forEachDatabase runs a story on an empty store of each kind.
func forEachDatabase(t *testing.T, story func(t *testing.T, location string)) {
	t.Run("SQLite", func(t *testing.T) { story(t, "sqlite:"+filepath.Join(t.TempDir(), "unjam.db")) })
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgrestest.Start(t)
		story(t, server.Location(server.NewDatabase(t)))
	})
}

func TestS35_KillInTheMiddleLeavesNothing(t *testing.T) {
	forEachDatabase(t, func(t *testing.T, location string) {
		s := openAt(t, location)
		trailOf(t, s, ours, 3)
		// Given another process that is killed in a transaction.
		result, kill := child(t, "stay in a transaction", location, nil)
		if got := result(); got != "in the middle" {
			t.Fatal(got)
		}
		if path, isFile := strings.CutPrefix(location, "sqlite:"); isFile {
			if wal, err := os.Stat(path + "-wal"); err != nil || wal.Size() < 1<<20 {
				t.Fatalf("the transaction should have reached the disk: %v, %v", wal, err)
			}
		}
		kill()
		// Then nothing of it is there, for those who go on and for those who come.
		holds(t, s, ours, 3)
		trailOf(t, s, ours, 1)
		must(t, s.Close())
		s = openAt(t, location)
		holds(t, s, ours, 4)
	})
}

func TestS32_KillAfterBeginKeepsTheRecord(t *testing.T) {
	forEachDatabase(t, func(t *testing.T, location string) {
		s := openAt(t, location)
		must(t, s.SavePlan(t.Context(), ours, planOf("plan-1", job)))
		must(t, s.Close())
		// Given a process that is killed as soon as Begin returned.
		result, kill := child(t, "stay after begin", location, nil)
		if got := result(); got != "begun" {
			t.Fatal(got)
		}
		kill()
		// Then the next one finds the action under way, and does not begin it again.
		s = openAt(t, location)
		intent, found, err := s.InFlight(t.Context(), cluster, job)
		if err != nil || !found || intent.ID != "plan-1" || intent.Phase != action.PhaseIntended {
			t.Fatalf("%+v, %v, %v", intent, found, err)
		}
		if _, err := s.Begin(t.Context(), ours, beginOf(planOf("plan-1", job))); !errors.Is(err, action.ErrPlanUsed) {
			t.Fatalf("after the restart: %v", err)
		}
		holds(t, s, ours, 1)
	})
}

// raceOf starts three processes that do the same at once, and counts their
// results.
func raceOf(t *testing.T, does, location string) map[string]int {
	t.Helper()
	var results []func() string
	for range 3 {
		result, _ := child(t, does, location, nil)
		results = append(results, result)
	}
	counted := map[string]int{}
	for _, result := range results {
		counted[result()]++
	}
	return counted
}

func TestS28_SeveralProcessesConfirm(t *testing.T) {
	forEachDatabase(t, func(t *testing.T, location string) {
		s := openAt(t, location)
		for n := range raceJobs {
			must(t, s.SavePlan(t.Context(), ours, planOf(numbered("plan", n), job)))
		}
		if won := raceOf(t, "race", location); won["1"] != 1 || won["0"] != 2 {
			t.Fatalf("actions begun by each process: %v, want one by one of them", won)
		}
		holds(t, s, ours, 1)
	})
}

func TestS37_SeveralProcessesHaveOneBudget(t *testing.T) {
	forEachDatabase(t, func(t *testing.T, location string) {
		s := openAt(t, location)
		won := 0
		for begun, processes := range raceOf(t, "budget", location) {
			n, err := strconv.Atoi(begun)
			must(t, err)
			won += n * processes
		}
		if won != raceBudget {
			t.Fatalf("%d actions began, and the budget is %d", won, raceBudget)
		}
		holds(t, s, ours, raceBudget)
	})
}

func TestS43_SeveralProcessesHaveOneChain(t *testing.T) {
	forEachDatabase(t, func(t *testing.T, location string) {
		s := openAt(t, location)
		if appended := raceOf(t, "append", location); appended["appended"] != 3 {
			t.Fatal(appended)
		}
		holds(t, s, ours, 3*raceRows)
	})
}

func TestSeveralProcessesMakeTheSchema(t *testing.T) {
	forEachDatabase(t, func(t *testing.T, location string) {
		if opened := raceOf(t, "open", location); opened["opened <nil>"] != 3 {
			t.Fatal(opened)
		}
		openAt(t, location)
	})
}

func TestS35_ReadOnly(t *testing.T) {
	for _, test := range []struct {
		name  string
		make  bool // a store is there before
		modes map[string]os.FileMode
		says  string
	}{
		{"folder, no store yet", false, map[string]os.FileMode{"": 0o555}, "may not be written"},
		{"folder and store", true, map[string]os.FileMode{"": 0o555, "unjam.db": 0o444}, "can be read only"},
		{"folder alone", true, map[string]os.FileMode{"": 0o555, "unjam.db": 0o666}, "can be read only"},
		{"store alone", true, map[string]os.FileMode{"": 0o777, "unjam.db": 0o444}, "can be read only"},
		{"store that may not even be read", true, map[string]os.FileMode{"": 0o777, "unjam.db": 0}, "may not be written"},
	} {
		t.Run(test.name, func(t *testing.T) {
			// Root may write everything, so a process of another user tries.
			top, err := os.MkdirTemp("", "unjam-read-only-")
			must(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(top) })
			must(t, os.Chmod(top, 0o755))
			folder := filepath.Join(top, "folder")
			must(t, os.Mkdir(folder, 0o755))
			path := filepath.Join(folder, "unjam.db")
			if test.make {
				s := openFile(t, path)
				trailOf(t, s, ours, 3)
				must(t, s.Close())
			}
			for name, mode := range test.modes {
				must(t, os.Chmod(filepath.Join(folder, name), mode))
			}
			result, _ := child(t, "open", "sqlite:"+path, func(command *exec.Cmd) {
				if os.Geteuid() == 0 {
					command.Path = copyOf(t, command.Path, top)
					command.Dir = top
					command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
				}
			})
			got := result()
			t.Log(got)
			if !strings.Contains(got, test.says) {
				t.Fatalf("%s\ndoes not say %q", got, test.says)
			}
		})
	}
}

// copyOf puts the test binary where another user may run it.
func copyOf(t *testing.T, executable, folder string) string {
	t.Helper()
	from, err := os.Open(executable)
	must(t, err)
	defer from.Close()
	path := filepath.Join(folder, "store.test")
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	must(t, err)
	_, err = io.Copy(to, from)
	must(t, errors.Join(err, to.Close()))
	return path
}
