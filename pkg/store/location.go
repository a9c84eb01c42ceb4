package store

import (
	"context"
	"path/filepath"
	"strings"
)

// DefaultLocation is used where the server's administrator configured none: a
// file beside Grafana's own database, in the folder that Grafana's packages and
// container images create, that its user may write, and that is backed up with
// Grafana.
const DefaultLocation = "sqlite:/var/lib/grafana/unjam.db"

// example is what every refusal of a location proposes.
const example = "Set store = sqlite:/absolute/path/unjam.db in the section [plugin.unjam-coordinator-datasource] of grafana.ini"

const sqliteScheme = "sqlite:"

// postgresSchemes are the names that libpq takes for PostgreSQL.
var postgresSchemes = []string{"postgres:", "postgresql:"}

// place is a location that was understood.
type place interface {
	// String gives the location as it may be shown.
	String() string
	// open opens it, without making anything in it.
	open(ctx context.Context, o options) (*Store, error)
}

// parseLocation understands a location. Its errors never repeat it: it may hold
// a password.
func parseLocation(location string) (place, error) {
	location = strings.TrimSpace(location)
	lower := strings.ToLower(location)
	if location == "" {
		return nil, refuseLocation("it is empty")
	}
	if strings.HasPrefix(lower, sqliteScheme) {
		return parseSQLite(location[len(sqliteScheme):])
	}
	for _, scheme := range postgresSchemes {
		if strings.HasPrefix(lower, scheme) {
			return parsePostgres(location[len(scheme):])
		}
	}
	return nil, refuseLocation("it begins neither with sqlite: nor with postgres:")
}

// sqlitePath is the absolute path of an SQLite file.
type sqlitePath string

// String gives the location of the file.
func (path sqlitePath) String() string { return sqliteScheme + string(path) }

func parseSQLite(path string) (place, error) {
	// sqlite:///path is how many other programs write sqlite:/path.
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	switch {
	case strings.HasPrefix(path, "//"):
		return nil, refuseLocation("it names a host, and an SQLite file must be on this machine")
	case strings.ContainsAny(path, "?#"):
		return nil, refuseLocation("it has options (? or #), and there are none")
	case strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return nil, refuseLocation("it has a control character")
	case !filepath.IsAbs(path):
		return nil, refuseLocation("its path is not absolute")
	case strings.HasSuffix(path, "/"), filepath.Clean(path) == filepath.Dir(path):
		return nil, refuseLocation("it names a folder, not a file")
	}
	return sqlitePath(filepath.Clean(path)), nil
}

// Redact gives a location as it may be shown, whether it is usable or not: an
// SQLite path as it is, host and database of a PostgreSQL, and of anything that
// is not understood no more than its kind, since it may hold a password.
func Redact(location string) string {
	if at, err := parseLocation(location); err == nil {
		return at.String()
	}
	location = strings.TrimSpace(location)
	scheme, rest, found := strings.Cut(strings.ToLower(location), ":")
	switch {
	case location == "":
		return "(empty)"
	case found && scheme == "sqlite" && !strings.ContainsAny(rest, "?#@"):
		return sqliteScheme + location[len(sqliteScheme):]
	case found && (scheme == "sqlite" || scheme == "postgres" || scheme == "postgresql"):
		return scheme + ":…"
	}
	return "(not shown)"
}

func refuseLocation(why string) error {
	return &Problem{Kind: ErrLocation, Detail: why, Advice: example}
}
