package action

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What a person may ask in a minute. An operator who clears twenty jobs by hand
// reads a dialog, types a phrase and a reason for each: he needs many seconds a
// job and never meets these. A script does.
const (
	// PlansAMinute bounds plans: each reads the coordinator live.
	PlansAMinute = 30
	// ConfirmsAMinute bounds everything that may decide something: confirm,
	// request, approve, reject, incident budget, dismiss.
	ConfirmsAMinute = 30
)

// mostPersons bounds the memory for limits: more persons than that do not act
// on one Grafana within a minute. Logins come from Grafana's server, so that
// nobody can invent them.
const mostPersons = 10_000

// attempt is what is limited by itself.
type attempt int

const (
	attemptPlan attempt = iota
	attemptConfirm
)

// person is who is limited: an organisation's login, in lower case, since
// Grafana finds users without regard to it.
type person struct {
	orgID int64
	login string
}

// allowance is what a person has left, and when he last asked.
type allowance struct {
	limits [2]*rate.Limiter
	last   time.Time
}

// Attempts limits how often a person may ask, and how many refused attempts
// are recorded. It belongs to the process: a save of the data source makes a
// new Service and must reset nothing. Safe for concurrent use.
type Attempts struct {
	now func() time.Time

	mu      sync.Mutex
	persons map[person]*allowance
	swept   time.Time
	refused refusedAttempts
}

// NewAttempts makes the process' limits, measured by now.
func NewAttempts(now func() time.Time) *Attempts {
	return &Attempts{now: now, persons: map[person]*allowance{}, refused: refusedAttempts{}}
}

// take counts an attempt; the refusal says when the next one is allowed. A
// refused attempt costs nothing.
func (a *Attempts) take(orgID int64, login string, what attempt) *Refusal {
	if a == nil {
		return nil
	}
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	limit := a.limit(person{orgID, strings.ToLower(login)}, what, now)
	if limit == nil {
		return tooOften(time.Minute)
	}
	reservation := limit.ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return tooOften(wait)
	}
	return nil
}

// limit gives a person's limit; nil when there is no room for one more person.
func (a *Attempts) limit(who person, what attempt, now time.Time) *rate.Limiter {
	known, found := a.persons[who]
	if !found {
		a.sweep(now)
		if len(a.persons) >= mostPersons {
			return nil
		}
		known = &allowance{}
		for what, most := range [...]int{attemptPlan: PlansAMinute, attemptConfirm: ConfirmsAMinute} {
			known.limits[what] = rate.NewLimiter(rate.Every(time.Minute/time.Duration(most)), most)
		}
		a.persons[who] = known
	}
	known.last = now
	return known.limits[what]
}

// sweep forgets who has not asked for a minute: his allowance is whole again.
func (a *Attempts) sweep(now time.Time) {
	if now.Sub(a.swept).Abs() < time.Minute && len(a.persons) < mostPersons {
		return
	}
	a.swept = now
	for who, known := range a.persons {
		if now.Sub(known.last).Abs() >= time.Minute {
			delete(a.persons, who)
		}
	}
}

func tooOften(wait time.Duration) *Refusal {
	wait = max(time.Second, wait)
	return &Refusal{
		Guard: CheckRateLimit, Status: http.StatusTooManyRequests, RetryAfter: wait,
		Message: "You have asked too often within a minute. Nothing was sent.", Change: fmt.Sprintf("Wait %s.", span(wait)),
	}
}
