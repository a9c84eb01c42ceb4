package diagnose

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// OfPair says what will come of what a peer has not got, and what to do now;
// at now; both empty while nothing is lost. Source: CloverDX cluster manual, "Long-Term
// Network Malfunction May Cause Jobs to Hang on".
func OfPair(now time.Time, pair delivery.Pair) (Outlook, string) {
	loss := pair.Loss
	switch {
	case loss == nil || loss.Outcome == delivery.OutcomeNone || loss.Outcome == delivery.OutcomeDelivered:
		return "", ""
	case loss.Gone():
		return CannotRecover, fmt.Sprintf("Events from %s to %s are lost for good: abort the parents that wait for them, and run them again.", loss.Node, loss.Peer)
	case loss.Outcome == delivery.OutcomeWaiting && loss.ReturnedAt.IsZero() && (missing{now: now, loss: *loss, pair: &pair}).roomLeft():
		return WillRecover, fmt.Sprintf("Restore the network between %s and %s%s. Restart neither of them before that.", loss.Node, loss.Peer, before(pair))
	case loss.Outcome == delivery.OutcomeWaiting && !loss.ReturnedAt.IsZero() && loss.Certainty != delivery.Possible:
		return WillRecover, fmt.Sprintf("The network is back, and %s sends again what %s has missed. Wait, and restart neither of them.", loss.Node, loss.Peer)
	}
	return MayRecover, fmt.Sprintf("It is not certain whether all events from %s to %s can still arrive. Restore the network, restart neither of them, and look at the parents that wait.", loss.Node, loss.Peer)
}

func before(pair delivery.Pair) string {
	if pair.Deadline == nil {
		return ""
	}
	why := "the sent events buffer overflows"
	if pair.DeadlineOf == delivery.LimitInbound {
		why = "the inbound events buffer is released"
	}
	return fmt.Sprintf(" before %s, when %s", clock(*pair.Deadline), why)
}
