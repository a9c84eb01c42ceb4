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
		"more than before it alone":    {399, OutcomeUnknown, Possible},
		"no more than before it":       {200, OutcomeUnknown, Possible},
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

// An exclusion that was seen at once leaves no time before it: one event that
// was sent again is more, and shows nothing of the 300 that were surely sent.
func TestOneEventSentAgainShowsNothing(t *testing.T) {
	p := pair{
		loss:  &Loss{Sent: Bracket{Least: 300, Most: 500}, Delivered: notKnown, AtMissed: notKnown, Retransmitted: 1},
		needs: needs{known: true, most: 500, apart: 0, before: 0},
	}
	if outcome, certainty := p.arrived(pairLook{}); outcome != OutcomeUnknown || certainty != Possible {
		t.Errorf("got %s (%s)", outcome, certainty)
	}
}
