package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// historyFake is a store that answers with what it is given, and notes what it
// was asked for.
type historyFake struct {
	events   []timeline.Event
	episodes watch.EpisodeHistory
	deeds    []action.Deed
	err      error

	episodeFilter watch.EpisodeFilter
	eventFilter   watch.EventFilter
	asked         int
}

func (h *historyFake) Events(_ context.Context, _ watch.Scope, _ string, _, _ time.Time, filter watch.EventFilter, limit int) ([]timeline.Event, error) {
	h.eventFilter = filter
	h.asked++
	return h.events[:min(limit, len(h.events))], h.err
}

func (h *historyFake) EpisodesBetween(_ context.Context, _ watch.Scope, _ string, _, _ time.Time, filter watch.EpisodeFilter, _ int) (watch.EpisodeHistory, error) {
	h.episodeFilter = filter
	h.asked++
	found := h.episodes
	found.Episodes = slices.Clone(found.Episodes)
	return found, h.err
}

func (h *historyFake) Deeds(context.Context, watch.Scope, string, time.Time, time.Time, coordinator.JobID, int) ([]action.Deed, error) {
	return h.deeds, h.err
}

// goldenHistory is an hour of a cluster: a job that was canceled, one that is
// shown as a browser must not read it, one that was dismissed.
func goldenHistory(now time.Time) *historyFake {
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	span := func(job coordinator.JobID, name string, state coordinator.State, since, until int) timeline.Episode {
		e := timeline.Episode{ID: string(job) + string(state), Job: job, Name: name, State: state, Since: ago(since), Quality: timeline.QualityObserved, LastSeen: ago(until)}
		if until > 0 {
			e.Until = ago(until)
		}
		return e
	}
	return &historyFake{
		episodes: watch.EpisodeHistory{Jobs: 3, Episodes: []timeline.Episode{
			span("1", "orders", coordinator.StateRunning, 90, 30), span("1", "orders", coordinator.StateCanceling, 30, 12), span("1", "orders", coordinator.StateCanceled, 12, 12),
			span("2", "<b>orders</b>\u202e\n", coordinator.StatePending, 40, 39), span("2", "<b>orders</b>\u202e\n", coordinator.StateRunning, 39, 0),
			span("3", "orders", coordinator.StateLost, 50, 20),
		}},
		events: []timeline.Event{
			{At: ago(2), Kind: timeline.EventKind(delivery.EventOverflowed), Member: "nodeA", Peer: "nodeC", Sentence: "nodeA has sent more than its buffer holds."},
			{At: ago(25), Kind: timeline.EventMasterChanged, Member: "b:5801", Before: "a:5801"},
			{At: ago(26), Kind: timeline.EventMemberLeft, Member: "<img src=x>\u202e\n"},
			{At: ago(50), Kind: "of tomorrow", Member: "nodeA", Job: "2"},
		},
		deeds: []action.Deed{
			{Kind: action.KindForceStop, Job: "1", JobName: "orders", At: ago(13), Outcome: action.OutcomeStopped, SettledAt: ago(12)},
			{Kind: action.KindCancel, Job: "2", JobName: "<b>orders</b>\u202e\n", At: ago(70), Outcome: action.OutcomeUnknown, SettledAt: ago(10)},
			{Kind: action.KindForceStop, Job: "4", JobName: "other", At: ago(1)},
		},
	}
}

// historySource is a data source on a fixed view and history; the last hour.
func historySource(history *historyFake) (*Datasource, *watch.View, span, time.Time) {
	view, now := goldenView()
	view.Jobs = timeline.Jobs{}
	d := goldenSource(now)
	if history == nil {
		history = goldenHistory(now)
	}
	d.process.History = history
	return d, view, span{now.Add(-time.Hour), now}, now
}

func TestHistory_Golden(t *testing.T) {
	d, view, hour, now := historySource(nil)
	states, err := d.answerStates(t.Context(), query{}, jobFilter{}, hour, view, now)
	if err != nil {
		t.Fatal(err)
	}
	experimental.CheckGoldenJSONResponse(t, "testdata", "states", &backend.DataResponse{Frames: states}, false)
	events, err := d.answerEvents(t.Context(), query{}, hour, view, now)
	if err != nil {
		t.Fatal(err)
	}
	experimental.CheckGoldenJSONResponse(t, "testdata", "events", &backend.DataResponse{Frames: events}, false)
}

