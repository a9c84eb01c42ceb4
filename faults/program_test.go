//go:build unix

package faults_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// programs are the plugin's programs that the tests start. They are made when
// the first test wants them, in a folder that TestMain removes.
var programs struct {
	folder string
	plain  program
	users  program
}

// program is one that is built once.
type program struct {
	once sync.Once
	path string
	err  error
	said []byte
}

func (p *program) built(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	p.once.Do(func() {
		p.path = filepath.Join(programs.folder, name)
		command := exec.CommandContext(t.Context(), "go", append(arguments, "-o", p.path)...)
		if name == usersName {
			command.Args = append(command.Args, "../pkg")
		}
		p.said, p.err = command.CombinedOutput()
	})
	if p.err != nil {
		t.Fatalf("building %s: %v\n%s", name, p.err, p.said)
	}
	return p.path
}

const (
	plainName = "faults.plain.test"
	usersName = "gpx_unjam_coordinator"
)

// self is this test binary, with the race detector if the test has it.
func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	must(t, err)
	return path
}

// plain is this test binary without the race detector, for what is about
// processes: it does not see what is between them, and makes SQLite ten times
// slower.
func plain(t *testing.T) string {
	t.Helper()
	if !raceDetector {
		return self(t)
	}
	return programs.plain.built(t, plainName, "test", "-c")
}

// users is the program that users run, with the race detector if the test has
// it.
func users(t *testing.T) string {
	t.Helper()
	if raceDetector {
		return programs.users.built(t, usersName, "build", "-race")
	}
	return programs.users.built(t, usersName, "build")
}
