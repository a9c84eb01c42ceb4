package delivery

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Reach is whether events get from a node to a peer, as far as is known.
type Reach string

// The kinds of reach.
const (
	// Reachable: both nodes see each other, and what is sent arrives.
	Reachable Reach = "reachable"
	// Lost: the peer is not in the node's view, or the node not in the peer's; or
	// they see each other, and the peer's window of the node stands still.
	Lost Reach = "lost"
	// Returning: they see each other again, and what was sent meanwhile has not
	// all arrived yet.
	Returning Reach = "returning"
	// NotSeen: we cannot read one of the two and nothing else tells. Nothing is
	// concluded from it.
	NotSeen Reach = "not seen"
)

// Outcome is what came, or will come, of a loss.
type Outcome string

// The outcomes (CloverDX cluster manual, "Long-Term Network Malfunction May
// Cause Jobs to Hang on", names three and the inbound buffer's release).
const (
	// OutcomeNone: nothing is lost.
	OutcomeNone Outcome = ""
	// OutcomeWaiting: all is still in the sent events buffer; when the network
	// returns before the deadline, everything is retransmitted.
	OutcomeWaiting Outcome = "waiting for retransmission"
	// OutcomeDelivered: the network returned and everything was delivered.
	OutcomeDelivered Outcome = "delivered"
	// OutcomeOverflowed: more was sent than the buffer holds; some is lost.
	OutcomeOverflowed Outcome = "overflowed"
	// OutcomeRestarted: the sender restarted while events were undelivered.
	OutcomeRestarted Outcome = "restarted"
	// OutcomeReleased: the inbound events buffer was released.
	OutcomeReleased Outcome = "released"
	// OutcomeUnknown: it is over and cannot be told what came of it.
	OutcomeUnknown Outcome = "unknown"
)

// Gone tells whether events are lost for good.
func (o Outcome) Gone() bool {
	return o == OutcomeOverflowed || o == OutcomeRestarted || o == OutcomeReleased
}

// Certainty is how well an outcome is known.
type Certainty string

// The certainties, the words of a finding's confidence.
const (
	Proven   Certainty = "proven"
	Likely   Certainty = "likely"
	Possible Certainty = "possible"
)

// Bracket bounds a number of events that is not known exactly.
type Bracket struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
}

// Loss is one time during which a peer did not get a node's events. It is kept
// in a store as JSON.
type Loss struct {
	Node string `json:"node"`
	Peer string `json:"peer"`
	// LastContact is the last look at which the peer was seen to get the node's
	// events; zero when there never was one. FirstMissed is the first look at
	// which it did not. The loss began between the two.
	LastContact time.Time `json:"lastContact,omitzero"`
	FirstMissed time.Time `json:"firstMissed"`
	// AtContact is the node's sent counter at LastContact, AtMissed at
	// FirstMissed, AtExcluded at the first look at which the node's own view lacked the peer: from then on
	// it sends nothing there. coordinator.NotKnown where it was not told.
	AtContact  int64 `json:"atContact"`
	AtMissed   int64 `json:"atMissed"`
	AtExcluded int64 `json:"atExcluded"`
	// Delivered is the highest event that the peer was known to have delivered,
	// from its window; coordinator.NotKnown where windows are not told.
	Delivered int64 `json:"delivered"`
	// NodeStarted is the node's start time during the loss; zero: not told.
	NodeStarted time.Time `json:"nodeStarted,omitzero"`
	// ReturnedAt is when the two saw each other again; zero while lost. Ended
	// is when the outcome became final; zero while it is open.
	ReturnedAt time.Time `json:"returnedAt,omitzero"`
	Ended      time.Time `json:"ended,omitzero"`
	// ReleasedAt is when the peer's inbound events buffer was released, by its
	// timeout; zero while it was not.
	ReleasedAt time.Time `json:"releasedAt,omitzero"`
	Outcome    Outcome   `json:"outcome"`
	Certainty  Certainty `json:"certainty"`
	// Sent is what was sent since the loss at the last look that told it (until
	// the return, when it stands still), Limit the buffer's limit then, LastLook
	// that look's time. coordinator.NotKnown where it was not told: Sent.Most
	// is so where there never was a contact.
	Sent     Bracket   `json:"sent"`
	Limit    int64     `json:"limit"`
	LastLook time.Time `json:"lastLook"`
	// SeenSince is from when on the loss was watched without a gap.
	SeenSince time.Time `json:"seenSince"`
	// Estimate is true where the counters above are made from finished jobs.
	Estimate bool `json:"estimate,omitempty"`
	// RestartedNode is the end that restarted, for OutcomeRestarted.
	RestartedNode string `json:"restartedNode,omitempty"`
	// Standing: no view shows this loss. The two see each other, and the peer's
	// window of the node stands still. Kept: they were seen in one view ever since
	// LastContact, where nothing is discarded: neither Limit (coordinator.NotKnown
	// here) nor the inbound timeout counts. ApartAt is when a view showed it
	// later; from then on it is a loss like any other.
	Standing bool      `json:"standing,omitempty"`
	Kept     bool      `json:"kept,omitempty"`
	ApartAt  time.Time `json:"apartAt,omitzero"`
	// Retransmitted counts the events that the peer got by retransmission, from
	// all senders together, between LastContact and the last look;
	// coordinator.NotKnown where that is not told.
	Retransmitted int64 `json:"retransmitted"`
}

