package delivery_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/family"
)

// intervals are the poll intervals at which every recording is replayed.
var intervals = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}

// outages are all recorded outages.
var outages = []string{"emu-gclag300-short-stop16s", "emu-gclag2000-stop30s", "emu-gclag300-stop45s", "jg2-stop30s", "jg5-stop30s"}

func defaults(every time.Duration) Settings {
	return Settings{SentLimit: DefaultSentLimit, EventBytes: DefaultEventBytes, InboundTimeout: DefaultInboundTimeout, PollInterval: every}
}

// seconds is a moment of a recording.
func seconds(count float64) time.Time { return noon.Add(time.Duration(count * float64(time.Second))) }

// shown is what was told at one look of a replay.
type shown struct {
	look
	events   []Event
	pairs    []Pair
	losses   []Loss
	findings map[coordinator.JobID]diagnose.Finding
}

// pair gives a row.
func (s shown) pair(from, to string) Pair {
	index := slices.IndexFunc(s.pairs, func(pair Pair) bool { return pair.Node == from && pair.Peer == to })
	return s.pairs[index]
}

// loss gives the newest loss of a pair.
func (s shown) loss(from, to string) (Loss, bool) {
	for _, loss := range slices.Backward(s.losses) {
		if loss.Node == from && loss.Peer == to {
			return loss, true
		}
	}
	return Loss{}, false
}

// waiters are a parent for every ordered pair, whose only child ended at a
// moment on the other node. A parent is named after its way: "nodeA-nodeC"
// waits on nodeC for a child that ran on nodeA.
func waiters(ended time.Time) (parents []family.Parent) {
	for _, from := range names {
		for _, to := range names {
			parents = append(parents, family.Parent{
				ID: coordinator.JobID(from + "-" + to), Node: to, State: coordinator.StateRunning,
				CreateTime: noon.Add(-time.Hour), StateSince: noon, LastSeen: ended,
				Children: []family.Child{{
					ID: coordinator.JobID("child-" + from + "-" + to), Node: from, Seen: noon, LastSeen: ended.Add(-time.Second),
					Ended: family.EndTold, EndedAt: ended,
				}},
			})
		}
	}
	return parents
}

// stuckAfter is after how long a parent counts as stuck in the replays.
const stuckAfter = 3 * time.Second

// replay plays looks, with waiting parents whose children ended at a moment.
func replay(t testing.TB, looks []look, settings Settings, ended time.Time) (result []shown) {
	t.Helper()
	tracker := New(Memory{})
	for _, look := range looks {
		step := shown{look: look, events: tracker.Advance(look.snapshot, nil, settings)}
		step.pairs, step.losses = tracker.Pairs(look.at, settings), tracker.Losses()
		if !look.at.Before(ended) {
			step.findings = diagnose.Parents(look.at, stuckAfter, waiters(ended), step.losses, step.pairs)
		}
		result = append(result, step)
	}
	return result
}

// goOn lets the last reading of each node go on for a while: it sends at the
// rate of the last ten seconds, and is asked as it was.
func (r recording) goOn(howLong time.Duration) recording {
	const span = 10
	longer := recording{name: r.name, lines: slices.Clone(r.lines)}
	for _, name := range names {
		var newest, before line
		for _, line := range r.lines {
			if line.node.Name != name || line.node.Err != nil {
				continue
			}
			if newest.seconds-line.seconds < 0 {
				newest = line
			}
		}
		for _, line := range r.lines {
			if line.node.Name == name && line.node.Err == nil && line.seconds <= newest.seconds-span {
				before = line
			}
		}
		grow := func(now, then *int64, by float64) *int64 {
			if now == nil {
				return nil
			}
			return new(*now + int64(float64(*now-*then)*by))
		}
		for step := 1.0; step <= howLong.Seconds(); step++ {
			line := newest
			by := step / (newest.seconds - before.seconds)
			line.seconds += step
			line.node.ReadAt = seconds(line.seconds)
			line.node.Sent = grow(newest.node.Sent, before.node.Sent, by)
			line.node.RequestsReceived = grow(newest.node.RequestsReceived, before.node.RequestsReceived, by)
			line.node.ResponsesSent = grow(newest.node.ResponsesSent, before.node.ResponsesSent, by)
			longer.lines = append(longer.lines, line)
		}
	}
	slices.SortStableFunc(longer.lines, func(a, b line) int {
		return int(a.node.ReadAt.Sub(b.node.ReadAt))
	})
	return longer
}

// noAbort fails where a finding advises to abort although it does not say that
// the parent cannot recover.
func noAbort(t *testing.T, step shown) {
	t.Helper()
	for id, finding := range step.findings {
		if finding.Outlook != diagnose.CannotRecover && strings.Contains(strings.ToLower(finding.Advice), "abort") {
			t.Errorf("%v: parent %s (%s) is advised: %s", step.at.Sub(noon), id, finding.Outlook, finding.Advice)
		}
	}
}

// sentAt is what a node had sent at a moment, between the lines around it.
func (r recording) sentAt(name string, moment float64) float64 {
	var before, after line
	for _, line := range r.lines {
		switch {
		case line.node.Name != name || line.node.Err != nil:
		case line.seconds <= moment:
			before = line
		case after.node.Name == "":
			after = line
		}
	}
	if before.node.Name == "" || after.node.Name == "" {
		return float64(before.truth.sent + after.truth.sent)
	}
	share := (moment - before.seconds) / (after.seconds - before.seconds)
	return float64(before.truth.sent) + share*float64(after.truth.sent-before.truth.sent)
}

// neverSent counts, by node and peer, what the node had sent before the peer
// joined: it never was for it. It is the middle difference before the fault.
func (r recording) neverSent() map[string]int64 {
	differences := map[string][]int64{}
	for _, line := range r.lines {
		if line.phase != "before" || line.node.Err != nil {
			continue
		}
		for from, received := range line.truth.received {
			key := from + line.node.Name
			differences[key] = append(differences[key], int64(r.sentAt(from, line.seconds))-received)
		}
	}
	never := map[string]int64{}
	for key, values := range differences {
		slices.Sort(values)
		never[key] = values[len(values)/2]
	}
	return never
}
