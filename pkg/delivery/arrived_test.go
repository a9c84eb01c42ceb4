package delivery

import "testing"

// What a return without gaps means, by how many events were sent again: 500 may
// be missing, of which 200 were sent until the exclusion and 400 may have been
// sent after it.
func TestWhatWasSentAgainMustBeAsMuchAsWasSentMeanwhile(t *testing.T) {
	for name, row := range map[string]struct {
		retransmitted int64
		outcome       Outcome
		certainty     Certainty
	}{
		"all":                          {500, OutcomeDelivered, Proven},
		"as much as was sent after it": {400, OutcomeDelivered, Likely},
		// A receiver that asks twice counts an event twice: seen on a real JGroups
		// 2.12.3 after a thaw, where all that was sent meanwhile was lost.
		"more than before it alone": {399, OutcomeUnknown, Possible},
		"no more than before it":    {200, OutcomeUnknown, Possible},
	} {
		t.Run(name, func(t *testing.T) {
			p := pair{
				loss:  &Loss{Sent: Bracket{Least: 300, Most: 500}, Delivered: notKnown, AtMissed: notKnown, Retransmitted: row.retransmitted},
				needs: needs{known: true, most: 500, apart: 400, before: 200},
			}
			if outcome, certainty := p.arrived(pairLook{}); outcome != row.outcome || certainty != row.certainty {
				t.Errorf("got %s (%s)", outcome, certainty)
			}
		})
	}
}
