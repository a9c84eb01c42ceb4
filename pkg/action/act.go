package action

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// act sends the one request of a recorded intent and looks for its end. It
// runs in the registry's context: neither the request that confirmed it nor
// the data source instance can cut it off. It never sends twice.
// seen is when the job was read last.
func (s *Service) act(ctx context.Context, intent Intent, seen time.Time) {
	defer s.markActive(intent.ID, false)
	// The lease keeps other replicas from reconciling while this one still
	// knows more than any reading could tell.
	if !s.lease(ctx, intent, s.deps.Timing.Act+s.deps.Timing.Verify+2*s.deps.Timing.Read) {
		// Somebody reconciles this intent already: he found it recorded and
		// not sent. Sending now could surprise him.
		s.settle(ctx, intent, OutcomeRefused, "The right to act could not be taken, so nothing was sent.", AuditOutcome)
		return
	}
	if unseen := since(seen, s.deps.Now()); unseen > longestUnseen {
		s.settle(ctx, intent, OutcomeRefused, fmt.Sprintf("Nothing was sent: %s passed between the last look at the job and the request, since the record or this server was held up. Make a new plan.", span(unseen)), AuditOutcome)
		return
	}
	answer, err := s.send(ctx, intent)
	intent, done := s.recordAnswer(ctx, intent, answer, err)
	if done {
		return
	}
	if ended, proven := s.verify(ctx, intent); proven {
		s.lookForLeftovers(ctx, []Intent{ended})
	}
}

// longestUnseen is how long before the request the job may have been read: a
// coordinator compares nothing, and a job that was restored meanwhile runs again
// under its id. Asking the workers and writing the record take a part of it.
const longestUnseen = 30 * time.Second

// since is how long ago something was, also where the machine slept meanwhile,
// which a monotonic clock does not count.
func since(then, now time.Time) time.Duration {
	return max(now.Sub(then), now.Round(0).Sub(then.Round(0)))
}

// lease takes the right to work on an intent for so long, by the store's time;
// false when another replica has it, or when the store fails.
func (s *Service) lease(ctx context.Context, intent Intent, length time.Duration) bool {
	now, refusal := s.now(ctx)
	if refusal != nil {
		return false
	}
	held, err := s.deps.Store.Lease(ctx, s.deps.Scope, intent.ID, s.holder, now, now.Add(length))
	return err == nil && held
}

// send makes the one request.
func (s *Service) send(ctx context.Context, intent Intent) (coordinator.StopAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deps.Timing.Act)
	defer cancel()
	return s.deps.Coordinator.Client().Stop(ctx, coordinator.StopRequest{
		Address: intent.Address, Job: intent.Identity.Job, CreateTime: intent.Identity.CreateTime, Force: intent.Kind == KindForceStop,
	})
}

// recordAnswer writes what came back; done is true when nothing was sent or
// the coordinator refused, so that there is nothing to verify.
func (s *Service) recordAnswer(ctx context.Context, intent Intent, answer coordinator.StopAnswer, err error) (Intent, bool) {
	var stop *coordinator.StopError
	switch {
	case err == nil:
		intent.Answered = true
		intent.Detail = "The coordinator received the request. Its end is being looked for."
	case errors.As(err, &stop) && stop.Delivered == coordinator.DeliveredNo:
		s.settle(ctx, intent, OutcomeRefused, fmt.Sprintf("Nothing was sent: %v", stop.Err), AuditOutcome)
		return intent, true
	case errors.As(err, &stop) && stop.Delivered == coordinator.DeliveredRefused:
		intent.Answered = true
		s.settle(ctx, intent, OutcomeRefused, fmt.Sprintf("The coordinator refused: %v", stop.Err), AuditAnswer)
		return intent, true
	case errors.Is(err, coordinator.ErrNotSupported):
		s.settle(ctx, intent, OutcomeRefused, fmt.Sprintf("Nothing was sent: %v", err), AuditOutcome)
		return intent, true
	default:
		intent.Detail = fmt.Sprintf("The request left, and no answer came (%v). It is not sent again; the job is being read.", err)
	}
	intent.Phase = PhaseVerifying
	entry := s.entry(intent, AuditAnswer)
	entry.Answer = describeAnswer(answer, err)
	intent, _ = s.update(ctx, intent, entry)
	return intent, false
}

