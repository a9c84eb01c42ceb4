package upstream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	// DefaultRequestTimeout: healthy coordinators answer within 50 ms; long
	// garbage collections take a few seconds.
	DefaultRequestTimeout = 5 * time.Second
	// DefaultPollDeadline lies below the default poll interval of 10 s, so that
	// polls of a cluster in trouble do not pile up.
	DefaultPollDeadline = 8 * time.Second
	minTimeout          = 50 * time.Millisecond
	maxTimeout          = 5 * time.Minute
)

// Credentials are what a server wants to know who we are. A token (bearer)
// goes before user and password (basic authentication).
type Credentials struct {
	Username string
	Password string
	Token    string
}

// None tells whether there are none.
func (c Credentials) None() bool { return c == Credentials{} }

// Faults gives what is wrong with them, a sentence each, without any secret.
func (c Credentials) Faults() (faults []error) {
	if c.Username == "" && c.Password != "" {
		faults = append(faults, errors.New("a password is set without a user name: set both or none"))
	}
	if strings.Contains(c.Username, ":") {
		faults = append(faults, errors.New("the user name contains a colon, which basic authentication cannot carry"))
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		faults = append(faults, errors.New("the token contains a space or another character that a header cannot carry: paste it alone"))
	}
	return faults
}

// Timeouts bound requests and polls.
type Timeouts struct {
	// Request is how long an answer may take to begin, and for all but streamed
	// ones to be complete; 0: DefaultRequestTimeout.
	Request time.Duration
	// Poll is how long a poll may take as a whole; 0: DefaultPollDeadline.
	Poll time.Duration
}

// WithDefaults fills in what is not set.
func (t Timeouts) WithDefaults() Timeouts {
	if t.Request == 0 {
		t.Request = DefaultRequestTimeout
	}
	if t.Poll == 0 {
		t.Poll = max(DefaultPollDeadline, t.Request)
	}
	return t
}

// Faults gives what is wrong with them, a sentence each.
func (t Timeouts) Faults() (faults []error) {
	if t.Request < minTimeout || t.Request > maxTimeout {
		faults = append(faults, fmt.Errorf("the request timeout is %v: choose one between %v and %v", t.Request, minTimeout, maxTimeout))
	}
	if t.Poll < t.Request || t.Poll > maxTimeout {
		faults = append(faults, fmt.Errorf("the poll deadline is %v: choose one between the request timeout (%v) and %v", t.Poll, t.Request, maxTimeout))
	}
	return faults
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

// Config gives the TLS settings, or a sentence on what is wrong with them.
func (t TLS) Config() (*tls.Config, error) {
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

// CleanPath gives "" or "/path" without a slash at the end, of a path as people
// write it; ok is false where it is none.
func CleanPath(path string) (clean string, ok bool) {
	path = strings.Trim(path, "/")
	if path == "" {
		return "", true
	}
	if strings.ContainsAny(path, "?#\\ ") || strings.Contains(path, "//") || strings.Contains("/"+path+"/", "/../") {
		return "", false
	}
	return "/" + path, true
}

// CleanAddress reads an address as people write it: scheme and host in small
// letters, the path left as it is. Its errors, which continue a sentence, never
// quote an address that may hold credentials.
func CleanAddress(address string) (*url.URL, error) {
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

// BaseAddress gives an address in normal form, with its path and without a
// slash at the end: what paths are appended to, and what people see. Errors are
// CleanAddress's.
func BaseAddress(address string) (string, error) {
	parsed, err := CleanAddress(address)
	if err != nil {
		return "", err
	}
	return parsed.Scheme + "://" + parsed.Host + strings.TrimRight(parsed.EscapedPath(), "/"), nil
}

// Unencrypted tells whether credentials would go to an address in the clear,
// as a warning in a sentence; "" where they would not.
func (c Credentials) Unencrypted(address string) string {
	if c.None() || !strings.HasPrefix(address, "http://") {
		return ""
	}
	what := "user and password go"
	if c.Token != "" {
		what = "the token goes"
	}
	return fmt.Sprintf("%s is not https: %s over the network unencrypted.", address, what)
}

// NotConfigured is for addresses that are not among those in the settings,
// which are called what. Nothing was asked.
func NotConfigured(address, what string) error {
	return &coordinator.Error{Kind: coordinator.ErrNotSupported, Address: Cut(address, MaxDetailBytes),
		Detail: "this address is not among the " + what + " in the settings"}
}
