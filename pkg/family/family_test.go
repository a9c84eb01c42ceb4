package family_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/family"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// at is a look of the stories, ten seconds apart.
func at(look int) time.Time { return noon.Add(time.Duration(look) * 10 * time.Second) }

func running(id, parent coordinator.JobID, node string) coordinator.Job {
	return coordinator.Job{ID: id, Name: "job " + string(id), State: coordinator.StateRunning, CreateTime: noon, Nodes: []string{node}, Parent: parent}
}

func snapshot(look int, complete bool, jobs ...coordinator.Job) *coordinator.Snapshot {
	return &coordinator.Snapshot{ReadAt: at(look), Complete: complete, Jobs: jobs}
}

// A child ends, told or gone, and stays remembered while its parent is open.
func TestAChildStaysRememberedWhileItsParentIsOpen(t *testing.T) {
	tracker := New(Memory{})
	parent := running("1", "", "nodeA")
	tracker.Advance(snapshot(0, true, parent), nil)
	if len(tracker.Parents()) != 0 {
		t.Fatal("a job without children is no parent")
	}
	tracker.Advance(snapshot(1, true, parent, running("2", "1", "nodeB"), running("3", "1", "nodeC")), nil)
	if _, all := tracker.Parents()[0].LastEnd(); all {
		t.Fatal("its children run")
	}
	// One is read to have ended, the other is not listed by a poll that is not
	// complete: that shows nothing.
	finished := running("2", "1", "nodeB")
	finished.State, finished.FinishTime = coordinator.StateFinished, at(1).Add(3*time.Second)
	tracker.Advance(snapshot(2, false, parent), map[coordinator.JobID]coordinator.Job{"2": finished})
	got := tracker.Parents()[0]
	want := Child{ID: "2", Name: "job 2", Node: "nodeB", Seen: at(1), LastSeen: at(1), Ended: EndTold, EndedAt: at(2), FinishTime: finished.FinishTime, State: coordinator.StateFinished}
	if got.Children[0] != want || got.Children[1].Ended != EndNone {
		t.Fatalf("%+v", got)
	}
	// Gone at a complete one: it ended between the two looks.
	tracker.Advance(snapshot(3, true, parent), nil)
	tracker.Advance(snapshot(9, true, parent), nil)
	got = tracker.Parents()[0]
	gone := Child{ID: "3", Name: "job 3", Node: "nodeC", Seen: at(1), LastSeen: at(1), Ended: EndGone, EndedAt: at(3), State: coordinator.StateRunning}
	if got.Children[0] != want || got.Children[1] != gone {
		t.Fatalf("%+v", got)
	}
	if last, all := got.LastEnd(); !all || !last.Equal(at(3)) {
		t.Error(last, all)
	}
	// The parent ends: nothing is left to remember.
	tracker.Advance(snapshot(10, true), nil)
	if len(tracker.Parents()) != 0 {
		t.Error(tracker.Parents())
	}
}

func TestStates(t *testing.T) {
	parent, child := running("1", "", "nodeA"), running("2", "1", "nodeB")
	changed := func(job coordinator.Job, change func(*coordinator.Job)) coordinator.Job { change(&job); return job }
	cases := []struct {
		name  string
		third []coordinator.Job
		ended map[coordinator.JobID]coordinator.Job
		check func(parents []Parent) bool
	}{
		{"a gone child that is listed again runs", []coordinator.Job{parent, child}, nil,
			func(p []Parent) bool { return p[0].Children[0].Ended == EndNone && p[0].Children[0].EndedAt.IsZero() }},
		{"a parent asked to abort is canceling since then",
			[]coordinator.Job{changed(parent, func(j *coordinator.Job) { j.State = coordinator.StateCanceling })}, nil,
			func(p []Parent) bool { return p[0].State == coordinator.StateCanceling && p[0].StateSince.Equal(at(2)) }},
		{"the same id with another create time is another job",
			[]coordinator.Job{changed(parent, func(j *coordinator.Job) { j.CreateTime = noon.Add(time.Hour) })}, nil,
			func(p []Parent) bool { return len(p) == 0 }},
		{"a parent listed in an end state is over",
			[]coordinator.Job{changed(parent, func(j *coordinator.Job) { j.State = coordinator.StateFailed })}, nil,
			func(p []Parent) bool { return len(p) == 0 }},
		{"a parent read to have ended is over", nil, map[coordinator.JobID]coordinator.Job{"1": parent},
			func(p []Parent) bool { return len(p) == 0 }},
		{"a told end goes before gone, with the first bound", []coordinator.Job{parent},
			map[coordinator.JobID]coordinator.Job{"2": changed(child, func(j *coordinator.Job) { j.State = coordinator.StateFailed })},
			func(p []Parent) bool {
				c := p[0].Children[0]
				return c.Ended == EndTold && c.State == coordinator.StateFailed && c.EndedAt.Equal(at(1))
			}},
		{"a job that names itself is no parent", []coordinator.Job{parent, running("7", "7", "nodeA"), running("8", "999", "nodeA")}, nil,
			func(p []Parent) bool { return len(p) == 1 && p[0].ID == "1" }},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			tracker := New(Memory{})
			tracker.Advance(snapshot(0, true, parent, child), nil)
			tracker.Advance(snapshot(1, true, parent), nil)
			tracker.Advance(snapshot(2, true, test.third...), test.ended)
			if parents := tracker.Parents(); !test.check(parents) {
				t.Errorf("%+v", parents)
			}
		})
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	tracker := New(Memory{})
	parent := running("1", "", "nodeA")
	for look := range 80 {
		tracker.Advance(snapshot(look, true, parent, running(coordinator.JobID(fmt.Sprintf("c%03d", look)), "1", "nodeB")), nil)
	}
	got := tracker.Parents()[0]
	if len(got.Children) != MaxEnded+1 || got.MoreEnded != 29 || got.Children[0].ID != "c029" || got.Children[MaxEnded].Ended != EndNone {
		t.Errorf("%d children, %d more, first %+v", len(got.Children), got.MoreEnded, got.Children[0])
	}
	tracker = New(Memory{})
	many := &coordinator.Snapshot{ReadAt: noon, Complete: true}
	for index := range MaxParents + 7 {
		id := coordinator.JobID(fmt.Sprintf("p%05d", index))
		many.Jobs = append(many.Jobs, running(id, "", "nodeA"), running("c"+id, id, "nodeB"))
	}
	for range 2 {
		tracker.Advance(many, nil)
		if len(tracker.Parents()) != MaxParents || tracker.Beyond() != 7 {
			t.Errorf("%d parents, %d beyond", len(tracker.Parents()), tracker.Beyond())
		}
	}
}

