//go:build unix

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// toolMissing is the engine's exit code where there are no programs.
const toolMissing = 3

// postgres is a server that engines/postgres started.
type postgres struct {
	cli string
	dir string

	Host     string `json:"host"`
	Port     int    `json:"port"`
	User     string `json:"user"`
	Password string `json:"password"`
	Database string `json:"database"`
}

func startPostgres(ctx context.Context, b *bench) (*postgres, error) {
	dir, err := b.folder()
	if err != nil {
		return nil, err
	}
	p := &postgres{cli: filepath.Join(b.root, "engines", "postgres", "cli.mjs"), dir: dir}
	told, err := p.run(ctx, "start", "--owner-pid", strconv.Itoa(os.Getpid()))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(told, p); err != nil {
		p.stop()
		return nil, fmt.Errorf("engines/postgres: %w", err)
	}
	return p, nil
}

func (p *postgres) run(ctx context.Context, command string, options ...string) ([]byte, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, notHere("no Node, which starts PostgreSQL")
	}
	var said bytes.Buffer
	process := exec.CommandContext(ctx, node, append([]string{p.cli, command, "--dir", p.dir}, options...)...)
	process.Stderr = &said
	told, err := process.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == toolMissing {
		return nil, notHere(strings.TrimSpace(said.String()))
	}
	if err != nil {
		return nil, fmt.Errorf("engines/postgres %s: %w: %s", command, err, said.String())
	}
	return told, nil
}

func (p *postgres) stop() { _, _ = p.run(context.Background(), "stop") }

func (p *postgres) url(user, password, database string) string {
	full := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: net.JoinHostPort(p.Host, strconv.Itoa(p.Port)), Path: "/" + database, RawQuery: "sslmode=disable"}
	return full.String()
}

// prepare makes a user and a database for the store, and has the server write
// to the disk, which the test engine leaves out.
func (p *postgres) prepare(ctx context.Context) error {
	db, err := sql.Open("pgx", p.url(p.User, p.Password, p.Database))
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
		p.stop()
		return keeper{}, err
	}
	return keeper{name: "PostgreSQL on this machine", location: p.url("unjam", "unjam", "unjam"), close: p.stop}, nil
}
