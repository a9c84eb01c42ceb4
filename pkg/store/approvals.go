package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const approvalColumns = "body, state, decider, decided_at, note, action_id"

func scanApproval(scan func(dest ...any) error) (approval action.Approval, err error) {
	var body, state, decider string
	var decided int64
	if err := scan(&body, &state, &decider, &decided, &approval.Note, &approval.ActionID); err != nil {
		return action.Approval{}, err
	}
	note, actionID := approval.Note, approval.ActionID
	if err := errors.Join(json.Unmarshal([]byte(body), &approval), json.Unmarshal([]byte(decider), &approval.Decider)); err != nil {
		return action.Approval{}, &Problem{Kind: ErrDamaged, Detail: "a request for approval cannot be read", Advice: "Make a new request", Err: err}
	}
	approval.State, approval.DecidedAt = action.ApprovalState(state), fromStored(decided)
	approval.Note, approval.ActionID = note, actionID
	return approval, nil
}

// RequestApproval keeps a request for a second person, uses its plan up and
// appends the audit entry, all or nothing. It refuses with ErrNoPlan,
// ErrPlanUsed, ErrPlanExpired, ErrPlanUnfit, *InFlightError or *WaitingError.
func (s *Store) RequestApproval(ctx context.Context, scope watch.Scope, request action.RequestApproval) (action.AuditRow, error) {
	approval := request.Approval
	body, err := json.Marshal(approval)
	if err != nil {
		return action.AuditRow{}, fmt.Errorf("encode request %s: %w", approval.ID, err)
	}
	decider, err := json.Marshal(approval.Decider)
	if err != nil {
		return action.AuditRow{}, fmt.Errorf("encode request %s: %w", approval.ID, err)
	}
	var row action.AuditRow
	err = s.record(ctx, func(tx *sql.Tx) error {
		if err := mayRequest(ctx, tx, scope, request); err != nil {
			return err
		}
		if request.PlanID != "" {
			if err := usePlan(ctx, tx, scope, request.PlanID, request.Now); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO approvals (org_id, ds_uid, id, cluster, job_id, kind, at, expires_at, body, state, decider, decided_at, note, action_id)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '')`,
			scope.OrgID, scope.DataSourceUID, approval.ID, approval.Identity.Cluster, string(approval.Identity.Job), string(approval.Kind),
			toStored(approval.At), toStored(approval.ExpiresAt), string(body), string(action.ApprovalWaiting), string(decider)); err != nil {
			return fmt.Errorf("keep request %s: %w", approval.ID, err)
		}
		row, err = appendAudit(ctx, tx, scope, request.Entry)
		return err
	})
	if err != nil {
		return action.AuditRow{}, err
	}
	return row, nil
}

// mayRequest makes every check of RequestApproval, under the write lock.
func mayRequest(ctx context.Context, tx *sql.Tx, scope watch.Scope, request action.RequestApproval) error {
	approval := request.Approval
	if request.PlanID == "" {
		// An incident budget belongs to a scope: the same cluster seen from
		// elsewhere has its own.
		return nobodyWaits(ctx, tx, request.Now, "org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ?",
			scope.OrgID, scope.DataSourceUID, approval.Identity.Cluster, string(approval.Kind))
	}
	if err := fitsPlan(ctx, tx, scope, request.PlanID, request.Now, approval.Kind, approval.Identity); err != nil {
		return err
	}
	other, found, err := loadInFlight(ctx, tx, approval.Identity.Cluster, approval.Identity.Job)
	if err != nil {
		return err
	}
	if found {
		return &action.InFlightError{Intent: other}
	}
	return nobodyWaits(ctx, tx, request.Now, waitsForJob,
		approval.Identity.Cluster, string(approval.Identity.Job), string(action.KindIncident))
}

// waitsForJob takes a cluster, a job and KindIncident.
const waitsForJob = "cluster = ? AND job_id = ? AND kind <> ?"

// Waiting gives the request that waits at now for a job of a cluster, whatever
// scope it comes from; false when there is none.
func (s *Store) Waiting(ctx context.Context, cluster string, job coordinator.JobID, now time.Time) (action.Approval, bool, error) {
	err := nobodyWaits(ctx, s.reader, now, waitsForJob, cluster, string(job), string(action.KindIncident))
	var waiting *action.WaitingError
	if errors.As(err, &waiting) {
		return waiting.Approval, true, nil
	}
	return action.Approval{}, false, s.explain(err)
}

// nobodyWaits refuses with *WaitingError when a request that fits the condition
// waits at now.
func nobodyWaits(ctx context.Context, db querier, now time.Time, condition string, args ...any) error {
	waiting, err := scanApproval(db.QueryRowContext(ctx, "SELECT "+approvalColumns+" FROM approvals WHERE state = '"+string(action.ApprovalWaiting)+"' AND expires_at >= ? AND "+condition+" LIMIT 1",
		append([]any{toStored(now)}, args...)...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return &action.WaitingError{Approval: waiting}
}

// DecideApproval ends a waiting request, unlocks the incident budget that it
// may be for, and appends the audit entry, all or nothing.
func (s *Store) DecideApproval(ctx context.Context, scope watch.Scope, decide action.DecideApproval) (action.AuditRow, error) {
	var row action.AuditRow
	err := s.record(ctx, func(tx *sql.Tx) error {
		if err := decideApproval(ctx, tx, scope, decide.Approval, decide.Now); err != nil {
			return err
		}
		if decide.Incident != nil {
			if err := insertIncident(ctx, tx, scope, *decide.Incident); err != nil {
				return err
			}
		}
		var err error
		row, err = appendAudit(ctx, tx, scope, decide.Entry)
		return err
	})
	if err != nil {
		return action.AuditRow{}, err
	}
	return row, nil
}

// decideApproval takes a request out of its waiting, once.
func decideApproval(ctx context.Context, tx *sql.Tx, scope watch.Scope, decided action.Approval, now time.Time) error {
	stored, err := loadApproval(ctx, tx, scope, decided.ID)
	switch {
	case err != nil:
		return err
	case stored.State != action.ApprovalWaiting:
		return fmt.Errorf("request %s is %s: %w", decided.ID, stored.State, action.ErrDecided)
	case decided.State == action.ApprovalApproved && now.After(stored.ExpiresAt):
		return fmt.Errorf("request %s expired: %w", decided.ID, action.ErrDecided)
	case decided.State == action.ApprovalApproved && action.SamePerson(stored.Requester, decided.Decider):
		// The guard has checked it; this is the last lock before the act.
		return fmt.Errorf("request %s would be approved by its requester: %w", decided.ID, action.ErrPlanUnfit)
	}
	decider, err := json.Marshal(decided.Decider)
	if err != nil {
		return fmt.Errorf("encode who decided on %s: %w", decided.ID, err)
	}
	_, err = tx.ExecContext(ctx, "UPDATE approvals SET state = ?, decider = ?, decided_at = ?, note = ?, action_id = ? WHERE org_id = ? AND ds_uid = ? AND id = ?",
		string(decided.State), string(decider), toStored(decided.DecidedAt), decided.Note, decided.ActionID, scope.OrgID, scope.DataSourceUID, decided.ID)
	return err
}

// Approval gives one request; ErrNoApproval when the scope has none of that id.
func (s *Store) Approval(ctx context.Context, scope watch.Scope, id string) (action.Approval, error) {
	approval, err := loadApproval(ctx, s.reader, scope, id)
	return approval, s.explain(err)
}

func loadApproval(ctx context.Context, db querier, scope watch.Scope, id string) (action.Approval, error) {
	approval, err := scanApproval(db.QueryRowContext(ctx, "SELECT "+approvalColumns+" FROM approvals WHERE org_id = ? AND ds_uid = ? AND id = ?",
		scope.OrgID, scope.DataSourceUID, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return action.Approval{}, action.ErrNoApproval
	}
	return approval, err
}

// Approvals gives the scope's requests that wait, and those made after since,
// newest first, at most limit.
func (s *Store) Approvals(ctx context.Context, scope watch.Scope, since time.Time, limit int) ([]action.Approval, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+approvalColumns+" FROM approvals WHERE org_id = ? AND ds_uid = ? AND (at > ? OR state = '"+string(action.ApprovalWaiting)+"') ORDER BY at DESC, id LIMIT ?",
		scope.OrgID, scope.DataSourceUID, toStored(since), limit)
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var approvals []action.Approval
	for rows.Next() {
		approval, err := scanApproval(rows.Scan)
		if err != nil {
			return nil, s.explain(err)
		}
		approvals = append(approvals, approval)
	}
	return approvals, s.explain(rows.Err())
}