// verify reads the job until an end is proven or the time is over; proven tells
// whether it was, and is recorded.
func (s *Service) verify(ctx context.Context, intent Intent) (settled Intent, proven bool) {
	deadline := s.deps.Now().Add(s.deps.Timing.Verify)
	for {
		outcome, detail := s.look(ctx, intent)
		if outcome.Final() {
			return s.settle(ctx, intent, outcome, detail, AuditOutcome)
		}
		if !s.deps.Now().Before(deadline) {
			settled, _ = s.settle(ctx, intent, unproven(intent), detail, AuditOutcome)
			return settled, false
		}
		select {
		case <-ctx.Done():
			// The process is ending: the intent stays in phase verifying, and
			// is reconciled at the next use.
			return intent, false
		case <-time.After(s.deps.Timing.VerifyEvery):
		}
	}
}

// unproven is the outcome of an intent whose end could not be proven.
func unproven(intent Intent) Outcome {
	if intent.Answered {
		return OutcomeNotConfirmed
	}
	return OutcomeUnknown
}

// look reads the job once. Only a reading that proves an end gives a final
// outcome: not silence, not UNKNOWABLE, not a bare id, not absence from a list,
// and not what one of several masters says.
func (s *Service) look(ctx context.Context, intent Intent) (Outcome, string) {
	ctx, cancel := context.WithTimeout(ctx, s.deps.Timing.Read)
	defer cancel()
	reading, err := s.deps.Coordinator.Client().Job(ctx, "", intent.Identity.Job)
	switch {
	case errors.Is(err, coordinator.ErrNotFound):
		return OutcomeNone, "The coordinator no longer knows the job. That proves no end."
	case err != nil:
		return OutcomeNone, fmt.Sprintf("The job could not be read: %v", err)
	case !reading.Job.CreateTime.Equal(intent.Identity.CreateTime):
		return OutcomeNone, "The coordinator shows another job under this id. That proves no end."
	case reading.Job.CreateTime.IsZero() && intent.Identity.Cluster != s.deps.Cluster:
		return OutcomeNone, "The data source's coordinator, or its addresses, have changed since, and nothing tells this job from another one of that id there. That proves no end."
	case reading.Proof == coordinator.ProofNone:
		return OutcomeNone, fmt.Sprintf("The coordinator says %s. That proves no end.", reading.Job.Word)
	case reading.Proof == coordinator.ProofOpen:
		return OutcomeNone, fmt.Sprintf("The job has not been seen to end: it is %s.", reading.Job.Word)
	case reading.Proof != coordinator.ProofEnded || !reading.Job.State.Ended():
		return OutcomeNone, fmt.Sprintf("What the coordinator says (%s) proves no end.", reading.Job.Word)
	case len(s.masters(reading)) > 1:
		return OutcomeNone, fmt.Sprintf("The masters disagree (%s), and one of them says %s. That proves no end.", strings.Join(s.masters(reading), ", "), reading.Job.Word)
	case reading.Job.State == coordinator.StateCanceled:
		return OutcomeStopped, fmt.Sprintf("The coordinator keeps the job among its ended jobs as %s.", reading.Job.Word)
	default:
		return OutcomeEndedByItself, fmt.Sprintf("The coordinator keeps the job among its ended jobs as %s.", reading.Job.Word)
	}
}

// masters are those that are named where they disagree: in a live reading, or
// else at the newest complete poll, since not every master may have answered.
func (s *Service) masters(reading coordinator.Reading) []string {
	if len(reading.Split) > 1 {
		return reading.Split
	}
	if complete := s.deps.Coordinator.View().Complete; complete != nil {
		if masters, split := complete.SplitMasters(); split {
			return masters
		}
	}
	return nil
}

