package action

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// AuditEvent is what an audit row records.
type AuditEvent string

const (
	// AuditRefused: an attempt that a check or a guard refused.
	AuditRefused AuditEvent = "refused"
	// AuditPlanned: a plan was made.
	AuditPlanned AuditEvent = "planned"
	// AuditIntent: confirmed, written before anything was sent.
	AuditIntent AuditEvent = "intent"
	// AuditAnswer: what the coordinator answered.
	AuditAnswer AuditEvent = "answer"
	// AuditOutcome: what was proven.
	AuditOutcome AuditEvent = "outcome"
	// AuditRequested: a second person was asked for. AuditDecided: the request
	// was approved, rejected, withdrawn, canceled, or has expired.
	AuditRequested AuditEvent = "requested"
	AuditDecided   AuditEvent = "decided"
	// AuditLeftovers: tasks were found to run on after the end, or are gone.
	AuditLeftovers AuditEvent = "leftovers"
	// AuditDismissed: a lost job was dismissed.
	AuditDismissed AuditEvent = "dismissed"
	// AuditSuppressed: attempts were refused that are not recorded one by one.
	AuditSuppressed AuditEvent = "suppressed"
)

// AuditEntry is the content of an audit row.
type AuditEntry struct {
	At    time.Time  `json:"at"`
	Event AuditEvent `json:"event"`
	Actor Actor      `json:"actor"`
	Kind  Kind       `json:"kind,omitempty"`
	// ActionID is the plan's and the intent's id; empty for refusals before a
	// plan.
	ActionID string    `json:"actionId,omitempty"`
	JobName  string    `json:"jobName,omitempty"`
	Identity *Identity `json:"identity,omitempty"`
	Verdicts []Verdict `json:"verdicts,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	// Approver is the second person of an act, ApprovalID the request.
	Approver   *Actor `json:"approver,omitempty"`
	ApprovalID string `json:"approvalId,omitempty"`
	// Request and Answer are the exchange with the coordinator, without
	// credentials.
	Request string  `json:"request,omitempty"`
	Answer  string  `json:"answer,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"`
	Detail  string  `json:"detail,omitempty"`
}

// AuditRow is an entry in its place in the chain.
type AuditRow struct {
	// Seq counts from 1 within the scope, without holes.
	Seq   int64      `json:"seq"`
	Entry AuditEntry `json:"entry"`
	// PrevHash is the hash of the row before (hex SHA-256; 64 zeros for the
	// first), Hash this row's.
	PrevHash string `json:"prevHash"`
	Hash     string `json:"hash"`
}

// FirstPrevHash is PrevHash of a scope's first row.
const FirstPrevHash = "0000000000000000000000000000000000000000000000000000000000000000"

// Payload gives the entry as the bytes that are stored and hashed: canonical
// JSON by RFC 8785, with times in UTC, so that anybody can make the same bytes
// from the same content. It holds no numbers, which the RFC would round. Rows
// written before this form stay valid: their hash is over their stored bytes.
func (e AuditEntry) Payload() ([]byte, error) {
	e.At = e.At.UTC()
	encoded, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode audit entry: %w", err)
	}
	payload := jsontext.Value(encoded)
	if err := payload.Canonicalize(); err != nil {
		return nil, fmt.Errorf("bring audit entry into canonical form: %w", err)
	}
	return payload, nil
}

// ChainHash is a row's hash: SHA-256 over scope, number, the previous hash and
// the payload as stored. Scope and number are in it so that a row can be moved
// neither to another place nor to another scope.
func ChainHash(scope watch.Scope, seq int64, prevHash string, payload []byte) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "unjam-audit-1\n%d\n%q\n%d\n%s\n", scope.OrgID, scope.DataSourceUID, seq, prevHash)
	sum.Write(payload)
	return hex.EncodeToString(sum.Sum(nil))
}

// Verification is the result of walking a scope's chain.
type Verification struct {
	// Rows is how many rows there are, Head the newest row's hash.
	Rows int64
	Head string
	// BrokenAt is the number of the first row that is changed or missing; 0
	// when the chain holds. Detail says what is wrong there.
	BrokenAt int64
	Detail   string
}

// Holds tells whether the chain is whole.
func (v Verification) Holds() bool { return v.BrokenAt == 0 }
