package store

import (
	"context"
	"database/sql"
	_ "embed" // for the migrations
	"fmt"
)

// migration is one step of the schema. Steps are never changed once released;
// a new one is added to the end.
type migration struct {
	name string
	sql  string
}

//go:embed migrations/sqlite/0001_first.sql
var sqliteFirst string

//go:embed migrations/sqlite/0002_guard.sql
var sqliteGuard string

//go:embed migrations/sqlite/0003_replicas.sql
var sqliteReplicas string

// migrations are all steps in order: step n makes schema version n.
var migrations = []migration{
	{name: "first", sql: sqliteFirst},
	{name: "guard", sql: sqliteGuard},
	{name: "replicas", sql: sqliteReplicas},
}

// migrate brings the schema up to date in one transaction: a failure leaves
// the store as it was.
func (s *Store) migrate(ctx context.Context, steps []migration) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		version, err := recogniseSQLite(ctx, tx, s.path)
		if err != nil {
			return err
		}
		if version > len(steps) {
			return &Problem{Kind: ErrNewer, Detail: fmt.Sprintf("%s has schema %d, and this version of Unjam knows up to %d", s.path, version, len(steps)),
				Advice: "Install the newer version of Unjam again, or choose another file. " + example}
		}
		if version == 0 {
			if err := markSQLite(ctx, tx); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)"); err != nil {
				return err
			}
		}
		for number := version + 1; number <= len(steps); number++ {
			step := steps[number-1]
			if _, err := tx.ExecContext(ctx, step.sql); err != nil {
				return fmt.Errorf("migration %d (%s): %w", number, step.name, err)
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO schema_version (version, name) VALUES (?, ?)", number, step.name); err != nil {
				return err
			}
		}
		return nil
	})
}
