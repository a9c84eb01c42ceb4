//go:build unix

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/unjam/unjam-jobs-app/engines/postgres/pgserver"
)

// postgres is a server of the bench's own.
type postgres struct{ *pgserver.Server }

func startPostgres(ctx context.Context, b *bench) (*postgres, error) {
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	server, err := pgserver.Start(ctx, b.root, dir)
	if missing, is := errors.AsType[pgserver.Missing](err); is {
		return nil, notHere(missing)
	}
	if err != nil {
		return nil, err
	}
	return &postgres{server}, nil
}

// prepare makes a user and a database for the store, and has the server write
// to the disk, which the test engine leaves out.
func (p *postgres) prepare(ctx context.Context) error {
	db, err := sql.Open("pgx", p.URL(p.User, p.Admin, p.Database))
	if err != nil {
		return err
	}
	defer db.Close()
	for _, statement := range []string{
		"ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET full_page_writes = on", "SELECT pg_reload_conf()",
		"CREATE ROLE unjam LOGIN PASSWORD 'unjam'", "CREATE DATABASE unjam OWNER unjam",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// postgresStore is a database on a server of its own, which writes to the disk.
func postgresStore(ctx context.Context, b *bench) (keeper, error) {
	p, err := startPostgres(ctx, b)
	if err != nil {
		return keeper{}, err
	}
	if err := p.prepare(ctx); err != nil {
		p.Stop()
		return keeper{}, err
	}
	return keeper{name: "PostgreSQL on this machine", location: p.URL("unjam", "unjam", "unjam"), close: p.Stop}, nil
}
