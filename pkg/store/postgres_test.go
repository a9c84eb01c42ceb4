package store

import (
	"sync"
	"testing"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
)

func TestPostgres(t *testing.T) {
	server := postgrestest.Start(t)
	var mu sync.Mutex
	databases := map[string]string{}
	testSuite(t, func(t *testing.T) *Store {
		t.Helper()
		mu.Lock()
		name, known := databases[t.Name()]
		if !known {
			name = server.NewDatabase(t)
			databases[t.Name()] = name
		}
		mu.Unlock()
		return openAt(t, server.Location(name))
	})
}

// openAt opens a store that the test closes at its end.
func openAt(t testing.TB, location string) *Store {
	t.Helper()
	s, err := Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
