package plugin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// defaultEvents is how many events a query gives by itself, the newest ones.
const defaultEvents = 1000

// The severities of events, words that Grafana's logs have colours for.
const (
	severityInfo    = "info"
	severityWarning = "warning"
	severityError   = "error"
)

// The kinds of events that come from our own records of actions.
const (
	kindCancelRequested    timeline.EventKind = "cancel requested"
	kindCancelSettled      timeline.EventKind = "cancel settled"
	kindForceStopRequested timeline.EventKind = "force stop requested"
	kindForceStopSettled   timeline.EventKind = "force stop settled"
)

// eventKind is one kind in the catalogue; src/model/eventKinds.json has the
// same, for the editor.
type eventKind struct {
	Kind timeline.EventKind `json:"kind"`
	// Severity is what an event of the kind has unless its outcome says more.
	Severity string `json:"severity"`
	Help     string `json:"help"`
}

// eventKinds is every kind, in the editor's order.
func eventKinds() []eventKind {
	return []eventKind{
		{timeline.EventMasterChanged, severityWarning, "another node became the active master"},
		{timeline.EventMemberJoined, severityInfo, "a node joined the cluster"},
		{timeline.EventMemberLeft, severityWarning, "a node left the cluster"},
		{timeline.EventSplitBegan, severityError, "the configured masters name different active masters"},
		{timeline.EventSplitEnded, severityInfo, "the configured masters agree again"},
		{timeline.EventNodeRestarted, severityWarning, "a node's process began anew"},
		{timeline.EventRestoreBegan, severityWarning, "the master began to restore jobs"},
		{timeline.EventRestoreEnded, severityInfo, "no job is being restored any more"},
		{timeline.EventDiagnosisChanged, severityWarning, "what is said of a job is another: cause, outlook, confidence"},
		{timeline.EventCancelSeen, severityWarning, "a job began to be canceled, and Unjam did not ask for it"},
		{timeline.EventKind(delivery.EventLost), severityWarning, "a node does not reach a peer"},
		{timeline.EventKind(delivery.EventReturned), severityInfo, "two nodes see each other again"},
		{timeline.EventKind(delivery.EventDelivered), severityInfo, "what was sent meanwhile has all arrived"},
		{timeline.EventKind(delivery.EventOverflowed), severityError, "more was sent than the buffer holds: events are lost"},
		{timeline.EventKind(delivery.EventRestarted), severityError, "a node restarted before its events were delivered"},
		{timeline.EventKind(delivery.EventReleased), severityError, "a peer released what it held: events are lost"},
		{kindCancelRequested, severityInfo, "a cancel was confirmed in Unjam"},
		{kindCancelSettled, severityInfo, "how a cancel ended, as far as it is proven"},
		{kindForceStopRequested, severityWarning, "a force stop was confirmed in Unjam"},
		{kindForceStopSettled, severityInfo, "how a force stop ended, as far as it is proven"},
	}
}

// happening is an event as it is shown.
type happening struct {
	timeline.Event
	severity string
}

// answerEvents gives what happened in a range of time: to the cluster, to
// deliveries, and what Unjam did.
func (d *Datasource) answerEvents(ctx context.Context, parsed query, during span, view *watch.View, now time.Time) (data.Frames, error) {
	limit, err := limitOf(parsed.Limit, defaultEvents, maxLimit)
	if err != nil {
		return nil, err
	}
	filter, err := eventFilter(parsed)
	if err != nil {
		return nil, err
	}
	if d.process.History == nil {
		return nil, d.noHistory()
	}
	var found []happening
	if !during.empty() {
		if found, err = d.happenings(ctx, filter, during, limit+1); err != nil {
			return nil, fmt.Errorf("%w: %w", errHistory, err)
		}
	}
	cut := len(found) > limit
	return data.Frames{d.eventsFrame(found[:min(limit, len(found))], cut, view, now)}, nil
}

func eventFilter(parsed query) (watch.EventFilter, error) {
	filter := watch.EventFilter{Nodes: unshown(parsed.Nodes), Job: coordinator.JobID(parsed.JobID)}
	known := eventKinds()
	for _, kind := range parsed.Kinds {
		if !slices.ContainsFunc(known, func(one eventKind) bool { return string(one.Kind) == kind }) {
			return filter, errWrongQuery(fmt.Sprintf("the kind of event %q is not known; choose one in the query editor", kind))
		}
		filter.Kinds = append(filter.Kinds, timeline.EventKind(kind))
	}
	return filter, nil
}

