package crowd

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// Transport carries requests to a handler without any network. Bodies are
// streamed: neither side holds more than what the other has not taken.
type Transport struct{ Handler http.Handler }

// RoundTrip gives the handler's answer as soon as it begins.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	reader, pipe := io.Pipe()
	w := &streamed{header: http.Header{}, pipe: pipe, begun: make(chan int, 1)}
	stop := context.AfterFunc(r.Context(), func() { pipe.CloseWithError(r.Context().Err()) })
	go func() {
		defer stop()
		defer pipe.Close()
		t.Handler.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK)
	}()
	select {
	case status := <-w.begun:
		return &http.Response{
			Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: w.header, Body: reader, ContentLength: -1, Request: r,
		}, nil
	case <-r.Context().Done():
		_ = reader.Close()
		return nil, r.Context().Err()
	}
}

// streamed is a http.ResponseWriter into a pipe.
type streamed struct {
	header http.Header
	pipe   *io.PipeWriter
	begun  chan int
	once   sync.Once
}

func (s *streamed) Header() http.Header { return s.header }

// WriteHeader begins the answer; only the first call counts.
func (s *streamed) WriteHeader(status int) {
	s.once.Do(func() {
		s.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		s.begun <- status
	})
}

func (s *streamed) Write(part []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	return s.pipe.Write(part)
}
