package seatunnel

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Given an engine that spoils its list of members when two requests for it run
// at once (2.3.8, measured), when a snapshot and live readings overlap, then we
// ask one at a time, and the master is always known.
func TestMembers_AreAskedForOneAtATime(t *testing.T) {
	var running, spoilt atomic.Int32
	f := newFake(t)
	f.routes["/overview"] = answerJSON(200, sample(t, "v2-2.3.13-overview.json"))
	f.routes["/running-jobs"] = answerJSON(200, `{"data":[],"total":0}`)
	f.routes["/pending-jobs"] = answerJSON(200, sample(t, "v2-2.3.13-pending-jobs.json"))
	f.routes["/system-monitoring-information"] = func(w http.ResponseWriter, r *http.Request) {
		defer running.Add(-1)
		if running.Add(1) > 1 {
			spoilt.Add(1)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		time.Sleep(20 * time.Millisecond)
		answerJSON(200, sample(t, "v2-2.3.13-system-monitoring-information.json"))(w, r)
	}
	c, err := New(Config{Masters: []string{f.URL, strings.Replace(f.URL, "127.0.0.1", "localhost", 1)}, RequestTimeout: 2 * time.Second, PollDeadline: 4 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	done := make(chan string, 4)
	for range cap(done) {
		go func() {
			snapshot, err := c.Snapshot(t.Context())
			if err != nil {
				done <- err.Error()
				return
			}
			done <- snapshot.Master
		}()
	}
	for range cap(done) {
		if master := <-done; master != "127.0.0.1:5801" {
			t.Errorf("master %q", master)
		}
	}
	if spoilt.Load() != 0 {
		t.Errorf("%d requests ran beside another", spoilt.Load())
	}
}

// Somebody else may ask at the same time: what he spoils is asked for again,
// and names repeated with the same value are no fault.
func TestMembers_SpoiltByOthers(t *testing.T) {
	for name, row := range map[string]struct {
		first, second string
		status        int
		master        string
	}{
		"repeated with the same value": {`[{"isMaster":"true","host":"h","port":"1","cluster.timeDiff":"0","cluster.timeDiff":"0"}]`, "", 200, "h:1"},
		"400, then right":              {"", `[{"isMaster":"true","host":"h","port":"1"}]`, 400, "h:1"},
		"a mix of two members":         {`[{"isMaster":"true","host":"h","host":"i","port":"1"}]`, `[{"isMaster":"true","host":"h","port":"1"}]`, 200, "h:1"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			f := newFake(t)
			f.routes["/overview"] = answerJSON(200, sample(t, "v2-2.3.13-overview.json"))
			f.routes["/running-jobs"] = answerJSON(200, `{"data":[],"total":0}`)
			f.routes["/pending-jobs"] = answerJSON(200, sample(t, "v2-2.3.13-pending-jobs.json"))
			f.routes["/system-monitoring-information"] = func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) == 1 {
					answerJSON(row.status, row.first)(w, r)
					return
				}
				answerJSON(200, row.second)(w, r)
			}
			c, err := New(Config{Masters: []string{f.URL}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			snapshot, err := c.Snapshot(t.Context())
			if err != nil || snapshot.Master != row.master {
				t.Errorf("%v, %+v", err, snapshot)
			}
		})
	}
}
