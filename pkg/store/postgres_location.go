package store

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// postgresExample is what every refusal of a PostgreSQL location proposes.
const postgresExample = "Set store = postgres://user:password@host:5432/database?sslmode=verify-full in the section [plugin.unjam-coordinator-datasource] of grafana.ini; " +
	"in user and password, write each character but letters, digits and -._~ as % and two hexadecimal digits"

// defaultSSLMode is libpq's: TLS where the server offers it, without a proof of
// who the server is.
const defaultSSLMode = "prefer"

// sslModes are libpq's.
var sslModes = []string{"disable", "allow", defaultSSLMode, "require", "verify-ca", "verify-full"}

// postgresOptions are the options of a location. What else libpq knows is
// refused: much of it would undo what the store sets for itself, and a password
// must have one place.
var postgresOptions = []string{"sslmode", "sslrootcert", "sslcert", "sslkey"}

// plainName is how a host, a port and a database may look. It is narrower than
// what is possible, so that no part of a password with a forgotten escape is
// taken for one of them and shown.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// postgresPlace is a database on a PostgreSQL server.
type postgresPlace struct {
	host, port     string
	database       string
	user, password string
	options        url.Values
}

// String gives host and database alone.
func (p postgresPlace) String() string {
	host := p.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p.port != defaultPostgresPort {
		host += ":" + p.port
	}
	return "postgres://" + host + "/" + p.database
}

const defaultPostgresPort = "5432"

// parsePostgres understands what follows the scheme.
func parsePostgres(rest string) (place, error) {
	given, err := url.Parse("postgres:" + rest)
	if err != nil || given.Opaque != "" {
		// The cause would repeat the location.
		return nil, refusePostgres("it is not a URL")
	}
	at := postgresPlace{host: given.Hostname(), port: given.Port(), database: strings.TrimPrefix(given.Path, "/"), user: given.User.Username()}
	at.password, _ = given.User.Password()
	if at.port == "" {
		at.port = defaultPostgresPort
	}
	port, err := strconv.ParseUint(at.port, 10, 16)
	switch {
	case at.user == "":
		return nil, refusePostgres("it names no user")
	case strings.Contains(at.host, ","):
		return nil, refusePostgres("it names several hosts, and one is needed: that of the cluster's primary, or of a proxy before it")
	case at.host == "":
		return nil, refusePostgres("it names no host")
	case !plainName.MatchString(at.host) && net.ParseIP(at.host) == nil:
		return nil, refusePostgres("its host is not a name or an IP address")
	case err != nil || port == 0:
		return nil, refusePostgres("its port is not a number from 1 to 65535")
	case at.database == "":
		return nil, refusePostgres("it names no database")
	case !plainName.MatchString(at.database):
		return nil, refusePostgres("the name of its database has other characters than letters, digits and _.-")
	case given.Fragment != "":
		return nil, refusePostgres("it has a # that is not escaped")
	}
	if at.options, err = url.ParseQuery(given.RawQuery); err != nil {
		return nil, refusePostgres("its options (after ?) are not name=value, separated by &")
	}
	for name, values := range at.options {
		switch {
		case !slices.Contains(postgresOptions, name):
			return nil, refusePostgres("it has an option that is none of " + strings.Join(postgresOptions, ", "))
		case len(values) != 1 || values[0] == "":
			return nil, refusePostgres("its option " + name + " has not one value")
		case name == "sslmode" && !slices.Contains(sslModes, values[0]):
			return nil, refusePostgres("its sslmode is none of " + strings.Join(sslModes, ", "))
		}
	}
	return at, nil
}

// url gives the location for the driver, with every setting that it would
// otherwise look for in its surroundings.
func (p postgresPlace) url() string {
	options := url.Values{"sslmode": {defaultSSLMode}, "target_session_attrs": {"any"}, "application_name": {"unjam"}}
	for name, values := range p.options {
		options[name] = values
	}
	full := url.URL{Scheme: "postgres", User: url.UserPassword(p.user, p.password), Host: net.JoinHostPort(p.host, p.port), Path: "/" + p.database, RawQuery: options.Encode()}
	return full.String()
}

func refusePostgres(why string) error {
	return &Problem{Kind: ErrLocation, Detail: why, Advice: postgresExample}
}
