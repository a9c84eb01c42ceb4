//go:build engine

package plugin

import (
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

// The proof of a lost final status on real engines: first it is not known why
// the job hangs; once both looks at the worker agree, it is proven, because
// another job shows that threads carry their jobs' names. A force stop stays
// allowed.
func TestEngine_DiagnosisOfLostFinalStatus(t *testing.T) {
	for dialect, version := range engines() {
		t.Run(dialect, func(t *testing.T) {
			engine := startCluster(t, append(version, "--fault-agent", "--force-backport")...)
			settings := engineSettings(engine.addresses("master"), engine.addresses("worker"))
			settings["stuckAfterSeconds"], settings["forceStopSupport"] = 10, "yes"
			r := newRigOn(t, settings, engineTiming())
			id, other := engine.submit("orders to lake"), engine.submit("healthy")
			r.waitForJob(id, "RUNNING", 30*time.Second)
			r.waitForJob(other, "RUNNING", 30*time.Second)
			r.settleMaster()

			engine.run("fault", "--lose-final-status", "on")
			began := time.Now()
			r.act("cancel", id)
			r.waitForJob(id, "CANCELING", 10*time.Second)
			finding := r.waitForFinding(id, diagnose.CauseStatusLost, delivery.Proven, time.Minute)
			t.Logf("after %s: %+v", time.Since(began).Round(time.Second), finding)
			if finding.Outlook != diagnose.CannotRecover || !strings.HasPrefix(finding.Advice, "Force stop") || finding.Needs != "" {
				t.Errorf("%+v", finding)
			}
			time.Sleep(time.Until(began.Add(36 * time.Second)))
			if plan := r.planFor("force-stop", id); plan.body["allowed"] != true {
				t.Errorf("%s", plan.raw)
			}
			if findings := r.datasource.findings(r.datasource.lease.View()); len(findings) != 1 {
				t.Errorf("the healthy job has a finding: %+v", findings)
			}
		})
	}
}

// S13 on a real engine: the active master is killed while a job is CANCELING,
// and the standby lets the job run again.
func TestS13_EngineForgetsTheCancel(t *testing.T) {
	engine := startCluster(t, "--version", "v2", "--masters", "2", "--fault-agent")
	settings := engineSettings(engine.addresses("master"), engine.addresses("worker"))
	r := newRigOn(t, settings, engineTiming())
	id := engine.submit("orders to lake")
	r.waitForJob(id, "RUNNING", 30*time.Second)
	r.settleMaster()
	engine.run("fault", "--lose-final-status", "on")
	r.act("cancel", id)
	r.waitForJob(id, "CANCELING", 10*time.Second)

	engine.run("kill", "--node", engine.Nodes[0].Name)
	finding := r.waitForFinding(id, diagnose.CauseForgotten, delivery.Proven, time.Minute)
	t.Logf("%+v", finding)
	if finding.Outlook != diagnose.CannotRecover || !strings.HasPrefix(finding.Advice, "Cancel the job again") {
		t.Errorf("%+v", finding)
	}
}

// waitForFinding queries, as a panel does, until a job's finding is this one.
func (r *rig) waitForFinding(id string, cause diagnose.Cause, confidence delivery.Certainty, patience time.Duration) diagnose.Finding {
	r.t.Helper()
	var finding diagnose.Finding
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		finding = r.datasource.findings(r.datasource.lease.View())[coordinator.JobID(id)]
		if finding.Cause == cause && finding.Confidence == confidence {
			return finding
		}
	}
	r.t.Fatalf("the finding is %+v", finding)
	return finding
}
