package plugin

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/family"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// askJob asks for one job over the last day.
func askJob(t *testing.T, d *Datasource, view *watch.View, now time.Time, id coordinator.JobID) data.Frames {
	t.Helper()
	day := backend.DataQuery{TimeRange: backend.TimeRange{From: now.Add(-24 * time.Hour), To: now}}
	frames, err := d.answerJob(t.Context(), day, jobFilter{JobID: id}, view, now, false)
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func cell(t *testing.T, frame *data.Frame, name string, row int) string {
	t.Helper()
	field, _ := frame.FieldByName(name)
	if field == nil || field.Len() <= row {
		t.Fatalf("%s has no row %d of %q", frame.Name, row, name)
	}
	value, told := field.ConcreteAt(row)
	if !told {
		return "null"
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(text), `"`)
}

func metaOfJob(t *testing.T, frames data.Frames) jobMeta {
	t.Helper()
	meta, ok := frames[0].Meta.Custom.(jobMeta)
	if !ok {
		t.Fatalf("the meta is %T", frames[0].Meta.Custom)
	}
	return meta
}

// A job that ended: what it went through is told from the records, its end as an
// episode without a duration.
func TestJob_EndedIsToldFromTheRecords(t *testing.T) {
	d, view, _, now := historySource(nil)
	history := goldenHistory(now)
	history.episodes.Episodes = history.episodes.Episodes[:3]
	d.process.History = history
	d.settings.UI = "https://seatunnel.example/#/jobs/{jobId}?id={jobId}"
	frames := askJob(t, d, view, now, "1")
	if history.episodeFilter.Job != "1" {
		t.Errorf("asked for %+v", history.episodeFilter)
	}
	if meta := metaOfJob(t, frames); meta.Link != "https://seatunnel.example/#/jobs/1?id=1" || meta.PastNotKnown != "" || meta.Blind {
		t.Errorf("%+v", meta)
	}
	experimental.CheckGoldenJSONResponse(t, "testdata", "job", &backend.DataResponse{Frames: frames}, false)
}

// An open job is told from the newest look, and where it runs; a node that left
// the members is not there.
func TestJob_OpenIsToldFromTheNewestLook(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	d.process.History = &historyFake{}
	frames := askJob(t, d, view, now, "733584788375666690")
	episodes, nodes := frames[0], frames[1]
	if episodes.Rows() != 1 || cell(t, episodes, "quality", 0) != "at least" || cell(t, episodes, "until", 0) != "null" {
		t.Errorf("%d episodes", episodes.Rows())
	}
	if nodes.Rows() != 1 || cell(t, nodes, "node", 0) != "10.0.0.2:5802" || cell(t, nodes, "present", 0) != "true" {
		t.Errorf("%d nodes", nodes.Rows())
	}
	// The worker left.
	snapshot := *view.Snapshot
	snapshot.Members = snapshot.Members[:1]
	gone := *view
	gone.Snapshot = &snapshot
	if nodes = askJob(t, d, &gone, now, "733584788375666690")[1]; cell(t, nodes, "present", 0) != "false" {
		t.Error("the node that left is said to be there")
	}
	// The list of members is not whole, or the newest poll failed: nobody knows.
	snapshot.Members = nil
	if nodes = askJob(t, d, &gone, now, "733584788375666690")[1]; cell(t, nodes, "present", 0) != "null" {
		t.Error("nothing is known of the node, and something is said")
	}
	blind := *view
	blind.Err = coordinator.ErrUnreachable
	if nodes = askJob(t, d, &blind, now, "733584788375666690")[1]; cell(t, nodes, "present", 0) != "null" {
		t.Error("a failed poll says where nodes are")
	}
}

// Where a job ran is told as long as it is remembered, with the time of that
// look; where nobody knows it, that is said.
func TestJob_WhereItRan(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	d.process.History = &historyFake{}
	const canceling = "733584788375666690"
	seen, other := now.Add(-time.Hour), now.Add(-time.Minute)
	job, found := view.Jobs.Find(canceling)
	if !found {
		t.Fatal("the golden view lacks the job")
	}
	view.Traces.Ended = map[coordinator.JobID]watch.Run{"1": {Nodes: []string{"w\u202e:5802"}, At: seen}}
	view.Families = []family.Parent{{ID: "7", Children: []family.Child{{ID: "8", Node: "nodeB", LastSeen: other, Ended: family.EndTold}, {ID: "9"}}}}
	ask := func(view *watch.View, id coordinator.JobID) (*data.Frame, string) {
		frames := askJob(t, d, view, now, id)
		return frames[1], metaOfJob(t, frames).NodesNotKnown
	}
	without := func(run watch.Run) *watch.View {
		off := *view
		off.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Job.Nodes = nil })
		off.Traces.Ran = map[coordinator.JobID]watch.Run{canceling: run}
		return &off
	}
	unlisted := *view
	unlisted.Jobs = view.Jobs.Changed(func(job *watch.JobView) { job.Listed, job.Episode.LastSeen = false, other })
	for name, row := range map[string]struct {
		view *watch.View
		id   coordinator.JobID
		node string
		at   time.Time
	}{
		"open":                 {view, canceling, "10.0.0.2:5802", time.Time{}},
		"open, and not listed": {&unlisted, canceling, "10.0.0.2:5802", other},
		"its worker left":      {without(watch.Run{CreateTime: job.Job.CreateTime, Nodes: []string{"10.0.0.9:5802"}, At: seen}), canceling, "10.0.0.9:5802", seen},
		"ended":                {view, "1", `w\\u202e:5802`, seen},
		"a child that ended":   {view, "8", "nodeB", other},
	} {
		nodes, notKnown := ask(row.view, row.id)
		at := "null"
		if !row.at.IsZero() {
			at = row.at.UTC().Format(time.RFC3339Nano)
		}
		if nodes.Rows() != 1 || notKnown != "" || cell(t, nodes, "node", 0) != row.node || cell(t, nodes, "last_seen", 0) != at {
			t.Errorf("%s: %d nodes, %q; %s at %s, want %s at %s", name, nodes.Rows(), notKnown, cell(t, nodes, "node", 0), cell(t, nodes, "last_seen", 0), row.node, at)
		}
	}
	for name, row := range map[string]struct {
		view *watch.View
		id   coordinator.JobID
		says string
	}{
		"ended long ago":         {view, "2", "not known any more"},
		"a child without a node": {view, "9", "not known any more"},
		"open":                   {without(watch.Run{}), canceling, "does not tell on which nodes"},
		"another run of that id": {without(watch.Run{CreateTime: seen, Nodes: []string{"10.0.0.9:5802"}, At: seen}), canceling, "does not tell on which nodes"},
	} {
		if nodes, notKnown := ask(row.view, row.id); nodes.Rows() != 0 || !strings.Contains(notKnown, row.says) {
			t.Errorf("%s: %d nodes, %q", name, nodes.Rows(), notKnown)
		}
	}
}

