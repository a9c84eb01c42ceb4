package seatunnel

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Values of Config.API.
const (
	// APIAuto probes REST v2, then REST v1, for each address.
	APIAuto = "auto"
	APIV2   = "v2"
	APIV1   = "v1"
)

// Values of Config.ForceStop.
const (
	// ForceStopAuto decides by the version that the engine declares.
	ForceStopAuto = "auto"
	// ForceStopYes is for patched builds that have force stop.
	ForceStopYes = "yes"
	ForceStopNo  = "no"
)

const (
	// defaultRequestTimeout: healthy engines answer within 50 ms; long garbage
	// collections take a few seconds.
	defaultRequestTimeout = 5 * time.Second
	// defaultPollDeadline lies below the default poll interval of 10 s, so that
	// polls of a cluster in trouble do not pile up.
	defaultPollDeadline = 8 * time.Second
	minTimeout          = 50 * time.Millisecond
	maxTimeout          = 5 * time.Minute
	// defaultPageRows is large on purpose: SeaTunnel builds the whole list for
	// every page and cuts it then, so many small pages cost the engine many
	// whole lists. Our memory does not depend on it: pages are streamed.
	defaultPageRows = 10_000
	// minPageRows keeps pages larger than what they overlap, up to maxJobs (see
	// nextPage).
	minPageRows = 1000
	maxPageRows = 100_000
	// defaultBodyLimit: REST v1 gives all jobs in one answer, and 50,000 jobs
	// of 10 kB are 500 MB. They are streamed, not held.
	defaultBodyLimit = 1 << 30
	minBodyLimit     = 64 << 10
	// maxMasters and maxWorkers bound the requests of one poll.
	maxMasters = 16
	maxWorkers = 256
)

