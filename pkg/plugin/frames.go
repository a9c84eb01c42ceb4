package plugin

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// frameMeta is meta.custom of a frame of jobs: what a panel needs to tell
// "nothing is stuck" from "nothing is known". src/model has the same.
type frameMeta struct {
	// AsOf is when the jobs were last read completely, RFC 3339.
	AsOf string `json:"asOf"`
	// AnsweredAt is our clock when the frame was made: a browser's clock may be
	// wrong, the difference of these two is not.
	AnsweredAt string `json:"answeredAt"`
	// Blind: too old to be taken for the present.
	Blind bool `json:"blind"`
	// Complete: the newest poll answered completely.
	Complete bool `json:"complete"`
	// Total is the number of jobs that the filter chose, before the limit.
	Total               int      `json:"total"`
	Notes               []string `json:"notes"`
	PollIntervalSeconds float64  `json:"pollIntervalSeconds"`
	StuckAfterSeconds   float64  `json:"stuckAfterSeconds"`
}

// jobsFrame gives a row a job. It never differs by user and holds no persons.
func (d *Datasource) jobsFrame(view *watch.View, parsed query, filter jobFilter, now time.Time) *data.Frame {
	// Places: a view may have very many jobs, and most queries want few.
	var places []int
	for place, job := range filter.candidates(view) {
		if filter.matches(job, now) {
			places = append(places, place)
		}
	}
	sortPlaces(places, view.Jobs, parsed.SortBy, parsed.descending())
	total := len(places)
	places = places[min(parsed.Offset, total):]
	places = places[:min(*parsed.Limit, len(places))]

	rows := len(places)
	frame := data.NewFrame("jobs",
		data.NewField("cluster", nil, make([]string, rows)),
		data.NewField("job_id", nil, make([]string, rows)),
		data.NewField("job_name", nil, make([]string, rows)),
		data.NewField("state", nil, make([]string, rows)),
		data.NewField("word", nil, make([]string, rows)),
		data.NewField("since", nil, make([]time.Time, rows)),
		data.NewField("age_seconds", nil, make([]float64, rows)).SetConfig(&data.FieldConfig{Unit: "s"}),
		data.NewField("quality", nil, make([]string, rows)),
		data.NewField("stuck", nil, make([]bool, rows)),
		data.NewField("listed", nil, make([]bool, rows)),
		data.NewField("last_seen", nil, make([]time.Time, rows)),
		data.NewField("nodes", nil, make([]string, rows)),
		data.NewField("create_time", nil, make([]*time.Time, rows)),
		data.NewField("cancel_block", nil, make([]string, rows)),
		data.NewField("force_stop_block", nil, make([]string, rows)),
		// What a lost job is dismissed by; no label, since it changes.
		data.NewField("episode", nil, make([]string, rows)),
		data.NewField("parent", nil, make([]string, rows)),
		data.NewField("cause", nil, make([]string, rows)),
		data.NewField("outlook", nil, make([]string, rows)),
		data.NewField("confidence", nil, make([]string, rows)),
		data.NewField("advice", nil, make([]string, rows)),
		data.NewField("deadline", nil, make([]*time.Time, rows)),
		data.NewField("evidence", nil, make([]string, rows)),
		data.NewField("stuck_since", nil, make([]*time.Time, rows)),
		data.NewField("suppressed", nil, make([]string, rows)),
		data.NewField("suppressed_until", nil, make([]*time.Time, rows)),
	)
	var able coordinator.Capabilities
	if view.Snapshot != nil {
		able = view.Snapshot.Capabilities
	}
	for row, place := range places {
		job := view.Jobs.At(place)
		var created *time.Time
		if !job.Job.CreateTime.IsZero() {
			created = &job.Job.CreateTime
		}
		stuck, finding := filter.judge.at(&job, now), filter.judge.findings[job.Job.ID]
		since, suppressed, until := stuckCells(stuck)
		frame.SetRow(row, inert(d.settings.Cluster), string(job.Job.ID), inert(job.Job.Name), string(job.Episode.State), inert(job.Episode.Word),
			job.Episode.Since, job.Episode.Age(now).Seconds(), string(job.Episode.Quality), stuck.Is,
			job.Listed, job.Episode.LastSeen, inert(strings.Join(job.Job.Nodes, ", ")), created,
			inert(d.guard.JobBlock(action.KindCancel, job, able)), inert(d.guard.JobBlock(action.KindForceStop, job, able)), job.Episode.ID,
			string(job.Job.Parent), string(finding.Cause), string(finding.Outlook), string(finding.Confidence),
			inert(finding.Advice), deadline(finding), evidence(finding),
			since, inert(suppressed), until)
	}
	notes := inertAll(view.Notes)
	if view.Snapshot != nil {
		notes = append(notes, inertAll(view.Snapshot.Notes)...)
	}
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTable, PreferredVisualization: data.VisTypeTable, Custom: frameMeta{
		AsOf: view.CompleteAsOf.UTC().Format(time.RFC3339Nano), AnsweredAt: now.UTC().Format(time.RFC3339Nano), Blind: d.blind(view, now), Complete: lastPollComplete(view), Total: total, Notes: notes,
		PollIntervalSeconds: d.settings.Interval.Seconds(), StuckAfterSeconds: d.settings.StuckAfter.Seconds(),
	}}
	d.addNotices(frame, view, now)
	return frame
}

