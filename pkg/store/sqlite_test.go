package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func TestSQLite(t *testing.T) {
	var mu sync.Mutex
	files := map[string]string{}
	testSuite(t, func(t *testing.T) *Store {
		t.Helper()
		mu.Lock()
		path, known := files[t.Name()]
		if !known {
			path = filepath.Join(t.TempDir(), "unjam.db")
			files[t.Name()] = path
		}
		mu.Unlock()
		return openFile(t, path)
	})
}

// openFile opens a store that the test closes at its end.
func openFile(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// raw opens a file as any other program would.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestDurabilityOfEveryConnection(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "unjam.db"))
	for pool, settings := range map[*sql.DB]map[string]string{
		s.writer:                       {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "trusted_schema": "0", "query_only": "0"},
		s.reader:                       {"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000", "trusted_schema": "0", "query_only": "1"},
		s.database.(*sqliteFile).fresh: {"journal_mode": "wal", "busy_timeout": "5000", "query_only": "1"},
	} {
		for setting, want := range settings {
			var got string
			must(t, pool.QueryRowContext(t.Context(), "PRAGMA "+setting).Scan(&got))
			if got != want {
				t.Errorf("%s is %s, want %s", setting, got, want)
			}
		}
	}
}

func TestQueriesUseTheirIndexes(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "unjam.db"))
	for query, index := range map[string]string{
		"SELECT body FROM intents WHERE cluster = ? AND job_id = ? AND " + unsettled:                                                                       "intents_in_flight",
		"SELECT at FROM intents WHERE cluster = ? AND kind = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?":                                               "intents_budget",
		"SELECT id FROM episodes WHERE org_id = ? AND ds_uid = ? AND until = 0":                                                                            "episodes_until",
		"SELECT id FROM plans WHERE org_id = ? AND ds_uid = ? AND expires_at < ? ORDER BY expires_at":                                                      "plans_expires_at",
		"SELECT id FROM topology_events WHERE org_id = ? AND ds_uid = ? AND at < ? ORDER BY at":                                                            "topology_events_at",
		"SELECT id FROM topology_events WHERE org_id = ? AND ds_uid = ? AND at >= ? AND at <= ? AND cluster = ? ORDER BY at DESC, id DESC LIMIT ?":         "topology_events_at",
		"SELECT became FROM topology_events WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ? AND job_id = ? ORDER BY at DESC, id DESC LIMIT 1": "topology_events_job",
		"SELECT count(*) FROM intents WHERE cluster = ? AND job_id = ? AND at <= ? AND (at >= ? OR outcome IN (?, ?, ?)) AND outcome <> ?":                 "intents_job",
		"SELECT id FROM episodes WHERE org_id = ? AND ds_uid = ? AND until >= ? AND cluster = ? AND since <= ?":                                            "episodes_until",
	} {
		values := make([]any, strings.Count(query, "?"))
		for n := range values {
			values[n] = 1
		}
		var id, parent, unused int
		var plan string
		must(t, s.reader.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+query, values...).Scan(&id, &parent, &unused, &plan))
		if !strings.Contains(plan, index) {
			t.Errorf("%s\nis answered by %q, want %s", query, plan, index)
		}
	}
}

func TestWriterTakesTheLockFirst(t *testing.T) {
	// Given a transaction that has only begun, when another process begins one
	// too, then it cannot: no check can be overtaken.
	path := filepath.Join(t.TempDir(), "unjam.db")
	s, other := openFile(t, path), openFile(t, path)
	tx, err := s.writer.BeginTx(t.Context(), nil)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := other.Writable(ctx); !errors.Is(err, ErrNotWritable) {
		t.Fatalf("two writers at once: %v", err)
	}
	// Readers go on meanwhile.
	if _, err := other.LoadTimeline(t.Context(), ours, cluster); err != nil {
		t.Fatal(err)
	}
	must(t, tx.Rollback())
	must(t, other.Writable(t.Context()))
}

func TestOpenOfANewFileByManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unjam.db")
	stores := make([]*Store, 8)
	var wait sync.WaitGroup
	for n := range stores {
		wait.Go(func() {
			s, err := Open(t.Context(), "sqlite:"+path)
			if err != nil {
				t.Error(err)
				return
			}
			stores[n] = s
		})
	}
	wait.Wait()
	for _, s := range stores {
		if s != nil {
			must(t, s.Writable(t.Context()))
			must(t, s.Close())
		}
	}
}

func TestS35_FullDisk(t *testing.T) {
	// Given a store with an action, whose disk becomes full.
	path := filepath.Join(t.TempDir(), "unjam.db")
	s := openFile(t, path)
	intent := begun(t, s, ours, "plan-1", job)
	next := planOf("plan-2", "2")
	must(t, s.SavePlan(t.Context(), ours, next))
	must(t, saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Episodes: []timeline.Episode{episodeOf("e")}, Master: "m"}))
	var pages int
	must(t, s.writer.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
	limit := func(n int) {
		_, err := s.writer.ExecContext(t.Context(), "PRAGMA max_page_count = "+numbered("", n)[1:])
		must(t, err)
	}
	limit(pages)
	// When entries are appended until nothing fits, then the refusal says why.
	var err error
	rows := int64(1)
	for rows < 1000 {
		if _, err = s.Append(t.Context(), ours, entryOf(strings.Repeat("x", 500))); err != nil {
			break
		}
		rows++
	}
	if !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "full") {
		t.Fatalf("a full disk: %v", err)
	}
	t.Log(err)
	big := beginOf(next)
	big.Intent.Reason, big.Entry.Reason = strings.Repeat("r", 20_000), strings.Repeat("r", 20_000)
	if _, err := s.Begin(t.Context(), ours, big); !errors.Is(err, ErrNotWritable) {
		t.Fatalf("an action began on a full disk: %v", err)
	}
	// Then what was written is all there, and can be read.
	holds(t, s, ours, rows)
	if _, err := s.Intent(t.Context(), ours, next.ID); !errors.Is(err, action.ErrNoIntent) {
		t.Fatalf("half an action: %v", err)
	}
	if got, err := s.Intent(t.Context(), ours, intent.ID); err != nil || got.ID != intent.ID {
		t.Fatal(got, err)
	}
	if got := load(t, s, ours); len(got.Episodes) != 1 {
		t.Fatalf("%+v", got)
	}
	// When there is space again, then it goes on.
	limit(pages + 1000)
	if _, err := s.Begin(t.Context(), ours, big); err != nil {
		t.Fatal(err)
	}
	holds(t, s, ours, rows+1)
}

