package plugin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// defaultPairs is how many pairs of nodes a delivery query gives by itself: 30
// nodes have 870.
const defaultPairs = 1000

// deliveryMeta is meta.custom of a delivery frame.
type deliveryMeta struct {
	AsOf       string `json:"asOf"`
	AnsweredAt string `json:"answeredAt"`
	Blind      bool   `json:"blind"`
	Complete   bool   `json:"complete"`
	// Total is the number of pairs that the filter chose, before the limit.
	Total               int      `json:"total"`
	Notes               []string `json:"notes"`
	PollIntervalSeconds float64  `json:"pollIntervalSeconds"`
	// Exposed: the coordinator tells its event delivery; else ExposedReason
	// says why not.
	Exposed       bool          `json:"exposed"`
	ExposedReason string        `json:"exposedReason"`
	RestartLoses  []restartLoss `json:"restartLoses"`
}

// restartLoss is what a restart of a node now would lose for good. Events is
// null where it is not exposed.
type restartLoss struct {
	Node    string   `json:"node"`
	Events  *int64   `json:"events"`
	Parents []string `json:"parents"`
}

// pairFilter chooses pairs of nodes.
type pairFilter struct {
	// Nodes: one end of the pair is among them; nil for every pair.
	Nodes    []string
	LostOnly bool
}

func (f pairFilter) matches(pair delivery.Pair) bool {
	if f.LostOnly && pair.Loss == nil {
		return false
	}
	return len(f.Nodes) == 0 || slices.Contains(f.Nodes, pair.Node) || slices.Contains(f.Nodes, pair.Peer)
}

// chosenPairs gives the view's pairs that pass the filter, those with the
// earliest deadline first.
func chosenPairs(view *watch.View, filter pairFilter) []delivery.Pair {
	pairs := slices.DeleteFunc(slices.Clone(view.Pairs), func(pair delivery.Pair) bool { return !filter.matches(pair) })
	slices.SortStableFunc(pairs, func(a, b delivery.Pair) int {
		return cmp.Or(compareDeadlines(a.Deadline, b.Deadline), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Peer, b.Peer))
	})
	return pairs
}

func compareDeadlines(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// deliveryFrame gives a row a pair of nodes. Figures that are not exposed are
// null, never 0.
func (d *Datasource) deliveryFrame(view *watch.View, parsed query, filter pairFilter, now time.Time) *data.Frame {
	pairs := chosenPairs(view, filter)
	total := len(pairs)
	pairs = pairs[:min(*parsed.Limit, total)]
	rows := len(pairs)
	unit := func(name, unit string, values any) *data.Field {
		return data.NewField(name, nil, values).SetConfig(&data.FieldConfig{Unit: unit})
	}
	frame := data.NewFrame("delivery",
		data.NewField("cluster", nil, make([]string, rows)),
		data.NewField("node", nil, make([]string, rows)),
		data.NewField("peer", nil, make([]string, rows)),
		data.NewField("reach", nil, make([]string, rows)),
		data.NewField("outcome", nil, make([]string, rows)),
		data.NewField("certainty", nil, make([]string, rows)),
		data.NewField("lost_since", nil, make([]*time.Time, rows)),
		data.NewField("lost_since_quality", nil, make([]string, rows)),
		data.NewField("sent_since_loss", nil, make([]*int64, rows)),
		data.NewField("sent_since_loss_least", nil, make([]*int64, rows)),
		data.NewField("limit", nil, make([]*int64, rows)),
		unit("fill_ratio", "percentunit", make([]*float64, rows)),
		unit("sent_bytes", "bytes", make([]*int64, rows)),
		data.NewField("undelivered", nil, make([]*int64, rows)),
		data.NewField("inbound_held", nil, make([]*int64, rows)),
		unit("inbound_left_seconds", "s", make([]*float64, rows)),
		data.NewField("releases", nil, make([]int64, rows)),
		unit("overflow_in_seconds", "s", make([]*float64, rows)),
		data.NewField("deadline", nil, make([]*time.Time, rows)),
		data.NewField("deadline_of", nil, make([]string, rows)),
		data.NewField("executions_left", nil, make([]*int64, rows)),
		data.NewField("node_started", nil, make([]*time.Time, rows)),
		data.NewField("estimate", nil, make([]bool, rows)),
		data.NewField("outlook", nil, make([]string, rows)),
		data.NewField("advice", nil, make([]string, rows)),
		data.NewField("not_exposed", nil, make([]string, rows)),
	)
	for row, pair := range pairs {
		told := tellLoss(pair)
		outlook, advice := diagnose.OfPair(now, pair)
		frame.SetRow(row, inert(d.settings.Cluster), inert(pair.Node), inert(pair.Peer), string(pair.Reach), told.outcome, told.certainty,
			told.since, told.quality, told.most, told.least, pair.Limit, pair.Fill, pair.Bytes, pair.Undelivered, pair.Held,
			left(pair.InboundLeft, view.AsOf, now), pair.Releases, left(pair.OverflowIn, view.AsOf, now), pair.Deadline, string(pair.DeadlineOf),
			pair.ExecutionsLeft, pair.NodeStarted, pair.Estimate, string(outlook), advice, inert(strings.Join(pair.NotExposed, " ")))
	}
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTable, PreferredVisualization: data.VisTypeTable, Custom: d.deliveryMeta(view, total, now)}
	d.addNotices(frame, view, now)
	return frame
}

