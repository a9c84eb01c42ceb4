package seatunnel

import (
	"context"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// inTurn gives one answer after the other, then the last one again.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var given atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		n := int(given.Add(1)) - 1
		answers[min(n, len(answers)-1)](w, r)
	}
}

func TestMembers_GarbledAnswersAreAskedAgain(t *testing.T) {
	// Given answers of a real engine that was asked by two clients at once
	good := answerJSON(200, sample(t, "v1-2.3.8-two-masters-system-monitoring-information.json"))
	garbledAnswers := map[string]http.HandlerFunc{
		"a row that breaks off":       answerJSON(200, sample(t, "v1-2.3.13-concurrent-garbled-row-system-monitoring-information.json")),
		"a row in which names merged": answerJSON(200, `[{"isMaster":"f","cliehost":"127.0.0.1","port":"31902","processors":"0"}]`),
		"500":                         answerJSON(500, `{"status":"fail","message":"Index 1 out of bounds for length 1"}`),
		"400, as REST v1 has it":      answerJSON(400, ""),
		"two hosts":                   answerJSON(200, `[{"isMaster":"true","host":"10.0.0.1","port":"5801","host":"10.0.0.2"}]`),
		"a port that is none":         answerJSON(200, `[{"isMaster":"true","host":"10.0.0.1","port":"5801processors"}]`),
	}
	for name, garbled := range garbledAnswers {
		t.Run(name, func(t *testing.T) {
			f := v2Canceling(t)
			f.on("/system-monitoring-information", inTurn(garbled, garbled, good))
			got := snapshot(t, newTestClient(t, nil, f))
			if len(got.Members) != 3 || got.Master != "127.0.0.1:27937" || len(got.Notes) != 0 {
				t.Errorf("members are %+v, notes %q", got.Members, got.Notes)
			}
			// and if that does not help, it is not made up
			f.on("/system-monitoring-information", garbled)
			got = snapshot(t, newTestClient(t, nil, f))
			if got.Members != nil || got.Master != "" || !got.Complete || got.Masters[0].Err == nil {
				t.Errorf("members are %+v, master %q, notes %q", got.Members, got.Master, got.Notes)
			}
		})
	}
}

func TestMembers_NamesThatComeTwiceWithTheSameValue(t *testing.T) {
	f := v2Canceling(t)
	f.on("/system-monitoring-information", answerJSON(200, sample(t, "v1-2.3.13-concurrent-garbled-names-twice-system-monitoring-information.json")))
	if got := snapshot(t, newTestClient(t, nil, f)); len(got.Members) != 3 || got.Master != "127.0.0.1:29779" {
		t.Errorf("members are %+v, master %q", got.Members, got.Master)
	}
}

func TestMembers_ThatDoNotAnswerTheMaster(t *testing.T) {
	// Newer versions do not wait for a member for ever: they give its address
	// with the port as a number, or an empty row.
	f := v2Canceling(t)
	f.on("/system-monitoring-information", answerJSON(200, `[{"isMaster":"true","host":"10.0.0.1","port":"5801"},{"host":"10.0.0.2","port":5802,"error":"timeout"},{}]`))
	got := snapshot(t, newTestClient(t, nil, f))
	if want := []coordinator.Member{{Address: "10.0.0.1:5801", Master: true}, {Address: "10.0.0.2:5802"}}; !reflect.DeepEqual(got.Members, want) {
		t.Errorf("members are %+v", got.Members)
	}
}

func TestMembers_NoTwoRequestsMeet(t *testing.T) {
	// Given two masters, and polls, readings and health checks at the same time
	var atOnce, most atomic.Int64
	one, two := v2Canceling(t), v2Canceling(t)
	answer := sample(t, "v2-2.3.13-CANCELING-system-monitoring-information.json")
	for _, f := range []*fake{one, two} {
		f.on("/system-monitoring-information", func(w http.ResponseWriter, r *http.Request) {
			now := atOnce.Add(1)
			defer atOnce.Add(-1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			answerJSON(200, answer)(w, r)
		})
	}
	client := newTestClient(t, nil, one, two)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if s, err := client.Snapshot(context.Background()); err != nil || s.Master == "" {
				t.Errorf("%s, %v", asJSON(s), err)
			}
		})
		group.Go(func() {
			if r, err := client.Job(context.Background(), "", cancelingJob); err != nil || r.Master == "" {
				t.Errorf("%s, %v", asJSON(r), err)
			}
		})
	}
	group.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests met", most.Load())
	}
}

func TestMembers_TwoMastersInOneAnswerAreNone(t *testing.T) {
	f := v2Canceling(t)
	f.on("/system-monitoring-information", answerJSON(200, `[{"isMaster":"true","host":"a","port":"1"},{"isMaster":"true","host":"b","port":"1"}]`))
	if got := snapshot(t, newTestClient(t, nil, f)); got.Master != "" || len(got.Members) != 2 {
		t.Errorf("master %q, members %+v", got.Master, got.Members)
	}
}
