package action

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// How many refused attempts are recorded one by one in a minute, so that a
// flood cannot fill the disk, and the flood of one login cannot hide the
// attempt of another. What is over them is counted, and told in one row.
const (
	refusalsAMinute       = 60
	refusalsAMinuteALogin = 10
	// mostNamed bounds the logins that are counted by name in a minute.
	mostNamed = 50
)

// refusedAttempts counts each scope's refused attempts of the running minute.
type refusedAttempts map[watch.Scope]*refusedMinute

type refusedMinute struct {
	minute  time.Time
	taken   int
	byLogin map[string]int
	// unrecorded counts what was not recorded, by login; others are those of
	// logins beyond mostNamed.
	unrecorded map[string]int
	others     int
}

// suppressed is what a minute did not record.
type suppressed struct {
	minute  time.Time
	byLogin map[string]int
	others  int
}

// takeRefusal counts a refused attempt of a login (empty: nobody is known) and
// tells whether it is to be recorded by itself, and what an earlier minute left
// to tell; nil when nothing.
func (a *Attempts) takeRefusal(scope watch.Scope, login string) (record bool, left *suppressed) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	left = a.refused.turn(scope, now)
	minute := a.refused[scope]
	if minute == nil {
		minute = &refusedMinute{minute: now.Truncate(time.Minute), byLogin: map[string]int{}, unrecorded: map[string]int{}}
		a.refused[scope] = minute
	}
	_, named := minute.byLogin[login]
	if minute.taken < refusalsAMinute && minute.byLogin[login] < refusalsAMinuteALogin {
		minute.taken++
		minute.byLogin[login]++
		return true, left
	}
	if _, counted := minute.unrecorded[login]; named || counted || len(minute.unrecorded) < mostNamed {
		minute.unrecorded[login]++
	} else {
		minute.others++
	}
	return false, left
}

// leftRefusals gives what an earlier minute left to tell; nil when nothing.
func (a *Attempts) leftRefusals(scope watch.Scope) *suppressed {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refused.turn(scope, now)
}

// turn ends a scope's minute when it is over.
func (r refusedAttempts) turn(scope watch.Scope, now time.Time) *suppressed {
	minute := r[scope]
	if minute == nil || now.Truncate(time.Minute).Equal(minute.minute) {
		return nil
	}
	delete(r, scope)
	if len(minute.unrecorded) == 0 {
		return nil
	}
	return &suppressed{minute: minute.minute, byLogin: minute.unrecorded, others: minute.others}
}

// sentence says how many and by whom, the most frequent first.
func (l *suppressed) sentence() string {
	total := l.others
	logins := slices.Collect(maps.Keys(l.byLogin))
	for _, count := range l.byLogin {
		total += count
	}
	slices.SortFunc(logins, func(a, b string) int {
		if l.byLogin[a] != l.byLogin[b] {
			return l.byLogin[b] - l.byLogin[a]
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, 0, len(logins)+1)
	for _, login := range logins {
		name := login
		if name == "" {
			name = "nobody signed in"
		}
		parts = append(parts, fmt.Sprintf("%s: %d", name, l.byLogin[login]))
	}
	if l.others > 0 {
		parts = append(parts, fmt.Sprintf("others: %d", l.others))
	}
	return fmt.Sprintf("%d more attempts were refused in the minute from %s and are not recorded one by one. By login: %s.", total, clock(l.minute), strings.Join(parts, ", "))
}

// RecordRefusal audits a request that was refused before it reached the guard
// (a missing header, a wrong method).
func (s *Service) RecordRefusal(ctx context.Context, actor *Actor, kind Kind, refusal *Refusal) {
	s.recordRefusal(ctx, actor, kind, "", nil, refusal)
}

func (s *Service) recordRefusal(ctx context.Context, actor *Actor, kind Kind, id string, identity *Identity, refusal *Refusal) {
	who := Actor{}
	if actor != nil {
		who = *actor
	}
	if s.deps.Observer != nil {
		s.deps.Observer.Refused(refusal.Guard)
	}
	record, left := s.refusals.takeRefusal(s.deps.Scope, strings.ToLower(who.Login))
	s.recordLeft(ctx, left)
	if !record || s.deps.Store == nil {
		s.deps.Log.Warn("A refused attempt was not recorded in the audit trail", "scope", s.deps.Scope.String(), "guard", refusal.Guard)
		return
	}
	if err := s.append(ctx, AuditEntry{
		Event: AuditRefused, Actor: who, Kind: kind, ActionID: id, Identity: identity, Detail: refusal.Guard + ": " + refusal.Message,
	}); err != nil {
		s.deps.Log.Error("A refused attempt could not be recorded", "scope", s.deps.Scope.String(), "guard", refusal.Guard, "error", err.Error())
	}
}

// recordLeft tells in one row what an earlier minute did not record.
func (s *Service) recordLeft(ctx context.Context, left *suppressed) {
	if left == nil || s.deps.Store == nil {
		return
	}
	if err := s.append(ctx, AuditEntry{Event: AuditSuppressed, Detail: left.sentence()}); err != nil {
		s.deps.Log.Error("Refused attempts could not be recorded", "scope", s.deps.Scope.String(), "attempts", left.sentence(), "error", err.Error())
	}
}

// append writes an entry with the store's time. What was refused is recorded
// also when the browser has gone.
func (s *Service) append(ctx context.Context, entry AuditEntry) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if entry.At, err = s.deps.Store.Now(ctx); err != nil {
		return err
	}
	_, err = s.deps.Store.Append(ctx, s.deps.Scope, entry)
	return err
}
