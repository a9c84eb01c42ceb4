package recording

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Stale is how old an answer may be that is given again. Polls of a recording
// come every few seconds; what is asked less often (task threads, checkpoints)
// is asked again within this.
const Stale = 20 * time.Second

// Replay answers as the coordinator of a recording did at the same time since
// the beginning. It is safe for concurrent use.
type Replay struct {
	began   time.Time
	answers map[string][]Exchange

	mu     sync.Mutex
	missed map[string]int
	// asked are when which address was asked for.
	asked []Asked
}

// NewReplay begins a replay now.
func NewReplay(r *Recording) *Replay {
	replay := &Replay{began: time.Now(), answers: map[string][]Exchange{}, missed: map[string]int{}}
	for _, exchange := range r.Exchanges {
		key := question(exchange.Method, exchange.URL, exchange.Asked)
		replay.answers[key] = append(replay.answers[key], exchange)
	}
	for _, list := range replay.answers {
		slices.SortStableFunc(list, func(a, b Exchange) int { return int(a.At - b.At) })
	}
	return replay
}

// Missed tells how often each question was asked that the recording answers at
// no near time. Such questions find nobody there.
func (r *Replay) Missed() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	missed := make(map[string]int, len(r.missed))
	for key, count := range r.missed {
		missed[key] = count
	}
	return missed
}

// Asked is a question that was asked, since the beginning.
type Asked struct {
	At  time.Duration
	URL string
}

// Asked gives every question that was asked, in their order.
func (r *Replay) Asked() []Asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// Reads stands in place of the network.
func (r *Replay) Reads(http.RoundTripper) http.RoundTripper { return r }

// RoundTrip answers a question.
func (r *Replay) RoundTrip(request *http.Request) (*http.Response, error) {
	asked, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.asked = append(r.asked, Asked{time.Since(r.began), request.URL.String()})
	r.mu.Unlock()
	exchange, found := r.answer(question(request.Method, request.URL.String(), asked))
	if !found {
		return nil, fmt.Errorf("%s: %w", request.URL.Host, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
	}
	if err := wait(request.Context(), exchange.Took, exchange.Failure == Silent && exchange.Status == 0); err != nil {
		return nil, err
	}
	if exchange.Status == 0 {
		return nil, gone(exchange.Failure)
	}
	response := &http.Response{
		Status: http.StatusText(exchange.Status), StatusCode: exchange.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, ContentLength: -1, Request: request,
		Body: &told{ctx: request.Context(), body: bytes.NewReader([]byte(exchange.Body)), failure: exchange.Failure},
	}
	for name, value := range exchange.Header {
		response.Header.Set(name, value)
	}
	return response, nil
}

// answer gives the newest answer that the coordinator had given by now, or the
// next one where there is none yet.
func (r *Replay) answer(key string) (Exchange, bool) {
	since := time.Since(r.began)
	list := r.answers[key]
	after, _ := slices.BinarySearchFunc(list, since, func(exchange Exchange, since time.Duration) int {
		if exchange.At <= since {
			return -1
		}
		return 1
	})
	if after > 0 && since-list[after-1].At <= Stale {
		return list[after-1], true
	}
	if after < len(list) && list[after].At-since <= Stale {
		return list[after], true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missed[key]++
	return Exchange{}, false
}

// wait lets the time of an answer pass; for ever where none came.
func wait(ctx context.Context, took time.Duration, silent bool) error {
	if silent {
		<-ctx.Done()
		return ctx.Err()
	}
	timer := time.NewTimer(took)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gone is the error of a connection without an answer.
func gone(failure Failure) error {
	if failure == Refused {
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	return io.ErrUnexpectedEOF
}

// told is an answer's body as it came.
type told struct {
	ctx     context.Context
	body    *bytes.Reader
	failure Failure
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.body.Read(p)
	if err == nil || t.failure == Answered {
		return n, err
	}
	if t.failure == Silent {
		<-t.ctx.Done()
		return n, t.ctx.Err()
	}
	return n, io.ErrUnexpectedEOF
}

func (t *told) Close() error { return nil }

// question names what is asked.
func question(method, url, asked string) string {
	return strings.Join([]string{method, url, asked}, " ")
}
