package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// verifyBatch is how many rows are in memory at once while a chain is walked;
// between two batches no lock is held.
const verifyBatch = 500

// Verify walks the scope's chain from its first row to the end that was
// recorded when it began, and names the first row that is changed or missing.
// Who can write the file can also make a whole new chain: that is seen only by
// comparing with the row numbers and hashes in Grafana's log.
func (s *Store) Verify(ctx context.Context, scope watch.Scope) (action.Verification, error) {
	var end chainEnd
	err := s.snapshot(ctx, func(tx *sql.Tx) (err error) {
		end, err = loadEnd(ctx, tx, scope)
		return err
	})
	if err != nil {
		return action.Verification{}, err
	}
	result := action.Verification{Rows: end.rows, Head: end.newestHash}
	walk := chainWalk{scope: scope, prevHash: action.FirstPrevHash, end: end}
	for after := int64(math.MinInt64); ; {
		batch, err := s.auditBatch(ctx, scope, after, end.newestSeq)
		if err != nil {
			return action.Verification{}, err
		}
		for _, row := range batch {
			if walk.step(row); walk.brokenAt != 0 {
				result.BrokenAt, result.Detail = walk.brokenAt, walk.detail
				return result, nil
			}
		}
		if len(batch) < verifyBatch {
			break
		}
		after = batch[len(batch)-1].seq
	}
	walk.finish()
	result.BrokenAt, result.Detail = walk.brokenAt, walk.detail
	return result, nil
}

// chainEnd is how a chain ends, by its rows and by its recorded head.
type chainEnd struct {
	head
	rows       int64
	newestSeq  int64
	newestHash string
}

func loadEnd(ctx context.Context, tx *sql.Tx, scope watch.Scope) (end chainEnd, err error) {
	if end.head, err = loadHead(ctx, tx, scope); err != nil {
		return end, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*), coalesce(max(seq), 0) FROM audit WHERE org_id = ? AND ds_uid = ?",
		scope.OrgID, scope.DataSourceUID).Scan(&end.rows, &end.newestSeq); err != nil || end.rows == 0 {
		return end, err
	}
	err = tx.QueryRowContext(ctx, "SELECT hash FROM audit WHERE org_id = ? AND ds_uid = ? AND seq = ?",
		scope.OrgID, scope.DataSourceUID, end.newestSeq).Scan(&end.newestHash)
	return end, err
}

func (s *Store) auditBatch(ctx context.Context, scope watch.Scope, after, last int64) ([]auditRow, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT seq, payload, prev_hash, hash FROM audit WHERE org_id = ? AND ds_uid = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
		scope.OrgID, scope.DataSourceUID, after, last, verifyBatch)
	if err != nil {
		return nil, s.explain(err)
	}
	defer rows.Close()
	var batch []auditRow
	for rows.Next() {
		row, err := scanAudit(rows)
		if err != nil {
			return nil, s.explain(err)
		}
		batch = append(batch, row)
	}
	return batch, s.explain(rows.Err())
}

// chainWalk checks the rows of a chain one after the other.
type chainWalk struct {
	scope watch.Scope
	end   chainEnd
	// seq and prevHash are those of the last row that held.
	seq      int64
	prevHash string

	brokenAt int64
	detail   string
}

func (w *chainWalk) breakAt(seq int64, format string, args ...any) {
	w.brokenAt, w.detail = seq, fmt.Sprintf(format, args...)
}

// step checks the next row that is there.
func (w *chainWalk) step(row auditRow) {
	expected := w.seq + 1
	switch {
	case row.seq < expected:
		w.breakAt(expected, "A row numbered %d stands where the trail should go on with row %d.", row.seq, expected)
		return
	case row.seq == expected+1:
		w.breakAt(expected, "Row %d is missing.", expected)
		return
	case row.seq > expected:
		w.breakAt(expected, "Rows %d to %d are missing.", expected, row.seq-1)
		return
	case w.end.recorded && row.seq > w.end.seq:
		w.breakAt(row.seq, "Row %d stands after the recorded end of the trail, row %d: it was not written by Unjam, or the record of the end was changed.", row.seq, w.end.seq)
		return
	}
	own := action.ChainHash(w.scope, row.seq, row.prevHash, row.payload) == row.hash
	follows := row.prevHash == w.prevHash
	switch {
	case own && follows:
	case own && row.seq == 1:
		w.breakAt(1, "Row 1 does not begin the trail: it names a row before it.")
		return
	case own:
		// Each of the two fits its own hash, so one of them was changed together
		// with it.
		w.breakAt(w.seq, "Row %d or row %d was changed together with its hash: they no longer follow on each other.", w.seq, row.seq)
		return
	case action.ChainHash(w.scope, row.seq, w.prevHash, row.payload) == row.hash:
		w.breakAt(row.seq, "The previous hash of row %d was changed.", row.seq)
		return
	default:
		w.breakAt(row.seq, "Row %d was changed, or stood at another place or in another data source: its hash does not fit its content.", row.seq)
		return
	}
	var entry action.AuditEntry
	if err := json.Unmarshal(row.payload, &entry); err != nil {
		w.breakAt(row.seq, "The content of row %d is not an audit entry.", row.seq)
		return
	}
	w.seq, w.prevHash = row.seq, row.hash
}

// finish compares the last row with the recorded end.
func (w *chainWalk) finish() {
	switch {
	case w.end.rows == 0 && !w.end.recorded:
		// An empty trail.
	case !w.end.recorded:
		w.breakAt(w.seq+1, "The record of the trail's end is missing: whether rows after row %d were removed cannot be told.", w.seq)
	case w.seq+1 == w.end.seq:
		w.breakAt(w.end.seq, "Row %d, the newest, is missing.", w.end.seq)
	case w.seq < w.end.seq:
		w.breakAt(w.seq+1, "Rows %d to %d, the newest, are missing.", w.seq+1, w.end.seq)
	case w.prevHash != w.end.hash:
		w.breakAt(w.seq, "Row %d, the newest, was changed together with its hash, or the record of the trail's end was changed.", w.seq)
	}
}
