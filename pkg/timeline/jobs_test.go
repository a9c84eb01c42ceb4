package timeline

import (
	"reflect"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func running(id coordinator.JobID) coordinator.Job {
	return coordinator.Job{ID: id, Name: "orders", State: coordinator.StateRunning, Word: "RUNNING", Nodes: []string{"w1"}}
}

func observe(t *Timeline, at time.Time, jobs ...coordinator.Job) {
	t.Advance(Observation{Interval: 10 * time.Second, Snapshot: &coordinator.Snapshot{ReadAt: at, Complete: true, Master: "m", Jobs: jobs}})
}

// Given jobs of which one changes, when a look shows them again, then the
// others cost nothing but say when they were seen.
func TestWhatDoesNotChangeIsShared(t *testing.T) {
	line := New(nil, "")
	observe(line, noon, running("1"), running("2"))
	observe(line, noon.Add(10*time.Second), running("1"), running("2"))
	before := line.Jobs()
	canceling := running("2")
	canceling.State = coordinator.StateCanceling
	observe(line, noon.Add(20*time.Second), running("1"), canceling)
	after := line.Jobs()

	if before.views[0] != after.views[0] {
		t.Error("a job that did not change was copied")
	}
	if before.views[1] == after.views[1] {
		t.Error("a job that changed is still the former one")
	}
	for _, jobs := range []struct {
		Jobs
		at time.Time
	}{{before, noon.Add(10 * time.Second)}, {after, noon.Add(20 * time.Second)}} {
		for place, job := range jobs.All() {
			if !job.Episode.LastSeen.Equal(jobs.at) {
				t.Errorf("job %d was seen at %s, want %s", place, job.Episode.LastSeen, jobs.at)
			}
		}
	}
	if age := after.At(0).Episode.ContinuousAge(); age != 20*time.Second {
		t.Errorf("the guard counts %s, want 20 s", age)
	}
	if age := before.At(0).Episode.ContinuousAge(); age != 10*time.Second {
		t.Errorf("the view before counts %s now, want 10 s as it did", age)
	}
}

// Given a job that is missing, when looks go on, then it keeps the moment at
// which it was seen last.
func TestAMissingJobKeepsWhenItWasSeen(t *testing.T) {
	line := New(nil, "")
	observe(line, noon, running("1"), running("2"))
	observe(line, noon.Add(10*time.Second), running("2"))
	observe(line, noon.Add(20*time.Second), running("2"))
	if gone, _ := line.Jobs().Find("1"); gone.Listed || !gone.Episode.LastSeen.Equal(noon) {
		t.Errorf("it was seen at %s, want noon: %+v", gone.Episode.LastSeen, gone)
	}
}

// Every field of a view counts: one that were forgotten would show what was
// true at an earlier look.
func TestEveryDifferenceIsNoticed(t *testing.T) {
	var walk func(t *testing.T, path string, field func(*storedView) reflect.Value)
	walk = func(t *testing.T, path string, field func(*storedView) reflect.Value) {
		var a, b storedView
		value := field(&b)
		if value.Type() != reflect.TypeFor[time.Time]() && value.Kind() == reflect.Struct {
			for i := range value.NumField() {
				walk(t, path+"."+value.Type().Field(i).Name, func(v *storedView) reflect.Value { return field(v).Field(i) })
			}
			return
		}
		value = reflect.NewAt(value.Type(), value.Addr().UnsafePointer()).Elem() // unexported ones, too
		switch one := value.Addr().Interface().(type) {
		case *time.Time:
			*one = noon
		case *bool:
			*one = true
		case *[]string:
			*one = []string{"w1"}
		default:
			value.SetString("another")
		}
		if same(&a, &b) {
			t.Errorf("%s is not compared", path)
		}
		if !same(&b, &b) {
			t.Errorf("a view differs from itself by %s", path)
		}
	}
	walk(t, "view", func(v *storedView) reflect.Value { return reflect.ValueOf(v).Elem() })
}

func TestJobsAreFoundByID(t *testing.T) {
	jobs := JobsOf(viewOf("1", coordinator.StateRunning), viewOf("3", coordinator.StateCanceling), viewOf("5", coordinator.StateFailing))
	for id, want := range map[coordinator.JobID]bool{"0": false, "1": true, "2": false, "3": true, "5": true, "6": false} {
		if job, found := jobs.Find(id); found != want || found && job.Job.ID != id {
			t.Errorf("%s: found %t, %+v", id, found, job)
		}
	}
	for place, job := range jobs.Shared() {
		if one := jobs.At(place); job != jobs.SharedAt(place) || job.Job.ID != one.Job.ID {
			t.Errorf("place %d has %s and %s", place, job.Job.ID, one.Job.ID)
		}
	}
	left := jobs.Without(func(view *JobView) bool { return view.Job.ID == "3" })
	if _, found := left.Find("3"); found || left.Len() != 2 || jobs.Len() != 3 {
		t.Errorf("left are %d of %d", left.Len(), jobs.Len())
	}
	if _, found := (Jobs{}).Find("1"); found {
		t.Error("none has one")
	}
}

func viewOf(id coordinator.JobID, state coordinator.State) JobView {
	return JobView{Job: coordinator.Job{ID: id, State: state}, Episode: Episode{Job: id, State: state}}
}
