package delivery

import (
	"math"
	"time"
)

// contact is a look at which what was sent was seen to arrive.
type contact struct {
	at time.Time
	// sent is the node's counter then, recovered what the peer had got by
	// retransmission since its start.
	sent, recovered int64
	// raw is the counter as it was read, lag after the moment of the contact,
	// where no rate was known yet to reckon back with: the next look knows it.
	raw int64
	lag time.Duration
	// shown: the peer's window showed that what was sent had arrived, whatever
	// the views say.
	shown bool
}

// settle reckons a contact's counter back to its moment once a rate is known.
func (c *contact) settle(look pairLook) {
	if c.sent == notKnown && c.raw > 0 && look.slope >= 0 {
		c.sent = max(0, c.raw-int64(math.Ceil(c.lag.Seconds()*look.slope)))
	}
}

// marksASpan is how many contacts are remembered over the detection time.
const marksASpan = 6

// marks are contacts back to one that is older than the detection time, oldest
// first.
type marks []contact

// add takes a contact.
func (m *marks) add(now contact, detection time.Duration) {
	list := *m
	if last := len(list) - 1; last >= 0 && now.at.Sub(list[last].at) < detection/marksASpan {
		return
	}
	first := 0
	for first+1 < len(list) && now.at.Sub(list[first+1].at) >= detection {
		first++
	}
	*m = append(append(list[:0], list[first:]...), now)
}

func (m marks) settle(look pairLook) {
	for index := range m {
		m[index].settle(look)
	}
}

// before is the newest mark at or before a moment; where none is so old, the
// oldest. Without marks it is the contact itself.
func (m marks) before(moment time.Time, newest contact) contact {
	found := newest
	for index := len(m) - 1; index >= 0; index-- {
		found = m[index]
		if !found.at.After(moment) {
			break
		}
	}
	return found
}
