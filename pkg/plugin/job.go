package plugin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// The roles of a job's relatives.
const (
	roleParent = "parent"
	roleChild  = "child"
)

// jobMeta is meta.custom of the first frame of a query for one job.
type jobMeta struct {
	historyMeta
	// PastNotKnown is why nothing is told but the present, a sentence; empty
	// where the past was read.
	PastNotKnown string `json:"pastNotKnown"`
	// MoreEnded counts the ended children that are not remembered any more.
	MoreEnded int `json:"moreEnded"`
	// NodesNotKnown is why no node is told, a sentence; empty where one is.
	NodesNotKnown string `json:"nodesNotKnown"`
	// Link leads to the job in the coordinator's own UI; empty where the data
	// source's settings name none.
	Link string `json:"link"`
}

// answerJob tells one job, open or ended: the episodes that it had in the range,
// the nodes that it runs on or ran on last, and the jobs that it waits for or that wait for it.
// What the list of jobs says of it is in a query for jobs. It never differs by
// user and holds no persons.
func (d *Datasource) answerJob(ctx context.Context, raw backend.DataQuery, chosen jobFilter, view *watch.View, now time.Time, fromAlert bool) (data.Frames, error) {
	if fromAlert {
		return nil, errWrongQuery("a query for one job tells its past, which an alert rule cannot use; use a query for a metric")
	}
	if !isJobID(string(chosen.JobID)) {
		return nil, errWrongQuery("a query for one job needs its id (jobId), with every digit")
	}
	during, err := spanOf(raw.TimeRange, now)
	if err != nil {
		return nil, err
	}
	history, pastNotKnown := d.episodesOf(ctx, chosen.JobID, during, view)
	relatives, more := relativesOf(view, chosen.JobID)
	nodes, nodesNotKnown := placesOf(view, chosen.JobID)
	frames := data.Frames{episodesFrame(history.Episodes), nodes.frame(view), relativesFrame(relatives)}
	for _, frame := range frames {
		frame.Meta = &data.FrameMeta{Type: data.FrameTypeTable, PreferredVisualization: data.VisTypeTable}
	}
	frames[0].Meta.Custom = jobMeta{
		historyMeta: d.historyMeta(view, now, nil, history.Cut), PastNotKnown: inert(pastNotKnown),
		MoreEnded: more, NodesNotKnown: nodesNotKnown, Link: d.settings.UI.of(chosen.JobID),
	}
	d.addNotices(frames[0], view, now)
	return frames, nil
}

// episodesOf reads a job's episodes. Where the store cannot be read, the present
// one is told all the same, with the reason why it is alone.
func (d *Datasource) episodesOf(ctx context.Context, id coordinator.JobID, during span, view *watch.View) (history watch.EpisodeHistory, pastNotKnown string) {
	filter := watch.EpisodeFilter{Job: id}
	if d.process.History == nil {
		pastNotKnown = sentence(d.noHistory().Error())
	} else {
		ctx, cancel := context.WithTimeout(ctx, longestStoreRead)
		defer cancel()
		read, err := d.process.History.EpisodesBetween(ctx, d.settings.Scope, d.settings.Cluster, during.from, during.to, filter, 1)
		if err != nil {
			pastNotKnown = sentence(fmt.Errorf("%w: %w", errHistory, err).Error())
		}
		history = read
	}
	addPresent(&history, view, filter, during, 1)
	slices.SortStableFunc(history.Episodes, func(a, b timeline.Episode) int { return a.Since.Compare(b.Since) })
	return history, pastNotKnown
}

// episodesFrame gives a row an episode, the oldest first.
func episodesFrame(episodes []timeline.Episode) *data.Frame {
	rows := len(episodes)
	frame := data.NewFrame("episodes",
		data.NewField("job_id", nil, make([]string, rows)),
		data.NewField("job_name", nil, make([]string, rows)),
		data.NewField("create_time", nil, make([]*time.Time, rows)),
		data.NewField("state", nil, make([]string, rows)),
		data.NewField("word", nil, make([]string, rows)),
		data.NewField("since", nil, make([]time.Time, rows)),
		data.NewField("quality", nil, make([]string, rows)),
		// Empty while it lasts.
		data.NewField("until", nil, make([]*time.Time, rows)),
		data.NewField("last_seen", nil, make([]time.Time, rows)),
		// Since when a complete poll does not show the job any more.
		data.NewField("missing_since", nil, make([]*time.Time, rows)),
		data.NewField("master", nil, make([]string, rows)),
	)
	for row, e := range episodes {
		frame.SetRow(row, string(e.Job), inert(e.Name), momentOf(e.CreateTime), string(e.State), inert(e.Word),
			e.Since, string(e.Quality), momentOf(e.Until), e.LastSeen, momentOf(e.MissingSince), inert(e.Master))
	}
	return frame
}

// momentOf is a time that may not be known.
func momentOf(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// relative is a job that waits for another one, or that it waits for.
type relative struct {
	role  string
	child family.Child
	// createTime is zero where it is not known.
	createTime time.Time
}

// relativesOf gives a job's parent and its children, those that are open first;
// more counts the ended children that are not remembered any more.
func relativesOf(view *watch.View, id coordinator.JobID) (relatives []relative, more int) {
	created := func(id coordinator.JobID) time.Time {
		job, _ := view.Jobs.Find(id)
		return job.Job.CreateTime
	}
	for _, parent := range view.Families {
		if parent.ID == id {
			more = parent.MoreEnded
			for _, child := range parent.Children {
				relatives = append(relatives, relative{role: roleChild, child: child, createTime: created(child.ID)})
			}
			continue
		}
		if slices.ContainsFunc(parent.Children, func(child family.Child) bool { return child.ID == id }) {
			relatives = append(relatives, relative{role: roleParent, createTime: parent.CreateTime, child: family.Child{
				ID: parent.ID, Name: parent.Name, Node: parent.Node, State: parent.State, LastSeen: parent.LastSeen,
			}})
		}
	}
	// The parent, then what is still waited for, then the newest ends.
	slices.SortStableFunc(relatives, func(a, b relative) int {
		return cmp.Or(-cmp.Compare(a.role, b.role), cmp.Compare(endedRank(a), endedRank(b)), b.child.EndedAt.Compare(a.child.EndedAt))
	})
	return relatives, more
}

func endedRank(one relative) int {
	if one.child.Ended == family.EndNone {
		return 0
	}
	return 1
}

func relativesFrame(relatives []relative) *data.Frame {
	rows := len(relatives)
	frame := data.NewFrame("relatives",
		data.NewField("role", nil, make([]string, rows)),
		data.NewField("job_id", nil, make([]string, rows)),
		data.NewField("job_name", nil, make([]string, rows)),
		data.NewField("create_time", nil, make([]*time.Time, rows)),
		data.NewField("node", nil, make([]string, rows)),
		data.NewField("state", nil, make([]string, rows)),
		// How its end is known: empty, "ended" (told) or "gone" (not listed).
		data.NewField("ended", nil, make([]string, rows)),
		data.NewField("ended_at", nil, make([]*time.Time, rows)),
		data.NewField("last_seen", nil, make([]time.Time, rows)),
	)
	for row, one := range relatives {
		frame.SetRow(row, one.role, string(one.child.ID), inert(one.child.Name), momentOf(one.createTime), inert(one.child.Node),
			string(one.child.State), string(one.child.Ended), momentOf(one.child.EndedAt), one.child.LastSeen)
	}
	return frame
}
