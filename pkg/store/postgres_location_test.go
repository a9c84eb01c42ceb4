package store

import (
	"errors"
	"strings"
	"testing"
)

func TestPostgresLocations(t *testing.T) {
	for _, test := range []struct {
		location string
		shown    string
		says     string
	}{
		{"postgres://unjam:s3cret@db.example.org/unjam", "postgres://db.example.org/unjam", ""},
		{"POSTGRESQL://unjam:s3cret@db.example.org:5432/unjam", "postgres://db.example.org/unjam", ""},
		{"postgres://unjam:s3cret@db.example.org:6432/unjam", "postgres://db.example.org:6432/unjam", ""},
		{"postgres://unjam@127.0.0.1/un-jam.2", "postgres://127.0.0.1/un-jam.2", ""},
		{"postgres://unjam:s3cret@[::1]:5433/unjam", "postgres://[::1]:5433/unjam", ""},
		{"postgres://unjam:s3cret%2F%40%3A%23@db/unjam?sslmode=verify-full&sslrootcert=/etc/ca.pem", "postgres://db/unjam", ""},
		{"postgres://unjam:s3cret@db/unjam?sslmode=require&sslcert=/c.pem&sslkey=/k.pem", "postgres://db/unjam", ""},
		// A password with a forgotten escape, at each place where it may break.
		{"postgres://unjam:s3/cret@db/unjam", "", "it is not a URL"},
		{"postgres://unjam:12/s3cret@db/unjam", "", "it names no user"},
		{"postgres://unjam:s3#cret@db/unjam", "", "it is not a URL"},
		{"postgres://unjam:12#s3cret@db/unjam", "", "it names no user"},
		{"postgres://unjam:12?s3cret@db/unjam", "", "it names no user"},
		{"postgres://unjam:s3%cret@db/unjam", "", "it is not a URL"},
		{"postgres:unjam:s3cret@db/unjam", "", "it is not a URL"},
		{"postgres://db/unjam", "", "it names no user"},
		{"postgres://:s3cret@db/unjam", "", "it names no user"},
		{"postgres://unjam:s3cret@/unjam", "", "it names no host"},
		{"postgres://unjam:s3cret@:5432/unjam", "", "it names no host"},
		{"postgres://unjam:s3cret@one,two/unjam", "", "it names several hosts"},
		{"postgres://unjam:s3cret@a+b/unjam", "", "not a name or an IP address"},
		{"postgres://unjam:s3cret@db:70000/unjam", "", "its port"},
		{"postgres://unjam:s3cret@db:0/unjam", "", "its port"},
		{"postgres://unjam:s3cret@db", "", "it names no database"},
		{"postgres://unjam:s3cret@db/", "", "it names no database"},
		{"postgres://unjam:s3cret@db/un/jam", "", "the name of its database"},
		{"postgres://unjam:s3cret@db/unjam#x", "", "a # that is not escaped"},
		{"postgres://unjam@db/unjam?password=s3cret", "", "none of sslmode, sslrootcert"},
		{"postgres://unjam:s3cret@db/unjam?options=-csearch_path%3Dpublic", "", "none of sslmode, sslrootcert"},
		{"postgres://unjam:s3cret@db/unjam?SSLMODE=require", "", "none of sslmode, sslrootcert"},
		{"postgres://unjam:s3cret@db/unjam?sslmode=s3cret", "", "its sslmode is none of disable, allow, prefer"},
		{"postgres://unjam:s3cret@db/unjam?sslmode=require&sslmode=disable", "", "sslmode has not one value"},
		{"postgres://unjam:s3cret@db/unjam?sslmode=", "", "sslmode has not one value"},
		{"postgres://unjam:s3cret@db/unjam?sslmode=require;sslcert=x", "", "not name=value"},
		{"postgres://unjam:s3cret@db/unjam?sslmode=verify-full&sslrootcert=/missing/s3cret.pem", "", "sslrootcert, sslcert, sslkey"},
	} {
		if test.says == "" {
			at, err := parseLocation(test.location)
			if err != nil || at.String() != test.shown || Redact(test.location) != test.shown {
				t.Errorf("%s: %v, %v, want %s", test.location, at, err, test.shown)
			}
			continue
		}
		_, err := Open(t.Context(), test.location)
		if !errors.Is(err, ErrLocation) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "grafana.ini") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q and what to do", test.location, err, test.says)
			continue
		}
		tellsNothing(t, err, "s3cret", "unjam:")
		if shown := Redact(test.location); strings.Contains(shown, "s3cret") {
			t.Errorf("%s is shown as %s", test.location, shown)
		}
	}
}

