package seatunnel

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

const (
	// smallBody bounds answers about one thing. A member row has 1.4 kB, a
	// thread 120 bytes; one job of a thousand tables has a few MB.
	smallBody = 16 << 20
	// bodyBuffer is the read buffer between the connection and the decoder.
	bodyBuffer = 32 << 10
	// errorBody is how much is read of an answer that is an error.
	errorBody = 4 << 10
	userAgent = "unjam-jobs-app"
)

// errEnough ends the reading of an answer early, without being a failure.
var errEnough = errors.New("enough was read")

// answer is a 200 answer whose body is still to be read.
type answer struct {
	header http.Header
	body   io.Reader
	// sent and got are when the request left and its answer began.
	sent, got time.Time
}

// call is one GET.
type call struct {
	endpoint *endpoint
	// path with query, to be appended to the endpoint's address.
	path string
	// limit is the most bytes of the body.
	limit int64
	// streamed answers must begin in time; others must be complete in time.
	streamed bool
	// timeout replaces Config.RequestTimeout when it is not zero.
	timeout time.Duration
	// anonymous leaves the credentials out.
	anonymous bool
	// plainText answers are not JSON.
	plainText bool
}

// get sends one GET and lets read have the body. Every error is a
// *coordinator.Error. After an answer that is not SeaTunnel's, or none at all,
// the endpoint's dialect is doubtful, and the next use probes it anew.
func (c *client) get(ctx context.Context, call call, read func(*answer) error) error {
	err := c.exchange(ctx, call, read)
	if errors.Is(err, coordinator.ErrBadAnswer) || (err != nil && closedByServer(err)) {
		call.endpoint.forget()
	}
	return err
}

func (c *client) exchange(ctx context.Context, call call, read func(*answer) error) error {
	timeout := call.timeout
	if timeout == 0 {
		timeout = c.config.RequestTimeout
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(timeout, func() { cancel(&timeoutError{after: timeout.String()}) })
	defer timer.Stop()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, call.endpoint.address+call.path, nil)
	if err != nil {
		return c.failure(ctx, call.endpoint, call.path, err)
	}
	c.setHeaders(request, call.anonymous)
	sent := c.config.Now()
	response, err := c.reads.Do(request)
	if err != nil {
		return c.failure(ctx, call.endpoint, call.path, err)
	}
	// The cancel comes first, so that Close never waits for a slow server.
	defer func() { cancel(nil); _ = response.Body.Close() }()
	got := c.config.Now()

	if response.StatusCode != http.StatusOK {
		beginning, _ := io.ReadAll(io.LimitReader(response.Body, errorBody))
		return c.statusFailure(call.endpoint, call.path, response, string(beginning))
	}
	if encoding := response.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return badAnswer(call.endpoint, call.path, "the answer is compressed ("+cut(oneLine(c.secrets.hide(encoding)), maxWordBytes)+") though that was not asked for", "Switch compression off in the proxy in between.", nil)
	}
	if call.streamed {
		timer.Stop()
	}
	buffered := bufio.NewReaderSize(&limitedBody{reader: response.Body, left: call.limit, limit: call.limit}, bodyBuffer)
	if !call.plainText && isHTML(response.Header, buffered) {
		return badAnswer(call.endpoint, call.path, "answered HTML, not JSON", adviceAddress, nil)
	}
	if err := read(&answer{header: response.Header, body: buffered, sent: sent, got: got}); err != nil && !errors.Is(err, errEnough) {
		return c.failure(ctx, call.endpoint, call.path, err)
	}
	return nil
}

// setHeaders sets what all requests have in common.
func (c *client) setHeaders(request *http.Request, anonymous bool) {
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	if c.config.Username != "" && !anonymous {
		request.SetBasicAuth(c.config.Username, c.config.Password)
	}
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

// json reads an answer's JSON. The whole answer must be one JSON value.
func (c *client) json(ctx context.Context, call call, read func(*answer, *jsonReader) error) error {
	return c.get(ctx, call, func(a *answer) error {
		r := newJSONReader(a.body).hiding(c.secrets)
		if err := read(a, r); err != nil {
			return err
		}
		return r.end()
	})
}
