package action

import (
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Kind is what is asked of a job.
type Kind string

const (
	// KindCancel asks a job to stop.
	KindCancel Kind = "cancel"
	// KindForceStop finalizes a job that cancel cannot move.
	KindForceStop Kind = "force-stop"
)

// Actor is the signed-in person, as Grafana's server names him.
type Actor struct {
	Login string `json:"login"`
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Role  string `json:"role"`
}

// Identity is what must not change between plan and act: any difference
// refuses the confirmation (412).
type Identity struct {
	// Cluster is the coordinator identity (design §3): locks and budgets use it.
	Cluster    string            `json:"cluster"`
	Job        coordinator.JobID `json:"jobId"`
	CreateTime time.Time         `json:"createTime,omitzero"`
	Episode    string            `json:"episode"`
	State      coordinator.State `json:"state"`
	Master     string            `json:"master"`
}

// Context is what may change between plan and act, but must be shown and
// acknowledged when it did.
type Context struct {
	Nodes   []string `json:"nodes"`
	Workers int      `json:"workers"`
}

// Result is a guard's answer.
type Result string

// A block cannot be overridden; a warning must be acknowledged by its id.
const (
	Pass  Result = "pass"
	Warn  Result = "warn"
	Block Result = "block"
)

// Verdict is one guard's answer with its reason.
type Verdict struct {
	// Guard is the guard's stable id ("canceling-age"); warnings are
	// acknowledged by it.
	Guard  string `json:"guard"`
	Result Result `json:"result"`
	// Reason is a sentence for people; Change says what would change the
	// verdict.
	Reason string `json:"reason"`
	Change string `json:"change,omitempty"`
	// AllowedFrom is when the verdict changes by time alone; zero otherwise.
	AllowedFrom time.Time `json:"allowedFrom,omitzero"`
}

// JobCard is the job as the dialog shows it.
type JobCard struct {
	ID         coordinator.JobID `json:"id"`
	Name       string            `json:"name"`
	State      coordinator.State `json:"state"`
	Word       string            `json:"word"`
	CreateTime time.Time         `json:"createTime,omitzero"`
	Since      time.Time         `json:"since,omitzero"`
	Quality    string            `json:"quality"`
}

// Plan is a single-use permission to act, bound to its user, scope and
// identity. A plan with a block is kept for the record and cannot be used.
type Plan struct {
	ID           string    `json:"id"`
	Kind         Kind      `json:"kind"`
	Actor        Actor     `json:"actor"`
	Card         JobCard   `json:"job"`
	Identity     Identity  `json:"identity"`
	Context      Context   `json:"context"`
	Verdicts     []Verdict `json:"verdicts"`
	Consequences []string  `json:"consequences"`
	// Phrase must be typed exactly.
	Phrase string `json:"phrase"`
	// SecondPerson: the plan can only be used to ask for an approval.
	SecondPerson bool      `json:"secondPerson,omitempty"`
	CreatedAt    time.Time `json:"createdAt"`
	ExpiresAt    time.Time `json:"expiresAt"`
}

// Allowed tells whether no guard blocks.
func (p Plan) Allowed() bool {
	for _, verdict := range p.Verdicts {
		if verdict.Result == Block {
			return false
		}
	}
	return true
}

// Outcome is how an action ended, as far as it is proven.
type Outcome string

const (
	// OutcomeNone: not settled yet.
	OutcomeNone Outcome = ""
	// OutcomeStopped: the coordinator proved that the job was stopped.
	OutcomeStopped Outcome = "stopped"
	// OutcomeEndedByItself: the job ended, but not by this action.
	OutcomeEndedByItself Outcome = "ended by itself"
	// OutcomeNotConfirmed: the coordinator received the request, and no end
	// could be proven.
	OutcomeNotConfirmed Outcome = "sent, not confirmed"
	// OutcomeRefused: the coordinator refused, or nothing could be sent.
	OutcomeRefused Outcome = "refused by coordinator"
	// OutcomeUnknown: the request may have arrived, and nothing is proven.
	OutcomeUnknown Outcome = "unknown"
)

// Final tells whether nothing more can be learnt. The other outcomes are read
// again (never sent again) until an end is proven or ReconcileFor has passed.
func (o Outcome) Final() bool {
	return o == OutcomeStopped || o == OutcomeEndedByItself || o == OutcomeRefused
}

// Phase is how far a confirmed action has come.
type Phase string

const (
	// PhaseIntended: recorded, and perhaps sent. After a restart nobody knows.
	PhaseIntended Phase = "intended"
	// PhaseVerifying: answered or timed out; the end is being looked for.
	PhaseVerifying Phase = "verifying"
	// PhaseSettled: the outcome stands (an outcome that is not final may still
	// be improved by reconciliation).
	PhaseSettled Phase = "settled"
)

// Intent is a confirmed action: written before anything is sent.
type Intent struct {
	// ID is the plan's id.
	ID       string   `json:"id"`
	Kind     Kind     `json:"kind"`
	Actor    Actor    `json:"actor"`
	Card     JobCard  `json:"job"`
	Identity Identity `json:"identity"`
	// Address is the configured address that the request goes to.
	Address string    `json:"address"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	Phase   Phase     `json:"phase"`
	Outcome Outcome   `json:"outcome"`
	// Detail is a sentence on the outcome or the progress.
	Detail string `json:"detail"`
	// Answered is true once the coordinator answered the request.
	Answered bool `json:"answered"`
	// Approver is the second person; nil where none was asked for.
	Approver *Actor `json:"approver,omitempty"`
	// Leftovers is what still ran on the workers after the end was proven; nil
	// before, and for a cancel.
	Leftovers *Leftovers `json:"leftovers,omitempty"`
	// UpdatedAt is when phase or outcome last changed.
	UpdatedAt time.Time `json:"updatedAt"`
	// AuditRow and AuditHead are number and hash of the newest row of the audit
	// trail that tells of this action; the store fills them in.
	AuditRow  int64  `json:"-"`
	AuditHead string `json:"-"`
}
