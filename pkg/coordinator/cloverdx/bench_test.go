package cloverdx

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The scale target: so many executions run, and so many have ended.
const (
	benchRunning = 1_000
	benchHistory = 20_000
)

// BenchmarkPoll1000Running polls a server with 1,000 running executions and a
// history of 20,000, and compares with fetching the same pages and decoding
// them with encoding/json into structs of the needed fields. Reported beside
// the time of one poll: the ratio, the requests, and the MB read.
func BenchmarkPoll1000Running(b *testing.B) {
	f := newFake(b, append(history(benchHistory), manyRunning(benchRunning)...)...)
	// Pages are made beforehand: making them is not what is measured.
	pages := map[string][]byte{}
	client := newTestClient(b, func(c *Config) { c.RequestTimeout, c.PollDeadline, c.API = time.Minute, time.Minute, APIREST }, f)
	snapshot(b, client)
	var queries []string
	bytes := 0
	for _, request := range f.asked(restBase) {
		recorded := &recorder{header: http.Header{}}
		made, err := http.NewRequest(http.MethodGet, "/?"+request.query, nil)
		if err != nil {
			b.Fatal(err)
		}
		f.serveREST(recorded, made, "")
		queries = append(queries, request.query)
		pages[request.query] = []byte(recorded.body.String())
		bytes += recorded.body.Len()
	}
	f.on(restBase+"/executions", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(pages[r.URL.RawQuery])
	})
	var ours, theirs time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		got := snapshot(b, client)
		ours += time.Since(began)
		if len(got.Jobs) != benchRunning || !got.Complete {
			b.Fatalf("%d jobs, complete %v", len(got.Jobs), got.Complete)
		}
		b.StopTimer()
		began = time.Now()
		if n := decodeWithEncodingJSON(b, f.address(), queries); n < benchRunning {
			b.Fatalf("encoding/json read %d executions", n)
		}
		theirs += time.Since(began)
		b.StartTimer()
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x_of_encoding_json")
	b.ReportMetric(float64(len(queries)), "requests/op")
	b.ReportMetric(float64(bytes)/1e6, "MB_read/op")
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	body   strings.Builder
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(int)                {}
func (r *recorder) Write(part []byte) (int, error) { return r.body.Write(part) }

// decodeWithEncodingJSON is what the poll is compared with.
func decodeWithEncodingJSON(t testing.TB, address string, queries []string) int {
	type execution struct {
		RunID       int64  `json:"runId"`
		SandboxCode string `json:"sandboxCode"`
		JobFile     string `json:"jobFile"`
		Status      string `json:"status"`
		Node        string `json:"node"`
		SubmitTime  string `json:"submitTime"`
	}
	read := 0
	for _, query := range queries {
		request, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s%s?%s", address, pathExecutions, query), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Requested-By", "benchmark")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Total   int         `json:"@totalItems"`
			Members []execution `json:"members"`
		}
		err = json.NewDecoder(response.Body).Decode(&answer)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		read += len(answer.Members)
	}
	return read
}
