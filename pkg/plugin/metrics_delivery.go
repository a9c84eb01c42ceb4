package plugin

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// lostEventsShown is how long a pair counts as having lost events: parents that
// wait for them are there until somebody ends them, and are counted themselves.
const lostEventsShown = 24 * time.Hour

var pairLabels = []string{"cluster", "node", "peer"}

// perPair gives a sample for each pair for which value gives one. While a pair
// is lost and its sender is not read, asOfLast gives what was known last, to
// alert rules alone: it can only have grown since, and a series that vanished
// would resolve its alert.
func (r reading) perPair(value func(delivery.Pair) *float64, asOfLast func(delivery.Loss) *float64) []sample {
	var samples []sample
	for _, pair := range r.view.Pairs {
		number := value(pair)
		if number == nil && r.fromAlert && asOfLast != nil && pair.Loss != nil && pair.Loss.Open() {
			number = asOfLast(*pair.Loss)
		}
		if number == nil {
			continue
		}
		labels := r.clusterLabel()
		labels["node"], labels["peer"] = inert(pair.Node), inert(pair.Peer)
		samples = append(samples, sample{labels, *number})
	}
	return samples
}

func figure[T int64 | float64](value *T) *float64 {
	if value == nil {
		return nil
	}
	result := float64(*value)
	return &result
}

// pairsNotExposed says what a metric of pairs lacks; each reason once.
func pairsNotExposed(has func(delivery.Pair) bool) func(reading) []string {
	return func(r reading) []string {
		if r.view.Snapshot == nil {
			return []string{"The coordinator has not been read yet."}
		}
		if able := r.view.Snapshot.Capabilities.Delivery; !able.Supported {
			return []string{able.Reason}
		}
		var reasons []string
		told := map[string]bool{}
		for _, pair := range r.view.Pairs {
			if has(pair) {
				continue
			}
			for _, reason := range pair.NotExposed {
				if !told[reason] {
					told[reason] = true
					reasons = append(reasons, reason)
				}
			}
		}
		if len(r.view.Pairs) == 0 {
			reasons = append(reasons, "No pair of nodes has been read yet.")
		}
		return reasons
	}
}

// buffered is a figure of the sent events buffer: nothing of it waits while
// nothing is lost and the node tells its counter.
func buffered(pair delivery.Pair, told *float64) *float64 {
	if told == nil && (pair.Loss == nil || !pair.Loss.Open()) && pair.Reach == delivery.Reachable && pair.Limit != nil {
		zero := 0.0
		return &zero
	}
	return told
}