// Open tells whether what comes of the loss is still open.
func (l Loss) Open() bool { return l.Ended.IsZero() }

// Gone tells whether events of this loss are lost for good: its outcome is
// final, and proven or likely. What is merely possible is not called lost.
func (l Loss) Gone() bool {
	return l.Outcome.Gone() && !l.Open() && l.Certainty != Possible
}

// Since is from when on events may be missing: the last contact, else the first
// look that missed them. Observed is false where there was no contact: the loss
// is at least that old.
func (l Loss) Since() (since time.Time, observed bool) {
	if l.LastContact.IsZero() {
		return l.FirstMissed, false
	}
	return l.LastContact, true
}

// Pair is the delivery of events from Node to Peer at one moment. Pointers are
// nil where a figure is not exposed or does not apply: never 0 in their place.
type Pair struct {
	Node  string
	Peer  string
	Reach Reach
	// Loss is the present loss, or the last one whose events are gone for good;
	// nil when there is none.
	Loss *Loss
	// Limit is the sent events buffer's limit in events.
	Limit *int64
	// SentSinceLoss is what was sent since the loss, Fill its greater bound
	// divided by Limit (a ratio, above 1 when overflowed; nil while both are in
	// one view, where the limit does not count), Bytes its size.
	// Without any contact before the loss both bounds are the lesser one, and
	// NotExposed says that it is at least that.
	SentSinceLoss *Bracket
	Fill          *float64
	Bytes         *int64
	// Undelivered counts the events that the peer has not got yet; while it is
	// lost and no window tells, at most that many.
	Undelivered *int64
	// Held counts the events in the peer's inbound events buffer, from all
	// senders together.
	Held *int64
	// InboundLeft is the time left until the peer's inbound buffer is released;
	// nil while nothing is lost. Releases counts the releases seen.
	InboundLeft *time.Duration
	Releases    int64
	// Rate is the node's sending rate in events a second: the greater of the
	// means over 5 minutes and over an hour.
	Rate *float64
	// OverflowIn is the time until the buffer overflows at that rate. Deadline
	// is the earlier of overflow and release, DeadlineOf says which.
	OverflowIn *time.Duration
	Deadline   *time.Time
	DeadlineOf Limit
	// ExecutionsLeft counts the executions of one phase that still fit.
	ExecutionsLeft *int64
	NodeStarted    *time.Time
	// Estimate is true where SentSinceLoss is made from finished jobs, since
	// the node does not expose its counter.
	Estimate bool
	// NotExposed are sentences that say what cannot be told, and why.
	NotExposed []string
}

// Limit is which of the two limits strikes.
type Limit string

// The limits.
const (
	LimitNone     Limit = ""
	LimitOverflow Limit = "overflow"
	LimitInbound  Limit = "inbound timeout"
)

// Settings are the limits that the coordinator itself does not tell.
type Settings struct {
	// SentLimit is the sent events buffer's limit where the node does not tell
	// it, in events; 0: not known, and no fill is given.
	SentLimit int64
	// EventBytes is the heap that one event takes, in bytes.
	EventBytes int64
	// InboundTimeout is after how long the inbound events buffer is released.
	InboundTimeout time.Duration
	// PollInterval is the time between two looks.
	PollInterval time.Duration
	// DetectionTime is by how much a view lags behind the network: for so long
	// two nodes that both answer us may have lost each other already while
	// their views still say otherwise. 0: DefaultDetectionTime.
	DetectionTime time.Duration
}

// detection is DetectionTime or its default.
func (s Settings) detection() time.Duration {
	if s.DetectionTime > 0 {
		return s.DetectionTime
	}
	return DefaultDetectionTime
}

// Defaults (CloverDX cluster manual: gc_lag 10000,
// xmit_table_obsolete_member_timeout 3600000 ms, 2 kB of heap an event; its
// property pages also say 4 kB, so this is a setting; a lost node is noticed
// after about 90 s by its intervals).
const (
	DefaultSentLimit      = 10_000
	DefaultEventBytes     = 2_000
	DefaultInboundTimeout = time.Hour
	DefaultDetectionTime  = 90 * time.Second
)

// EventKind is what happened to a delivery.
type EventKind string

// The kinds of events.
const (
	EventLost       EventKind = "peer lost"
	EventReturned   EventKind = "peer returned"
	EventDelivered  EventKind = "all delivered"
	EventOverflowed EventKind = "sent events buffer overflowed"
	EventRestarted  EventKind = "node restarted with undelivered events"
	EventReleased   EventKind = "inbound events buffer released"
)

// Event is one change.
type Event struct {
	At       time.Time
	Kind     EventKind
	Node     string
	Peer     string
	Sentence string
}

// notKnown stands in a Loss for a figure that was not told.
const notKnown = int64(coordinator.NotKnown)