// toldLoss is a pair's loss in the words of a row.
type toldLoss struct {
	outcome, certainty, quality string
	since                       *time.Time
	most, least                 *int64
}

func tellLoss(pair delivery.Pair) toldLoss {
	var told toldLoss
	if pair.SentSinceLoss != nil {
		told.most, told.least = &pair.SentSinceLoss.Most, &pair.SentSinceLoss.Least
	}
	if pair.Loss == nil {
		return told
	}
	told.outcome, told.certainty = string(pair.Loss.Outcome), string(pair.Loss.Certainty)
	since, observed := pair.Loss.Since()
	told.since, told.quality = &since, string(timeline.QualityAtLeast)
	if observed {
		told.quality = string(timeline.QualityObserved)
	}
	return told
}

// left is what remains now of a time that was measured at asOf, in seconds and
// never negative; nil for none.
func left(span *time.Duration, asOf, now time.Time) *float64 {
	if span == nil {
		return nil
	}
	seconds := max(0, (*span - max(0, now.Sub(asOf))).Seconds())
	return &seconds
}

func (d *Datasource) deliveryMeta(view *watch.View, total int, now time.Time) deliveryMeta {
	meta := deliveryMeta{
		AsOf: view.AsOf.UTC().Format(time.RFC3339Nano), AnsweredAt: now.UTC().Format(time.RFC3339Nano), Blind: d.blind(view, now),
		Complete: lastPollComplete(view), Total: total, Notes: inertAll(view.Notes), PollIntervalSeconds: d.settings.Interval.Seconds(),
		RestartLoses: []restartLoss{},
	}
	if view.Snapshot == nil {
		meta.ExposedReason = "The coordinator has not been read yet."
		return meta
	}
	meta.Notes = append(meta.Notes, inertAll(view.Snapshot.Notes)...)
	meta.Exposed, meta.ExposedReason = view.Snapshot.Capabilities.Delivery.Supported, view.Snapshot.Capabilities.Delivery.Reason
	for _, loss := range diagnose.RestartLoses(view.Families, view.Pairs) {
		one := restartLoss{Node: inert(loss.Node), Events: loss.Events, Parents: make([]string, 0, len(loss.Parents))}
		for _, parent := range loss.Parents {
			one.Parents = append(one.Parents, string(parent))
		}
		meta.RestartLoses = append(meta.RestartLoses, one)
	}
	return meta
}

func (d *Datasource) parseDelivery(parsed *query) (pairFilter, error) {
	limit := defaultPairs
	if parsed.Limit != nil {
		limit = *parsed.Limit
	}
	parsed.Limit = &limit
	if limit < 1 || limit > maxLimit {
		return pairFilter{}, errWrongQuery(fmt.Sprintf("the limit is %d; use 1 to %d", limit, maxLimit))
	}
	return pairFilter{Nodes: parsed.Nodes, LostOnly: parsed.LostOnly}, nil
}