// A parent's children are told, those that are still waited for first, and a
// child's parent; the children that ended longest ago are counted.
func TestJob_Relatives(t *testing.T) {
	view, now := goldenView()
	view.Families = []family.Parent{{
		ID: "7", Name: "month end", Node: "nodeA", State: coordinator.StateRunning, LastSeen: now, MoreEnded: 3,
		Children: []family.Child{
			{ID: "8", Name: "a\u202e", Node: "nodeB", State: coordinator.StateRunning, LastSeen: now.Add(-time.Hour), Ended: family.EndGone, EndedAt: now.Add(-time.Hour)},
			{ID: "9", Name: "b", Node: "nodeB", State: coordinator.StateRunning, LastSeen: now},
			{ID: "10", Name: "c", State: coordinator.StateFinished, LastSeen: now, Ended: family.EndTold, EndedAt: now},
		},
	}}
	d := goldenSource(now)
	d.process.History = &historyFake{}
	frames := askJob(t, d, view, now, "7")
	relatives := frames[2]
	var told []string
	for row := range relatives.Rows() {
		told = append(told, cell(t, relatives, "role", row)+" "+cell(t, relatives, "job_id", row)+" "+cell(t, relatives, "ended", row))
	}
	if got := strings.Join(told, ", "); got != "child 9 , child 10 ended, child 8 gone" {
		t.Errorf("%s", got)
	}
	if name := cell(t, relatives, "job_name", 2); strings.Contains(name, "\u202e") {
		t.Errorf("%q turns what stands beside it", name)
	}
	if meta := metaOfJob(t, frames); meta.MoreEnded != 3 {
		t.Errorf("%+v", meta)
	}
	if relatives = askJob(t, d, view, now, "8")[2]; relatives.Rows() != 1 || cell(t, relatives, "role", 0) != "parent" || cell(t, relatives, "job_id", 0) != "7" {
		t.Errorf("%d relatives of the child", relatives.Rows())
	}
}

