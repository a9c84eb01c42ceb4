package action

import (
	"context"
	"errors"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Store keeps plans, intents and the audit trail. Every method is one
// transaction that takes the write lock first (BEGIN IMMEDIATE in SQLite), so
// that two processes on one store cannot both pass a check.
type Store interface {
	// Now is the store's clock: plans, approvals, budgets and leases are
	// measured by it, so that the clocks of several Grafanas need not agree.
	Now(ctx context.Context) (time.Time, error)
	// Writable proves by a write that a record can be made now.
	Writable(ctx context.Context) error

	// SavePlan keeps a plan until it is used; plans that expired over an hour
	// ago are removed on the way.
	SavePlan(ctx context.Context, scope watch.Scope, plan Plan) error
	// Plan gives a plan; ErrNoPlan when the scope has none of that id.
	Plan(ctx context.Context, scope watch.Scope, id string) (Plan, error)

	// Begin makes a plan into an intent and appends the audit entry, all or
	// nothing. It refuses with ErrNoPlan, ErrPlanUsed, ErrPlanExpired,
	// ErrPlanUnfit, ErrNoApproval, ErrDecided, *InFlightError or *BudgetError.
	// An action for the same job that went on after the plan was made counts
	// as in flight, though it may be settled: who confirms at the same time has
	// read the job as it was before. After it returned nil the record is
	// durable.
	Begin(ctx context.Context, scope watch.Scope, begin Begin) (AuditRow, error)
	// Update writes phase, outcome, detail, answered and leftovers of an intent and, with
	// an entry, appends it to the audit trail in the same transaction. It
	// refuses with ErrSettled to change a final outcome or to reopen an intent.
	Update(ctx context.Context, scope watch.Scope, intent Intent, entry *AuditEntry) (AuditRow, error)
	// Intent gives one intent; ErrNoIntent when the scope has none of that id.
	Intent(ctx context.Context, scope watch.Scope, id string) (Intent, error)
	// InFlight gives the scope-independent unsettled intent for a job of a
	// cluster; false when there is none.
	InFlight(ctx context.Context, cluster string, job coordinator.JobID) (Intent, bool, error)
	// Unresolved gives the scope's intents whose outcome is not final and that
	// are younger than since, and every one that is not settled at all: it
	// would keep its job locked.
	Unresolved(ctx context.Context, scope watch.Scope, since time.Time) ([]Intent, error)
	// Lease takes or prolongs the right to reconcile an intent; false when
	// another holder has it until later than now.
	Lease(ctx context.Context, scope watch.Scope, id, holder string, now, until time.Time) (bool, error)
	// Spent counts the cluster's intents of a kind since a time, over all
	// scopes, and gives the time of the oldest of them.
	Spent(ctx context.Context, cluster string, kind Kind, since time.Time) (count int, oldest time.Time, err error)

	// Asked gives the jobs of a cluster that were asked to stop after since,
	// by whatever scope, and whose end is not proven; with the create times of
	// those that were meant.
	Asked(ctx context.Context, cluster string, since time.Time) (map[coordinator.JobID][]time.Time, error)

	// Ended gives the scope's force stops whose end was proven after since,
	// oldest first: their workers are asked for leftover tasks.
	Ended(ctx context.Context, scope watch.Scope, since time.Time) ([]Intent, error)

	// RequestApproval keeps a request for a second person, uses its plan up and
	// appends the audit entry, all or nothing. It refuses with ErrNoPlan,
	// ErrPlanUsed, ErrPlanExpired, ErrPlanUnfit, *InFlightError or
	// *WaitingError.
	RequestApproval(ctx context.Context, scope watch.Scope, request RequestApproval) (AuditRow, error)
	// DecideApproval ends a waiting request and appends the audit entry, all
	// or nothing. It refuses with ErrNoApproval or ErrDecided. A request to
	// approve that comes after ExpiresAt is refused with ErrDecided.
	DecideApproval(ctx context.Context, scope watch.Scope, decide DecideApproval) (AuditRow, error)
	// Approval gives one request; ErrNoApproval when the scope has none of
	// that id.
	Approval(ctx context.Context, scope watch.Scope, id string) (Approval, error)
	// Approvals gives the scope's requests that wait, and those made after
	// since, newest first, at most limit.
	Approvals(ctx context.Context, scope watch.Scope, since time.Time, limit int) ([]Approval, error)
	// Waiting gives the request that waits at now for a job of a cluster,
	// whatever scope it comes from; false when there is none.
	Waiting(ctx context.Context, cluster string, job coordinator.JobID, now time.Time) (Approval, bool, error)
	// Incident gives the scope's unlocked incident budget for a cluster; false
	// when none is in force at now.
	Incident(ctx context.Context, scope watch.Scope, cluster string, now time.Time) (Incident, bool, error)

	// Append adds an entry to the scope's audit trail.
	Append(ctx context.Context, scope watch.Scope, entry AuditEntry) (AuditRow, error)
	// Audit gives rows with Seq < before (0: from the newest), newest first,
	// at most limit.
	Audit(ctx context.Context, scope watch.Scope, before int64, limit int) ([]AuditRow, error)
	// AuditFrom gives rows with Seq > after, oldest first, at most limit.
	AuditFrom(ctx context.Context, scope watch.Scope, after int64, limit int) ([]AuditRow, error)
	// Verify walks the scope's chain.
	Verify(ctx context.Context, scope watch.Scope) (Verification, error)
}

// Begin is what Store.Begin checks and writes.
type Begin struct {
	Intent Intent
	Entry  AuditEntry
	// Now is the time that the checks use; PlanExpires is checked against it.
	Now time.Time
	// Budget is the most intents of this kind for the cluster in BudgetWindow.
	// A scope's incident in force replaces it for force stops.
	Budget       int
	BudgetWindow time.Duration
	// Approval is the waiting request that the intent carries out; empty where
	// no second person is asked for. It becomes approved in the same
	// transaction.
	Approval string
}

// Errors of the store that the guard tells apart.
var (
	ErrNoPlan   = errors.New("no such plan")
	ErrNoIntent = errors.New("no such action")
	ErrPlanUsed = errors.New("the plan was used already")
	// ErrPlanUnfit: an intent does not fit the plan that it claims to use, or
	// the plan was blocked when it was made.
	ErrPlanUnfit = errors.New("the plan does not permit this action")
	// ErrSettled: an action's proven outcome would be overwritten, or a settled
	// action be opened again.
	ErrSettled = errors.New("the action's outcome stands already")
	// ErrPlanExpired: the plan's time was over when the act should begin.
	ErrPlanExpired = errors.New("the plan has expired")
)

// InFlightError: another action for the same job of the same cluster is not
// settled yet.
type InFlightError struct{ Intent Intent }

// Error names the winner.
func (e *InFlightError) Error() string {
	return "another action for this job is in flight, by " + e.Intent.Actor.Login
}

// BudgetError: the cluster's budget is used up until RetryAt.
type BudgetError struct {
	Limit   int
	Window  time.Duration
	RetryAt time.Time
}

// Error says until when.
func (e *BudgetError) Error() string {
	return "the budget for this coordinator is used up until " + e.RetryAt.UTC().Format(time.RFC3339)
}
