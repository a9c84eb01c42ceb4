package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Append adds an entry to the scope's audit trail.
func (s *Store) Append(ctx context.Context, scope watch.Scope, entry action.AuditEntry) (action.AuditRow, error) {
	var row action.AuditRow
	err := s.record(ctx, func(tx *sql.Tx) (err error) {
		row, err = appendAudit(ctx, tx, scope, entry)
		return err
	})
	if err != nil {
		return action.AuditRow{}, err
	}
	return row, nil
}

// appendAudit adds an entry to the end of the scope's chain. The transaction
// holds the write lock, so that nobody else can take the same number. A chain
// whose end is not as recorded goes on from the recorded end, so that what was
// removed stays visible as a hole.
func appendAudit(ctx context.Context, tx *sql.Tx, scope watch.Scope, entry action.AuditEntry) (action.AuditRow, error) {
	payload, err := entry.Payload()
	if err != nil {
		return action.AuditRow{}, err
	}
	last, err := loadHead(ctx, tx, scope)
	if err != nil {
		return action.AuditRow{}, err
	}
	if !last.recorded {
		var rows int64
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM audit WHERE org_id = ? AND ds_uid = ?", scope.OrgID, scope.DataSourceUID).Scan(&rows); err != nil {
			return action.AuditRow{}, err
		}
		if rows > 0 {
			return action.AuditRow{}, &Problem{Kind: ErrDamaged, Detail: "the record of the audit trail's end was removed",
				Advice: "Verify the audit trail, and restore the store from a backup, or move the file away and restart Grafana to begin a new one"}
		}
	}
	row := action.AuditRow{Seq: last.seq + 1, Entry: entry, PrevHash: last.hash}
	row.Entry.At = entry.At.UTC().Round(0)
	row.Hash = action.ChainHash(scope, row.Seq, row.PrevHash, payload)
	if _, err := tx.ExecContext(ctx, "INSERT INTO audit (org_id, ds_uid, seq, payload, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?)",
		scope.OrgID, scope.DataSourceUID, row.Seq, payload, row.PrevHash, row.Hash); err != nil {
		return action.AuditRow{}, fmt.Errorf("append audit row %d: %w", row.Seq, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_head (org_id, ds_uid, seq, hash) VALUES (?, ?, ?, ?)
		ON CONFLICT (org_id, ds_uid) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
		scope.OrgID, scope.DataSourceUID, row.Seq, row.Hash)
	return row, err
}

// head is the recorded end of a chain.
type head struct {
	seq  int64
	hash string
	// recorded is false when the scope has none: then seq is 0 and hash what
	// the first row follows on.
	recorded bool
}

func loadHead(ctx context.Context, db querier, scope watch.Scope) (head, error) {
	h := head{recorded: true}
	err := db.QueryRowContext(ctx, "SELECT seq, hash FROM audit_head WHERE org_id = ? AND ds_uid = ?",
		scope.OrgID, scope.DataSourceUID).Scan(&h.seq, &h.hash)
	if errors.Is(err, sql.ErrNoRows) {
		return head{hash: action.FirstPrevHash}, nil
	}
	return h, err
}

// Audit gives rows with Seq < before (0: from the newest), newest first, at
// most limit. A row whose content cannot be read any more is given with that
// as its detail, so that the others can still be read.
func (s *Store) Audit(ctx context.Context, scope watch.Scope, before int64, limit int) ([]action.AuditRow, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	if limit <= 0 {
		return nil, nil
	}
	return s.auditRows(ctx, "SELECT seq, payload, prev_hash, hash FROM audit WHERE org_id = ? AND ds_uid = ? AND seq < ? ORDER BY seq DESC LIMIT ?", scope, before, limit)
}

// AuditFrom gives rows with Seq > after, oldest first, at most limit; a row
// that cannot be read is given as Audit gives it.
func (s *Store) AuditFrom(ctx context.Context, scope watch.Scope, after int64, limit int) ([]action.AuditRow, error) {
	if limit <= 0 {
		return nil, nil
	}
	return s.auditRows(ctx, "SELECT seq, payload, prev_hash, hash FROM audit WHERE org_id = ? AND ds_uid = ? AND seq > ? ORDER BY seq LIMIT ?", scope, after, limit)
}

// auditRows runs a query that takes a scope, a row's number and a limit.
func (s *Store) auditRows(ctx context.Context, query string, scope watch.Scope, seq int64, limit int) ([]action.AuditRow, error) {
	rows, err := s.reader.QueryContext(ctx, query, scope.OrgID, scope.DataSourceUID, seq, limit)
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var trail []action.AuditRow
	for rows.Next() {
		stored, err := scanAudit(rows)
		if err != nil {
			return nil, s.explain(err)
		}
		row := action.AuditRow{Seq: stored.seq, PrevHash: stored.prevHash, Hash: stored.hash}
		if err := json.Unmarshal(stored.payload, &row.Entry); err != nil {
			row.Entry = action.AuditEntry{Detail: unreadable}
		}
		trail = append(trail, row)
	}
	return trail, s.explain(rows.Err())
}

// unreadable stands in for an entry that is no longer one.
const unreadable = "The content of this row is not an audit entry any more. Verify the audit trail."

// auditRow is a row as it is stored.
type auditRow struct {
	seq            int64
	payload        []byte
	prevHash, hash string
}

func scanAudit(rows *sql.Rows) (row auditRow, err error) {
	err = rows.Scan(&row.seq, &row.payload, &row.prevHash, &row.hash)
	return row, err
}
