package action

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Plan reads a job live, runs all guards and keeps a single-use plan. A plan
// with a block is given too, so that the dialog can show why. Nothing is sent
// to the coordinator but reads. Errors are *Refusal.
func (s *Service) Plan(ctx context.Context, actor *Actor, kind Kind, id coordinator.JobID) (Plan, error) {
	ctx, span := s.span(ctx, "unjam.plan", kind)
	defer span.End()
	plan, refusal := s.plan(ctx, actor, kind, id)
	spanRefused(ctx, refusal)
	if refusal == nil {
		return plan, nil
	}
	if refusal.Guard != CheckJobKnown && refusal.Guard != CheckCoordinator && refusal.Guard != GuardStore {
		s.recordRefusal(ctx, actor, kind, "", &Identity{Cluster: s.deps.Cluster, Job: id}, refusal)
	}
	return Plan{}, refusal
}

func (s *Service) plan(ctx context.Context, actor *Actor, kind Kind, id coordinator.JobID) (Plan, *Refusal) {
	if refusal := s.admit(actor, attemptPlan); refusal != nil {
		return Plan{}, refusal
	}
	// Whatever the coordinator could tell: where no act can follow, not even a
	// read is made for a plan.
	if verdicts, blocked := s.blockedBeforeReading(kind); blocked != nil {
		blocked.Verdicts = verdicts
		return Plan{}, blocked
	}
	reading, err := s.readJob(ctx, id)
	if refusal, ok := asRefusal(err); ok {
		return Plan{}, refusal
	}
	facts := s.facts(ctx, kind, reading, "")
	plan := s.newPlan(kind, *actor, facts, Judge(s.guards, facts), facts.StoreNow)
	if facts.StoreErr != nil {
		// The plan says so itself (guard store-writable) and cannot be used.
		return plan, nil
	}
	if err := s.deps.Store.SavePlan(ctx, s.deps.Scope, plan); err != nil {
		return Plan{}, storeRefusal(err)
	}
	identity := plan.Identity
	if _, err := s.deps.Store.Append(ctx, s.deps.Scope, AuditEntry{
		At: plan.CreatedAt, Event: AuditPlanned, Actor: *actor, Kind: kind, ActionID: plan.ID, JobName: plan.Card.Name, Identity: &identity, Verdicts: plan.Verdicts,
	}); err != nil {
		return Plan{}, storeRefusal(err)
	}
	return plan, nil
}

// newPlan makes a plan of what was found, valid from now by the store's time.
func (s *Service) newPlan(kind Kind, actor Actor, facts Facts, verdicts []Verdict, now time.Time) Plan {
	return Plan{
		ID: randomID(), Kind: kind, Actor: actor, Card: card(facts), Identity: s.identity(facts), Context: s.context(facts),
		Verdicts: verdicts, Consequences: consequences(facts), Phrase: phrase(facts.Reading.Job),
		SecondPerson: s.deps.Policy.NeedsSecondPerson(kind), CreatedAt: now, ExpiresAt: now.Add(PlanLifetime),
	}
}

// blockedBeforeReading runs the guards that depend on the data source alone.
func (s *Service) blockedBeforeReading(kind Kind) ([]Verdict, *Refusal) {
	facts := Facts{Kind: kind, Policy: s.deps.Policy, ProxyFault: s.deps.ProxyFault, StoreErr: s.deps.StoreErr}
	verdicts := Judge([]Guard{{GuardEnabled, guardEnabled}, {GuardProxyClosed, guardProxyClosed}}, facts)
	for _, verdict := range verdicts {
		if verdict.Result == Block {
			return verdicts, &Refusal{Guard: verdict.Guard, Status: http.StatusForbidden, Message: verdict.Reason, Change: verdict.Change}
		}
	}
	return verdicts, nil
}

func card(facts Facts) JobCard {
	job := facts.Reading.Job
	card := JobCard{ID: job.ID, Name: job.Name, State: job.State, Word: job.Word, CreateTime: job.CreateTime}
	if facts.Watched && facts.Episode.State == job.State {
		card.Since, card.Quality = facts.Episode.Since, string(facts.Episode.Quality)
	}
	return card
}

// consequences says what will happen and what will stay, in sentences.
func consequences(facts Facts) []string {
	var lines []string
	switch {
	case facts.Kind == KindCancel:
		lines = append(lines, "The coordinator is asked to cancel this job. Its tasks end when they react to it.",
			"Data that was read but not committed may be read again, or be lost, when the job is started anew.")
		if facts.Reading.Job.State == coordinator.StateCanceling {
			lines = append(lines, "It was asked before: a second cancel changes nothing where the worker's final status was lost.")
		}
	case facts.Capabilities.OnlyStop != "":
		lines = append(lines, fmt.Sprintf("The coordinator is asked to %s this run. It cannot be undone, and what it has not finished is lost.", facts.Capabilities.OnlyStop))
		if children := facts.Outlook.Children; len(children) > 0 {
			lines = append(lines, "Its running children end too: "+strings.Join(children, ", ")+".")
		} else {
			lines = append(lines, "Children that run for it end too; none is known at present.")
		}
	default:
		lines = append(lines, "The coordinator marks every task of this job as canceled, whatever the workers do. It cannot be undone.",
			"No savepoint is made. What was not committed is lost or read again.")
		switch {
		case facts.Threads == nil:
			lines = append(lines, "Workers are not asked (no worker addresses are set): a task that still runs would stay behind as a zombie task, unseen.")
		default:
			for _, worker := range facts.Threads {
				if worker.Err == nil && worker.Tasks[facts.Reading.Job.ID] > 0 {
					lines = append(lines, fmt.Sprintf("A task that runs on %s stays there as a zombie task until that worker is restarted.", worker.Address))
				}
			}
		}
	}
	return lines
}

// Phrases: a job name is typed as it is when it can be (design §7).
const (
	longestPhrase = 64
	phraseDigits  = 8
)

// phrase is what must be typed: the job's name if it is 1 to 64 printable
// ASCII characters without a space at either end, else the id's last digits.
func phrase(job coordinator.Job) string {
	printable := len(job.Name) >= 1 && len(job.Name) <= longestPhrase && strings.TrimSpace(job.Name) == job.Name
	for _, char := range job.Name {
		printable = printable && char >= ' ' && char <= '~'
	}
	if printable {
		return job.Name
	}
	id := string(job.ID)
	return id[max(0, len(id)-phraseDigits):]
}

func storeRefusal(err error) *Refusal {
	return &Refusal{Guard: GuardStore, Status: http.StatusServiceUnavailable, Message: fmt.Sprintf("No record could be made, so nothing was sent: %v", err),
		Change: "The server's administrator must make the store writable; see the data source's health check."}
}

// asRefusal gives an error as a refusal where it is one.
func asRefusal(err error) (*Refusal, bool) {
	var refusal *Refusal
	return refusal, errors.As(err, &refusal)
}
