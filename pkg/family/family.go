// Package family follows parents and their children over time: which jobs a
// parent started, where they ran, and when they ended. A coordinator lists the
// open jobs only; a child that ended stays remembered here while its parent is
// open. It is pure: no clock, no network, no storage.
package family

import (
	"cmp"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// The bounds of what is remembered.
const (
	// MaxEnded bounds the ended children that are remembered of one parent;
	// the rest is counted.
	MaxEnded = 50
	// MaxParents bounds the parents. Those known first stay.
	MaxParents = 5000
)

// End is how a child's end is known.
type End string

// The ends.
const (
	// EndNone: the child has not ended, as far as is known.
	EndNone End = ""
	// EndTold: the coordinator lists it among the ended ones.
	EndTold End = "ended"
	// EndGone: a complete list of open jobs does not name it any more.
	EndGone End = "gone"
)

// Child is a job that another one started and waits for.
type Child struct {
	ID   coordinator.JobID `json:"id"`
	Name string            `json:"name"`
	// Node is where it ran last; empty where the coordinator does not tell.
	Node string `json:"node,omitempty"`
	// Seen is the first look at it, LastSeen the last that listed it as open.
	Seen     time.Time `json:"seen"`
	LastSeen time.Time `json:"lastSeen"`
	// Ended is how its end is known. It ended after LastSeen and not after
	// EndedAt, both by our clock. FinishTime is the coordinator's own word for
	// it; zero where it does not tell.
	Ended      End       `json:"ended,omitempty"`
	EndedAt    time.Time `json:"endedAt,omitzero"`
	FinishTime time.Time `json:"finishTime,omitzero"`
	// State is the state it was seen in last.
	State coordinator.State `json:"state"`
}

// Parent is an open job with children.
type Parent struct {
	ID         coordinator.JobID `json:"id"`
	Name       string            `json:"name"`
	Node       string            `json:"node,omitempty"`
	CreateTime time.Time         `json:"createTime,omitzero"`
	// State is its state at the last look that listed it, StateSince the first
	// look that showed it so.
	State      coordinator.State `json:"state"`
	StateSince time.Time         `json:"stateSince"`
	LastSeen   time.Time         `json:"lastSeen"`
	// Children are the open ones and the newest ended ones, by id; MoreEnded
	// counts the ended ones that are not remembered any more.
	Children  []Child `json:"children"`
	MoreEnded int     `json:"moreEnded,omitempty"`
}

// LastEnd is when the last child was seen to have ended; zero and false while
// one is open, or where there is none.
func (p Parent) LastEnd() (last time.Time, all bool) {
	for _, child := range p.Children {
		if child.Ended == EndNone {
			return time.Time{}, false
		}
		if child.EndedAt.After(last) {
			last = child.EndedAt
		}
	}
	return last, len(p.Children) > 0
}

// Memory is what a tracker knows, as JSON for a store.
type Memory struct {
	Parents []Parent `json:"parents,omitempty"`
	// Beyond counts the parents that were not taken up at the last look, since
	// there were MaxParents already.
	Beyond int `json:"beyond,omitempty"`
	// Complete is the last complete look: a parent that was listed last before
	// it is over.
	Complete time.Time `json:"complete,omitzero"`
}

// Tracker follows the families of one coordinator. It is not safe for
// concurrent use.
type Tracker struct {
	parents  map[coordinator.JobID]*Parent
	beyond   int
	complete time.Time
}

// New makes a tracker that goes on from a memory; the zero Memory begins one.
func New(memory Memory) *Tracker {
	t := &Tracker{parents: make(map[coordinator.JobID]*Parent, len(memory.Parents)), beyond: memory.Beyond, complete: memory.Complete}
	for _, parent := range memory.Parents {
		parent.Children = slices.Clone(parent.Children)
		t.parents[parent.ID] = &parent
	}
	return t
}

// Advance takes one look. ended are jobs that the coordinator was read to have
// ended, by id. Only a complete snapshot shows that a job is gone.
func (t *Tracker) Advance(snapshot *coordinator.Snapshot, ended map[coordinator.JobID]coordinator.Job) {
	at := snapshot.ReadAt
	listed := make(map[coordinator.JobID]*coordinator.Job, len(snapshot.Jobs))
	children := map[coordinator.JobID][]*coordinator.Job{}
	var order []coordinator.JobID
	for index := range snapshot.Jobs {
		job := &snapshot.Jobs[index]
		listed[job.ID] = job
		if job.Parent == "" || job.Parent == job.ID {
			continue
		}
		if children[job.Parent] == nil {
			order = append(order, job.Parent)
		}
		children[job.Parent] = append(children[job.Parent], job)
	}
	for id, parent := range t.parents {
		job, open := listed[id]
		_, over := ended[id]
		switch {
		case over && !open, !open && snapshot.Complete, open && job.State.Ended(),
			open && !sameJob(parent.CreateTime, job.CreateTime):
			delete(t.parents, id)
		case open:
			parent.update(job, at)
		}
	}
	if snapshot.Complete {
		t.complete = at
	}
	t.beyond = 0
	slices.Sort(order)
	for _, id := range order {
		job := listed[id]
		if job == nil || job.State.Ended() {
			// A child whose parent is not listed: nobody is seen to wait.
			continue
		}
		parent := t.parents[id]
		if parent == nil {
			if len(t.parents) >= MaxParents {
				t.beyond++
				continue
			}
			parent = &Parent{ID: id, CreateTime: job.CreateTime}
			parent.update(job, at)
			t.parents[id] = parent
		}
		parent.take(children[id], at)
	}
	for _, parent := range t.parents {
		parent.end(listed, ended, snapshot.Complete, at)
	}
}

// sameJob tells whether two create times may be of one job: the same id with
// another create time is another job.
func sameJob(a, b time.Time) bool { return a.IsZero() || b.IsZero() || a.Equal(b) }

// update takes a reading of the parent itself.
func (p *Parent) update(job *coordinator.Job, at time.Time) {
	p.Name, p.LastSeen = job.Name, at
	if p.CreateTime.IsZero() {
		p.CreateTime = job.CreateTime
	}
	if len(job.Nodes) > 0 {
		p.Node = job.Nodes[0]
	}
	if p.State != job.State || p.StateSince.IsZero() {
		p.State, p.StateSince = job.State, at
	}
}

// take takes the readings of the listed children.
func (p *Parent) take(jobs []*coordinator.Job, at time.Time) {
	known := make(map[coordinator.JobID]int, len(p.Children))
	for index := range p.Children {
		known[p.Children[index].ID] = index
	}
	for _, job := range jobs {
		index, ok := known[job.ID]
		if !ok {
			index = len(p.Children)
			p.Children = append(p.Children, Child{ID: job.ID, Seen: at, LastSeen: at})
		}
		child := &p.Children[index]
		child.Name, child.State = job.Name, job.State
		if len(job.Nodes) > 0 {
			child.Node = job.Nodes[0]
		}
		if job.State.Ended() {
			child.finish(EndTold, job.FinishTime, at)
			continue
		}
		// Listed as open: what was taken for its end was none.
		child.LastSeen, child.Ended, child.EndedAt, child.FinishTime = at, EndNone, time.Time{}, time.Time{}
	}
}

// end looks which children have ended, and forgets the oldest ends beyond the
// bound.
func (p *Parent) end(listed map[coordinator.JobID]*coordinator.Job, ended map[coordinator.JobID]coordinator.Job, complete bool, at time.Time) {
	count := 0
	for index := range p.Children {
		child := &p.Children[index]
		if job, told := ended[child.ID]; told && child.Ended != EndTold && listed[child.ID] == nil {
			child.State = job.State
			if len(job.Nodes) > 0 && child.Node == "" {
				child.Node = job.Nodes[0]
			}
			child.finish(EndTold, job.FinishTime, at)
		} else if child.Ended == EndNone && complete && listed[child.ID] == nil {
			child.finish(EndGone, time.Time{}, at)
		}
		if child.Ended != EndNone {
			count++
		}
	}
	if surplus := count - MaxEnded; surplus > 0 {
		slices.SortFunc(p.Children, func(a, b Child) int {
			return cmp.Or(a.EndedAt.Compare(b.EndedAt), cmp.Compare(a.ID, b.ID))
		})
		dropped := 0
		p.Children = slices.DeleteFunc(p.Children, func(child Child) bool {
			if child.Ended == EndNone || dropped == surplus {
				return false
			}
			dropped++
			return true
		})
		p.MoreEnded += dropped
	}
	slices.SortFunc(p.Children, func(a, b Child) int { return cmp.Compare(a.ID, b.ID) })
}

// finish notes an end; the first look that showed it stays its bound.
func (c *Child) finish(how End, finished, at time.Time) {
	c.Ended = how
	if c.EndedAt.IsZero() {
		c.EndedAt = at
	}
	if !finished.IsZero() {
		c.FinishTime = finished
	}
}

// Parents are the open jobs with children, by id.
func (t *Tracker) Parents() []Parent {
	parents := make([]Parent, 0, len(t.parents))
	for _, parent := range t.parents {
		shown := *parent
		shown.Children = slices.Clone(parent.Children)
		parents = append(parents, shown)
	}
	slices.SortFunc(parents, func(a, b Parent) int { return cmp.Compare(a.ID, b.ID) })
	return parents
}

// Beyond counts the parents that were not taken up at the last look, since
// there were MaxParents already.
func (t *Tracker) Beyond() int { return t.beyond }

// Memory is what the tracker knows now.
func (t *Tracker) Memory() Memory {
	return Memory{Parents: t.Parents(), Beyond: t.beyond, Complete: t.complete}
}
