package coordinator

import "time"

// Delivery is the delivery of events from a node to a peer, as a coordinator
// tells it that knows its own buffers. Pointers are nil where it does not
// expose the figure: never 0 in its place.
type Delivery struct {
	Node string
	Peer string
	// Reachable tells whether the peer gets the node's events at present.
	Reachable bool
	// LostSince is when the peer was lost; nil while it is reachable.
	LostSince *time.Time
	// SentLimit is the sent events buffer's limit in events.
	SentLimit *int64
	// SentSinceLoss counts the events sent since the peer was lost.
	SentSinceLoss *int64
	// SentBytes is the size of the sent events buffer in bytes.
	SentBytes *int64
	// Undelivered counts events that the peer has not confirmed.
	Undelivered *int64
	// InboundHeld counts the events that the peer holds in its inbound events
	// buffer.
	InboundHeld *int64
	// InboundTimeout is after how long that buffer is released.
	InboundTimeout *time.Duration
	// NodeStartedAt is when the node's process started.
	NodeStartedAt *time.Time
}
