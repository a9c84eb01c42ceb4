package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Begin makes a plan into an intent and appends the audit entry, all or
// nothing. It refuses, in this order, with ErrNoPlan, ErrPlanUsed,
// ErrPlanExpired, ErrPlanUnfit, *InFlightError, *BudgetError, ErrNoApproval
// and ErrDecided; locks and
// budget count over all scopes that show the cluster. After it returned nil
// the record is on the disk. After any other error nothing may be sent; where
// the record was made and only its proof failed, reconciliation finds it.
func (s *Store) Begin(ctx context.Context, scope watch.Scope, begin action.Begin) (action.AuditRow, error) {
	intent := begin.Intent
	body, err := json.Marshal(intent)
	if err != nil {
		return action.AuditRow{}, fmt.Errorf("encode action %s: %w", intent.ID, err)
	}
	var row action.AuditRow
	err = s.record(ctx, func(tx *sql.Tx) error {
		if err := mayBegin(ctx, tx, scope, begin); err != nil {
			return err
		}
		if err := usePlan(ctx, tx, scope, intent.ID, begin.Now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO intents (org_id, ds_uid, id, cluster, job_id, kind, at, body, phase, outcome, detail, answered, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			scope.OrgID, scope.DataSourceUID, intent.ID, intent.Identity.Cluster, string(intent.Identity.Job), string(intent.Kind), toStored(intent.At), string(body),
			string(intent.Phase), string(intent.Outcome), intent.Detail, stored01(intent.Answered), toStored(intent.UpdatedAt)); err != nil {
			return err
		}
		row, err = appendAudit(ctx, tx, scope, begin.Entry)
		if err != nil {
			return err
		}
		return keepReceipt(ctx, tx, scope, intent.ID, row)
	})
	if err != nil {
		return action.AuditRow{}, err
	}
	return row, nil
}

// mayBegin makes every check of Begin, under the write lock.
func mayBegin(ctx context.Context, tx *sql.Tx, scope watch.Scope, begin action.Begin) error {
	intent := begin.Intent
	// The intent outlives its plan, so a replay is known as one for ever.
	if _, err := loadIntent(ctx, tx, scope, intent.ID); err == nil {
		return action.ErrPlanUsed
	} else if !errors.Is(err, action.ErrNoIntent) {
		return err
	}
	if err := fitsPlan(ctx, tx, scope, intent.ID, begin.Now, intent.Kind, intent.Identity); err != nil {
		return err
	}
	other, found, err := loadInFlight(ctx, tx, intent.Identity.Cluster, intent.Identity.Job)
	if err != nil {
		return err
	}
	if !found {
		other, found, err = loadOvertaking(ctx, tx, scope, intent)
	}
	if err != nil {
		return err
	}
	if found {
		return &action.InFlightError{Intent: other}
	}
	if err := withinBudget(ctx, tx, scope, begin); err != nil {
		return err
	}
	return carriesOut(ctx, tx, scope, begin)
}

// loadOvertaking gives an action for the intent's job that went on after its
// plan was made, though it is settled by now: whoever confirms at the same time
// has read the job as it was before, and would send a second request.
func loadOvertaking(ctx context.Context, tx *sql.Tx, scope watch.Scope, intent action.Intent) (action.Intent, bool, error) {
	plan, _, err := loadPlan(ctx, tx, scope, intent.ID)
	if err != nil {
		return action.Intent{}, false, err
	}
	other, err := scanIntent(tx.QueryRowContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE cluster = ? AND job_id = ? AND updated_at >= ? ORDER BY updated_at DESC, id LIMIT 1",
		intent.Identity.Cluster, string(intent.Identity.Job), toStored(plan.CreatedAt)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return action.Intent{}, false, nil
	}
	return other, err == nil, err
}

// fitsPlan refuses what a stored plan does not permit at now.
func fitsPlan(ctx context.Context, tx *sql.Tx, scope watch.Scope, id string, now time.Time, kind action.Kind, identity action.Identity) error {
	plan, used, err := loadPlan(ctx, tx, scope, id)
	switch {
	case err != nil:
		return err
	case used:
		return action.ErrPlanUsed
	case now.After(plan.ExpiresAt):
		return action.ErrPlanExpired
	case !plan.Allowed():
		return fmt.Errorf("plan %s was blocked: %w", plan.ID, action.ErrPlanUnfit)
	case kind != plan.Kind, identity.Cluster != plan.Identity.Cluster, identity.Job != plan.Identity.Job:
		return fmt.Errorf("plan %s is for another action: %w", plan.ID, action.ErrPlanUnfit)
	}
	return nil
}

func usePlan(ctx context.Context, tx *sql.Tx, scope watch.Scope, id string, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE plans SET used_at = ? WHERE org_id = ? AND ds_uid = ? AND id = ?",
		toStored(now), scope.OrgID, scope.DataSourceUID, id)
	return err
}

