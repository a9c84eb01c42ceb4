package seatunnel

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// benchJobs is the scale target of the design: 50,000 jobs of about 2 kB.
const benchJobs = 50_000

// bigList serves benchJobs jobs by pages, each like the captured running job
// with an id and a name of its own, without holding them. sent counts bytes.
type bigList struct {
	// parts are the captured job around its id and its name.
	parts [3][]byte
	mutex sync.Mutex
	sent  int64
}

func newBigList(t testing.TB) *bigList {
	job := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(sample(t, "v2-2.3.13-running-jobs.json")), "["), "]")
	before, rest, found := strings.Cut(job, `"jobId":"1176934327691247617"`)
	between, after, foundName := strings.Cut(rest, `"jobName":"lab-stream"`)
	if !found || !foundName {
		t.Fatal("the sample is not what it was")
	}
	return &bigList{parts: [3][]byte{[]byte(before + `"jobId":"`), []byte(`"` + between + `"jobName":"`), []byte(`"` + after)}}
}

func (l *bigList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	rows, _ := strconv.Atoi(r.URL.Query().Get("rows"))
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	out := bufio.NewWriterSize(w, 64<<10)
	sent := 0
	write := func(part []byte) {
		n, _ := out.Write(part)
		sent += n
	}
	write([]byte(`{"data":[`))
	var digits []byte
	for i := (page - 1) * rows; i < min(page*rows, benchJobs); i++ {
		if i > (page-1)*rows {
			write([]byte(","))
		}
		digits = strconv.AppendInt(digits[:0], 1176934327691247617+int64(i), 10)
		write(l.parts[0])
		write(digits)
		write(l.parts[1])
		write([]byte("stream "))
		write(digits[len(digits)-5:])
		write(l.parts[2])
	}
	write(fmt.Appendf(nil, `],"total":%d}`, benchJobs))
	_ = out.Flush()
	l.mutex.Lock()
	l.sent += int64(sent)
	l.mutex.Unlock()
}

// bigFake is a coordinator with benchJobs jobs.
func bigFake(t testing.TB) (*fake, *bigList) {
	list := newBigList(t)
	f := v2Canceling(t)
	f.on("/running-jobs", list.ServeHTTP)
	var beliefs bytes.Buffer
	for i := range benchJobs {
		if i > 0 {
			beliefs.WriteByte(',')
		}
		fmt.Fprint(&beliefs, 1176934327691247617+int64(i))
	}
	f.on("/pending-jobs", answerJSON(200, `{"clusterSnapshot":{"workers":[{"address":"[127.0.0.1]:5802","runningJobIds":[`+beliefs.String()+`]}]}}`))
	return f, list
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

// BenchmarkSnapshot50000 polls a coordinator with 50,000 jobs of about 2 kB and
// compares with the limit of design §9: fetching and decoding the same pages
// with encoding/json into structs of the needed fields. Reported beside the
// time of one poll: the ratio, MB read, the peak of the heap while polling.
func BenchmarkSnapshot50000(b *testing.B) {
	f, list := bigFake(b)
	client := newTestClient(b, func(c *Config) { c.RequestTimeout, c.PollDeadline = time.Minute, time.Minute }, f)
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
		if len(got.Jobs) != benchJobs || !got.Complete || got.Jobs[7].Nodes == nil {
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
	b.ReportMetric(float64(list.sent)/float64(2*b.N)/1e6, "MB_read/op")
}

// decodeWithEncodingJSON is the limit: every page decoded into structs of the
// fields that are needed, at once.
func decodeWithEncodingJSON(t testing.TB, url string) int {
	type job struct {
		JobID      string `json:"jobId"`
		JobName    string `json:"jobName"`
		JobStatus  string `json:"jobStatus"`
		CreateTime string `json:"createTime"`
	}
	var jobs []job
	for page := 1; ; page++ {
		response, err := http.Get(fmt.Sprintf("%s/running-jobs?page=%d&rows=%d", url, page, defaultPageRows))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Data  []job `json:"data"`
			Total int   `json:"total"`
		}
		err = json.NewDecoder(response.Body).Decode(&answer)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, answer.Data...)
		if len(jobs) >= answer.Total {
			return len(jobs)
		}
	}
}

func TestS06_ManyJobsInBoundedMemory(t *testing.T) {
	f, list := bigFake(t)
	client := newTestClient(t, func(c *Config) { c.RequestTimeout, c.PollDeadline = time.Minute, time.Minute }, f)
	stop := heapPeak()
	got := snapshot(t, client)
	peak := stop()
	if len(got.Jobs) != benchJobs || !got.Complete {
		t.Errorf("%d jobs, complete %v", len(got.Jobs), got.Complete)
	}
	if asked := f.asked(""); len(asked) > 10 {
		t.Errorf("%d requests were sent", len(asked))
	}
	// The plugin as a whole may have 150 MB (design §9).
	if peak > 100<<20 {
		t.Errorf("the heap grew to %d MB for %d MB that were read", peak>>20, list.sent>>20)
	}
}
