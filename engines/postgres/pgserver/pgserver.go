// Package pgserver starts a real PostgreSQL by engines/postgres, from the
// programs that npm installs. It is for tests and for measuring.
package pgserver

import (
	"bytes"
	"context"
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
)

// toolMissing is the engine's exit code where there are no programs.
const toolMissing = 3

// Missing says why this machine cannot run a server.
type Missing string

// Error is the reason.
func (m Missing) Error() string { return string(m) }

// Server is a PostgreSQL server on 127.0.0.1.
type Server struct {
	cli string
	dir string
	// Host and Port are where it listens.
	Host string `json:"host"`
	Port int    `json:"port"`
	// The superuser, and a database that every server has.
	User     string `json:"user"`
	Admin    string `json:"password"`
	Database string `json:"database"`
}

// Start starts a server of the repository at root, with its files in dir. The
// engine's watchdog stops it if this process ends without Stop. The error is a
// Missing where this machine lacks Node or the programs.
func Start(ctx context.Context, root, dir string) (*Server, error) {
	s := &Server{cli: filepath.Join(root, "engines", "postgres", "cli.mjs"), dir: dir}
	told, err := s.Run(ctx, "start", "--owner-pid", strconv.Itoa(os.Getpid()))
	if err == nil {
		err = json.Unmarshal(told, s)
	}
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Stop ends the server; its files stay.
func (s *Server) Stop() { _, _ = s.Run(context.Background(), "stop") }

// URL is the address of a database for a user.
func (s *Server) URL(user, password, database string) string {
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	full := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: address, Path: "/" + database, RawQuery: "sslmode=disable"}
	return full.String()
}

// Run has engines/postgres carry out a command for this server, and gives what it
// printed.
func (s *Server) Run(ctx context.Context, command string, options ...string) ([]byte, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, Missing("no Node, which starts PostgreSQL")
	}
	var said bytes.Buffer
	process := exec.CommandContext(ctx, node, append([]string{s.cli, command, "--dir", s.dir}, options...)...)
	process.Stderr = &said
	told, err := process.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == toolMissing {
		return nil, Missing(strings.TrimSpace(said.String()))
	}
	if err != nil {
		return nil, fmt.Errorf("engines/postgres %s: %w: %s", command, err, said.String())
	}
	return told, nil
}

// ModuleRoot is the folder of go.mod, here or above.
func ModuleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", errors.New("run it in Unjam's repository: there is no go.mod here or above")
		}
		folder = above
	}
}
