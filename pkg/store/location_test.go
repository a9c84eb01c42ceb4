package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLocations(t *testing.T) {
	for _, test := range []struct {
		location string
		path     string
		says     string
	}{
		{DefaultLocation, "/var/lib/grafana/unjam.db", ""},
		{"sqlite:/data/unjam.db", "/data/unjam.db", ""},
		{" sqlite:/data/unjam.db\n", "/data/unjam.db", ""},
		{"SQLite:/data/unjam.db", "/data/unjam.db", ""},
		{"sqlite:///data/unjam.db", "/data/unjam.db", ""},
		{"sqlite:/data/../data/a b%20c.db", "/data/a b%20c.db", ""},
		{"", "", "it is empty"},
		{"mysql://unjam:s3cret@db.example.org/unjam", "", "begins neither with sqlite: nor"},
		{"unjam:s3cret@tcp(db)/unjam", "", "begins neither with sqlite: nor"},
		{"/var/lib/grafana/unjam.db", "", "begins neither with sqlite: nor"},
		{"sqlite:unjam.db", "", "not absolute"},
		{"sqlite:", "", "not absolute"},
		{"sqlite::memory:", "", "not absolute"},
		{"sqlite://unjam:s3cret@host/unjam.db", "", "names a host"},
		{"sqlite:/unjam.db?mode=memory&key=s3cret", "", "options"},
		{"sqlite:/unjam.db#s3cret", "", "options"},
		{"sqlite:/data/\x00unjam.db", "", "control character"},
		{"sqlite:/data/", "", "names a folder"},
		{"sqlite:/", "", "names a folder"},
	} {
		at, err := parseLocation(test.location)
		if test.says == "" {
			if err != nil || at != sqlitePath(test.path) {
				t.Errorf("%q: %q, %v, want %q", test.location, at, err, test.path)
			}
			continue
		}
		if !errors.Is(err, ErrLocation) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "grafana.ini") {
			t.Errorf("%q: %v, want %q and what to do", test.location, err, test.says)
			continue
		}
		_, opened := Open(t.Context(), test.location)
		if told := err.Error() + opened.Error() + Redact(test.location); strings.Contains(told, "s3cret") || strings.Contains(told, "unjam:") {
			t.Errorf("%q: a secret is told: %s", test.location, told)
		}
	}
}

func TestLocationsAsShown(t *testing.T) {
	for location, want := range map[string]string{
		DefaultLocation:                              DefaultLocation,
		" SQLite:///data/./unjam.db":                 "sqlite:/data/unjam.db",
		"sqlite:unjam.db":                            "sqlite:unjam.db",
		"sqlite:/unjam.db?key=s3cret":                "sqlite:…",
		"postgres://unjam:s3cret@db.example.org/u":   "postgres://db.example.org/u",
		"POSTGRESQL://unjam:s3cret@db.example.org/u": "postgres://db.example.org/u",
		"postgres://unjam:s3/cret@db.example.org/u":  "postgres:…",
		"postgresql://unjam@s3cret/":                 "postgresql:…",
		"s3cret":                                     "(not shown)",
		"s3cret:5432":                                "(not shown)",
		"mysql://u:s3cret@host/u":                    "(not shown)",
		"":                                           "(empty)",
	} {
		if got := Redact(location); got != want {
			t.Errorf("%q is shown as %q, want %q", location, got, want)
		}
	}
}

func TestOpenRefusesWithASentence(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	foreignDB := filepath.Join(folder, "grafana.db")
	db := raw(t, foreignDB)
	_, err := db.ExecContext(t.Context(), "CREATE TABLE dashboard (id INTEGER); INSERT INTO dashboard VALUES (1)")
	must(t, err)
	must(t, db.Close())
	marked := filepath.Join(folder, "marked.db")
	db = raw(t, marked)
	_, err = db.ExecContext(t.Context(), "PRAGMA application_id = 42")
	must(t, err)
	must(t, db.Close())

	for _, test := range []struct {
		name string
		path string
		kind error
		says []string
	}{
		{"missing folder", filepath.Join(folder, "missing", "unjam.db"), ErrOpen, []string{"cannot be opened or created", "Create the folder " + filepath.Join(folder, "missing")}},
		{"a folder", folder, ErrOpen, []string{"cannot be opened or created"}},
		{"a file as folder", filepath.Join(file("plain", "x"), "unjam.db"), ErrOpen, []string{"cannot be opened or created"}},
		{"not a database", file("notes.txt", strings.Repeat("these are notes. ", 100)), ErrForeign, []string{"not an SQLite database", "left as it is"}},
		{"too short for a database", file("short.txt", "notes"), ErrForeign, []string{"not an SQLite database", "left as it is"}},
		{"another program's database", foreignDB, ErrForeign, []string{"another program", "left as it is"}},
		{"another program's empty database", marked, ErrForeign, []string{"another program"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, _ := os.ReadFile(test.path)
			s, err := Open(t.Context(), "sqlite:"+test.path)
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			t.Log(err)
			var problem *Problem
			if !errors.Is(err, test.kind) || !errors.As(err, &problem) || problem.Advice == "" || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v, want %v in one line with advice", err, test.kind)
			}
			for _, words := range test.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%v\ndoes not say %q", err, words)
				}
			}
			if after, _ := os.ReadFile(test.path); string(after) != string(before) {
				t.Error("the file was changed")
			}
			if left, _ := filepath.Glob(test.path + "-*"); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestOpenCreatesAtOddPaths(t *testing.T) {
	for _, name := range []string{"unjam.db", "with space.db", "per%cent%20.db", "ümlaut ✓.db", "quote'\"&=+;.db"} {
		path := filepath.Join(t.TempDir(), name)
		s, err := Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Location() != "sqlite:"+path {
			t.Errorf("it says it is at %s", s.Location())
		}
		must(t, s.Close())
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
			t.Errorf("after closing there are %v", left)
		}
	}
}
