package watch

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// sayer is a diagnosis that a test sets.
type sayer struct {
	mu    sync.Mutex
	say   map[coordinator.JobID]string
	asked int
	hold  chan struct{}
}

func (s *sayer) set(job coordinator.JobID, cause string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.say == nil {
		s.say = map[coordinator.JobID]string{}
	}
	if s.say[job] = cause; cause == "" {
		delete(s.say, job)
	}
}

func (s *sayer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *sayer) diagnose(*View) ([]Diagnosis, bool) {
	s.mu.Lock()
	s.asked++
	hold := s.hold
	var all []Diagnosis
	for job, cause := range s.say {
		all = append(all, saying(job, cause))
	}
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return all, true
}

func saying(job coordinator.JobID, cause string) Diagnosis {
	return Diagnosis{Job: job, Cause: cause, Outlook: "may recover", Confidence: "likely", Advice: "Look at it.", Grave: 2}
}

func diagnosed10s(s *sayer) Settings {
	settings := tenSecond
	settings.Diagnose = s.diagnose
	return settings
}

// changesTold gives what a store was told of diagnoses: before → after.
func (s *storeFake) changesTold() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, event := range s.events {
		if event.Kind == timeline.EventDiagnosisChanged {
			lines = append(lines, causeOf(event.Before)+" → "+causeOf(event.After))
		}
	}
	return lines
}

func TestEachChangeOfADiagnosisIsAnEvent(t *testing.T) {
	store, said := &storeFake{}, &sayer{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		acquire(t, registry, key, fake.settings(diagnosed10s(said)))
		pass(time.Second)
		// Nobody reads a view, and each poll is diagnosed all the same.
		pass(time.Minute)
		if asked := said.count(); asked != 7 {
			t.Errorf("diagnosed %d times in 7 polls", asked)
		}
		for _, cause := range []string{"parent waits, cause unknown", "final status lost", "final status lost", ""} {
			said.set("1", cause)
			pass(20 * time.Second)
		}
	})
	same(t, store.changesTold(), " → parent waits, cause unknown", "parent waits, cause unknown → final status lost", "final status lost → ")
	first := store.events[0]
	if first.Sentence != "orders (1): none → parent waits, cause unknown, may recover, likely: Look at it." || first.Episode == "" || first.Job != "1" || first.Quality != timeline.QualityObserved {
		t.Errorf("%+v", first)
	}
	if last := store.events[2]; last.After != "" || last.Sentence != "orders (1): final status lost → none: the job is canceling." {
		t.Errorf("%+v", last)
	}
}

func TestSlowDiagnosisHoldsUpNoPoll(t *testing.T) {
	store, said := &storeFake{}, &sayer{hold: make(chan struct{})}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		said.hold = make(chan struct{})
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		said.set("1", "final status lost")
		acquire(t, registry, key, fake.settings(diagnosed10s(said)))
		pass(65 * time.Second)
		if polls, asked := fake.count(), said.count(); polls != 7 || asked != 1 {
			t.Errorf("%d polls, %d diagnoses", polls, asked)
		}
		close(said.hold)
		pass(time.Second)
	})
	same(t, store.changesTold(), " → final status lost")
}

func TestSaveOfTheDataSourceTellsNothingTwice(t *testing.T) {
	store, said := &storeFake{}, &sayer{}
	inBubble(t, Options{Store: store}, func(t *testing.T, registry *Registry) {
		fake := &coordinatorFake{}
		fake.list(running("1", coordinator.StateCanceling))
		said.set("1", "final status lost")
		old := acquire(t, registry, key, fake.settings(diagnosed10s(said)))
		pass(time.Second)
		// Given a save, after which the old instance lingers, …
		newer := &sayer{}
		newer.set("1", "final status lost")
		acquire(t, registry, key, fake.settings(diagnosed10s(newer)))
		before := said.count()
		pass(5 * time.Second)
		old.Release()
		pass(time.Minute)
		if said.count() != before || newer.count() == 0 {
			t.Errorf("the old instance was asked %d times after the save, the new one %d times", said.count()-before, newer.count())
		}
		// … and another one with other addresses: the evidence is gathered anew.
		other := key
		other.Connection = "second"
		newer.set("1", "cause not known")
		acquire(t, registry, other, fake.settings(diagnosed10s(newer)))
		pass(30 * time.Second)
		newer.set("1", "final status lost")
		pass(5 * time.Minute)
	})
	same(t, store.changesTold(), " → final status lost")
}

// after gives the diary as it is after a restart, with a view at that moment.
func afterRestart(told map[coordinator.JobID]ToldDiagnosis, moreAt time.Time) (*diary, *View, time.Time) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	d := &diary{}
	d.load(Told{Jobs: told, MoreAt: moreAt}, now.Add(heldFor))
	view := &View{AsOf: now, GapInterval: 10 * time.Second}
	var jobs []JobView
	for _, id := range []coordinator.JobID{"1", "2"} {
		jobs = append(jobs, JobView{Job: coordinator.Job{ID: id}, Episode: timeline.Episode{ID: "e" + string(id), Job: id, Name: "orders", State: coordinator.StateCanceling, Since: now.Add(-time.Hour)}})
	}
	view.Jobs = timeline.JobsOf(jobs...)
	return d, view, now
}

