package recording

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// coordinator answers in every way that coordinators were seen to.
func coordinator(t *testing.T) *httptest.Server {
	t.Helper()
	asked := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/jobs", func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "session=secret")
		_, _ = io.WriteString(w, []string{`["one"]`, `["one"]`, `["two"]`}[min(asked, 3)-1])
	})
	mux.HandleFunc("/read", func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	mux.HandleFunc("/missing", http.NotFound)
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `["half`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// ask asks with credentials, as adapters do, and gives status and body.
func ask(t *testing.T, client *http.Client, method, url, body string, patience time.Duration) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("operator", "pass-word")
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return response.StatusCode, string(read), err
}

func TestReplayAnswersAsTheCoordinatorDid(t *testing.T) {
	// Given what a coordinator answered, well and badly,
	server, recorder := coordinator(t), NewRecorder()
	client := &http.Client{Transport: recorder.Reads(http.DefaultTransport)}
	nobody := "http://" + closedPort(t)
	for range 3 {
		_, _, _ = ask(t, client, http.MethodGet, server.URL+"/jobs", "", time.Second)
		time.Sleep(30 * time.Millisecond)
	}
	_, _, _ = ask(t, client, http.MethodPost, server.URL+"/read", `{"read":1}`, time.Second)
	_, _, _ = ask(t, client, http.MethodPost, server.URL+"/read", `{"read":2}`, time.Second)
	_, _, _ = ask(t, client, http.MethodGet, server.URL+"/missing", "", time.Second)
	_, _, _ = ask(t, client, http.MethodGet, server.URL+"/silent", "", 20*time.Millisecond)
	_, _, _ = ask(t, client, http.MethodGet, server.URL+"/broken", "", time.Second)
	_, _, _ = ask(t, client, http.MethodGet, nobody+"/jobs", "", time.Second)

	// when it is written, read again and replayed,
	var file bytes.Buffer
	if err := recorder.Recording("one", "test", Simulated, json.RawMessage(`{"urls":[]}`)).Write(&file); err != nil {
		t.Fatal(err)
	}
	written := file.Len()
	recorded, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if recorded.Name != "one" || len(recorded.Exchanges) != 9 || written > 2000 {
		t.Fatalf("%+v in %d bytes", recorded.Header, written)
	}
	text, _ := json.Marshal(recorded)
	for _, secret := range []string{"pass-word", "Authorization", "session=secret"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the recording holds %q", secret)
		}
	}

	// then each question has its answer, the newest one at that time.
	synctest.Test(t, func(t *testing.T) {
		replayed := &http.Client{Transport: NewReplay(recorded).Reads(nil)}
		for _, one := range []struct {
			what, method, url, body string
			status                  int
			want                    string
			failure                 error
		}{
			{"the first list", "GET", server.URL + "/jobs", "", 200, `["one"]`, nil},
			{"one body", "POST", server.URL + "/read", `{"read":2}`, 200, `{"read":2}`, nil},
			{"another body", "POST", server.URL + "/read", `{"read":1}`, 200, `{"read":1}`, nil},
			{"a status", "GET", server.URL + "/missing", "", 404, "404 page not found\n", nil},
			{"half a body", "GET", server.URL + "/broken", "", 200, `["half`, io.ErrUnexpectedEOF},
			{"nobody there", "GET", nobody + "/jobs", "", 0, "", syscall.ECONNREFUSED},
			{"what was never asked", "GET", server.URL + "/other", "", 0, "", syscall.ECONNREFUSED},
			{"no answer", "GET", server.URL + "/silent", "", 0, "", context.DeadlineExceeded},
			{"the last list", "GET", server.URL + "/jobs", "", 200, `["two"]`, nil},
		} {
			status, body, err := ask(t, replayed, one.method, one.url, one.body, time.Second)
			if status != one.status || body != one.want || !errors.Is(err, one.failure) {
				t.Errorf("%s: %d %q %v", one.what, status, body, err)
			}
		}
	})
}

func TestReplayForgetsWhatIsStale(t *testing.T) {
	recorded := &Recording{Exchanges: []Exchange{
		{At: 10 * time.Second, Method: "GET", URL: "http://master/jobs", Status: 200, Body: "old"},
		{At: 100 * time.Second, Method: "GET", URL: "http://master/jobs", Status: 200, Body: "new"},
	}}
	synctest.Test(t, func(t *testing.T) {
		replay := NewReplay(recorded)
		client := &http.Client{Transport: replay.Reads(nil)}
		for _, step := range []struct {
			wait time.Duration
			want string
		}{{0, "old"}, {15 * time.Second, "old"}, {14 * time.Second, "old"}, {20 * time.Second, ""}, {40 * time.Second, "new"}} {
			time.Sleep(step.wait)
			if _, body, _ := ask(t, client, http.MethodGet, "http://master/jobs", "", time.Second); body != step.want {
				t.Errorf("%q, not %q", body, step.want)
			}
		}
		if missed := replay.Missed()["GET http://master/jobs "]; missed != 1 {
			t.Errorf("%v were missed", replay.Missed())
		}
	})
}

func TestReadRefusesWhatIsNoRecording(t *testing.T) {
	for name, file := range map[string][]byte{
		"empty": packed(t, ""), "no gzip": []byte("{}"), "another format": packed(t, `{"format":2}`),
		"a wrong reference": packed(t, "{\"format\":1}\n{\"same\":4}"), "no JSON": packed(t, "{\"format\":1}\nnothing"),
	} {
		if _, err := Read(bytes.NewReader(file)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var file bytes.Buffer
	packer := gzip.NewWriter(&file)
	if _, err := io.WriteString(packer, text); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
