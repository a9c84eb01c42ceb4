package store

import (
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

// parseLocation gives the absolute path of the SQLite file that a location
// names. Its errors never repeat the location: it may hold a password.
func parseLocation(location string) (path string, err error) {
	location = strings.TrimSpace(location)
	lower := strings.ToLower(location)
	switch {
	case location == "":
		return "", refuseLocation("it is empty")
	case strings.HasPrefix(lower, "postgres:"), strings.HasPrefix(lower, "postgresql:"):
		return "", refuseLocation("PostgreSQL is not supported yet by this version of Unjam")
	case !strings.HasPrefix(lower, sqliteScheme):
		return "", refuseLocation("it does not begin with sqlite:")
	}
	path = location[len(sqliteScheme):]
	// sqlite:///path is how many other programs write sqlite:/path.
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	switch {
	case strings.HasPrefix(path, "//"):
		return "", refuseLocation("it names a host, and an SQLite file must be on this machine")
	case strings.ContainsAny(path, "?#"):
		return "", refuseLocation("it has options (? or #), and there are none")
	case strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", refuseLocation("it has a control character")
	case !filepath.IsAbs(path):
		return "", refuseLocation("its path is not absolute")
	case strings.HasSuffix(path, "/"), filepath.Clean(path) == filepath.Dir(path):
		return "", refuseLocation("it names a folder, not a file")
	}
	return filepath.Clean(path), nil
}

// Redact gives a location as it may be shown, whether it is usable or not: an
// SQLite path as it is, of anything else no more than its kind, since it may
// hold a password.
func Redact(location string) string {
	if path, err := parseLocation(location); err == nil {
		return sqliteScheme + path
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