// Without a store, or while it cannot be read, the present is told with the
// reason why it is alone; a job that nobody knows gives no episode.
func TestJob_WithoutThePast(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	frames := askJob(t, d, view, now, "733584788375666689")
	if meta := metaOfJob(t, frames); frames[0].Rows() != 1 || !strings.Contains(meta.PastNotKnown, "there is no store") {
		t.Errorf("%d episodes, %+v", frames[0].Rows(), meta)
	}
	d.process.History = &historyFake{err: errors.New("the disk is gone")}
	frames = askJob(t, d, view, now, "733584788375666689")
	if meta := metaOfJob(t, frames); frames[0].Rows() != 1 || !strings.Contains(meta.PastNotKnown, "the disk is gone") {
		t.Errorf("%d episodes, %+v", frames[0].Rows(), meta)
	}
	d.process.History = &historyFake{}
	if frames = askJob(t, d, view, now, "999"); frames[0].Rows() != 0 {
		t.Error("a job that nobody knows has episodes")
	}
}

func TestJob_Faults(t *testing.T) {
	view, now := goldenView()
	d := goldenSource(now)
	day := backend.TimeRange{From: now.Add(-24 * time.Hour), To: now}
	for name, row := range map[string]struct {
		id        coordinator.JobID
		during    backend.TimeRange
		fromAlert bool
		says      string
	}{
		"no id":            {"", day, false, "needs its id"},
		"an id of no form": {"a b", day, false, "needs its id"},
		"no range":         {"1", backend.TimeRange{}, false, "no range of time"},
		"in an alert rule": {"1", day, true, "use a query for a metric"},
	} {
		_, err := d.answerJob(t.Context(), backend.DataQuery{TimeRange: row.during}, jobFilter{JobID: row.id}, view, now, row.fromAlert)
		if wrong := new(errQuery); !errors.As(err, wrong) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func inJSON(t *testing.T, text string) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// The address of the coordinator's own UI: an id stays one part of it, whatever
// it holds.
func TestUITemplate(t *testing.T) {
	for raw, want := range map[string]string{
		"":                              "",
		"  https://ui.example/{jobId} ": "https://ui.example/a%26b%2F..%2F%23%3Fc%25%20d",
		"http://ui.example:8080/x#/{jobId}/y?z={jobId}": "http://ui.example:8080/x#/a%26b%2F..%2F%23%3Fc%25%20d/y?z=a%26b%2F..%2F%23%3Fc%25%20d",
		"https://ui.example/jobs":                       "https://ui.example/jobs",
	} {
		template, err := readUI(inJSON(t, raw))
		if err != nil || template.of("a&b/../#?c% d") != want {
			t.Errorf("%q: %q, %v", raw, template.of("a&b/../#?c% d"), err)
		}
	}
	for raw, says := range map[string]string{
		"javascript:alert({jobId})":                            "must begin with http",
		"ftp://ui.example/{jobId}":                             "must begin with http",
		"//ui.example/{jobId}":                                 "must begin with http",
		"https:///{jobId}":                                     "must begin with http",
		"https://u:s3cret@ui.example/{jobId}":                  "holds a user or password",
		"https://{jobId}.example/":                             "in its host",
		"https://{jobId}@ui.example/":                          "holds a user or password",
		"https://ui.exa mple/%zz":                              "is not a URL",
		"https://ui.example/" + strings.Repeat("x", longestUI): "is not a URL",
	} {
		if _, err := readUI(inJSON(t, raw)); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