// Config says where a SeaTunnel cluster is and how to speak to it. Zero values
// take the defaults named beside them.
type Config struct {
	// Masters are the REST addresses of the masters ("http://host:8080"), at
	// least one. Only these are read and asked to stop jobs.
	Masters []string
	// Workers are the REST addresses of the workers; they are asked for task
	// threads only. May be empty.
	Workers []string
	// API is APIAuto (default), APIV2 or APIV1.
	API string
	// ContextPath is REST v2's context path ("/seatunnel"), for the addresses
	// that have no path themselves.
	ContextPath string
	// Username and Password are for basic authentication; both empty: none.
	Username string
	Password string
	// TLS is for https addresses.
	TLS TLS
	// TimeZone is the zone in which the engine writes its times, which carry
	// none; nil: UTC.
	TimeZone *time.Location
	// RequestTimeout is how long an answer may take to begin, and for all but
	// the lists of jobs to be complete; 0: 5 s.
	RequestTimeout time.Duration
	// PollDeadline is how long Snapshot, Probe and Job may take as a whole;
	// 0: 8 s.
	PollDeadline time.Duration
	// ForceStop is ForceStopAuto (default), ForceStopYes or ForceStopNo.
	ForceStop string
	// PageRows is the number of jobs asked for at once; 0: 10,000.
	PageRows int
	// BodyLimit is the most bytes that one answer may have; 0: 1 GiB.
	BodyLimit int64
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// TLS says whom to trust and who we are. Certificates are always checked;
// there is no way to switch that off.
type TLS struct {
	// CAPEM holds the certificates of the authorities to trust, in PEM; empty:
	// those of the system.
	CAPEM string
	// CertPEM and KeyPEM are our own certificate, in PEM; both empty: none.
	CertPEM string
	KeyPEM  string
	// ServerName is the name that the server's certificate must carry; empty:
	// the address' host.
	ServerName string
}

// checked is a configuration without faults, with defaults filled in.
type checked struct {
	Config
	masters []*endpoint
	workers []*endpoint
	tls     *tls.Config
}

// check fills in defaults and gives every fault as a sentence, joined.
func (c Config) check() (checked, error) {
	c = c.withDefaults()
	result := checked{Config: c}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format, args...))
	}

	contextPath, err := cleanContextPath(c.ContextPath)
	if err != nil {
		faults = append(faults, err)
	}
	if len(c.Masters) == 0 {
		fault("no master address is set: give at least one, such as http://host:8080")
	}
	if len(c.Masters) > maxMasters {
		fault("%d master addresses are set: at most %d are possible", len(c.Masters), maxMasters)
	}
	if len(c.Workers) > maxWorkers {
		fault("%d worker addresses are set: at most %d are possible", len(c.Workers), maxWorkers)
	}
	endpoints := func(role string, addresses []string) (list []*endpoint) {
		seen := map[string]bool{}
		for i, address := range addresses {
			e, err := newEndpoint(role, address, contextPath)
			switch {
			case err != nil:
				fault("%s address %d: %w", role, i+1, err)
			case seen[e.address]:
				fault("the %s address %s is set twice: remove one", role, e.address)
			default:
				seen[e.address] = true
				list = append(list, e)
			}
		}
		return list
	}
	result.masters = endpoints(roleMaster, c.Masters)
	result.workers = endpoints(roleWorker, c.Workers)

	if c.API != APIAuto && c.API != APIV2 && c.API != APIV1 {
		fault("the interface %q is not known: choose auto, v2 or v1", c.API)
	}
	if c.ForceStop != ForceStopAuto && c.ForceStop != ForceStopYes && c.ForceStop != ForceStopNo {
		fault("the setting %q for force stop is not known: choose auto, yes or no", c.ForceStop)
	}
	if c.Username == "" && c.Password != "" {
		fault("a password is set without a user name: set both or none")
	}
	if strings.Contains(c.Username, ":") {
		fault("the user name contains a colon, which basic authentication cannot carry")
	}
	if c.RequestTimeout < minTimeout || c.RequestTimeout > maxTimeout {
		fault("the request timeout is %v: choose one between %v and %v", c.RequestTimeout, minTimeout, maxTimeout)
	}
	if c.PollDeadline < c.RequestTimeout || c.PollDeadline > maxTimeout {
		fault("the poll deadline is %v: choose one between the request timeout (%v) and %v", c.PollDeadline, c.RequestTimeout, maxTimeout)
	}
	if c.PageRows < minPageRows || c.PageRows > maxPageRows {
		fault("the page size is %d jobs: choose one between %d and %d", c.PageRows, minPageRows, maxPageRows)
	}
	if c.BodyLimit < minBodyLimit {
		fault("the limit for answers is %d bytes: choose at least %d", c.BodyLimit, minBodyLimit)
	}
	if result.tls, err = c.TLS.config(); err != nil {
		faults = append(faults, err)
	}
	return result, errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	if c.API == "" {
		c.API = APIAuto
	}
	if c.ForceStop == "" {
		c.ForceStop = ForceStopAuto
	}
	if c.TimeZone == nil {
		c.TimeZone = time.UTC
	}
	if c.RequestTimeout == 0 {
		c.RequestTimeout = defaultRequestTimeout
	}
	if c.PollDeadline == 0 {
		c.PollDeadline = max(defaultPollDeadline, c.RequestTimeout)
	}
	if c.PageRows == 0 {
		c.PageRows = defaultPageRows
	}
	if c.BodyLimit == 0 {
		c.BodyLimit = defaultBodyLimit
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// config gives the TLS settings, or a sentence on what is wrong with them.
func (t TLS) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAPEM != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(t.CAPEM)) {
			return nil, errors.New("the CA certificate is not readable: paste it in PEM form, beginning with -----BEGIN CERTIFICATE-----")
		}
	}
	if (t.CertPEM == "") != (t.KeyPEM == "") {
		return nil, errors.New("the client certificate needs its key, and the key its certificate: set both or none")
	}
	if t.CertPEM != "" {
		// The cause is left out: it could quote the key.
		pair, err := tls.X509KeyPair([]byte(t.CertPEM), []byte(t.KeyPEM))
		if err != nil {
			return nil, errors.New("the client certificate and its key are not readable or do not belong together: paste both in PEM form, the key without a passphrase")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// cleanContextPath gives "" or "/path" without a slash at the end.
func cleanContextPath(path string) (string, error) {
	path = strings.Trim(path, "/")
	if path == "" {
		return "", nil
	}
	if strings.ContainsAny(path, "?#\\ ") || strings.Contains(path, "//") || strings.Contains("/"+path+"/", "/../") {
		return "", fmt.Errorf("the context path %q is not a path: write it like /seatunnel", "/"+path)
	}
	return "/" + path, nil
}

// cleanAddress reads an address as people write it. Its errors never quote an
// address that may hold credentials.
func cleanAddress(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if strings.Contains(address, "@") {
		return nil, errors.New("it contains credentials or an @: set user and password in their own settings, and write the address like http://host:8080")
	}
	parsed, err := url.Parse(address)
	if err != nil || (parsed.Host == "" && parsed.Scheme != "") || parsed.Opaque != "" {
		return nil, fmt.Errorf("%q is not a URL: write it like http://host:8080", address)
	}
	parsed.Scheme = strings.ToLower(parsed.Scheme)
	switch {
	case parsed.Scheme == "":
		return nil, fmt.Errorf("%q has no scheme: write it like http://host:8080", address)
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return nil, fmt.Errorf("%q has the scheme %s: only http and https are possible", address, parsed.Scheme)
	case parsed.Hostname() == "":
		return nil, fmt.Errorf("%q names no host: write it like http://host:8080", address)
	case parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "":
		return nil, fmt.Errorf("%q has a query or a fragment: give the address without it", address)
	}
	parsed.Host = strings.ToLower(parsed.Host)
	return parsed, nil
}