// The editor's kinds of events and the backend's are one.
func TestEventKinds_MatchTheEditors(t *testing.T) {
	raw, err := os.ReadFile("../../src/model/eventKinds.json")
	if err != nil {
		t.Fatal(err)
	}
	var editor []eventKind
	if err := json.Unmarshal(raw, &editor); err != nil {
		t.Fatal(err)
	}
	if own := eventKinds(); !slices.Equal(editor, own) {
		t.Errorf("here %+v\nin the editor %+v", own, editor)
	}
}

// line writes a frame of states down: minutes before the end of the range.
func line(frame *data.Frame, end time.Time) string {
	var parts []string
	for row := range frame.Rows() {
		at, _ := frame.Fields[0].At(row).(time.Time)
		state, _ := frame.Fields[1].At(row).(*string)
		word := "-"
		if state != nil {
			word = *state
		}
		parts = append(parts, end.Sub(at).String()+" "+word)
	}
	return strings.Join(parts, ", ")
}

func TestStates_OneJob(t *testing.T) {
	_, now := goldenView()
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	const open = -1
	episode := func(state coordinator.State, since, until int) timeline.Episode {
		e := timeline.Episode{ID: string(state) + ago(since).String(), Job: "1", Name: "orders", State: state, Since: ago(since), LastSeen: now}
		if until != open {
			e.Until = ago(until)
		}
		return e
	}
	running, canceling, canceled := coordinator.StateRunning, coordinator.StateCanceling, coordinator.StateCanceled
	lastSeen := episode(running, 50, open)
	lastSeen.LastSeen = ago(7)
	for _, c := range []struct {
		name     string
		episodes []timeline.Episode
		blind    bool
		want     string
	}{
		{"it began before the range", []timeline.Episode{episode(running, 90, open)}, false, "1h0m0s running"},
		{"it changed before the range, too", []timeline.Episode{episode(running, 90, 60), episode(canceling, 60, open)}, false, "1h0m0s canceling"},
		{"changes", []timeline.Episode{episode(running, 50, 30), episode(canceling, 30, 12), episode(canceled, 12, 12)}, false, "50m0s running, 30m0s canceling, 12m0s canceled"},
		{"another master is no other state", []timeline.Episode{episode(canceling, 50, 30), episode(canceling, 30, open)}, false, "50m0s canceling"},
		{"dismissed", []timeline.Episode{episode(coordinator.StateLost, 50, 30)}, false, "50m0s lost, 30m0s -"},
		{"away for long, and back", []timeline.Episode{episode(running, 50, 40), episode(running, 20, open)}, false, "50m0s running, 40m0s -, 20m0s running"},
		{"ended, and again under the same id", []timeline.Episode{episode(canceled, 50, 50), episode(running, 20, open)}, false, "50m0s canceled, 20m0s running"},
		{"S01 blind: not known any more", []timeline.Episode{lastSeen}, true, "50m0s running, 7m0s unknown"},
		{"S01 blind: what ended stays so", []timeline.Episode{episode(canceled, 12, 12)}, true, "12m0s canceled"},
	} {
		d := goldenSource(now)
		if got := line(d.stateFrame(c.episodes, span{ago(60), now}, c.blind), now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// The newest look is there though the store has not got it yet.
func TestStates_NewestLook(t *testing.T) {
	d, view, hour, now := historySource(nil)
	job := func(id coordinator.JobID, state coordinator.State, since time.Time) watch.JobView {
		return watch.JobView{Listed: true, Job: coordinator.Job{ID: id}, Episode: timeline.Episode{ID: "new" + string(id), Job: id, Name: "new", State: state, Since: since, LastSeen: now}}
	}
	view.Jobs = timeline.JobsOf(job("2", coordinator.StateCanceling, now.Add(-5*time.Second)), job("9", coordinator.StateRunning, now.Add(-5*time.Second)), job("8", coordinator.StateRunning, now.Add(time.Minute)))
	frames, err := d.answerStates(t.Context(), query{Limit: new(4)}, jobFilter{}, hour, view, now)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, frame := range frames {
		got[frame.Fields[1].Labels["job_id"]] = line(frame, now)
	}
	if len(got) != 4 || got["9"] != "5s running" || !strings.HasSuffix(got["2"], "running, 5s canceling") {
		t.Errorf("%v", got)
	}
	// A limit holds for them, too, and it is said.
	frames, err = d.answerStates(t.Context(), query{Limit: new(3)}, jobFilter{}, hour, view, now)
	if err != nil || len(frames) != 3 || !strings.Contains(frames[0].Meta.Notices[0].Text, "3 of 4 jobs are shown") {
		t.Errorf("%d frames, %v", len(frames), err)
	}
	// Without a store there is nothing else, and that is said.
	d.process.History = nil
	frames, err = d.answerStates(t.Context(), query{}, jobFilter{JobNames: []string{"new"}}, hour, view, now)
	if err != nil || len(frames) != 2 || !strings.Contains(frames[0].Meta.Notices[0].Text, "Only the present states are known") {
		t.Errorf("%d frames, %v", len(frames), err)
	}
}

func TestStates_Filters(t *testing.T) {
	canceling, failing := coordinator.StateCanceling, coordinator.StateFailing
	for _, c := range []struct {
		name   string
		chosen jobFilter
		want   watch.EpisodeFilter
		none   bool
	}{
		{"as it is", jobFilter{States: []coordinator.State{canceling}, JobID: "7", MinAge: time.Minute}, watch.EpisodeFilter{States: []coordinator.State{canceling}, Job: "7", MinAge: time.Minute}, false},
		{"stuck", jobFilter{StuckOnly: true, MinAge: time.Minute}, watch.EpisodeFilter{States: []coordinator.State{canceling, failing}, MinAge: 3 * time.Minute}, false},
		{"stuck in one state", jobFilter{StuckOnly: true, MinAge: time.Hour, States: []coordinator.State{failing, coordinator.StateRunning}}, watch.EpisodeFilter{States: []coordinator.State{failing}, MinAge: time.Hour}, false},
		{"stuck in no state that can be", jobFilter{StuckOnly: true, States: []coordinator.State{coordinator.StateRunning}}, watch.EpisodeFilter{}, true},
		{"a name as it is shown", jobFilter{JobNames: []string{`a\nb`, `say "x"\u202e`, `C:\dir`, "plain"}}, watch.EpisodeFilter{Names: []string{`C:\dir`, "a\nb", `a\nb`, "plain", "say \"x\"\u202e", `say "x"\u202e`}}, false},
	} {
		d, view, hour, now := historySource(&historyFake{})
		history := d.process.History.(*historyFake)
		frames, err := d.answerStates(t.Context(), query{}, c.chosen, hour, view, now)
		if err != nil || len(frames) != 1 || frames[0].Rows() != 0 {
			t.Fatalf("%s: %v, %v", c.name, frames, err)
		}
		got := history.episodeFilter
		if c.none {
			if history.asked != 0 {
				t.Errorf("%s: the store was asked", c.name)
			}
			continue
		}
		slices.Sort(c.want.Names)
		if !slices.Equal(got.States, c.want.States) || !slices.Equal(got.Names, c.want.Names) || got.Job != c.want.Job || got.MinAge != c.want.MinAge {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestEvents_Filters(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked query
		want  string
		cut   bool
	}{
		{"all, newest first", query{}, "force stop requested, sent events buffer overflowed, cancel settled, force stop settled, force stop requested, master changed, member left, of tomorrow", false},
		{"the newest", query{Limit: new(2)}, "force stop requested, sent events buffer overflowed", true},
		{"actions of one kind", query{Kinds: []string{"cancel requested", "cancel settled"}}, "sent events buffer overflowed, cancel settled, master changed, member left, of tomorrow", false},
		{"no node acts", query{Nodes: []string{"nodeA"}}, "sent events buffer overflowed, master changed, member left, of tomorrow", false},
	} {
		// The fake does not filter: which kinds and nodes it is asked for is
		// looked at below, what it does with them is the store's own test.
		d, view, hour, now := historySource(nil)
		history := d.process.History.(*historyFake)
		frames, err := d.answerEvents(t.Context(), c.asked, hour, view, now)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for row := range frames[0].Rows() {
			kind, _ := frames[0].Fields[5].At(row).(string)
			kinds = append(kinds, kind)
		}
		if got := strings.Join(kinds, ", "); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
		if meta, _ := frames[0].Meta.Custom.(historyMeta); meta.Cut != c.cut {
			t.Errorf("%s: cut %v", c.name, meta.Cut)
		}
		if len(history.eventFilter.Kinds) != len(c.asked.Kinds) || !slices.Equal(history.eventFilter.Nodes, c.asked.Nodes) {
			t.Errorf("%s: the store was asked for %+v", c.name, history.eventFilter)
		}
	}
}

func TestHistory_Faults(t *testing.T) {
	d, view, hour, now := historySource(nil)
	raw := func(during span) backend.DataQuery {
		return backend.DataQuery{TimeRange: backend.TimeRange{From: during.from, To: during.to}}
	}
	future := span{now.Add(time.Hour), now.Add(2 * time.Hour)}
	for _, c := range []struct {
		name      string
		asked     query
		during    span
		fromAlert bool
		says      string
		wrong     bool
	}{
		{"states in an alert rule", query{QueryType: queryTypeStates}, hour, true, "a query for states gives what happened and when, which an alert rule cannot use", true},
		{"events in an alert rule", query{QueryType: queryTypeEvents}, hour, true, "use a query for a metric", true},
		{"no range", query{QueryType: queryTypeStates}, span{}, false, "no range of time", true},
		{"a range that ends before it begins", query{QueryType: queryTypeEvents}, span{now, now.Add(-time.Hour)}, false, "no range of time", true},
		{"too many jobs", query{QueryType: queryTypeStates, Limit: new(501)}, hour, false, "use 1 to 500", true},
		{"no jobs", query{QueryType: queryTypeStates, Limit: new(0)}, hour, false, "use 1 to 500", true},
		{"too many events", query{QueryType: queryTypeEvents, Limit: new(5001)}, hour, false, "use 1 to 5000", true},
		{"an unknown kind", query{QueryType: queryTypeEvents, Kinds: []string{"of tomorrow"}}, hour, false, `"of tomorrow" is not known`, true},
		{"events of the future", query{QueryType: queryTypeEvents}, future, false, "", false},
		{"states of the future", query{QueryType: queryTypeStates}, future, false, "", false},
	} {
		frames, err := d.answerHistory(t.Context(), raw(c.during), c.asked, jobFilter{}, view, now, c.fromAlert)
		var wrong errQuery
		if c.says == "" && (err != nil || len(frames) != 1 || frames[0].Rows() != 0) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || errors.As(err, &wrong) != c.wrong) {
			t.Errorf("%s: %v, %v", c.name, frames, err)
		}
	}
	// A store that cannot be read is an error, never "nothing happened".
	d.process.History.(*historyFake).err = errors.New("disk full")
	for _, queryType := range []string{queryTypeStates, queryTypeEvents} {
		if _, err := d.answerHistory(t.Context(), raw(hour), query{QueryType: queryType}, jobFilter{}, view, now, false); !errors.Is(err, errHistory) {
			t.Errorf("%s: %v", queryType, err)
		}
	}
	d.process.History, d.process.StoreErr = nil, errors.New("no such folder")
	if _, err := d.answerHistory(t.Context(), raw(hour), query{QueryType: queryTypeEvents}, jobFilter{}, view, now, false); !errors.Is(err, errHistory) || !strings.Contains(err.Error(), "no such folder") {
		t.Errorf("without a store: %v", err)
	}
}

// S47: a job's life and what was done to it are told without persons, reasons
// and plan ids, from the records of a real store.
func TestS47_HistoryNamesNoPersons(t *testing.T) {
	r := newRig(t, nil)
	r.double.set(func(c *coordinatorDouble) {
		c.onStop = func(c *coordinatorDouble) { c.state = "CANCELED" }
	})
	r.waitForState("RUNNING")
	r.settleMaster()
	plan := r.makePlan("cancel")
	r.confirmPlan(plan)
	r.follow(plan.body["id"].(string))
	r.waitFor("the end", func(view *watch.View) bool { return view.Jobs.Len() == 0 })

	ask := func(queryType string) (frames data.Frames, text string) {
		t.Helper()
		now := time.Now()
		response, err := r.datasource.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: pluginContext(viewer), Queries: []backend.DataQuery{
			{RefID: "A", JSON: []byte(`{"queryType":"` + queryType + `"}`), TimeRange: backend.TimeRange{From: now.Add(-time.Hour), To: now.Add(time.Hour)}},
		}})
		if err != nil || response.Responses["A"].Error != nil {
			t.Fatalf("%v, %v", err, response.Responses["A"].Error)
		}
		encoded, err := response.Responses["A"].MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return response.Responses["A"].Frames, string(encoded)
	}
	// The end reaches the store a moment after the view.
	deadline := time.Now().Add(30 * time.Second)
	frames, states := ask(queryTypeStates)
	for !strings.Contains(states, "canceled") && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		frames, states = ask(queryTypeStates)
	}
	if len(frames) != 1 || frames[0].Fields[1].Labels["job_id"] != stuckJob || !strings.Contains(states, "running") || !strings.Contains(states, "canceled") {
		t.Errorf("states: %s", states)
	}
	frames, events := ask(queryTypeEvents)
	if frames[0].Rows() != 2 || !strings.Contains(events, "A cancel of orders to lake ("+stuckJob+") was confirmed.") || !strings.Contains(events, "cancel settled") {
		t.Errorf("events: %s", events)
	}
	for _, secret := range []string{"anna", "Anna", "example.org", "stuck since the deploy", plan.body["id"].(string)} {
		if strings.Contains(states+events, secret) {
			t.Errorf("%q is told: %s %s", secret, states, events)
		}
	}
}
