package generic

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// benchJobs is the scale target of the design: 50,000 jobs of about 2 kB.
const benchJobs = 50_000

// extra makes a job as large as real ones are: fields of its own that Unjam
// does not need.
var extra = func() string {
	plan, _ := json.Marshal(map[string]any{"plan": map[string]any{"source": strings.Repeat("table ", 150), "sinks": []string{strings.Repeat("x", 300), strings.Repeat("é", 150)}}, "options": map[string]int{"parallelism": 4, "retries": 3}})
	return string(plan[1 : len(plan)-1])
}()

// bigList serves benchJobs jobs by pages without holding them. sent counts
// bytes.
type bigList struct{ sent atomic.Int64 }

func (l *bigList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	begin, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	end := min(begin+limit, benchJobs)
	w.Header().Set("Content-Type", "application/json")
	out := bufio.NewWriterSize(w, 64<<10)
	sent := 0
	write := func(text string) { n, _ := out.WriteString(text); sent += n }
	write(`{"jobs":[`)
	for i := begin; i < end; i++ {
		if i > begin {
			write(",")
		}
		write(fmt.Sprintf(`{"id":"%d",%s,"name":"stream %05d","state":"running","word":"RUNNING","createdAt":"2026-01-02T03:04:05.%03dZ","nodes":["node%d:7000","node%d:7000"]}`,
			1176934327691247617+int64(i), extra, i, i%1000, i%30, (i+1)%30))
	}
	write("]")
	if end < benchJobs {
		write(fmt.Sprintf(`,"next":"%d"`, end))
	}
	write("}")
	_ = out.Flush()
	l.sent.Add(int64(sent))
}

// heapPeak samples the bytes in heap objects until stop is called, which gives
// the most that was seen.
func heapPeak() (stop func() uint64) {
	read := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	ended, result := make(chan struct{}), make(chan uint64)
	go func() {
		peak := read()
		for {
			select {
			case <-ended:
				result <- max(peak, read())
				return
			case <-time.After(time.Millisecond):
				peak = max(peak, read())
			}
		}
	}()
	return func() uint64 { close(ended); return <-result }
}

func bigFake(t testing.TB) (*fake, *bigList) {
	list := &bigList{}
	return newFake(t).on("/jobs", list.ServeHTTP), list
}

func patient(c *Config) { c.RequestTimeout, c.PollDeadline = time.Minute, time.Minute }

// BenchmarkSnapshot50000 polls a coordinator with 50,000 jobs of about 2 kB and
// compares with the limit of design §9: fetching and decoding the same pages
// with encoding/json into structs of the needed fields. Reported beside the
// time of one poll: the ratio, MB read, the peak of the heap while polling.
func BenchmarkSnapshot50000(b *testing.B) {
	f, list := bigFake(b)
	client := newTestClient(b, patient, f)
	var ours, theirs time.Duration
	var peak uint64
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		runtime.GC() // what the comparison left behind is not ours
		stop := heapPeak()
		b.StartTimer()
		began := time.Now()
		got := snapshot(b, client)
		ours += time.Since(began)
		peak = max(peak, stop())
		if len(got.Jobs) != benchJobs || !got.Complete || len(got.Jobs[7].Nodes) != 2 {
			b.Fatalf("%d jobs, complete %v", len(got.Jobs), got.Complete)
		}
		b.StopTimer()
		began = time.Now()
		if n := decodeWithEncodingJSON(b, f.URL); n != benchJobs {
			b.Fatalf("encoding/json read %d jobs", n)
		}
		theirs += time.Since(began)
		b.StartTimer()
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x_of_encoding_json")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "s_encoding_json/op")
	b.ReportMetric(float64(peak)/(1<<20), "MB_heap_peak")
	b.ReportMetric(float64(list.sent.Load())/float64(2*b.N)/1e6, "MB_read/op")
}

// decodeWithEncodingJSON is the limit: every page decoded into structs of the
// fields that are needed, at once.
func decodeWithEncodingJSON(t testing.TB, address string) int {
	type job struct {
		ID        string    `json:"id"`
		Name      string    `json:"name"`
		State     string    `json:"state"`
		Word      string    `json:"word"`
		CreatedAt time.Time `json:"createdAt"`
		Nodes     []string  `json:"nodes"`
	}
	var jobs []job
	cursor := ""
	for {
		response, err := http.Get(fmt.Sprintf("%s/jobs?limit=%d&cursor=%s", address, defaultPageSize, url.QueryEscape(cursor)))
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Jobs []job  `json:"jobs"`
			Next string `json:"next"`
		}
		err = json.NewDecoder(response.Body).Decode(&page)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, page.Jobs...)
		if cursor = page.Next; cursor == "" {
			return len(jobs)
		}
	}
}

func TestS06_ManyJobsInBoundedMemory(t *testing.T) {
	f, list := bigFake(t)
	client := newTestClient(t, patient, f)
	stop := heapPeak()
	got := snapshot(t, client)
	peak := stop()
	if len(got.Jobs) != benchJobs || !got.Complete {
		t.Errorf("%d jobs, complete %v", len(got.Jobs), got.Complete)
	}
	if asked := f.asked(""); len(asked) != benchJobs/defaultPageSize+3 {
		t.Errorf("%d requests were sent", len(asked))
	}
	// The plugin as a whole may have 150 MB (design §9).
	if peak > 100<<20 {
		t.Errorf("the heap grew to %d MB for %d MB that were read", peak>>20, list.sent.Load()>>20)
	}
}
