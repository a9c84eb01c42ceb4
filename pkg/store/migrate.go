package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"path"
	"strings"
)

// migration is one step of the schema.
type migration struct {
	name string
	sql  string
}

// The steps of each database, in the order of their names: the first makes
// version 1 of the schema, and so on. A step is never changed once released; a
// new one is added to the end, for every database.
//
//go:embed migrations/*/*.sql
var migrationFiles embed.FS

// migrations gives the steps of a folder.
func migrations(folder string) ([]migration, error) {
	entries, err := migrationFiles.ReadDir("migrations/" + folder)
	if err != nil {
		return nil, err
	}
	var steps []migration
	for _, entry := range entries {
		text, err := migrationFiles.ReadFile(path.Join("migrations", folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		_, name, _ := strings.Cut(strings.TrimSuffix(entry.Name(), ".sql"), "_")
		steps = append(steps, migration{name: name, sql: string(text)})
	}
	return steps, nil
}

// migrate brings the schema up to date in one transaction: a failure leaves
// the store as it was.
func (s *Store) migrate(ctx context.Context, steps []migration) error {
	return s.transact(ctx, s.migrator, func(tx *sql.Tx) error {
		version, err := s.database.recognise(ctx, tx)
		if err != nil {
			return err
		}
		if version > len(steps) {
			return s.database.newer(version, len(steps))
		}
		if version == 0 {
			if err := s.database.mark(ctx, tx); err != nil {
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
