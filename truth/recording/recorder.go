package recording

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// keptHeaders are the headers of an answer that adapters look at. All others,
// cookies among them, are not kept.
var keptHeaders = []string{"Date", "Content-Type", "Content-Encoding"}

// Recorder keeps what coordinators answer. It is safe for concurrent use.
type Recorder struct {
	mu    sync.Mutex
	began time.Time
	kept  []Exchange
}

// NewRecorder begins a recording.
func NewRecorder() *Recorder { return &Recorder{began: time.Now()} }

// Recording gives what was kept until now.
func (r *Recorder) Recording(name, engine string, origin Origin, settings json.RawMessage) *Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Recording{
		Header:    Header{Format: Format, Name: name, Origin: origin, Engine: engine, Settings: settings, Began: r.began.Round(0), Ended: time.Now().Round(0)},
		Exchanges: append([]Exchange(nil), r.kept...),
	}
}

// Reads stands between an adapter and the network.
func (r *Recorder) Reads(network http.RoundTripper) http.RoundTripper {
	return &listener{recorder: r, network: network}
}

func (r *Recorder) keep(exchange Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, exchange)
}

type listener struct {
	recorder *Recorder
	network  http.RoundTripper
}

// RoundTrip passes a question on and keeps it with its answer, once that was
// read or given up.
func (l *listener) RoundTrip(request *http.Request) (*http.Response, error) {
	asked, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	exchange := Exchange{At: began.Sub(l.recorder.began), Method: request.Method, URL: request.URL.String(), Asked: asked}
	response, err := l.network.RoundTrip(request)
	exchange.Took = time.Since(began)
	if err != nil {
		exchange.Failure = failureOf(request.Context(), err)
		l.recorder.keep(exchange)
		return nil, err
	}
	exchange.Status = response.StatusCode
	for _, name := range keptHeaders {
		if value := response.Header.Get(name); value != "" {
			if exchange.Header == nil {
				exchange.Header = map[string]string{}
			}
			exchange.Header[name] = value
		}
	}
	response.Body = &heard{ReadCloser: response.Body, listener: l, ctx: request.Context(), exchange: exchange}
	return response, nil
}

// heard is an answer's body that is kept while it is read.
type heard struct {
	io.ReadCloser
	listener *listener
	ctx      context.Context
	exchange Exchange
	read     bytes.Buffer
	once     sync.Once
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.read.Write(p[:n])
	switch {
	case errors.Is(err, io.EOF):
		h.keep(Answered)
	case err != nil:
		h.keep(failureOf(h.ctx, err))
	}
	return n, err
}

// Close keeps what was read: who asked wanted no more.
func (h *heard) Close() error {
	h.keep(Answered)
	return h.ReadCloser.Close()
}

func (h *heard) keep(failure Failure) {
	h.once.Do(func() {
		h.exchange.Failure, h.exchange.Body = failure, h.read.String()
		h.listener.recorder.keep(h.exchange)
	})
}

// failureOf tells what kind of failure an error is.
func failureOf(ctx context.Context, err error) Failure {
	var slow net.Error
	switch {
	case ctx.Err() != nil, errors.As(err, &slow) && slow.Timeout():
		return Silent
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	}
	return Broken
}

// bodyOf reads a question's body and puts it back.
func bodyOf(request *http.Request) (string, error) {
	if request.Body == nil {
		return "", nil
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return "", err
	}
	_ = request.Body.Close()
	request.Body = io.NopCloser(bytes.NewReader(body))
	return string(body), nil
}
