package plugin

import (
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Why nothing is told of a job's nodes.
const (
	noNodeYet   = "The job is pending: the coordinator names no node for it yet."
	noNodeOpen  = "The coordinator does not tell on which nodes this job is."
	noNodeEnded = "Where the job ran is not known any more: Unjam reads that of open jobs only, and remembers it for a day after their end, until the plugin is restarted."
)

// places are the nodes that a job runs on, or ran on last.
type places struct {
	nodes []string
	// at is the last poll that showed the job there; zero while the newest
	// complete one does.
	at time.Time
}

// placesOf finds a job's nodes as far as the coordinator tells or told, the
// newest knowledge first; where nobody says, notKnown is a sentence.
func placesOf(view *watch.View, id coordinator.JobID) (found places, notKnown string) {
	job, open := view.Jobs.Find(id)
	was := view.Traces.Ended[id]
	if open {
		was = view.Traces.Ran[id]
	}
	switch {
	case open && len(job.Job.Nodes) > 0 && job.Listed:
		return places{nodes: job.Job.Nodes}, ""
	case open && len(job.Job.Nodes) > 0:
		return places{nodes: job.Job.Nodes, at: job.Episode.LastSeen}, ""
	case len(was.Nodes) > 0 && (!open || was.CreateTime.Equal(job.Job.CreateTime)):
		return places{nodes: was.Nodes, at: was.At}, ""
	}
	for _, parent := range view.Families {
		if parent.ID == id && parent.Node != "" {
			return places{nodes: []string{parent.Node}, at: parent.LastSeen}, ""
		}
		if at := slices.IndexFunc(parent.Children, func(child family.Child) bool { return child.ID == id && child.Node != "" }); at >= 0 {
			return places{nodes: []string{parent.Children[at].Node}, at: parent.Children[at].LastSeen}, ""
		}
	}
	switch {
	case !open:
		return places{}, noNodeEnded
	case job.Episode.State == coordinator.StatePending:
		return places{}, noNodeYet
	}
	return places{}, noNodeOpen
}

// frame gives a row for each node, with whether it is there now; null where
// nobody says.
func (p places) frame(view *watch.View) *data.Frame {
	rows := len(p.nodes)
	frame := data.NewFrame("nodes",
		data.NewField("node", nil, make([]string, rows)),
		data.NewField("present", nil, make([]*bool, rows)),
		data.NewField("master", nil, make([]bool, rows)),
		// The coordinator's own word for the node's state.
		data.NewField("word", nil, make([]string, rows)),
		// The last look that showed the job there; empty while the newest does.
		data.NewField("last_seen", nil, make([]*time.Time, rows)),
	)
	for row, node := range p.nodes {
		present, member := presence(view, node)
		frame.SetRow(row, inert(node), present, member.Master, inert(member.Word), momentOf(p.at))
	}
	return frame
}

// presence tells whether a node is there, by the members that the newest poll
// listed, else by its own messaging layer; nil where neither says.
func presence(view *watch.View, node string) (present *bool, member coordinator.Member) {
	if view.Snapshot == nil || view.Err != nil {
		return nil, member
	}
	members := view.Snapshot.Members
	if at := slices.IndexFunc(members, func(one coordinator.Member) bool { return one.Address == node || one.Name == node }); at >= 0 {
		return new(true), members[at]
	}
	// A list without the master lacks rows, and an empty one is none.
	if slices.ContainsFunc(members, func(one coordinator.Member) bool { return one.Master }) {
		return new(false), member
	}
	if slices.ContainsFunc(view.Snapshot.Nodes, func(one coordinator.Node) bool { return one.Name == node && one.Err == nil }) {
		return new(true), member
	}
	// That we do not reach it does not mean that the cluster does not.
	return nil, member
}
