package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// fromDump makes a file of a dump of an earlier version.
func fromDump(t *testing.T, name string) (path string) {
	t.Helper()
	dump, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	path = filepath.Join(t.TempDir(), "unjam.db")
	db := raw(t, path)
	_, err = db.ExecContext(t.Context(), string(dump))
	must(t, err)
	must(t, db.Close())
	return path
}

// schema gives the statements that made a file's tables.
func schema(t *testing.T, path string) map[string]string {
	t.Helper()
	rows, err := raw(t, path).QueryContext(t.Context(), "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
	must(t, err)
	defer rows.Close()
	made := map[string]string{}
	for rows.Next() {
		var name, statement string
		must(t, rows.Scan(&name, &statement))
		made[name] = statement
	}
	must(t, rows.Err())
	return made
}

func TestStoresOfEveryReleaseAreOpened(t *testing.T) {
	for _, dump := range []string{"schema-1.sql", "schema-7.sql"} {
		t.Run(dump, func(t *testing.T) {
			// Given a store as an earlier version left it, when it is opened.
			path := fromDump(t, dump)
			s := openFile(t, path)
			// Then all that was in it is there.
			want := watch.StoredTimeline{Episodes: []timeline.Episode{episodeOf("open")}, Master: "10.0.0.1:5801", MasterChanges: 1}
			if got := load(t, s, ours); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			kept, err := s.EpisodesBetween(t.Context(), ours, cluster, noon.Add(-time.Hour), noon, watch.EpisodeFilter{Job: job}, 1)
			must(t, err)
			var ids []string
			for _, e := range kept.Episodes {
				ids = append(ids, e.ID)
			}
			if slices.Sort(ids); !slices.Equal(ids, []string{"closed", "open"}) {
				t.Errorf("episodes of the job: %q", ids)
			}
			if plan, err := s.Plan(t.Context(), ours, "planned"); err != nil || !reflect.DeepEqual(plan, planOf("planned", "1")) {
				t.Errorf("plan: %+v, %v", plan, err)
			}
			if intent, err := s.Intent(t.Context(), ours, "done"); err != nil || intent.Outcome != action.OutcomeStopped {
				t.Errorf("action: %+v, %v", intent, err)
			}
			if intent, found, err := s.InFlight(t.Context(), cluster, "2"); err != nil || !found || intent.ID != "running" {
				t.Errorf("in flight: %+v, %v, %v", intent, found, err)
			}
			if held, err := s.Lease(t.Context(), ours, "running", "b", noon, noon.Add(time.Hour)); err != nil || held {
				t.Errorf("lease: %v, %v", held, err)
			}
			holds(t, s, ours, 3)
			holds(t, s, otherOrg, 2)
			trailOf(t, s, otherOrg, 1)
			holds(t, s, otherOrg, 3)
			// And its tables are those of a new store.
			must(t, s.Close())
			fresh := filepath.Join(t.TempDir(), "unjam.db")
			must(t, openFile(t, fresh).Close())
			if got, want := schema(t, path), schema(t, fresh); !reflect.DeepEqual(got, want) {
				t.Errorf("schema\n%v\nwant\n%v", got, want)
			}
		})
	}
}

func TestMigrationsGoForwardOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unjam.db")
	s := openFile(t, path)
	trailOf(t, s, ours, 2)
	known, err := migrations("sqlite")
	must(t, err)
	more := migration{name: "more", sql: "CREATE TABLE more (x INTEGER); INSERT INTO more (x) VALUES (1);"}
	broken := migration{name: "broken", sql: "CREATE TABLE half (x INTEGER); INSERT INTO missing (x) VALUES (1);"}

	// Given a migration that fails, then the store is as it was.
	err = s.migrate(t.Context(), append(slices.Clone(known), more, broken))
	if err == nil || !strings.Contains(err.Error(), "(broken)") {
		t.Fatalf("a broken migration: %v", err)
	}
	for _, table := range []string{"more", "half"} {
		if _, made := schema(t, path)[table]; made {
			t.Fatalf("the table %s was left behind", table)
		}
	}
	holds(t, s, ours, 2)

	// Given one that works, then it runs once.
	newer := append(slices.Clone(known), more)
	must(t, s.migrate(t.Context(), newer))
	must(t, s.migrate(t.Context(), newer))
	if n := count(t, s, "more"); n != 1 {
		t.Fatalf("the migration ran %d times", n)
	}
	must(t, s.Close())

	// When this version opens the newer store, then it refuses and changes
	// nothing.
	before, err := os.ReadFile(path)
	must(t, err)
	_, err = Open(t.Context(), "sqlite:"+path)
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), fmt.Sprintf("schema %d", len(newer))) {
		t.Fatalf("a newer store: %v", err)
	}
	t.Log(err)
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Fatal("the newer store was changed", err)
	}
}

func TestEveryDatabaseHasTheSameMigrations(t *testing.T) {
	sqlite, err := migrations("sqlite")
	must(t, err)
	postgres, err := migrations("postgres")
	must(t, err)
	names := func(steps []migration) (names []string) {
		for _, step := range steps {
			names = append(names, step.name)
		}
		return names
	}
	if got, want := names(postgres), names(sqlite); !slices.Equal(got, want) || !slices.Contains(got, "first") {
		t.Fatalf("PostgreSQL goes through %q, SQLite through %q", got, want)
	}
}
