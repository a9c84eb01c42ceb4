package truth

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/truth/asking"
	"github.com/unjam/unjam-jobs-app/truth/recording"
)

// hanging is a recording of 100 s with one job that hangs from second 10 on and
// counts as stuck after 20 s.
func hanging(until float64) *Case {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &Case{
		Recording: &recording.Recording{Header: recording.Header{Name: "one", Settings: json.RawMessage(`{}`), Began: began, Ended: began.Add(100 * time.Second)}},
		Label:     Label{Jobs: []JobTrue{{ID: "7", Cause: "final status lost", Outlook: "cannot recover", Since: 10, Until: until, ThresholdSeconds: 20}}},
		Interval:  2 * time.Second,
	}
}

// saying is what was said of a job in some seconds.
func saying(from, to int, job asking.Job) (said []Seen) {
	for second := from; second <= to; second++ {
		said = append(said, Seen{time.Duration(second) * time.Second, []asking.Job{job}})
	}
	return said
}

func TestJudge(t *testing.T) {
	right := asking.Job{ID: "7", Stuck: true, Cause: "final status lost", Outlook: "cannot recover"}
	otherCause := asking.Job{ID: "7", Stuck: true, Cause: "cause not known", Outlook: "may recover"}
	forgotten := asking.Job{ID: "7", Cause: "cancel forgotten", Outlook: "cannot recover"}
	other := asking.Job{ID: "8", Stuck: true}
	for name, one := range map[string]struct {
		until    float64
		said     []Seen
		detected bool
		delay    time.Duration
		right    bool
		wrongly  bool
	}{
		"told at once":                   {said: saying(30, 100, right), detected: true, right: true},
		"told two seconds late":          {said: saying(32, 100, right), detected: true, delay: 2 * time.Second, right: true},
		"told a poll before the label":   {said: saying(28, 100, right), detected: true, delay: -2 * time.Second, right: true},
		"told far too early":             {said: saying(15, 100, right), detected: true, delay: -2 * time.Second, right: true, wrongly: true},
		"never told":                     {said: saying(0, 100, asking.Job{ID: "7"})},
		"never seen":                     {},
		"told with another cause":        {said: saying(30, 100, otherCause), detected: true},
		"the cause came later":           {said: append(saying(30, 60, otherCause), saying(61, 100, right)...), detected: true, right: true},
		"by its outlook alone":           {said: saying(30, 100, forgotten), detected: true},
		"two polls after its end":        {until: 60, said: saying(30, 64, right), detected: true, right: true},
		"long after its end":             {until: 60, said: saying(30, 65, right), detected: true, right: true, wrongly: true},
		"another one, which never hangs": {said: append(saying(30, 100, right), saying(50, 51, other)...), detected: true, right: true, wrongly: true},
	} {
		t.Run(name, func(t *testing.T) {
			result := Result{Case: hanging(one.until)}
			result.Verdicts = Judge(result.Case, one.said, polls{})
			score, byCause := Total([]Result{result})
			if score.Hung != 1 || byCause["final status lost"].Hung != 1 {
				t.Fatalf("%+v", score)
			}
			if (score.Detected == 1) != one.detected || (score.Right == 1) != one.right || (score.Wrongly == 1) != one.wrongly {
				t.Errorf("%+v", score)
			}
			if one.detected && result.Verdicts[0].Delay != one.delay {
				t.Errorf("a delay of %s, not %s", result.Verdicts[0].Delay, one.delay)
			}
		})
	}
}