func TestS03_RestartTellsNoDiagnosisAnew(t *testing.T) {
	lost := saying("1", "final status lost")
	told := map[coordinator.JobID]ToldDiagnosis{"1": {"e1", lost.says()}}
	type look struct {
		after time.Duration
		cause string
		want  string
	}
	for name, test := range map[string]struct {
		told  map[coordinator.JobID]ToldDiagnosis
		more  time.Duration
		looks []look
	}{
		"the same again":                        {told, 0, []look{{0, "final status lost", ""}, {10, "cause not known", "final status lost → cause not known"}}},
		"evidence is gathered anew":             {told, 0, []look{{0, "cause not known", ""}, {10, "", ""}, {20, "final status lost", ""}, {30, "cause not known", "final status lost → cause not known"}}},
		"it stays another":                      {told, 0, []look{{0, "cause not known", ""}, {60, "cause not known", "final status lost → cause not known"}, {70, "cause not known", ""}}},
		"nothing is the matter any more":        {told, 0, []look{{0, "", ""}, {60, "", "final status lost → none"}}},
		"in another episode nothing is held":    {map[coordinator.JobID]ToldDiagnosis{"1": {"e0", lost.says()}}, 0, []look{{0, "cause not known", "final status lost → cause not known"}}},
		"nothing was told":                      {nil, 0, []look{{0, "final status lost", "none → final status lost"}}},
		"it was one of the many":                {nil, -time.Minute, []look{{0, "final status lost", ""}, {10, "cause not known", "final status lost → cause not known"}}},
		"it began after the many":               {nil, -2 * time.Hour, []look{{0, "final status lost", "none → final status lost"}}},
		"more is known, and the cause the same": {map[coordinator.JobID]ToldDiagnosis{"1": {"e1", "final status lost, cannot recover, proven"}}, 0, []look{{60, "final status lost", "final status lost, cannot recover, proven → final status lost, may recover, likely"}}},
	} {
		d, view, now := afterRestart(test.told, time.Time{})
		if test.more != 0 {
			d.moreAt = now.Add(test.more)
		}
		for _, look := range test.looks {
			at := now.Add(look.after * time.Second)
			view.AsOf = at
			var found []Diagnosis
			if look.cause != "" {
				found = []Diagnosis{saying("1", look.cause)}
			}
			events := d.changes(view, found, at)
			if look.want == "" && len(events) != 0 || look.want != "" && (len(events) != 1 || !strings.HasPrefix(events[0].Sentence, "orders (1): "+look.want)) {
				t.Errorf("%s, after %d s: %+v, want %q", name, look.after, events, look.want)
			}
		}
	}
}

func TestManyChangesAtOnceAreCounted(t *testing.T) {
	d, view, now := afterRestart(nil, time.Time{})
	var jobs []JobView
	var found []Diagnosis
	for i := range 50_000 {
		id := coordinator.JobID(fmt.Sprintf("%05d", i))
		jobs = append(jobs, JobView{Job: coordinator.Job{ID: id}, Episode: timeline.Episode{ID: "e" + string(id), Job: id, Since: now}})
		found = append(found, saying(id, "restore in progress"))
	}
	view.Jobs = timeline.JobsOf(jobs...)
	found[49_999].Grave = 3
	events := d.changes(view, found, now)
	if last := events[len(events)-1]; len(events) != eventsAtOnce+1 || events[0].Job != "49999" || last.Job != "" || !strings.Contains(last.Sentence, "49800 more jobs") {
		t.Errorf("%d events, the last %+v", len(events), events[len(events)-1])
	}
	// When they stay so, then nothing is told; after a restart neither.
	if again := d.changes(view, found, now.Add(10*time.Second)); len(again) != 0 {
		t.Errorf("%d events for nothing", len(again))
	}
	restarted := &diary{}
	restarted.load(Told{Jobs: map[coordinator.JobID]ToldDiagnosis{"49999": d.told["49999"].ToldDiagnosis}, MoreAt: d.left().MoreAt}, now.Add(heldFor))
	if again := restarted.changes(view, found, now.Add(20*time.Second)); len(again) != 0 {
		t.Errorf("%d events after a restart", len(again))
	}
	// When all are well, then the gravest are told first still.
	events = d.changes(view, nil, now.Add(2*time.Minute))
	if len(events) != eventsAtOnce+1 || !slices.IsSortedFunc(events[:eventsAtOnce], func(a, b timeline.Event) int { return strings.Compare(string(a.Job), string(b.Job)) }) {
		t.Errorf("%d events", len(events))
	}
}