// A store merges what it has with what comes: what is over does not stay there.
func TestMergeForgetsWhatIsOver(t *testing.T) {
	tracker, store := New(Memory{}), Memory{}
	for look := range 200 {
		id := coordinator.JobID(fmt.Sprintf("p%03d", look/2))
		tracker.Advance(snapshot(look, look%5 > 0, running(id, "", "nodeA"), running("c"+id, id, "nodeB")), nil)
		store = Merge(store, tracker.Memory())
		if len(store.Parents) > 2 {
			t.Fatalf("look %d: %d parents are kept", look, len(store.Parents))
		}
	}
	if !reflect.DeepEqual(New(store).Parents(), tracker.Parents()) {
		t.Errorf("%+v\n%+v", store, tracker.Memory())
	}
	// A parent that another replica saw after our last complete list stays.
	other := New(Memory{})
	other.Advance(snapshot(300, true, running("x", "", "nodeA"), running("cx", "x", "nodeB")), nil)
	if merged := Merge(other.Memory(), store); len(merged.Parents) != 1 || merged.Parents[0].ID != "x" {
		t.Errorf("%+v", merged)
	}
}

// A random history, seen by two replicas at their own looks: merging is
// commutative, changes nothing with itself, and a memory goes on.
func TestPropertyMergeAndMemory(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 3))
		replicas := []*Tracker{New(Memory{}), New(Memory{})}
		open := map[coordinator.JobID]coordinator.Job{}
		for look := range 60 {
			id := coordinator.JobID(fmt.Sprint(random.IntN(12)))
			switch _, is := open[id]; {
			case is:
				delete(open, id)
			case random.IntN(2) == 0:
				open[id] = running(id, "", "nodeA")
			default:
				open[id] = running(id, coordinator.JobID(fmt.Sprint(random.IntN(12))), "nodeB")
			}
			shot := snapshot(look, random.IntN(4) > 0)
			for id := range 12 {
				if job, is := open[coordinator.JobID(fmt.Sprint(id))]; is {
					shot.Jobs = append(shot.Jobs, job)
				}
			}
			for index := range replicas {
				if random.IntN(2) == 0 {
					continue
				}
				replicas[index].Advance(shot, nil)
				packed, err := json.Marshal(replicas[index].Memory())
				if err != nil {
					t.Fatal(err)
				}
				var memory Memory
				if err := json.Unmarshal(packed, &memory); err != nil {
					t.Fatal(err)
				}
				if again := New(memory).Memory(); !reflect.DeepEqual(again, replicas[index].Memory()) {
					t.Fatalf("seed %d: %+v\n%+v", seed, again, replicas[index].Memory())
				}
			}
			a, b := replicas[0].Memory(), replicas[1].Memory()
			one, other := Merge(a, b), Merge(b, a)
			if !reflect.DeepEqual(one, other) {
				t.Fatalf("seed %d:\n%+v\n%+v", seed, one, other)
			}
			if same := Merge(a, a); len(a.Parents) > 0 && !a.Complete.IsZero() && !reflect.DeepEqual(same, a) {
				t.Fatalf("seed %d:\n%+v\n%+v", seed, same, a)
			}
			for _, parent := range one.Parents {
				for _, child := range parent.Children {
					if (child.Ended == EndNone) != child.EndedAt.IsZero() || child.Ended != EndNone && child.EndedAt.Before(child.LastSeen) {
						t.Fatalf("seed %d: %+v", seed, child)
					}
				}
			}
		}
	}
}
