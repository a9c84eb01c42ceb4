package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// MaxDetailBytes bounds what an error quotes of an answer: messages can be
// whole stack traces.
const MaxDetailBytes = 200

const advicePassing = "This passes when the cluster has settled."

// StatusError is an answer with a status that is not 200.
type StatusError struct {
	Status int
	// Body is the answer's beginning, without credentials. It is for
	// recognising known answers, not for people.
	Body string
}

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("answered %d %s", e.Status, http.StatusText(e.Status))
}

// StatusOf gives the status of the answer that an error is about; 0 where it
// is about none, or about a 200.
func StatusOf(err error) int {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status
	}
	return 0
}

// timeoutError is a call whose time was over.
type timeoutError struct{ after string }

func (e *timeoutError) Error() string { return "no complete answer within " + e.after }

// Timeout makes it a timeout for errors.As with net.Error.
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }

// tooLargeError is an answer that exceeds a limit.
type tooLargeError struct {
	what  string
	bytes int64
}

func (e *tooLargeError) Error() string {
	if e.bytes >= 1<<20 {
		return fmt.Sprintf("%s larger than %d MB", e.what, e.bytes>>20)
	}
	return fmt.Sprintf("%s larger than %d kB", e.what, e.bytes>>10)
}

// BadAnswer is an answer that is not what the coordinator gives.
func BadAnswer(address, path, detail, advice string, cause error) error {
	return &coordinator.Error{Kind: coordinator.ErrBadAnswer, Address: address, Path: path, Detail: detail, Advice: advice, Err: cause}
}

// Unreachable is a server that gave no answer.
func Unreachable(address, path, detail, advice string, cause error) error {
	return &coordinator.Error{Kind: coordinator.ErrUnreachable, Address: address, Path: path, Detail: detail, Advice: advice, Err: cause}
}

// statusFailure makes an error of an answer that is not 200. body is its
// beginning.
func (s *Server) statusFailure(address, path string, response *http.Response, body string) error {
	// Hidden before it is cut: half a credential is one too much.
	cause := &StatusError{Status: response.StatusCode, Body: s.secrets.HideIn(body, len(body) < errorBody, errorBody)}
	detail := cause.Error()
	if message := failMessage(cause.Body, s.secrets); message != "" {
		detail += ": " + message
	}
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		advice := "Check user and password in the settings."
		switch {
		case s.options.Credentials.Token != "":
			advice = "Check the token in the settings."
		case s.options.Credentials.Username == "":
			advice = "This address wants a user and a password: set them."
		}
		return &coordinator.Error{Kind: coordinator.ErrUnauthorised, Address: address, Path: path, Detail: cause.Error(), Advice: advice, Err: cause}
	case status >= 300 && status < 400:
		return BadAnswer(address, path, s.redirectDetail(status, response.Header.Get("Location")),
			"Redirects are never followed: set the address that answers itself.", cause)
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout:
		return Unreachable(address, path, detail, "Something in between answers for the coordinator: check whether it runs.", cause)
	case status >= 500:
		return BadAnswer(address, path, detail, advicePassing, cause)
	case speaksTLS(body):
		return BadAnswer(address, path, detail, "This port wants TLS: use https in the address.", cause)
	default:
		return BadAnswer(address, path, detail, s.options.AddressAdvice, cause)
	}
}

// failMessage finds the first line of the message in an answer like
// {"status":"fail","message":"…"}, which may be cut off in the middle; "" when
// there is none.
func failMessage(body string, hide Secrets) string {
	_, rest, found := strings.Cut(body, `"message":"`)
	if !found || strings.HasPrefix(strings.TrimSpace(body), "<") {
		return ""
	}
	end := 0
	for end < len(rest) && rest[end] != '"' {
		if rest[end] == '\\' {
			if end+1 >= len(rest) || rest[end+1] == 'n' {
				break
			}
			end++
		}
		end++
	}
	message, _ := jsontext.AppendUnquote(nil, `"`+rest[:min(end, len(rest))]+`"`)
	return Cut(OneLine(hide.Hide(string(message))), MaxDetailBytes)
}

// speaksTLS recognises what servers say to plain HTTP on a TLS port.
func speaksTLS(body string) bool {
	body = strings.ToLower(body)
	return strings.Contains(body, "http request to an https server") || strings.Contains(body, "plain http request was sent to https port")
}

// redirectDetail names where a redirect points to, without its query, which
// may hold tokens.
func (s *Server) redirectDetail(status int, location string) string {
	target, _, _ := strings.Cut(location, "?")
	target, _, _ = strings.Cut(target, "#")
	if scheme, rest, ok := strings.Cut(target, "://"); ok {
		if _, host, ok := strings.Cut(rest, "@"); ok {
			target = scheme + "://" + host
		}
	}
	if target == "" {
		return fmt.Sprintf("answered a redirect (%d)", status)
	}
	return fmt.Sprintf("answered a redirect (%d) to %s", status, Cut(s.secrets.Hide(target), MaxDetailBytes))
}

