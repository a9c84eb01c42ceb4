package action

import (
	"errors"
	"strings"
	"time"
)

// ApprovalLifetime is how long a request waits for a second person (design §7).
const ApprovalLifetime = 15 * time.Minute

// KindIncident asks for the incident budget: more force stops for an hour.
// It is approved by a second person and never planned.
const KindIncident Kind = "incident-budget"

// ApprovalState is how far a request for a second person has come.
type ApprovalState string

const (
	// ApprovalWaiting: nobody has decided yet.
	ApprovalWaiting ApprovalState = "waiting"
	// ApprovalApproved: another person approved, and the act was recorded.
	ApprovalApproved ApprovalState = "approved"
	// ApprovalRejected: another person said no.
	ApprovalRejected ApprovalState = "rejected"
	// ApprovalWithdrawn: the requester took it back.
	ApprovalWithdrawn ApprovalState = "withdrawn"
	// ApprovalCanceled: the job's identity changed while it waited.
	ApprovalCanceled ApprovalState = "canceled"
	// ApprovalExpired: nobody decided within ApprovalLifetime.
	ApprovalExpired ApprovalState = "expired"
)

// Approval is a request for a second person. It permits nothing by itself:
// when it is approved, the job is read and all guards are run again.
type Approval struct {
	ID string `json:"id"`
	// Kind is cancel, force-stop, or KindIncident.
	Kind      Kind  `json:"kind"`
	Requester Actor `json:"requester"`
	// Card, Identity, Context, Verdicts and Phrase come from the plan that the
	// request used up; of an incident, Identity holds the cluster alone.
	Card     JobCard   `json:"job"`
	Identity Identity  `json:"identity"`
	Context  Context   `json:"context"`
	Verdicts []Verdict `json:"verdicts"`
	Phrase   string    `json:"phrase"`
	// Reason is the requester's.
	Reason    string        `json:"reason"`
	At        time.Time     `json:"at"`
	ExpiresAt time.Time     `json:"expiresAt"`
	State     ApprovalState `json:"state"`
	// Decider is who approved, rejected or withdrew; empty while it waits and
	// when the server itself ended it.
	Decider   Actor     `json:"decider"`
	DecidedAt time.Time `json:"decidedAt,omitzero"`
	// Note says why it was rejected, withdrawn or canceled.
	Note string `json:"note,omitempty"`
	// ActionID is the act that the approval led to.
	ActionID string `json:"actionId,omitempty"`
}

// Waits tells whether the approval can still be decided at now.
func (a Approval) Waits(now time.Time) bool {
	return a.State == ApprovalWaiting && !now.After(a.ExpiresAt)
}

// SamePerson tells whether two actors may be one person: the same login, or
// the same e-mail address under two logins. Case makes no difference: Grafana
// finds users without regard to it. An address that is not known proves
// nothing either way.
func SamePerson(a, b Actor) bool {
	sameLogin := strings.EqualFold(strings.TrimSpace(a.Login), strings.TrimSpace(b.Login))
	email := strings.TrimSpace(a.Email)
	return sameLogin || email != "" && strings.EqualFold(email, strings.TrimSpace(b.Email))
}

// Incident is an unlocked incident budget: while it lasts, a scope may make up
// to Limit force stops of a cluster, counted over all scopes since From.
type Incident struct {
	// ID is the approval's.
	ID        string    `json:"id"`
	Cluster   string    `json:"cluster"`
	Requester Actor     `json:"requester"`
	Approver  Actor     `json:"approver"`
	Reason    string    `json:"reason"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	// Limit is the policy's incident budget at the time of the approval.
	Limit int `json:"limit"`
}

// IncidentLifetime is how long an incident budget is unlocked (design §7).
const IncidentLifetime = time.Hour

// RequestApproval is what Store.RequestApproval checks and writes.
type RequestApproval struct {
	Approval Approval
	// PlanID is the plan that the request uses up; empty for an incident.
	PlanID string
	Entry  AuditEntry
	// Now is the time that the checks use.
	Now time.Time
}

// DecideApproval is what Store.DecideApproval checks and writes.
type DecideApproval struct {
	// Approval is as it shall be: its State is not waiting any more.
	Approval Approval
	Entry    AuditEntry
	// Incident is unlocked in the same transaction; nil otherwise.
	Incident *Incident
	Now      time.Time
}

// Errors of approvals that the guard tells apart.
var (
	// ErrNoApproval: the scope has no approval of that id.
	ErrNoApproval = errors.New("no such approval")
	// ErrDecided: the approval does not wait any more.
	ErrDecided = errors.New("the approval has been decided already or has expired")
)

// WaitingError: a request for the same job of the same cluster (or for the
// same scope's incident budget) waits already.
type WaitingError struct{ Approval Approval }

// Error names who asked.
func (e *WaitingError) Error() string {
	return "a request by " + e.Approval.Requester.Login + " waits for a second person already"
}
