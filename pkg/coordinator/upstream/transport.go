package upstream

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

const (
	// maxHeaderBytes bounds an answer's header; those of coordinators have a few
	// hundred bytes.
	maxHeaderBytes = 32 << 10
	// idleConnections per host: one poll asks a master about four things at
	// once, and job readings come beside it.
	idleConnections = 8
	idleTimeout     = time.Minute
	keepAlive       = 30 * time.Second
)

// newTransport gives an HTTP transport that goes to the configured addresses
// and nowhere else: no proxy from the environment (a coordinator is in the
// data centre; a forgotten HTTP_PROXY must not see its credentials), no
// compression (so that a small answer cannot grow), HTTP/1.1 only.
func newTransport(config *tls.Config, timeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: timeout, KeepAlive: keepAlive}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config.Clone(),
		TLSHandshakeTimeout:    timeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        idleTimeout,
		DisableCompression:     true,
		Protocols:              protocols,
	}
}

// newStopTransport gives the transport for stop requests: a new connection for
// each. Go's transport sends a request again when a kept connection turns out
// to be closed; on a new connection it never does. (The request's body has no
// GetBody and it has no Idempotency-Key header either, so that it could not.)
func newStopTransport(config *tls.Config, timeout time.Duration) *http.Transport {
	transport := newTransport(config, timeout)
	transport.DisableKeepAlives = true
	return transport
}

// newHTTPClient gives a client that follows no redirect: the redirect itself
// is the answer. It keeps no cookies.
func newHTTPClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
