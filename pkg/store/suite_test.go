package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// testSuite is what every database behind a Store must fulfil. The first call
// of open within a test gives a store on an empty database; each further call
// gives another handle on the same one, as another process would have.
func testSuite(t *testing.T, open func(t *testing.T) *Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, open func(t *testing.T) *Store)
	}{
		{"S03_RestartKeepsTheTimeline", testTimelineSurvives},
		{"TimelineKeepsEveryField", testTimelineFields},
		{"TimelineSaveIsAllOrNothing", testTimelineAllOrNothing},
		{"MasterChangesAreCounted", testMasterChanges},
		{"OldTimelineIsRemovedByAndBy", testRetention},
		{"UnchangedPollWritesNothing", testUnchangedPoll},
		{"S43_TwoReplicasKeepOneTimeline", testTwoReplicas},
		{"S43_WatchesOfReplicas", testWatches},
		{"S43_NewestDoubtIsKept", testDoubt},
		{"S43_OneEventHoweverManySeeIt", testEventsOnce},
		{"EachClusterHasItsTimeline", testClusters},
		{"StoreRestoredFromABackup", testRestoredStore},
		{"S17_LostJobIsDismissed", testDismissal},

		{"S43_ReplicasShareEpisodes", testReplicasShareEpisodes},
		{"S43_FlapThatOneReplicaSees", testReplicaSeesAFlapAlone},
		{"S43_ReplicaWithoutTheStoreCountsItsOwnLooks", testReplicaWithoutStore},
		{"S43_ManyReplicasAgree", testManyReplicas},
		{"S03_RollingRestart", testRollingRestart},
		{"S17_LostForAllAndDismissed", testLostAndDismissed},
		{"S17_DismissedByAnotherReplica", testDismissedByAnother},
		{"AnotherClusterIsAnotherTimeline", testAnotherCluster},

		{"EventsAreReadAsTheyWere", testEvents},
		{"EventsOfPairsAreBounded", testEventBounds},
		{"S43_ADiagnosisIsToldOnce", testDiagnosisOnce},
		{"S03_WhatWasToldOfOpenEpisodes", testToldDiagnoses},
		{"CancelsOfOurOwnAreNotSeenAsForeign", testForeignCancels},
		{"EventsOfJobsPushOutNoMaster", testJobEventBounds},
		{"EpisodesOfARange", testEpisodesBetween},
		{"EpisodesOfManyJobsAreCut", testEpisodesCut},
		{"S47_DeedsNameNoPersons", testDeeds},
		{"SamplesAndLooksOfARange", testSamples},
		{"SamplesAndLooksAreBounded", testSamplesAreBounded},
		{"SpansOfARange", testSpans},

		{"S08_EveryDigitOfAnID", testDigits},
		{"PlanIsKeptAndNeverOverwritten", testPlans},
		{"ExpiredPlansAreRemoved", testPlanRemoval},
		{"S34_RestartKeepsPlansActionsAndAudit", testRestart},
		{"S28_ManyConfirmAtOnce", testOneWins},
		{"S28_PlanThatAnotherActionOvertook", testOvertaken},
		{"S29_SecondUseIsRefused", testSecondUse},
		{"BeginRefuses", testBeginRefuses},
		{"BeginIsAllOrNothing", testBeginAllOrNothing},
		{"S37_Budget", testBudget},
		{"S49_TwoScopesOneCluster", testTwoScopesOneCluster},
		{"UpdateMovesForwardOnly", testUpdate},
		{"UnresolvedIntents", testUnresolved},
		{"LeaseHasOneHolder", testLease},

		{"MemoriesAreMerged", testMemoriesAreMerged},
		{"AskedToStop", testAskedToStop},
		{"AuditPages", testAuditPages},
		{"S36_Tampering", testTampering},
		{"S43_OneChainForManyWriters", testChainConcurrency},
		{"LongChainIsWalkedInBatches", testLongChain},
		{"S50_NoScopeSeesAnother", testIsolation},
		{"CanceledContextRecordsNothing", testCanceled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// noon is when the stories begin.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

var (
	ours      = watch.Scope{OrgID: 1, DataSourceUID: "seatunnel"}
	otherOrg  = watch.Scope{OrgID: 2, DataSourceUID: "seatunnel"}
	otherData = watch.Scope{OrgID: 1, DataSourceUID: "seatunnel-2"}
)

const (
	cluster = "http://master-1:8080,http://master-2:8080"
	job     = coordinator.JobID("733584788375666689")
)

var operator = action.Actor{Login: "ada", Name: "Ada", Email: "ada@example.org", Role: "Admin"}

func identityOf(jobID coordinator.JobID) action.Identity {
	return action.Identity{
		Cluster: cluster, Job: jobID, CreateTime: noon.Add(-time.Hour), Episode: "episode-1",
		State: coordinator.StateCanceling, Master: "10.0.0.1:5801",
	}
}

func planOf(id string, jobID coordinator.JobID) action.Plan {
	return action.Plan{
		ID: id, Kind: action.KindForceStop, Actor: operator,
		Card:         action.JobCard{ID: jobID, Name: "orders", State: coordinator.StateCanceling, Word: "CANCELING", Since: noon.Add(-10 * time.Minute), Quality: "observed"},
		Identity:     identityOf(jobID),
		Context:      action.Context{Nodes: []string{"10.0.0.2:5801"}, Workers: 2},
		Verdicts:     []action.Verdict{{Guard: "canceling-age", Result: action.Pass, Reason: "It has been canceling for 10 min."}},
		Consequences: []string{"A task thread may go on."},
		Phrase:       "orders", CreatedAt: noon, ExpiresAt: noon.Add(2 * time.Minute),
	}
}

// beginOf confirms a plan a few seconds after it was made, with a budget that
// no test reaches by chance.
func beginOf(plan action.Plan) action.Begin {
	now := plan.CreatedAt.Add(5 * time.Second)
	identity := plan.Identity
	return action.Begin{
		Intent: action.Intent{
			ID: plan.ID, Kind: plan.Kind, Actor: plan.Actor, Card: plan.Card, Identity: plan.Identity, Address: "http://master-1:8080",
			Reason: "stuck since the network fault", At: now, Phase: action.PhaseIntended, Detail: "Recorded.", UpdatedAt: now,
		},
		Entry: action.AuditEntry{
			At: now, Event: action.AuditIntent, Actor: plan.Actor, Kind: plan.Kind, ActionID: plan.ID, JobName: plan.Card.Name,
			Identity: &identity, Verdicts: plan.Verdicts, Reason: "stuck since the network fault", Request: "force stop",
		},
		Now: now, Budget: 1000, BudgetWindow: 10 * time.Minute,
	}
}

func entryOf(text string) action.AuditEntry {
	return action.AuditEntry{At: noon, Event: action.AuditRefused, Actor: operator, Detail: text}
}

// begun saves a plan and begins it.
func begun(t *testing.T, s *Store, scope watch.Scope, id string, jobID coordinator.JobID) action.Intent {
	t.Helper()
	plan := planOf(id, jobID)
	must(t, s.SavePlan(t.Context(), scope, plan))
	begin := beginOf(plan)
	_, err := s.Begin(t.Context(), scope, begin)
	must(t, err)
	return begin.Intent
}

func settled(intent action.Intent, outcome action.Outcome) action.Intent {
	intent.Phase, intent.Outcome, intent.Detail, intent.Answered = action.PhaseSettled, outcome, "It is "+string(outcome)+".", true
	intent.UpdatedAt = intent.At.Add(time.Minute)
	return intent
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// holds verifies a scope's chain and expects a number of rows.
func holds(t *testing.T, s *Store, scope watch.Scope, rows int64) action.Verification {
	t.Helper()
	verification, err := s.Verify(t.Context(), scope)
	must(t, err)
	if !verification.Holds() || verification.Rows != rows {
		t.Fatalf("the trail of %s: %+v, want %d rows that hold", scope, verification, rows)
	}
	return verification
}

// count gives the number of rows in a table, of all scopes.
func count(t *testing.T, s *Store, table string) (rows int) {
	t.Helper()
	must(t, s.reader.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&rows))
	return rows
}

func numbered(prefix string, n int) string { return fmt.Sprintf("%s-%03d", prefix, n) }

func testCanceled(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	plan := planOf("plan-1", job)
	must(t, s.SavePlan(t.Context(), ours, plan))
	given, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Begin(given, ours, beginOf(plan)); err == nil {
		t.Fatal("an action began although its caller was gone")
	}
	if n := count(t, s, "intents") + count(t, s, "audit"); n != 0 {
		t.Fatalf("%d rows were left behind", n)
	}
	if _, err := s.Begin(t.Context(), ours, beginOf(plan)); err != nil {
		t.Fatalf("the plan should still be usable: %v", err)
	}
}
