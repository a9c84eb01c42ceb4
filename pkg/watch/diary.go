package watch

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Diagnosis is what is said of one job at one look, in the words that people are
// shown.
type Diagnosis struct {
	Job coordinator.JobID
	// Diagnoses with the same three say the same.
	Cause      string
	Outlook    string
	Confidence string
	// Advice is one sentence on what to do now.
	Advice string
	// Grave tells which are named first where there are too many: the greater
	// ones.
	Grave int
}

// says is what an event keeps of a diagnosis.
func (d Diagnosis) says() string { return d.Cause + ", " + d.Outlook + ", " + d.Confidence }

// causeOf is the cause in what says gave. It may have commas itself, outlook and
// confidence have none.
func causeOf(says string) string {
	for range 2 {
		if at := strings.LastIndex(says, ", "); at >= 0 {
			says = says[:at]
		}
	}
	return says
}

// Told is what a history has told of the diagnoses of jobs that are still open.
type Told struct {
	// Jobs have what was said last, in the episode that they are in now. Those
	// of which nothing is said any more are not among them.
	Jobs map[coordinator.JobID]ToldDiagnosis
	// MoreAt is when last more jobs changed than were told one by one; zero if
	// never.
	MoreAt time.Time
}

// ToldDiagnosis is the end of a job's story so far.
type ToldDiagnosis struct {
	Episode string
	// Says is Event.After.
	Says string
}

const (
	// heldFor is how long what was told before a restart stands while the new
	// process gathers its evidence anew: two looks at the workers' threads, at
	// least 10 s apart and after the first poll. With slow polls it is
	// heldIntervals of them.
	heldFor       = time.Minute
	heldIntervals = 4
)

// diary tells the history how diagnoses change. Each poll that answered is
// diagnosed in a goroutine beside the polls, one at a time: one that takes long
// holds up no poll, and the next one is left out.
type diary struct {
	work sync.WaitGroup
	busy atomic.Bool
	done atomic.Pointer[diagnosed]

	// Of the loop alone. told is what was told last, moreAt is Told's; both
	// stand until heldUntil where the job still is in the same episode.
	told      map[coordinator.JobID]toldNow
	moreAt    time.Time
	heldUntil time.Time
	// lookedAt is the newest look that was compared.
	lookedAt time.Time
}

// diagnosed is a view with what is said of it.
type diagnosed struct {
	view  *View
	found []Diagnosis
}

type toldNow struct {
	ToldDiagnosis
	// held: it is from before, and no look of this watcher has said so yet.
	held bool
}

// load goes on with what was told before.
func (d *diary) load(before Told, until time.Time) {
	d.told, d.moreAt, d.heldUntil = make(map[coordinator.JobID]toldNow, len(before.Jobs)), before.MoreAt, until
	for id, told := range before.Jobs {
		d.told[id] = toldNow{told, true}
	}
}

// left is what the next watcher goes on with.
func (d *diary) left() Told {
	left := Told{Jobs: make(map[coordinator.JobID]ToldDiagnosis, len(d.told)), MoreAt: d.moreAt}
	for id, told := range d.told {
		left.Jobs[id] = told.ToldDiagnosis
	}
	return left
}

// stop waits for a diagnosis that is under way.
func (d *diary) stop() { d.work.Wait() }

// heldUntil is until when what was told before stands.
func (w *watcher) heldUntil() time.Time {
	return w.now().Add(max(heldFor, heldIntervals*w.pace.interval()))
}

// diagnose begins the diagnosis of the present view, and returns at once.
func (w *watcher) diagnose() {
	diagnose := w.settings.Load().Diagnose
	view := w.view.Load()
	if diagnose == nil || w.poll.err != nil || view.Snapshot == nil || !w.diary.busy.CompareAndSwap(false, true) {
		return
	}
	w.diary.work.Go(func() {
		found, ready := diagnose(view)
		w.diary.busy.Store(false)
		if ready {
			w.diary.done.Store(&diagnosed{view, found})
			w.kick()
		}
	})
}

// takeDiagnosis tells the store what a diagnosis that has come changes. Before
// the stored timeline was loaded, nobody knows what was told already. It gives
// true where there is something to save.
func (w *watcher) takeDiagnosis() bool {
	come := w.diary.done.Swap(nil)
	if come == nil || !w.sharing.ready {
		return false
	}
	events := w.diary.changes(come.view, come.found, w.now())
	w.sharing.add(timeline.Changes{Events: events})
	return len(events) > 0
}

// changed is an event before those that are too many are left out.
type changed struct {
	timeline.Event
	grave int
}

// changes gives what is said otherwise than it was told last.
func (d *diary) changes(view *View, found []Diagnosis, now time.Time) []timeline.Event {
	quality := timeline.QualityObserved
	if d.lookedAt.IsZero() || view.AsOf.Sub(d.lookedAt) > GapIntervals*view.GapInterval {
		quality = timeline.QualityAtLeast
	}
	d.lookedAt = view.AsOf
	holds := now.Before(d.heldUntil)
	told := make(map[coordinator.JobID]toldNow, len(found))
	var all []changed
	tell := func(job coordinator.JobID, name, before, after, episode, rest string, grave int) {
		from := cmp.Or(causeOf(before), "none")
		if causeOf(before) == causeOf(after) {
			from = before
		}
		all = append(all, changed{timeline.Event{
			At: view.AsOf, Kind: timeline.EventDiagnosisChanged, Job: job, Episode: episode, Before: before, After: after, Quality: quality,
			Sentence: fmt.Sprintf("%s (%s): %s → %s: %s", name, job, from, cmp.Or(after, "none"), rest),
		}, grave})
	}
	for _, one := range found {
		job, _ := view.Jobs.Find(one.Job)
		before, known := d.told[one.Job]
		after := toldNow{ToldDiagnosis{job.Episode.ID, one.says()}, false}
		switch {
		case known && before.Says == after.Says:
			// In another episode, too: under another master it goes on.
		case known && before.held && holds && before.Episode == after.Episode:
			after = before
		case !known && holds && !job.Episode.Since.After(d.moreAt):
			// It was one of those that were told by their number alone.
		default:
			tell(one.Job, job.Episode.Name, before.Says, after.Says, after.Episode, one.Advice, one.Grave)
		}
		told[one.Job] = after
	}
	for id, before := range d.told {
		if _, again := told[id]; again {
			continue
		}
		job, open := view.Jobs.Find(id)
		switch {
		case before.held && holds && open && job.Episode.ID == before.Episode:
			told[id] = before
		case open:
			tell(id, job.Episode.Name, before.Says, "", before.Episode, fmt.Sprintf("the job is %s.", job.Episode.State), 0)
		default:
			tell(id, "Job", before.Says, "", before.Episode, "the job is not open any more.", 0)
		}
	}
	d.told = told
	slices.SortFunc(all, func(a, b changed) int { return cmp.Or(b.grave-a.grave, cmp.Compare(a.Job, b.Job)) })
	events := make([]timeline.Event, len(all))
	for i, one := range all {
		events[i] = one.Event
	}
	if len(events) > eventsAtOnce {
		d.moreAt = view.AsOf
	}
	return summed(events, timeline.Event{At: view.AsOf, Kind: timeline.EventDiagnosisChanged, Quality: quality}, "The diagnosis of %d more jobs changed at the same look.")
}
