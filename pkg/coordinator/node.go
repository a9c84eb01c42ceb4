package coordinator

import "time"

// Node is one reading of one cluster node's messaging layer: the raw figures
// from which event delivery is worked out. Pointers are nil where the node
// does not expose the figure: never 0 in its place.
type Node struct {
	// Name is the node's name in the cluster, as configured.
	Name string
	// Address is the configured address that was read, without credentials.
	Address string
	// ReadAt is when the answer came, by our clock.
	ReadAt time.Time
	// Err is why the node could not be read; then no figure is set. It says
	// that we do not reach the node, not that the cluster does not.
	Err error
	// Dialect names what was read and how ("JGroups 5, Jolokia").
	Dialect string
	// StartedAt is when the node's process started, by its own clock.
	StartedAt *time.Time
	// View are the members that the node sees, itself among them; nil where it
	// does not tell. ViewID changes with every change of the view.
	View   []string
	ViewID string
	// Sent counts the events that the node has sent to the cluster since it
	// started (its sequence number). A fall means a restart.
	Sent *int64
	// SentLimit is the sent events buffer's limit in events.
	SentLimit *int64
	// Gaps counts the events that the node knows to be missing, from all
	// senders together (pending retransmission requests).
	Gaps *int64
	// Held counts the events that the node has received and does not deliver
	// yet, from all senders together: the inbound events buffer.
	Held *int64
	// Retransmission counters since the start: requests that others sent to
	// this node and its answers, and the other way round.
	RequestsReceived  *int64
	ResponsesSent     *int64
	RequestsSent      *int64
	ResponsesReceived *int64
	// Windows is what the node holds of each sender, by the sender's name; nil
	// where the source cannot tell or must not be asked.
	Windows map[string]Window
}

// Window is what a node holds of the events of one sender. Numbers are the
// sender's sequence numbers.
type Window struct {
	// Delivered is the highest event that was delivered in order, Received the
	// highest that was received, Sent the highest that the sender is known to
	// have sent.
	Delivered int64
	Received  int64
	Sent      int64
	// Missing counts the events between that did not arrive; NotKnown where it
	// is not told.
	Missing int64
}
