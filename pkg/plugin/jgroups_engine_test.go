//go:build enginejgroups

package plugin

import (
	"strconv"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
)

func TestJGroupsProbe(t *testing.T) {
	nodes := startNodes(t, "--generation", "2", "--gc-lag", "1000", "--rate", "20")
	known := nodes.record()
	clover := newCloverServer(t)
	messaging := []map[string]any{}
	for _, n := range nodes.Nodes {
		messaging = append(messaging, map[string]any{"name": n.Name, "url": n.Jolokia})
	}
	r := newRigOn(t, map[string]any{"kind": "cloverdx", "urls": []string{clover.address()}, "clusterId": "engine", "pollIntervalSeconds": 2, "requestTimeoutSeconds": 2, "pollDeadlineSeconds": 4, "stuckAfterSeconds": 10,
		"messaging": map[string]any{"source": "jolokia", "windows": true, "nodes": messaging, "sentEventsLimit": 1000}}, action.DefaultTiming())
	show := func(what string, d time.Duration) {
		t.Log("#### " + what)
		var last time.Time
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			v := r.datasource.lease.View()
			if v == nil || v.AsOf.Equal(last) {
				continue
			}
			last = v.AsOf
			if v.Err != nil {
				t.Log(v.Err)
			}
			for _, p := range v.Pairs {
				if p.Node == "nodeB" || p.Peer == "nodeB" {
					continue
				}
				line := ""
				if p.Fill != nil {
					line += " fill " + itoa(*p.Fill*100)
				}
				if p.Undelivered != nil {
					line += " undel " + itoa(float64(*p.Undelivered))
				}
				if p.SentSinceLoss != nil {
					line += " sent " + itoa(float64(p.SentSinceLoss.Least)) + ".." + itoa(float64(p.SentSinceLoss.Most))
				}
				if p.Loss != nil {
					line += " loss " + string(p.Loss.Outcome) + "/" + string(p.Loss.Certainty) + " deliv " + itoa(float64(p.Loss.Delivered)) + " atcontact " + itoa(float64(p.Loss.AtContact)) + " retr " + itoa(float64(p.Loss.Retransmitted))
				}
				t.Logf("%s %s->%s %s truth %d%s %v", v.AsOf.Format("05.0"), p.Node, p.Peer, p.Reach, known.undelivered(p.Node, p.Peer, v.AsOf), line, p.NotExposed)
			}
		}
		t.Logf("losses %+v", r.datasource.lease.View().Losses)
		t.Logf("lost A %v C %v", known.now("nodeA").EventsLost, known.now("nodeC").EventsLost)
	}
	show("healthy", 8*time.Second)
	nodes.run("discard", "--node", "nodeC")
	show("short cut", 5*time.Second)
	nodes.run("undiscard", "--node", "nodeC")
	show("back", 8*time.Second)
	nodes.run("freeze", "--node", "nodeC")
	show("frozen", 18*time.Second)
	nodes.run("thaw", "--node", "nodeC")
	show("thawed", 45*time.Second)
	nodes.run("discard", "--node", "nodeC")
	show("long cut", 20*time.Second)
	nodes.run("rate", "--per-second", "100")
	show("fast", 14*time.Second)
	nodes.run("rate", "--per-second", "20")
	nodes.run("undiscard", "--node", "nodeC")
	show("back", 50*time.Second)
	nodes.run("discard", "--node", "nodeC")
	show("cut", 16*time.Second)
	nodes.run("restart", "--node", "nodeC")
	show("restarted", 15*time.Second)
}

func itoa(f float64) string { return strconv.FormatInt(int64(f), 10) }