// Failure makes a coordinator.Error of what went wrong while calling or
// reading. Errors that are one already stay as they are.
func (s *Server) Failure(ctx context.Context, address, path string, err error) error {
	var done *coordinator.Error
	if errors.As(err, &done) {
		return err
	}
	if cause := context.Cause(ctx); ctx.Err() != nil && cause != nil {
		var timeout *timeoutError
		switch {
		case errors.As(cause, &timeout):
			return Unreachable(address, path, timeout.Error(), "", cause)
		case errors.Is(cause, context.DeadlineExceeded):
			return Unreachable(address, path, "no complete answer within the time that was left", "", cause)
		default:
			return Unreachable(address, path, "the call was ended before an answer came", "", cause)
		}
	}
	var large *tooLargeError
	var shape *ShapeError
	var timeout net.Error
	switch {
	case errors.As(err, &large):
		return BadAnswer(address, path, large.Error(), "If this cluster really is that large, raise the limit in the settings.", err)
	case errors.As(err, &shape):
		detail := Cut(s.secrets.Hide(shape.Error()), MaxDetailBytes)
		return BadAnswer(address, path, detail, s.options.AddressAdvice, &ShapeError{Detail: detail})
	case errors.Is(err, io.ErrUnexpectedEOF):
		return BadAnswer(address, path, "the answer breaks off in the middle", "", err)
	case isTLS(err):
		return tlsFailure(address, path, err)
	case strings.Contains(err.Error(), "malformed HTTP"):
		return Unreachable(address, path, "the answer is not HTTP", "If this port speaks TLS, use https in the address.", hidden(s.secrets, err))
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return BadAnswer(address, path, "the answer's header is larger than any of "+s.options.Name+"'s", s.options.AddressAdvice, hidden(s.secrets, err))
	case errors.As(err, &timeout) && timeout.Timeout():
		return Unreachable(address, path, "no connection in time", "Check address, port and firewall.", hidden(s.secrets, err))
	case ClosedByServer(err):
		return Unreachable(address, path, "the connection was closed without an answer", "If this port speaks TLS, use https in the address; else check address and port.", hidden(s.secrets, err))
	default:
		return Unreachable(address, path, Cut(s.secrets.Hide(dialText(err)), MaxDetailBytes), "Check address, port and firewall.", hidden(s.secrets, err))
	}
}

// hidden keeps an error for the log with credentials hidden in its text.
func hidden(secrets Secrets, err error) error {
	if text := err.Error(); secrets.Hide(text) != text {
		return errors.New(secrets.Hide(text))
	}
	return err
}

// dialText says in few words why there was no connection.
func dialText(err error) string {
	var dns *net.DNSError
	var operation *net.OpError
	switch {
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s cannot be resolved", dns.Name)
	case errors.As(err, &operation):
		if operation.Err != nil {
			return operation.Op + ": " + operation.Err.Error()
		}
	}
	return err.Error()
}

// ClosedByServer tells whether the server closed the connection instead of
// answering, as some do for paths outside their own.
func ClosedByServer(err error) bool {
	var operation *net.OpError
	return errors.Is(err, io.EOF) || (errors.As(err, &operation) && (operation.Op == "read" || operation.Op == "write"))
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// tlsFailure says what to do about a failed handshake.
func tlsFailure(address, path string, err error) error {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &authority):
		return Unreachable(address, path, "TLS: the server's certificate is signed by an authority that is not trusted", "Add that authority's certificate (CA) in the settings.", err)
	case errors.As(err, &host):
		return Unreachable(address, path, "TLS: the server's certificate is for another name", "Use the name in the certificate as address, or set it as the TLS server name in the settings.", err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Unreachable(address, path, "TLS: the server's certificate has expired or is not valid yet", "Renew it, or check this machine's clock.", err)
	case errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return Unreachable(address, path, "TLS: the server does not speak TLS on this port", "Use http in the address, or the port for https.", err)
	case errors.As(err, &alert) || strings.Contains(err.Error(), "remote error"):
		return Unreachable(address, path, "TLS: the server refused the handshake", "It may want a client certificate: set it in the settings.", err)
	default:
		return Unreachable(address, path, "TLS: the handshake failed", "Check the TLS settings and the server's certificate.", err)
	}
}

// TimedOut tells whether a call failed for want of time.
func TimedOut(err error) bool {
	var timeout *timeoutError
	return errors.As(err, &timeout) || errors.Is(err, context.DeadlineExceeded)
}

// Passing tells whether a failure of a read is of the kind that coordinators
// in trouble show and that says nothing about the settings: no answer in time, a
// broken connection, a 5xx.
func Passing(err error) bool {
	return errors.Is(err, coordinator.ErrUnreachable) || StatusOf(err) >= 500
}
