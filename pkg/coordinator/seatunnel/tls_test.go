package seatunnel

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// authority signs certificates for a test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign gives a certificate and its key in PEM.
func (a *authority) sign(t *testing.T, name string, until time.Time) (certificate, key string) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	private := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &private.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: encoded}))
}

// newTLSFake starts a fake behind TLS.
func newTLSFake(t *testing.T, config *tls.Config) *fake {
	f := startFake(t, func(h http.Handler) *httptest.Server {
		server := httptest.NewUnstartedServer(h)
		server.TLS = config
		server.Config.ErrorLog = quiet(t)
		server.StartTLS()
		return server
	})
	f.on("/overview", answerJSON(200, sample(t, "v2-2.3.13-overview.json")))
	f.on("/running-jobs", answerJSON(200, `{"data":[],"total":0}`))
	return f
}

// quiet keeps a server's complaints about handshakes out of the output.
func quiet(*testing.T) *log.Logger { return log.New(io.Discard, "", 0) }

func keyPair(t *testing.T, certificate, key string) tls.Certificate {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestTLS_WithOwnAuthorityAndClientCertificate(t *testing.T) {
	a := newAuthority(t)
	certificate, key := a.sign(t, "zeta.example", time.Now().Add(time.Hour))
	ours, oursKey := a.sign(t, "unjam", time.Now().Add(time.Hour))
	clients := x509.NewCertPool()
	clients.AddCert(a.certificate)
	f := newTLSFake(t, &tls.Config{Certificates: []tls.Certificate{keyPair(t, certificate, key)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients})

	good := TLS{CAPEM: a.pem, CertPEM: ours, KeyPEM: oursKey, ServerName: "zeta.example"}
	if got := snapshot(t, newTestClient(t, func(c *Config) { c.TLS = good }, f)); !got.Complete {
		t.Errorf("snapshot is %s", asJSON(got))
	}
	// and without our certificate
	_, err := newTestClient(t, func(c *Config) { c.TLS = TLS{CAPEM: a.pem, ServerName: "zeta.example"} }, f).Snapshot(context.Background())
	wantError(t, err, coordinator.ErrUnreachable, f.URL, "the server refused the handshake", "It may want a client certificate")
}

func TestTLS_FailuresSayWhatToDo(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	serve := func(name string, until time.Time, change func(*tls.Config)) *fake {
		config := &tls.Config{Certificates: []tls.Certificate{signedPair(t, a, name, until)}}
		if change != nil {
			change(config)
		}
		return newTLSFake(t, config)
	}
	later := time.Now().Add(time.Hour)
	good := serve("127.0.0.1", later, nil)
	plain := v2Canceling(t)
	plain.Config.ErrorLog = quiet(t)
	cases := map[string]struct {
		address string
		ca      string
		parts   []string
	}{
		"another authority": {good.URL, other.pem, []string{"signed by an authority that is not trusted", "Add that authority's certificate (CA) in the settings."}},
		"the system's only": {good.URL, "", []string{"not trusted"}},
		"another name":      {serve("zeta.example", later, nil).URL, a.pem, []string{"is for another name", "TLS server name"}},
		"expired":           {serve("127.0.0.1", time.Now().Add(-time.Hour), nil).URL, a.pem, []string{"expired or is not valid yet", "Renew it"}},
		"https to http":     {strings.Replace(plain.URL, "http:", "https:", 1), "", []string{"does not speak TLS on this port", "Use http"}},
		"http to https":     {strings.Replace(good.URL, "https:", "http:", 1), "", []string{"This port wants TLS: use https in the address."}},
		"TLS 1.1":           {serve("127.0.0.1", later, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 }).URL, a.pem, []string{"TLS: "}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			client := newTestClient(t, func(c *Config) { c.Masters, c.TLS = []string{test.address}, TLS{CAPEM: test.ca} })
			_, err := client.Snapshot(context.Background())
			kind := coordinator.ErrUnreachable
			if name == "http to https" {
				kind = coordinator.ErrBadAnswer // Go's server answers 400 in plain HTTP
			}
			wantError(t, err, kind, append(test.parts, test.address)...)
			if _, delivered, err := stop(t, client, coordinator.StopRequest{Address: test.address, Job: "1"}); delivered != coordinator.DeliveredNo {
				t.Errorf("delivered %q: %v", delivered, err)
			}
		})
	}
}

func signedPair(t *testing.T, a *authority, name string, until time.Time) tls.Certificate {
	t.Helper()
	certificate, key := a.sign(t, name, until)
	return keyPair(t, certificate, key)
}
