package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// LoadMemory gives what a watcher remembers of one kind; nil when nothing was
// kept.
func (s *Store) LoadMemory(ctx context.Context, scope watch.Scope, cluster, kind string) ([]byte, error) {
	body, err := loadMemory(ctx, s.reader, scope, cluster, kind)
	return body, s.explain(err)
}

// MergeMemory replaces what is kept by what merge makes of it, in one
// transaction, so that no replica loses what another one saw. merge is given
// nil when nothing was kept; its error ends the transaction.
func (s *Store) MergeMemory(ctx context.Context, scope watch.Scope, cluster, kind string, merge func(stored []byte) ([]byte, error)) error {
	return s.writeTimeline(ctx, scope, func(tx *sql.Tx) error {
		stored, err := loadMemory(ctx, tx, scope, cluster, kind)
		if err != nil {
			return err
		}
		body, err := merge(stored)
		if err != nil {
			return err
		}
		now, err := s.database.now(ctx)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO memories (org_id, ds_uid, cluster, kind, body, updated_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (org_id, ds_uid, cluster, kind) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
			scope.OrgID, scope.DataSourceUID, cluster, kind, string(body), toStored(now))
		return err
	})
}

func loadMemory(ctx context.Context, db querier, scope watch.Scope, cluster, kind string) ([]byte, error) {
	var body string
	err := db.QueryRowContext(ctx, "SELECT body FROM memories WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ?",
		scope.OrgID, scope.DataSourceUID, cluster, kind).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []byte(body), err
}
