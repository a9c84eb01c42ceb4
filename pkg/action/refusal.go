package action

import (
	"net/http"
	"time"
)

// Refusal is a request that was not carried out: which guard refused, why, and
// what would change it.
type Refusal struct {
	// Guard is the stable id of the check that refused.
	Guard string
	// Status is the HTTP status that fits.
	Status  int
	Message string
	Change  string
	// Verdicts are all guards' answers where they were run.
	Verdicts []Verdict
	// PlanChanged: only a new plan can go on.
	PlanChanged bool
	// ActionID is the action that won, with 409.
	ActionID string
	// RetryAfter is set with 429.
	RetryAfter time.Duration
}

// Error gives the message.
func (r *Refusal) Error() string { return r.Message }

// Ids of checks that are no guards of a plan.
const (
	CheckSignedIn       = "signed-in"
	CheckPerson         = "person"
	CheckRole           = "role"
	CheckAllowList      = "allow-list"
	CheckAuditRole      = "audit-role"
	CheckPlanKnown      = "plan-known"
	CheckPlanOwner      = "plan-owner"
	CheckPlanExpired    = "plan-expired"
	CheckPlanUsed       = "plan-used"
	CheckPlanBlocked    = "plan-blocked"
	CheckPhrase         = "phrase"
	CheckReason         = "reason"
	CheckAcknowledged   = "acknowledged"
	CheckAlreadyEnded   = "already-ended"
	CheckIdentity       = "identity-changed"
	CheckContext        = "context-changed"
	CheckJobKnown       = "job-known"
	CheckCoordinator    = "coordinator-answers"
	CheckRequest        = "request"
	CheckActionKnown    = "action-known"
	CheckSettingsUsable = "settings"
	CheckRateLimit      = "rate-limit"
	// CheckSecondPerson: a second person is needed, or must be another one.
	CheckSecondPerson  = "second-person"
	CheckApprovalKnown = "approval-known"
	CheckApprovalWaits = "approval-waits"
	CheckIncident      = "incident-budget"
)

func forbidden(check, message, change string) *Refusal {
	return &Refusal{Guard: check, Status: http.StatusForbidden, Message: message, Change: change}
}

func unprocessable(check, message string) *Refusal {
	return &Refusal{Guard: check, Status: http.StatusUnprocessableEntity, Message: message}
}

func changed(check, message string) *Refusal {
	return &Refusal{
		Guard: check, Status: http.StatusPreconditionFailed, Message: message, PlanChanged: true,
		Change: "A new plan shows what is true now.",
	}
}
