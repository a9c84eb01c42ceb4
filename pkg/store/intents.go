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

// unsettled is written out, not bound, so that the index of unsettled intents
// is used for it.
const unsettled = "phase <> '" + string(action.PhaseSettled) + "'"

const intentColumns = "body, phase, outcome, detail, answered, updated_at, leftovers, audit_seq, audit_hash"

func scanIntent(scan func(dest ...any) error) (intent action.Intent, err error) {
	var body, phase, outcome, detail, leftovers string
	var answered, updated int64
	var row action.AuditRow
	if err := scan(&body, &phase, &outcome, &detail, &answered, &updated, &leftovers, &row.Seq, &row.Hash); err != nil {
		return action.Intent{}, err
	}
	err = json.Unmarshal([]byte(body), &intent)
	if err == nil && leftovers != "" {
		err = json.Unmarshal([]byte(leftovers), &intent.Leftovers)
	}
	if err != nil {
		return action.Intent{}, &Problem{Kind: ErrDamaged, Detail: "a recorded action cannot be read", Advice: "Verify the audit trail, and restore the store from a backup", Err: err}
	}
	intent.Phase, intent.Outcome, intent.Detail = action.Phase(phase), action.Outcome(outcome), detail
	intent.Answered, intent.UpdatedAt = answered != 0, fromStored(updated)
	intent.AuditRow, intent.AuditHead = row.Seq, row.Hash
	return intent, nil
}

// Update writes phase, outcome, detail, answered, leftovers and the time of the
// change of an intent, and appends the entry, if there is one, in the same transaction.
// ErrNoIntent when the scope has none of that id. ErrSettled when it would
// open a settled intent again, or change an outcome that is final: a late
// reading must not undo what was proven.
func (s *Store) Update(ctx context.Context, scope watch.Scope, intent action.Intent, entry *action.AuditEntry) (action.AuditRow, error) {
	leftovers := ""
	if intent.Leftovers != nil {
		encoded, err := json.Marshal(intent.Leftovers)
		if err != nil {
			return action.AuditRow{}, fmt.Errorf("encode the leftovers of action %s: %w", intent.ID, err)
		}
		leftovers = string(encoded)
	}
	var row action.AuditRow
	err := s.record(ctx, func(tx *sql.Tx) error {
		stored, err := loadIntent(ctx, tx, scope, intent.ID)
		if err != nil {
			return err
		}
		reopened := stored.Phase == action.PhaseSettled && intent.Phase != action.PhaseSettled
		if reopened || stored.Outcome.Final() && intent.Outcome != stored.Outcome {
			return fmt.Errorf("action %s is %s, %q: %w", intent.ID, stored.Phase, stored.Outcome, action.ErrSettled)
		}
		if _, err := tx.ExecContext(ctx, "UPDATE intents SET phase = ?, outcome = ?, detail = ?, answered = ?, updated_at = ?, leftovers = ? WHERE org_id = ? AND ds_uid = ? AND id = ?",
			string(intent.Phase), string(intent.Outcome), intent.Detail, stored01(intent.Answered), toStored(intent.UpdatedAt), leftovers,
			scope.OrgID, scope.DataSourceUID, intent.ID); err != nil {
			return err
		}
		if entry == nil {
			return nil
		}
		row, err = appendAudit(ctx, tx, scope, *entry)
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

// Intent gives one intent; ErrNoIntent when the scope has none of that id.
func (s *Store) Intent(ctx context.Context, scope watch.Scope, id string) (action.Intent, error) {
	intent, err := loadIntent(ctx, s.reader, scope, id)
	return intent, s.explain(err)
}

func loadIntent(ctx context.Context, db querier, scope watch.Scope, id string) (action.Intent, error) {
	intent, err := scanIntent(db.QueryRowContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE org_id = ? AND ds_uid = ? AND id = ?",
		scope.OrgID, scope.DataSourceUID, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return action.Intent{}, action.ErrNoIntent
	}
	return intent, err
}

// InFlight gives the unsettled intent for a job of a cluster, whatever scope it
// comes from; false when there is none.
func (s *Store) InFlight(ctx context.Context, cluster string, job coordinator.JobID) (action.Intent, bool, error) {
	intent, found, err := loadInFlight(ctx, s.reader, cluster, job)
	return intent, found, s.explain(err)
}

func loadInFlight(ctx context.Context, db querier, cluster string, job coordinator.JobID) (action.Intent, bool, error) {
	intent, err := scanIntent(db.QueryRowContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE cluster = ? AND job_id = ? AND "+unsettled,
		cluster, string(job)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return action.Intent{}, false, nil
	}
	return intent, err == nil, err
}

// Unresolved gives the scope's intents that are still to be looked after,
// oldest first: those younger than since whose outcome is not final, and those
// of any age that are not settled, since they keep their jobs locked.
func (s *Store) Unresolved(ctx context.Context, scope watch.Scope, since time.Time) ([]action.Intent, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE org_id = ? AND ds_uid = ? AND (at > ? OR "+unsettled+") ORDER BY at, id",
		scope.OrgID, scope.DataSourceUID, toStored(since))
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var unresolved []action.Intent
	for rows.Next() {
		intent, err := scanIntent(rows.Scan)
		if err != nil {
			return nil, s.explain(err)
		}
		if !intent.Outcome.Final() || intent.Phase != action.PhaseSettled {
			unresolved = append(unresolved, intent)
		}
	}
	return unresolved, s.explain(rows.Err())
}

// keepReceipt notes the newest row of the trail that tells of an action.
func keepReceipt(ctx context.Context, tx *sql.Tx, scope watch.Scope, id string, row action.AuditRow) error {
	_, err := tx.ExecContext(ctx, "UPDATE intents SET audit_seq = ?, audit_hash = ? WHERE org_id = ? AND ds_uid = ? AND id = ?",
		row.Seq, row.Hash, scope.OrgID, scope.DataSourceUID, id)
	return err
}

// Ended gives the scope's force stops whose end was proven after since, oldest
// first.
func (s *Store) Ended(ctx context.Context, scope watch.Scope, since time.Time) ([]action.Intent, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE org_id = ? AND ds_uid = ? AND kind = ? AND outcome IN (?, ?) AND updated_at > ? ORDER BY at, id",
		scope.OrgID, scope.DataSourceUID, string(action.KindForceStop), string(action.OutcomeStopped), string(action.OutcomeEndedByItself), toStored(since))
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var ended []action.Intent
	for rows.Next() {
		intent, err := scanIntent(rows.Scan)
		if err != nil {
			return nil, s.explain(err)
		}
		ended = append(ended, intent)
	}
	return ended, s.explain(rows.Err())
}

// Lease takes or prolongs the right to reconcile an intent; false when another
// holder has it until later than now. ErrNoIntent when the scope has no intent
// of that id.
func (s *Store) Lease(ctx context.Context, scope watch.Scope, id, holder string, now, until time.Time) (bool, error) {
	held := false
	err := s.record(ctx, func(tx *sql.Tx) error {
		if _, err := loadIntent(ctx, tx, scope, id); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `INSERT INTO leases (org_id, ds_uid, intent_id, holder, until) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (org_id, ds_uid, intent_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE leases.holder = excluded.holder OR leases.until <= ?`,
			scope.OrgID, scope.DataSourceUID, id, holder, toStored(until), toStored(now))
		if err != nil {
			return err
		}
		changed, err := result.RowsAffected()
		held = changed > 0
		return err
	})
	return held && err == nil, err
}