func TestS35_FileIsGone(t *testing.T) {
	for _, test := range []struct {
		name string
		// lose puts something in the place of a store that was moved aside.
		lose func(t *testing.T, path, aside string)
		// works tells whether records can be made again by then.
		works bool
	}{
		{"removed", func(*testing.T, string, string) {}, false},
		{"replaced by another store, which counts higher", func(t *testing.T, path, _ string) {
			other := openFile(t, path)
			for range 20 {
				must(t, other.Writable(t.Context()))
			}
			must(t, other.Close())
		}, true},
		{"replaced by an older copy of itself", func(t *testing.T, path, aside string) {
			// Without the write-ahead log: as it was when it was closed last.
			content, err := os.ReadFile(aside)
			must(t, err)
			must(t, os.WriteFile(path, content, 0o600))
		}, true},
		{"replaced by something else", func(t *testing.T, path, _ string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600))
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			path, aside := filepath.Join(t.TempDir(), "unjam.db"), filepath.Join(t.TempDir(), "unjam.db")
			move := func(from, to string) {
				for _, suffix := range []string{"", "-wal", "-shm"} {
					if err := os.Rename(from+suffix, to+suffix); suffix == "" {
						must(t, err)
					}
				}
			}
			must(t, openFile(t, path).Close())
			s := openFile(t, path)
			plan := planOf("plan-1", job)
			must(t, s.SavePlan(t.Context(), ours, plan))
			// When the file is lost under the open store.
			move(path, aside)
			test.lose(t, path, aside)
			// Then no record can be made, although SQLite would take it.
			_, err := s.Begin(t.Context(), ours, beginOf(plan))
			if !errors.Is(err, ErrNotWritable) {
				t.Fatalf("an action began in a file that is gone: %v", err)
			}
			t.Log(err)
			// And what is at the store's place now is what counts.
			if err := s.Writable(t.Context()); (err == nil) != test.works {
				t.Fatalf("afterwards: %v", err)
			}
			if _, err := s.Plan(t.Context(), ours, plan.ID); err == nil {
				t.Fatal("the lost file is still read")
			}
			if test.works {
				return
			}
			// When it is put back, then the store goes on.
			move(aside, path)
			must(t, s.Writable(t.Context()))
			if _, err := s.Plan(t.Context(), ours, plan.ID); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestLockedByAnotherProgramForTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unjam.db")
	s := openFile(t, path)
	_, err := s.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 20")
	must(t, err)
	shell := raw(t, path)
	shell.SetMaxOpenConns(1)
	_, err = shell.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	if err := s.Writable(t.Context()); !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "another program") {
		t.Fatalf("a locked file: %v", err)
	}
	_, err = shell.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
	must(t, s.Writable(t.Context()))
}

func TestS35_DiskBecomesReadOnly(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "unjam.db"))
	plan := planOf("plan-1", job)
	must(t, s.SavePlan(t.Context(), ours, plan))
	readOnly := func(value string) {
		_, err := s.writer.ExecContext(t.Context(), "PRAGMA query_only = "+value)
		must(t, err)
	}
	readOnly("on")
	for what, err := range map[string]error{
		"writable": s.Writable(t.Context()),
		"begin":    func() error { _, err := s.Begin(t.Context(), ours, beginOf(plan)); return err }(),
		"append":   func() error { _, err := s.Append(t.Context(), ours, entryOf("x")); return err }(),
		"timeline": saveTimeline(t.Context(), s, ours, watch.TimelineChanges{Master: "m"}),
	} {
		if !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "read only") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.LoadTimeline(t.Context(), ours, cluster); err != nil {
		t.Errorf("reading must go on: %v", err)
	}
	readOnly("off")
	_, err := s.Begin(t.Context(), ours, beginOf(plan))
	must(t, err)
}

func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unjam.db")
	s := openFile(t, path)
	trailOf(t, s, ours, 200)
	must(t, s.Close())
	content, err := os.ReadFile(path)
	must(t, err)
	for n := 4096; n < len(content); n++ {
		content[n] = 0xff
	}
	must(t, os.WriteFile(path, content, 0o600))
	_, err = Open(t.Context(), "sqlite:"+path)
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("a damaged file: %v", err)
	}
	t.Log(err)
}

func TestUseAfterClose(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "unjam.db"))
	must(t, s.Close())
	must(t, s.Close())
	if err := s.Writable(t.Context()); !errors.Is(err, ErrNotWritable) {
		t.Fatalf("a closed store: %v", err)
	}
	if _, err := s.LoadTimeline(t.Context(), ours, cluster); err == nil {
		t.Fatal("a closed store was read")
	}
}