// deliveryMetrics are made from the nodes' messaging layer.
func deliveryMetrics() []metric {
	fill := func(pair delivery.Pair) *float64 { return buffered(pair, pair.Fill) }
	bytes := func(pair delivery.Pair) *float64 { return buffered(pair, figure(pair.Bytes)) }
	undelivered := func(pair delivery.Pair) *float64 { return figure(pair.Undelivered) }
	return []metric{
		{
			Name: "sent_buffer_fill_ratio", Unit: "percentunit", Labels: pairLabels, OfPairs: true,
			Help: "How full a node's sent events buffer is with events that a lost peer has not got: 1 is full, and more is lost for good. 0 while nothing is lost.",
			samples: func(r reading) []sample {
				return r.perPair(fill, func(loss delivery.Loss) *float64 {
					sent := knownSent(loss)
					if loss.Limit <= 0 || sent == nil {
						return nil
					}
					ratio := *sent / float64(loss.Limit)
					return &ratio
				})
			},
			notExposed: pairsNotExposed(func(pair delivery.Pair) bool { return fill(pair) != nil }),
		},
		{
			Name: "sent_buffer_bytes", Unit: "bytes", Labels: pairLabels, OfPairs: true,
			Help: "Heap that the events for a lost peer take in a node's sent events buffer, by the set size of an event. 0 while nothing is lost.",
			samples: func(r reading) []sample {
				return r.perPair(bytes, func(loss delivery.Loss) *float64 {
					sent := knownSent(loss)
					if sent == nil {
						return nil
					}
					size := *sent * float64(r.eventBytes)
					return &size
				})
			},
			notExposed: pairsNotExposed(func(pair delivery.Pair) bool { return bytes(pair) != nil }),
		},
		{
			Name: "undelivered_events", Unit: "short", Labels: pairLabels, OfPairs: true,
			Help: "Events that a node has sent and the peer has not got yet.",
			samples: func(r reading) []sample {
				return r.perPair(undelivered, knownSent)
			},
			notExposed: pairsNotExposed(func(pair delivery.Pair) bool { return undelivered(pair) != nil }),
		},
		{
			Name: "time_to_overflow_seconds", Unit: "s", Labels: pairLabels, OfPairs: true,
			Help: "Time until the sent events buffer overflows at the node's present rate. One series for each lost pair whose buffer is not full.",
			samples: func(r reading) []sample {
				return r.perPair(func(pair delivery.Pair) *float64 { return left(pair.OverflowIn, r.view.AsOf, r.now) }, nil)
			},
			// A series that vanished because the sender is not read would resolve
			// its alert; an error keeps it.
			notExposed: pairsNotExposed(func(pair delivery.Pair) bool {
				return pair.Loss == nil || !pair.Loss.Open() || pair.SentSinceLoss != nil
			}),
		},
		{
			Name: "inbound_held_events", Unit: "short", Labels: pairLabels, OfPairs: true,
			Help: "Events in the peer's inbound events buffer, which arrived too early, from all senders together.",
			samples: func(r reading) []sample {
				return r.perPair(func(pair delivery.Pair) *float64 { return figure(pair.Held) }, nil)
			},
			notExposed: pairsNotExposed(func(pair delivery.Pair) bool { return pair.Held != nil }),
		},
		{
			Name: "inbound_timeout_remaining_seconds", Unit: "s", Labels: pairLabels, OfPairs: true,
			Help: "Time until the inbound events buffer is released and what is missing counts as lost. One series for each lost pair.",
			samples: func(r reading) []sample {
				return r.perPair(func(pair delivery.Pair) *float64 { return left(pair.InboundLeft, r.view.AsOf, r.now) }, nil)
			},
			notExposed: pairsNotExposed(func(delivery.Pair) bool { return true }),
		},
		{
			Name: "inbound_releases_total", Unit: "short", Labels: pairLabels, OfPairs: true,
			Help: "How often an inbound events buffer was released since watching began.",
			samples: func(r reading) []sample {
				return r.perPair(func(pair delivery.Pair) *float64 { return figure(&pair.Releases) }, nil)
			},
			notExposed: pairsNotExposed(func(delivery.Pair) bool { return true }),
		},
		{
			Name: "events_lost", Unit: "bool", Labels: pairLabels, OfPairs: true,
			Help: "1 for a day after events of a node were lost for good: its buffer overflowed, it restarted, or the peer's inbound buffer was released. Else 0.",
			samples: func(r reading) []sample {
				return r.perPair(func(pair delivery.Pair) *float64 {
					gone := boolean(pair.Loss != nil && pair.Loss.Gone() && r.now.Sub(latest(*pair.Loss)) <= lostEventsShown)
					return &gone
				}, nil)
			},
			notExposed: pairsNotExposed(func(delivery.Pair) bool { return true }),
		},
		{
			Name: "delivery_nodes_unread", Unit: "short", Labels: clusterOnly,
			Help: "Configured nodes whose messaging layer did not answer the last poll. Answers while the coordinator is not seen, too.",
			samples: func(r reading) []sample {
				if r.view.Snapshot == nil || !r.view.Snapshot.Capabilities.Delivery.Supported {
					return nil
				}
				silent := 0
				for _, node := range r.view.Snapshot.Nodes {
					if unread(node) || r.view.Err != nil {
						silent++
					}
				}
				return r.one(float64(silent))
			},
		},
		{
			Name: "stuck_parent_age_seconds", Unit: "s", Labels: jobLabels, OfJobs: true,
			Help: "How long each stuck parent has waited since its last child ended: it is running, and the event that it waits for was sent while the peer was lost.",
			samples: func(r reading) []sample {
				return r.perJob(func(job watch.JobView) bool {
					return waitsForEvents(r.finding(job)) && r.filter.judge.at(&job, r.now).Is
				},
					func(job watch.JobView) float64 {
						return max(0, r.now.Sub(r.finding(job).WaitingSince).Seconds())
					})
			},
		},
	}
}

// waitsForEvents tells whether a finding is that of a stuck parent, which names
// the child whose event is missing.
func waitsForEvents(finding diagnose.Finding) bool { return finding.Child != "" }

// knownSent is what was sent since a loss, as far as was told at the last look.
func knownSent(loss delivery.Loss) *float64 {
	sent := max(loss.Sent.Most, loss.Sent.Least)
	if sent < 0 {
		return nil
	}
	return figure(&sent)
}

// latest is when it was known last what became of a loss.
func latest(loss delivery.Loss) time.Time {
	if loss.Ended.IsZero() {
		return loss.LastLook
	}
	return loss.Ended
}