// carriesOut marks the approval as approved that the intent carries out; a
// plan that asks for a second person permits nothing without one.
func carriesOut(ctx context.Context, tx *sql.Tx, scope watch.Scope, begin action.Begin) error {
	intent := begin.Intent
	plan, _, err := loadPlan(ctx, tx, scope, intent.ID)
	if err != nil {
		return err
	}
	if begin.Approval == "" {
		if plan.SecondPerson {
			return fmt.Errorf("plan %s asks for a second person: %w", plan.ID, action.ErrPlanUnfit)
		}
		return nil
	}
	approval, err := loadApproval(ctx, tx, scope, begin.Approval)
	switch {
	case err != nil:
		return err
	case intent.Approver == nil, approval.Kind != intent.Kind,
		approval.Identity.Cluster != intent.Identity.Cluster, approval.Identity.Job != intent.Identity.Job:
		return fmt.Errorf("request %s is for another action: %w", approval.ID, action.ErrPlanUnfit)
	}
	approval.State, approval.Decider, approval.DecidedAt, approval.ActionID = action.ApprovalApproved, *intent.Approver, begin.Now, intent.ID
	return decideApproval(ctx, tx, scope, approval, begin.Now)
}

// withinBudget refuses when the cluster's intents of this kind have used up
// the budget of the window that ends now.
func withinBudget(ctx context.Context, tx *sql.Tx, scope watch.Scope, begin action.Begin) error {
	if begin.Intent.Kind == action.KindForceStop {
		incident, found, err := loadIncident(ctx, tx, scope, begin.Intent.Identity.Cluster, begin.Now)
		if err != nil {
			return err
		}
		if found {
			return withinIncident(ctx, tx, begin, incident)
		}
	}
	refusal := &action.BudgetError{Limit: begin.Budget, Window: begin.BudgetWindow, RetryAt: begin.Now.Add(begin.BudgetWindow)}
	if begin.Budget <= 0 {
		return refusal
	}
	// The budget is free again when the Budget-th newest leaves the window. It
	// is the oldest one, unless the budget was lowered meanwhile.
	var at int64
	err := tx.QueryRowContext(ctx, "SELECT at FROM intents WHERE cluster = ? AND kind = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
		begin.Intent.Identity.Cluster, string(begin.Intent.Kind), toStored(begin.Now.Add(-begin.BudgetWindow)), begin.Budget-1).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	refusal.RetryAt = fromStored(at).Add(begin.BudgetWindow)
	return refusal
}

// withinIncident refuses when the cluster's force stops since the incident
// began have used up what was unlocked, whatever scope they came from.
func withinIncident(ctx context.Context, tx *sql.Tx, begin action.Begin, incident action.Incident) error {
	var spent int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM intents WHERE cluster = ? AND kind = ? AND at >= ?",
		begin.Intent.Identity.Cluster, string(begin.Intent.Kind), toStored(incident.From)).Scan(&spent); err != nil {
		return err
	}
	if spent >= incident.Limit {
		return &action.BudgetError{Limit: incident.Limit, Window: incident.Until.Sub(incident.From), RetryAt: incident.Until}
	}
	return nil
}
