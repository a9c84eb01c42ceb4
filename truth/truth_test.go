package truth

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/process"
	"github.com/unjam/unjam-jobs-app/truth/asking"
	"github.com/unjam/unjam-jobs-app/truth/recording"
	"github.com/unjam/unjam-jobs-app/truth/rules"
)

// leastAccuracy is the share of causes that must be right.
const leastAccuracy = 0.95

// TestTruth is what `npm run truth` runs.
func TestTruth(t *testing.T) {
	cases, err := Load("recordings")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("there is no recording")
	}
	results := make([]Result, len(cases))
	for i, one := range cases {
		t.Run(one.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { results[i] = replay(t, one) })
			for _, verdict := range results[i].Verdicts {
				tell(t, verdict)
			}
			for _, alarm := range results[i].Alarms {
				t.Error(alarm)
			}
		})
	}
	if err := Print(os.Stdout, results); err != nil {
		t.Fatal(err)
	}
	all, _ := Total(results)
	if all.Precision() < 1 || all.Recall() < 1 {
		t.Errorf("precision %.2f and recall %.2f: both must be 1", all.Precision(), all.Recall())
	}
	if all.Accuracy() < leastAccuracy {
		t.Errorf("the cause is right in %.2f: it must be in %.2f", all.Accuracy(), leastAccuracy)
	}
	if all.Excess > 0 {
		t.Errorf("a job was told of %s later than the threshold and one poll", all.Excess)
	}
}

func tell(t *testing.T, verdict Verdict) {
	t.Helper()
	switch {
	case verdict.Wrongly >= 0:
		t.Errorf("job %s was called stuck %s after the beginning and was not", verdict.Job, verdict.Wrongly)
	case verdict.True != nil && !verdict.Detected():
		t.Errorf("job %s hung (%s) and was not called stuck", verdict.Job, verdict.True.Cause)
	case verdict.True != nil && verdict.Delay > verdict.Allowed:
		t.Errorf("job %s was told of %s after the threshold, and %s are allowed; its state was told from %s on", verdict.Job, verdict.Delay, verdict.Allowed, verdict.from)
	case verdict.True != nil && !verdict.CauseRight():
		// Not a failure by itself: of all causes, leastAccuracy must be right.
		t.Logf("job %s: %q (%s) was said, %q (%s) was true", verdict.Job, verdict.Cause, verdict.Outlook, verdict.True.Cause, verdict.True.Outlook)
	}
}

// replay runs a whole plugin process on a recording, in its time.
func replay(t *testing.T, one *Case) Result {
	time.Sleep(time.Until(one.Began))
	replayed := recording.NewReplay(one.Recording)
	location := "sqlite:" + filepath.Join(t.TempDir(), "unjam.db")
	shared := process.Open(t.Context(), location, location, slog.New(slog.DiscardHandler), process.WithReads(replayed.Reads))
	source, err := asking.Open(t.Context(), shared, one.Settings, nil)
	if err != nil && !errors.Is(err, asking.ErrUnhealthy) {
		t.Fatal(err)
	}
	result := Result{Case: one}
	var said []Seen
	var polls polls
	alarms := alarmsOf(t, one)
	for time.Since(one.Began) < one.Lasting() {
		time.Sleep(lookEvery)
		at := time.Since(one.Began)
		polls.add(t, source, at)
		jobs, err := source.Jobs(t.Context())
		if err == nil {
			said = append(said, Seen{at, jobs})
		}
		alarms.look(t, source, at)
	}
	result.Alarms = alarms.said
	source.Close()
	if err := shared.Close(); err != nil {
		t.Fatal(err)
	}
	for _, asked := range replayed.Asked() {
		if asksForJobs(asked.URL) {
			polls.lists = append(polls.lists, asked.At)
		}
	}
	result.Verdicts, result.Missed = Judge(one, said, polls), replayed.Missed()
	for question, times := range result.Missed {
		t.Logf("not in the recording, %d times: %s", times, question)
	}
	return result
}

// add notes the last complete poll, by its age.
func (p *polls) add(t *testing.T, source *asking.Source, at time.Duration) {
	age, err := source.Metric(t.Context(), "poll_age_seconds")
	if err != nil || len(age) != 1 {
		return
	}
	last := at - seconds(age[0].Value)
	// Ages are rounded on their way.
	if known := len(p.complete); known == 0 || last-p.complete[known-1] > lookEvery/10 {
		p.complete = append(p.complete, last)
	}
}

// alarms are what the shipped rules say of a cluster in which nothing hangs.
type alarms struct {
	rules []*rules.Rule
	next  time.Duration
	said  []string
}

// alarmsOf loads the rules for a recording in which nothing hangs; of others
// none are asked.
func alarmsOf(t *testing.T, one *Case) *alarms {
	if len(one.Jobs) > 0 {
		return &alarms{}
	}
	file := seaTunnelRules
	if one.clover() {
		file = cloverRules
	}
	loaded, err := rules.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return &alarms{rules: loaded}
}

// look evaluates the rules, where it is time.
func (a *alarms) look(t *testing.T, source *asking.Source, at time.Duration) {
	if at < a.next {
		return
	}
	a.next = at + evaluateEvery/3
	for _, rule := range a.rules {
		firing, err := rule.Firing(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		for _, labels := range firing {
			a.said = append(a.said, fmt.Sprintf("rule %s fires after %s for %s, and nothing hung", rule.UID, at, labels))
		}
	}
}
