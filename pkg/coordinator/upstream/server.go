package upstream

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

const (
	// bodyBuffer is the read buffer between the connection and the decoder.
	bodyBuffer = 32 << 10
	// errorBody is how much is read of an answer that is an error.
	errorBody = 4 << 10
	userAgent = "unjam-jobs-app"
	// maxEncodingBytes bounds what an error quotes of a header.
	maxEncodingBytes = 64
	// acceptJSON is what a call accepts unless it says otherwise.
	acceptJSON = "application/json"
)

// ErrEnough, returned by what reads an answer, ends the reading early, without
// being a failure.
var ErrEnough = errors.New("enough was read")

// ErrHTML is in the chain of the error about a 200 answer that is a page. What
// reads the answer was not called.
var ErrHTML = errors.New("the answer is HTML")

// Options say how to speak to a coordinator.
type Options struct {
	// Name is the coordinator's name in sentences ("SeaTunnel").
	Name string
	// AddressAdvice is the advice where an answer is not the coordinator's, a
	// sentence or two; empty: "Is this the address of <Name>? …".
	AddressAdvice string
	// Credentials are sent with every request, unless a call is anonymous.
	Credentials Credentials
	// Headers are sent with every request ("X-Requested-By").
	Headers map[string]string
	// TLS are the settings for https addresses (TLS.Config); nil: the system's.
	TLS *tls.Config
	// RequestTimeout bounds each request, unless a call has its own.
	RequestTimeout time.Duration
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Tracer makes a span for each request; nil: none are made.
	Tracer trace.Tracer
	// Reads stands before the network; nil: nothing does.
	Reads Reads
}

// Reads gives what carries reads, on top of the network or instead of it: for
// the recorder, which keeps what came, and for its replay. Stop requests never
// go through it.
type Reads func(network http.RoundTripper) http.RoundTripper

// Server sends requests to the addresses that it is given: the configured ones.
// It is safe for concurrent use.
type Server struct {
	options Options
	secrets Secrets
	// reads keeps connections, stops makes a new one for each request.
	reads *http.Client
	stops *http.Client
}

