package crowd

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func get(t *testing.T, c *Crowd, url string) (status int, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://master.example"+url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (Transport{c}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestJobsAreAsLargeAsAskedFor(t *testing.T) {
	for _, bytes := range []int{2_000, 5_000, 10_000} {
		_, body := get(t, New(100, bytes, nil), PathList)
		if got := len(body) / 100; got < bytes*9/10 || got > bytes*11/10 {
			t.Errorf("a job of %d bytes has %d", bytes, got)
		}
	}
}

func TestListsHaveEveryJobOnce(t *testing.T) {
	c := New(25, 2_000, nil)
	c.Add()
	c.Set(c.Open()[3], Finished)
	ids := map[string]bool{}
	for page := 1; page <= 3; page++ {
		var answer struct {
			Data []struct {
				JobID string `json:"jobId"`
			} `json:"data"`
			Total int `json:"total"`
		}
		_, body := get(t, c, PathList+"?rows=10&page="+string(rune('0'+page)))
		if err := json.Unmarshal(body, &answer); err != nil || answer.Total != 25 {
			t.Fatalf("page %d: %v, total %d", page, err, answer.Total)
		}
		for _, job := range answer.Data {
			ids[job.JobID] = true
		}
	}
	var whole []map[string]any
	_, body := get(t, c, v1Prefix+PathList)
	if err := json.Unmarshal(body, &whole); err != nil || len(whole) != 25 || len(ids) != 25 {
		t.Errorf("%d jobs by pages, %d in one answer, %v", len(ids), len(whole), err)
	}
	if _, body := get(t, c, "/finished-jobs/"+Finished); strings.Count(string(body), `"jobStatus":"FINISHED"`) != 1 {
		t.Errorf("ended are %s", body)
	}
	for _, path := range []string{PathOverview, PathPending, "/system-monitoring-information", "/job-info/" + c.Open()[0], "/running-threads"} {
		if status, body := get(t, c, path); status != http.StatusOK || !json.Valid(body) {
			t.Errorf("%s is answered by %d %s", path, status, body)
		}
	}
	if status, _ := get(t, c, "/nothing"); status != http.StatusNotFound {
		t.Errorf("an unknown path is answered by %d", status)
	}
}