// tellsNothing fails when an error, or any of its causes, holds a secret.
func tellsNothing(t *testing.T, err error, secrets ...string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is told by %T: %v", secret, err, err)
		}
	}
	switch cause := err.(type) {
	case interface{ Unwrap() error }:
		tellsNothing(t, cause.Unwrap(), secrets...)
	case interface{ Unwrap() []error }:
		for _, one := range cause.Unwrap() {
			tellsNothing(t, one, secrets...)
		}
	}
}

func TestSettingsOfTheSurroundingsHaveNoSay(t *testing.T) {
	for name, value := range map[string]string{
		"PGHOST": "elsewhere", "PGPORT": "1", "PGUSER": "somebody", "PGPASSWORD": "s3cret", "PGDATABASE": "other",
		"PGSSLMODE": "disable", "PGOPTIONS": "-c search_path=public", "PGAPPNAME": "x", "PGTARGETSESSIONATTRS": "standby",
	} {
		t.Setenv(name, value)
	}
	at, err := parseLocation("postgres://unjam:p@db.example.org/unjam")
	must(t, err)
	config, err := at.(postgresPlace).config()
	must(t, err)
	if config.Host != "db.example.org" || config.Port != 5432 || config.User != "unjam" || config.Password != "p" || config.Database != "unjam" ||
		config.TLSConfig == nil || len(config.Fallbacks) == 0 || config.ValidateConnect != nil || len(config.RuntimeParams) != 1 {
		t.Fatalf("%+v", config.Config)
	}
}

func TestTextsOfEveryByte(t *testing.T) {
	texts := []string{"", "orders", "✓ ümlaut \U0001F600", "\x00", "a\x00b\xff", "\x1a", "\x1a00", "\xc3", "\xc3\x28", "\xed\xa0\x80", "\ufffd", "\x1a\x1a\x00\x1a"}
	for pair := range 1 << 16 {
		texts = append(texts, string([]byte{byte(pair >> 8), byte(pair)}))
	}
	for _, text := range texts {
		stored := storableText(text)
		if strings.ContainsRune(stored, 0) || strings.ToValidUTF8(stored, "?") != stored {
			t.Errorf("%q is stored as %q, which PostgreSQL refuses", text, stored)
		}
		if got := originalText(stored); got != text {
			t.Errorf("%q became %q by way of %q", text, got, stored)
		}
	}
	for stored, want := range map[string]string{"\x1a": "\x1a", "\x1az0": "\x1az0", "a\x1a0": "a\x1a0"} {
		if got := originalText(stored); got != want {
			t.Errorf("%q became %q, want %q", stored, got, want)
		}
	}
}

func TestParametersAreNumbered(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1":                              "SELECT 1",
		"a = ? AND b = ? LIMIT ?":               "a = $1 AND b = $2 LIMIT $3",
		"a = '?' AND b = ?":                     "a = '?' AND b = $1",
		"a = 'it''s ?' AND b = ?":               "a = 'it''s ?' AND b = $1",
		`a = "?" AND b = ?`:                     `a = "?" AND b = $1`,
		"a = ? -- why? \n AND b = ?":            "a = $1 -- why? \n AND b = $2",
		"a = ? /* why? */ AND b = ?":            "a = $1 /* why? */ AND b = $2",
		"(?, ?), (?, ?)":                        "($1, $2), ($3, $4)",
		"a = 'open":                             "a = 'open",
		"a = ? --":                              "a = $1 --",
		"?,?,?,?,?,?,?,?,?,?,?":                 "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11",
		"a - ? / ? -- ?":                        "a - $1 / $2 -- ?",
		"state = 'waiting' AND expires_at >= ?": "state = 'waiting' AND expires_at >= $1",
	} {
		if got := withNumbers(query); got != want {
			t.Errorf("%q became %q, want %q", query, got, want)
		}
	}
}
