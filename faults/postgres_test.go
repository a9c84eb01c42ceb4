//go:build unix

package faults_test

import (
	"testing"

	"github.com/unjam/unjam-jobs-app/engines/postgres/postgrestest"
)

// postgresDatabase is a database of the test's own on a real PostgreSQL. The
// test is skipped where there is none.
func postgresDatabase(t *testing.T) string {
	t.Helper()
	server := postgrestest.Start(t)
	return server.Location(server.NewDatabase(t))
}

// postgresShare is which part of the rounds is run on PostgreSQL: the steps are
// the same, and so is what is done at them.
const postgresShare = 3

func TestS32S34_KilledOnPostgreSQL(t *testing.T) {
	killRounds(t, *rounds/postgresShare, self(t), postgresDatabase, laneKind{}, laneKind{twoPersons: true})
}

func TestS48_TheOtherReplicaReconcilesOnPostgreSQL(t *testing.T) {
	killRounds(t, len(steps), self(t), postgresDatabase, laneKind{pair: true})
}

func TestS28S43S49_RacesOnPostgreSQL(t *testing.T) {
	location := postgresDatabase(t)
	confirmRaces(t, plain(t), location, *races)
}

func TestS37S49_OneBudgetOnPostgreSQL(t *testing.T) {
	location := postgresDatabase(t)
	budgetRaces(t, self(t), location)
}

func TestS40_TwoApproveOnPostgreSQL(t *testing.T) {
	location := postgresDatabase(t)
	twoApprove(t, plain(t), location)
}

func TestS40_ApproveOrWithdrawOnPostgreSQL(t *testing.T) {
	location := postgresDatabase(t)
	approveOrWithdraw(t, plain(t), location)
}

func TestS37_IncidentUnlockedOnceOnPostgreSQL(t *testing.T) {
	location := postgresDatabase(t)
	unlockOnce(t, self(t), location)
}

func TestS43_TwoGrafanasOnPostgreSQL(t *testing.T) { twoGrafanas(t, postgresDatabase(t)) }