// settle writes an outcome and its audit row; see update.
func (s *Service) settle(ctx context.Context, intent Intent, outcome Outcome, detail string, event AuditEvent) (settled Intent, recorded bool) {
	intent.Phase, intent.Outcome, intent.Detail = PhaseSettled, outcome, detail
	trace.SpanFromContext(ctx).SetAttributes(attributeOutcome.String(string(outcome)))
	return s.update(ctx, intent, s.entry(intent, event))
}

// entry is an audit entry on an intent; its time is the one of its writing.
func (s *Service) entry(intent Intent, event AuditEvent) AuditEntry {
	identity := intent.Identity
	return AuditEntry{
		Event: event, Actor: intent.Actor, Approver: intent.Approver, Kind: intent.Kind, ActionID: intent.ID, JobName: intent.Card.Name,
		Identity: &identity, Reason: intent.Reason, Outcome: intent.Outcome, Detail: intent.Detail,
	}
}

// storePatience is how long a result is kept when it cannot be written at
// once: after it the intent stays open and is reconciled by reading.
const (
	storePatience = 30 * time.Second
	storePause    = time.Second
)

// update writes an intent's progress; a store that fails for a moment must not
// lose what the coordinator answered. It gives the intent as it is then, and
// whether it is recorded so.
func (s *Service) update(ctx context.Context, intent Intent, entry AuditEntry) (updated Intent, recorded bool) {
	deadline := s.deps.Now().Add(storePatience)
	for {
		updated, err := s.updateOnce(ctx, intent, entry)
		if err == nil {
			return updated, true
		}
		if errors.Is(err, ErrSettled) {
			return intent, false // somebody else proved the end meanwhile; it stands
		}
		s.deps.Log.Error("An action's progress could not be recorded", "scope", s.deps.Scope.String(), "action", intent.ID, "job", string(intent.Identity.Job), "outcome", string(intent.Outcome), "error", err.Error())
		if ctx.Err() != nil || !s.deps.Now().Before(deadline) {
			return intent, false
		}
		select {
		case <-ctx.Done():
		case <-time.After(storePause):
		}
	}
}

func (s *Service) updateOnce(ctx context.Context, intent Intent, entry AuditEntry) (Intent, error) {
	// Written even while the process is ending: the act has happened.
	ctx = context.WithoutCancel(ctx)
	now, err := s.deps.Store.Now(ctx)
	if err != nil {
		return intent, err
	}
	intent.UpdatedAt, entry.At = now, now
	row, err := s.deps.Store.Update(ctx, s.deps.Scope, intent, &entry)
	if err == nil {
		s.logHead("An action went on", intent, row)
	}
	return intent, err
}

// logHead writes the chain's new head to the log, so that logs anchor the
// audit trail from outside. Names and reasons stay out of logs.
func (s *Service) logHead(msg string, intent Intent, row AuditRow) {
	s.deps.Log.Info(msg, "scope", s.deps.Scope.String(), "action", intent.ID, "kind", string(intent.Kind), "job", string(intent.Identity.Job),
		"phase", string(intent.Phase), "outcome", string(intent.Outcome), "auditRow", row.Seq, "auditHead", row.Hash)
}

func (s *Service) markActive(id string, active bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if active {
		s.active[id] = true
	} else {
		delete(s.active, id)
	}
}

func (s *Service) isActive(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active[id]
}

func describeRequest(intent Intent) string {
	if intent.Kind == KindForceStop {
		return fmt.Sprintf("force stop of job %s, sent to %s", intent.Identity.Job, intent.Address)
	}
	return fmt.Sprintf("cancel of job %s, sent to %s", intent.Identity.Job, intent.Address)
}

func describeAnswer(answer coordinator.StopAnswer, err error) string {
	if err != nil {
		return fmt.Sprintf("no accepting answer: %v", err)
	}
	return fmt.Sprintf("HTTP %d after %s: %s", answer.Status, answer.Took.Round(time.Millisecond), answer.Body)
}