// happenings gives the events and our own actions, newest first, at most limit.
func (d *Datasource) happenings(ctx context.Context, filter watch.EventFilter, during span, limit int) ([]happening, error) {
	ctx, cancel := context.WithTimeout(ctx, longestStoreRead)
	defer cancel()
	severities := map[timeline.EventKind]string{}
	for _, one := range eventKinds() {
		severities[one.Kind] = one.Severity
	}
	events, err := d.process.History.Events(ctx, d.settings.Scope, d.settings.Cluster, during.from, during.to, filter, limit)
	if err != nil {
		return nil, err
	}
	found := make([]happening, 0, len(events))
	for _, event := range events {
		severity := cmp.Or(severities[event.Kind], severityInfo)
		if event.Kind == timeline.EventDiagnosisChanged {
			severity = diagnosisSeverity(event, severity)
		}
		found = append(found, happening{event, severity})
	}
	// An action is no node's.
	if len(filter.Nodes) == 0 {
		deeds, err := d.process.History.Deeds(ctx, d.settings.Scope, d.settings.Cluster, during.from, during.to, filter.Job, limit)
		if err != nil {
			return nil, err
		}
		for _, deed := range deeds {
			for _, one := range deedHappenings(deed) {
				if during.holds(one.At) && (len(filter.Kinds) == 0 || slices.Contains(filter.Kinds, one.Kind)) {
					found = append(found, one)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b happening) int { return b.At.Compare(a.At) })
	return found[:min(limit, len(found))], nil
}

// deedHappenings tells an action as one or two events: what was asked, and how
// it ended.
func deedHappenings(deed action.Deed) []happening {
	requested, settled, name, severity := kindCancelRequested, kindCancelSettled, "cancel", severityInfo
	if deed.Kind == action.KindForceStop {
		requested, settled, name, severity = kindForceStopRequested, kindForceStopSettled, "force stop", severityWarning
	}
	job := fmt.Sprintf("%s (%s)", deed.JobName, deed.Job)
	told := []happening{{timeline.Event{At: deed.At, Kind: requested, Job: deed.Job, Quality: timeline.QualityExact, Sentence: fmt.Sprintf("A %s of %s was confirmed.", name, job)}, severity}}
	if deed.SettledAt.IsZero() {
		return told
	}
	severity = severityInfo
	switch deed.Outcome {
	case action.OutcomeNotConfirmed, action.OutcomeUnknown, action.OutcomeNone:
		severity = severityError
	case action.OutcomeRefused:
		severity = severityWarning
	}
	return append(told, happening{timeline.Event{At: deed.SettledAt, Kind: settled, Job: deed.Job, Quality: timeline.QualityExact, Sentence: fmt.Sprintf("The %s of %s: %s.", name, job, cmp.Or(string(deed.Outcome), "unknown"))}, severity})
}

// eventsFrame is a frame of log lines (Grafana's data plane contract, "Logs":
// timestamp, body, severity, id, labels) with columns for tables and
// annotations. It never differs by user and holds no persons.
func (d *Datasource) eventsFrame(events []happening, cut bool, view *watch.View, now time.Time) *data.Frame {
	rows := len(events)
	frame := data.NewFrame("events",
		data.NewField("timestamp", nil, make([]time.Time, rows)),
		data.NewField("body", nil, make([]string, rows)),
		data.NewField("severity", nil, make([]string, rows)),
		data.NewField("id", nil, make([]string, rows)),
		data.NewField("labels", nil, make([]json.RawMessage, rows)),
		data.NewField("kind", nil, make([]string, rows)),
		data.NewField("node", nil, make([]string, rows)),
		data.NewField("peer", nil, make([]string, rows)),
		data.NewField("job_id", nil, make([]string, rows)),
		data.NewField("quality", nil, make([]string, rows)),
	)
	for row, event := range events {
		frame.SetRow(row, event.At, inert(event.Text()), event.severity, eventID(event.Event), d.eventLabels(event.Kind),
			inert(string(event.Kind)), inert(event.Member), inert(event.Peer), string(event.Job), inert(string(event.Quality)))
	}
	frame.Meta = &data.FrameMeta{
		Type: data.FrameTypeLogLines, TypeVersion: data.FrameTypeVersion{0, 0}, PreferredVisualization: data.VisTypeLogs,
		Custom: d.historyMeta(view, now, nil, cut),
	}
	if cut {
		frame.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf("There are more events in this range: the newest %d are shown. Filter by kind or node, or raise the limit (%d at most).", rows, maxLimit)})
	}
	d.addNotices(frame, view, now)
	return frame
}

func (d *Datasource) eventLabels(kind timeline.EventKind) json.RawMessage {
	// Texts cannot fail to be encoded.
	encoded, _ := json.Marshal(map[string]string{"cluster": inert(d.settings.Cluster), "kind": inert(string(kind))})
	return encoded
}

// eventID names an event for Grafana, the same at each reading. It is made from
// what the event says and holds no id of ours.
func eventID(event timeline.Event) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		event.At.UTC().Format(time.RFC3339Nano), string(event.Kind), event.Member, event.Before, event.Peer, string(event.Job),
	}, "\x00")))
	return hex.EncodeToString(sum[:8])
}
