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

const (
	// planKept is how long a plan stays after it expired, so that whoever comes
	// late is told "expired" and not "never heard of".
	planKept = time.Hour
	// plansRemovedAtOnce bounds the clean-up that SavePlan does on the way.
	plansRemovedAtOnce = 100
)

// SavePlan keeps a plan. A second plan of the same id is an error: plans are
// never overwritten. Plans of the scope that expired more than planKept before
// this one was made are removed on the way.
func (s *Store) SavePlan(ctx context.Context, scope watch.Scope, plan action.Plan) error {
	body, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("encode plan %s: %w", plan.ID, err)
	}
	return s.record(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO plans (org_id, ds_uid, id, body, expires_at, used_at) VALUES (?, ?, ?, ?, ?, 0)",
			scope.OrgID, scope.DataSourceUID, plan.ID, string(body), toStored(plan.ExpiresAt)); err != nil {
			return fmt.Errorf("keep plan %s: %w", plan.ID, err)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM plans WHERE org_id = ? AND ds_uid = ? AND id IN
			(SELECT id FROM plans WHERE org_id = ? AND ds_uid = ? AND expires_at < ? ORDER BY expires_at LIMIT ?)`,
			scope.OrgID, scope.DataSourceUID, scope.OrgID, scope.DataSourceUID, toStored(plan.CreatedAt.Add(-planKept)), plansRemovedAtOnce)
		return err
	})
}

// Plan gives a plan, used or not; ErrNoPlan when the scope has none of that id.
func (s *Store) Plan(ctx context.Context, scope watch.Scope, id string) (action.Plan, error) {
	plan, _, err := loadPlan(ctx, s.reader, scope, id)
	return plan, s.explain(err)
}

func loadPlan(ctx context.Context, db querier, scope watch.Scope, id string) (plan action.Plan, used bool, err error) {
	var body string
	var usedAt int64
	err = db.QueryRowContext(ctx, "SELECT body, used_at FROM plans WHERE org_id = ? AND ds_uid = ? AND id = ?",
		scope.OrgID, scope.DataSourceUID, id).Scan(&body, &usedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return action.Plan{}, false, action.ErrNoPlan
	}
	if err != nil {
		return action.Plan{}, false, err
	}
	if err := json.Unmarshal([]byte(body), &plan); err != nil {
		return action.Plan{}, false, &Problem{Kind: ErrDamaged, Detail: "plan " + id + " cannot be read", Advice: "Make a new plan", Err: err}
	}
	return plan, usedAt != 0, nil
}