// New gives a server. It contacts nobody.
func New(options Options) *Server {
	if options.AddressAdvice == "" {
		options.AddressAdvice = "Is this the address of " + options.Name + "? Check the address and its path."
	}
	if options.TLS == nil {
		options.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Tracer == nil {
		options.Tracer = noop.NewTracerProvider().Tracer("")
	}
	s := &Server{
		options: options,
		secrets: NewSecrets(options.Credentials),
		reads:   newHTTPClient(newTransport(options.TLS, options.RequestTimeout)),
		stops:   newHTTPClient(newStopTransport(options.TLS, options.RequestTimeout)),
	}
	if options.Reads != nil {
		s.reads.Transport = options.Reads(s.reads.Transport)
	}
	return s
}

// Close releases connections.
func (s *Server) Close() {
	s.reads.CloseIdleConnections()
	s.stops.CloseIdleConnections()
}

// Secrets gives the credentials to hide in texts.
func (s *Server) Secrets() Secrets { return s.secrets }

// AddressAdvice is the advice where an answer is not the coordinator's.
func (s *Server) AddressAdvice() string { return s.options.AddressAdvice }

// Answer is a 200 answer whose body is still to be read.
type Answer struct {
	Header http.Header
	Body   io.Reader
	// Sent and Got are when the request left and its answer began.
	Sent, Got time.Time
}

// Call is one request that reads.
type Call struct {
	// Address is the configured address; Path, with its query, is appended.
	Address string
	Path    string
	// Route is the path without ids and queries, for spans; empty: they name
	// none.
	Route string
	// Limit is the most bytes of the body.
	Limit int64
	// Streamed answers must begin in time; others must be complete in time.
	Streamed bool
	// Timeout replaces Options.RequestTimeout when it is not zero.
	Timeout time.Duration
	// Anonymous leaves the credentials out.
	Anonymous bool
	// PlainText answers are not JSON.
	PlainText bool
	// Accept is the header of that name; empty: application/json.
	Accept string
	// Body makes the call a POST of JSON: for reads that are asked for by POST
	// (Jolokia's bulk reads). nil: a GET.
	Body []byte
}

// method is that of the request.
func (c Call) method() string {
	if c.Body != nil {
		return http.MethodPost
	}
	return http.MethodGet
}

// Get sends one request and lets read have the body of a 200 answer. Every
// error is a *coordinator.Error. An answer with another status has a
// *StatusError in its chain (see StatusOf).
func (s *Server) Get(ctx context.Context, call Call, read func(*Answer) error) error {
	ctx, span := s.startSpan(ctx, call.method(), call.Route)
	defer span.End()
	err := s.get(ctx, call, read)
	spanFailed(span, err)
	return err
}

func (s *Server) get(ctx context.Context, call Call, read func(*Answer) error) error {
	timeout := call.Timeout
	if timeout == 0 {
		timeout = s.options.RequestTimeout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(timeout, func() { cancel(&timeoutError{after: timeout.String()}) })
	defer timer.Stop()

	request, err := s.request(ctx, call)
	if err != nil {
		return s.Failure(ctx, call.Address, call.Path, err)
	}
	sent := s.options.Now()
	response, err := s.reads.Do(request)
	if err != nil {
		return s.Failure(ctx, call.Address, call.Path, err)
	}
	// The cancel comes first, so that Close never waits for a slow server.
	defer func() { cancel(nil); _ = response.Body.Close() }()
	got := s.options.Now()
	spanStatus(ctx, response.StatusCode)

	if response.StatusCode != http.StatusOK {
		beginning, _ := io.ReadAll(io.LimitReader(response.Body, errorBody))
		return s.statusFailure(call.Address, call.Path, response, string(beginning))
	}
	if encoding := response.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return BadAnswer(call.Address, call.Path, "the answer is compressed ("+Cut(OneLine(s.secrets.Hide(encoding)), maxEncodingBytes)+") though that was not asked for", "Switch compression off in the proxy in between.", nil)
	}
	if age := ageOf(response.Header); age > oldestAnswer {
		return BadAnswer(call.Address, call.Path, fmt.Sprintf("the answer comes from a cache, and is %s old", age), "Switch caching off in the proxy in between: what it keeps hides an outage.", nil)
	}
	if call.Streamed {
		timer.Stop()
	}
	buffered := bufio.NewReaderSize(&limitedBody{reader: response.Body, left: call.Limit, limit: call.Limit}, bodyBuffer)
	if isHTML(response.Header, buffered) {
		wanted := "JSON"
		if call.PlainText {
			wanted = "plain text"
		}
		return BadAnswer(call.Address, call.Path, "answered HTML, not "+wanted, s.options.AddressAdvice, ErrHTML)
	}
	if err := read(&Answer{Header: response.Header, Body: buffered, Sent: sent, Got: got}); err != nil && !errors.Is(err, ErrEnough) {
		return s.Failure(ctx, call.Address, call.Path, err)
	}
	return nil
}

// JSON is Get for an answer that is one JSON value as a whole.
func (s *Server) JSON(ctx context.Context, call Call, read func(*Answer, *Reader) error) error {
	return s.Get(ctx, call, func(a *Answer) error {
		r := NewReader(a.Body, s.secrets)
		if err := read(a, r); err != nil {
			return err
		}
		return r.End()
	})
}

// Lines is Get for plain text: line is called for each line, without its end.
// A line longer than maxLine bytes is an error.
func (s *Server) Lines(ctx context.Context, call Call, maxLine int, line func(*Answer, string) error) error {
	call.PlainText = true
	return s.Get(ctx, call, func(a *Answer) error {
		lines := bufio.NewScanner(a.Body)
		lines.Buffer(make([]byte, 0, min(maxLine, bodyBuffer)), maxLine)
		for lines.Scan() {
			if err := line(a, lines.Text()); err != nil {
				return err
			}
		}
		if errors.Is(lines.Err(), bufio.ErrTooLong) {
			return &tooLargeError{what: "a line in the answer", bytes: int64(maxLine)}
		}
		return lines.Err()
	})
}

func (s *Server) request(ctx context.Context, call Call) (*http.Request, error) {
	body := io.Reader(http.NoBody)
	if call.Body != nil {
		body = bytes.NewReader(call.Body)
	}
	request, err := http.NewRequestWithContext(ctx, call.method(), call.Address+call.Path, body)
	if err != nil {
		return nil, err
	}
	s.setHeaders(request, call.Accept, call.Anonymous)
	if call.Body != nil {
		request.Header.Set("Content-Type", acceptJSON)
	}
	return request, nil
}

// setHeaders sets what all requests have in common.
func (s *Server) setHeaders(request *http.Request, accept string, anonymous bool) {
	if accept == "" {
		accept = acceptJSON
	}
	for name, value := range s.options.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Accept", accept)
	// Everything is asked for because it may have changed a moment ago.
	request.Header.Set("Cache-Control", "no-cache")
	request.Header.Set("User-Agent", userAgent)
	if credentials := s.options.Credentials; !anonymous {
		switch {
		case credentials.Token != "":
			request.Header.Set("Authorization", "Bearer "+credentials.Token)
		case credentials.Username != "":
			request.SetBasicAuth(credentials.Username, credentials.Password)
		}
	}
}

// oldestAnswer is how old an answer may be by the caches that it came through.
// They count whole seconds, and the time on the way.
const oldestAnswer = 2 * time.Second

// ageOf is for how long caches have kept an answer, as they tell it (RFC 9111);
// 0 where none does.
func ageOf(header http.Header) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(header.Get("Age")), 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(seconds, math.MaxInt32)) * time.Second
}

// isHTML looks at the header and the first bytes.
func isHTML(header http.Header, body *bufio.Reader) bool {
	if strings.Contains(strings.ToLower(header.Get("Content-Type")), "html") {
		return true
	}
	// Peek waits for one byte only; whitespace before the tag is rare.
	first, _ := body.Peek(1)
	if len(first) == 1 && strings.ContainsRune(" \r\n\t\ufeff", rune(first[0])) {
		first, _ = body.Peek(body.Buffered())
		first = bytes.TrimLeft(first, " \r\n\t")
	}
	return len(first) > 0 && first[0] == '<'
}

// limitedBody fails with a tooLargeError where io.LimitReader would end.
type limitedBody struct {
	reader io.Reader
	left   int64
	limit  int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &tooLargeError{what: "answer", bytes: b.limit}
	}
	// One byte more than the limit must be seen to know that it is exceeded.
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.reader.Read(p)
	b.left -= int64(n)
	return n, err
}
