package generic

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// The decoders face whatever stands at a configured address. For every body:
// they never panic; what they give is bounded by the body and by their limits;
// an error is a coordinator.Error of a bounded length; and what they decoded
// can be written and decoded again to the same.

// bodyTransport answers every request with one body, without a network.
type bodyTransport struct{ body []byte }

func (t bodyTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: request,
		Body: io.NopCloser(bytes.NewReader(t.body)), ContentLength: int64(len(t.body)),
	}, nil
}

// fuzzAddress is the address of clients without a network.
const fuzzAddress = "http://coordinator:8080/v1"

// fuzzClient gives a client to which everybody answers body.
func fuzzClient(t testing.TB, body []byte) *client {
	t.Helper()
	checked, err := Config{Addresses: []string{fuzzAddress}, Username: "operator", Password: "pass-word"}.check()
	if err != nil {
		t.Fatal(err)
	}
	checked.upstream.Reads = func(http.RoundTripper) http.RoundTripper { return bodyTransport{body} }
	return newClient(checked)
}

// addSample seeds a target with an answer of testdata and the beginning of it.
func addSample(f *testing.F, name string) {
	f.Helper()
	whole, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
}

// longestError is far more than any sentence of ours with what it quotes.
const longestError = 1200

// checkError checks an error's properties; nil has them all.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var told *coordinator.Error
	if text := err.Error(); !errors.As(err, &told) || len(text) > longestError || !utf8.ValidString(text) {
		t.Errorf("the error is %T of %d bytes: %.300q", err, len(text), text)
	}
}

func checkJob(t *testing.T, job coordinator.Job) {
	t.Helper()
	if !isID(string(job.ID)) || job.Parent != "" && !isID(string(job.Parent)) {
		t.Errorf("ids are %q and %q", job.ID, job.Parent)
	}
	if !slices.Contains(coordinator.States(), job.State) || job.State == coordinator.StateLost || job.Word == "" {
		t.Errorf("the state is %q, %q", job.State, job.Word)
	}
	if len(job.Name) > coordinator.MaxNameBytes || len(job.Word) > maxWordBytes || len(job.Error) > coordinator.MaxErrorBytes || len(job.Nodes) > maxNodes {
		t.Errorf("a job is not bounded: %+v", job)
	}
	if !utf8.ValidString(job.Name + job.Word + job.Error) {
		t.Errorf("a job's texts are no UTF-8: %+q", job)
	}
	if job.CreateTime.IsZero() || job.CreateTime.Location() != time.UTC {
		t.Errorf("created %v", job.CreateTime)
	}
	if _, err := json.Marshal(job); err != nil {
		t.Errorf("a job cannot be written: %v", err)
	}
}

// written gives a job as a coordinator would write it.
func written(job coordinator.Job) map[string]any {
	fields := map[string]any{"id": job.ID, "name": job.Name, "state": job.State, "word": job.Word, "createdAt": job.CreateTime, "nodes": job.Nodes}
	if job.Parent != "" {
		fields["parent"] = job.Parent
	}
	return fields
}

func asJSON(v any) []byte {
	text, _ := json.Marshal(v)
	return text
}

// same tells whether two jobs are the same but for what written leaves out.
func same(a, b coordinator.Job) bool {
	return a.ID == b.ID && a.Name == b.Name && a.State == b.State && a.Word == b.Word && a.CreateTime.Equal(b.CreateTime) && a.Parent == b.Parent && slices.Equal(a.Nodes, b.Nodes)
}

func FuzzPage(f *testing.F) {
	addSample(f, "jobs.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := fuzzClient(t, body).readJobs(t.Context(), fuzzAddress)
		checkError(t, err)
		if len(list.jobs)+len(list.restoring) > len(body) {
			t.Errorf("%d jobs of %d bytes", len(list.jobs), len(body))
		}
		var fields []map[string]any
		for _, job := range list.jobs {
			checkJob(t, job)
			fields = append(fields, written(job))
		}
		if err != nil || fields == nil {
			return
		}
		again, err := fuzzClient(t, asJSON(map[string]any{"jobs": fields})).readJobs(t.Context(), fuzzAddress)
		if err != nil || len(again.jobs) != len(list.jobs) {
			t.Fatalf("what was decoded is not decoded again: %d of %d jobs, %v", len(again.jobs), len(list.jobs), err)
		}
		for i, job := range again.jobs {
			if !same(job, list.jobs[i]) {
				t.Errorf("%+v became %+v", list.jobs[i], job)
			}
		}
	})
}

func FuzzJob(f *testing.F) {
	addSample(f, "job.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		reading, err := fuzzClient(t, body).readJob(t.Context(), fuzzAddress, stuckID)
		checkError(t, err)
		if err != nil {
			return
		}
		checkJob(t, reading.Job)
		if reading.Job.ID != stuckID || (reading.Proof == coordinator.ProofEnded) != reading.Job.State.Ended() {
			t.Errorf("the reading is %+v", reading)
		}
	})
}

func FuzzInfo(f *testing.F) {
	addSample(f, "info.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		result, err := fuzzClient(t, body).readInfo(t.Context(), fuzzAddress)
		checkError(t, err)
		if err == nil && (!result.clock.Known || len(result.name) > maxWordBytes || len(result.version) > maxWordBytes || len(result.offers) > 4) {
			t.Errorf("%+v", result)
		}
	})
}

func FuzzMembers(f *testing.F) {
	addSample(f, "members.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		result, err := fuzzClient(t, body).readMembers(t.Context(), fuzzAddress)
		checkError(t, err)
		masters := 0
		for _, member := range result.members {
			if member.Address == "" || len(member.Address) > maxAddressBytes || len(member.Name) > maxAddressBytes || len(member.Word) > maxWordBytes {
				t.Errorf("%+v", member)
			}
			if member.Master {
				masters++
			}
		}
		if masters > 1 || len(result.members) > len(body) {
			t.Errorf("%d masters of %d members", masters, len(result.members))
		}
	})
}

func FuzzDelivery(f *testing.F) {
	addSample(f, "delivery.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		deliveries, err := fuzzClient(t, body).readDeliveries(t.Context(), fuzzAddress)
		checkError(t, err)
		if (err == nil) != (deliveries != nil) || len(deliveries) > len(body) {
			t.Errorf("%d deliveries of %d bytes, %v", len(deliveries), len(body), err)
		}
		for _, d := range deliveries {
			for _, count := range []*int64{d.SentLimit, d.SentSinceLoss, d.SentBytes, d.Undelivered, d.InboundHeld} {
				if count != nil && *count < 0 {
					t.Errorf("a count of %d", *count)
				}
			}
			if d.Node == "" || d.Peer == "" || d.Reachable && d.LostSince != nil || d.InboundTimeout != nil && (*d.InboundTimeout < 0 || *d.InboundTimeout > maxTimeout) {
				t.Errorf("%+v", d)
			}
		}
	})
}

func FuzzStopAnswer(f *testing.F) {
	f.Add([]byte(`{"id":"` + stuckID + `"}`))
	f.Add([]byte(`{"id":` + stuckID + `}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		// Only an answer that holds the id acknowledges, however it is escaped.
		if acknowledges(body, stuckID) && !bytes.Contains(body, []byte("id")) && !bytes.Contains(body, []byte(`\u`)) {
			t.Errorf("%q acknowledges", body)
		}
	})
}