// stuckCells is from when on a job counts as stuck, or why a late one does not,
// and until when.
func stuckCells(stuck diagnose.Stuck) (since *time.Time, suppressed string, until *time.Time) {
	switch {
	case stuck.Is:
		return &stuck.Since, "", nil
	case stuck.Suppressed != nil:
		return nil, stuck.Suppressed.Reason, &stuck.Suppressed.Until
	}
	return nil, "", nil
}

// metricFrame gives a numeric wide frame: one row, a field for each series.
// Alert rules and panels both read it; no series is an empty frame.
func metricFrame(entry metric, samples []sample, asOf time.Time) *data.Frame {
	frame := data.NewFrame(entry.Name)
	for _, one := range samples {
		field := data.NewField(entry.Name, one.labels, []float64{one.value})
		frame.Fields = append(frame.Fields, field.SetConfig(&data.FieldConfig{Unit: entry.Unit, Description: entry.Help}))
	}
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeNumericWide, TypeVersion: data.FrameTypeVersion{0, 1}, Custom: map[string]string{"asOf": asOf.UTC().Format(time.RFC3339Nano)}}
	return frame
}

// addNotices says what people must not overlook: blindness, partial answers.
func (d *Datasource) addNotices(frame *data.Frame, view *watch.View, now time.Time) {
	add := func(severity data.NoticeSeverity, text string) {
		frame.AppendNotices(data.Notice{Severity: severity, Text: inert(text)})
	}
	switch {
	case d.blind(view, now) && !view.CompleteAsOf.IsZero():
		add(data.NoticeSeverityError, "UNKNOWN: "+blindError(d.settings.Cluster, view, now).Error())
	case view.Err != nil:
		add(data.NoticeSeverityWarning, fmt.Sprintf("The last poll failed: %v", view.Err))
	case view.Snapshot != nil && !view.Snapshot.Complete:
		add(data.NoticeSeverityWarning, "The last poll was answered only in part. "+strings.Join(view.Snapshot.Notes, " "))
	}
	if view.Snapshot != nil {
		if masters, split := view.Snapshot.SplitMasters(); split {
			add(data.NoticeSeverityError, "Split cluster: the configured masters name different active masters ("+strings.Join(masters, ", ")+").")
		}
	}
	for _, note := range view.Notes {
		add(data.NoticeSeverityInfo, note)
	}
}

func lastPollComplete(view *watch.View) bool {
	return view.Err == nil && view.Snapshot != nil && view.Snapshot.Complete
}