// Spent counts the cluster's intents of a kind that are younger than since,
// over all scopes, and gives the time of the oldest of them; zero when there
// is none.
func (s *Store) Spent(ctx context.Context, cluster string, kind action.Kind, since time.Time) (count int, oldest time.Time, err error) {
	var at int64
	err = s.reader.QueryRowContext(ctx, "SELECT count(*), coalesce(min(at), 0) FROM intents WHERE cluster = ? AND kind = ? AND at > ?",
		cluster, string(kind), toStored(since)).Scan(&count, &at)
	return count, fromStored(at), s.explain(err)
}

// Asked gives the jobs of a cluster that were asked to stop after since, by
// whatever scope, and whose end is not proven, with the create times of those
// that were meant. One that the coordinator refused was not asked.
func (s *Store) Asked(ctx context.Context, cluster string, since time.Time) (map[coordinator.JobID][]time.Time, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE cluster = ? AND at > ? AND outcome IN (?, ?, ?)",
		cluster, toStored(since), string(action.OutcomeNone), string(action.OutcomeNotConfirmed), string(action.OutcomeUnknown))
	if err != nil {
		return nil, s.explain(err)
	}
	defer func() { _ = rows.Close() }()
	asked := map[coordinator.JobID][]time.Time{}
	for rows.Next() {
		intent, err := scanIntent(rows.Scan)
		if err != nil {
			return nil, s.explain(err)
		}
		if intent.Phase != action.PhaseIntended {
			asked[intent.Identity.Job] = append(asked[intent.Identity.Job], intent.Identity.CreateTime)
		}
	}
	return asked, s.explain(rows.Err())
}

func stored01(b bool) int {
	if b {
		return 1
	}
	return 0
}
