//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync/atomic"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/double"
	"github.com/unjam/unjam-jobs-app/faults/host"
)

const (
	// mostOverhead is the promise: what plan and confirm take beyond the
	// coordinator's own answers, at the 95th percentile with SQLite.
	mostOverhead = 50
	// answerTime is how long the coordinator takes for each answer: a real one
	// takes 2 to 10 ms.
	answerTime = 5 * time.Millisecond
	// warmUp are runs that are not counted: the first ones open connections.
	warmUp = 5
	// readyPatience bounds the waiting for the guards, settlePatience that for
	// the end of one action.
	readyPatience  = 60 * time.Second
	settlePatience = 30 * time.Second
	// lookAgain is the pause between two looks at something that is waited for.
	lookAgain = 2 * time.Millisecond
	// perPerson keeps below what one person may ask in a minute.
	perPerson = 10
)

// The figure that tells the machine's share, and its value that does not depend
// on it: how many bare durable transactions the overhead is worth.
const (
	yardstickName = "one bare durable transaction, meanwhile"
	timesLabel    = "fits"
)

// keeper is where an action's records go, made for one measure.
type keeper struct {
	name     string
	location string
	// limited tells whether mostOverhead holds for it.
	limited bool
	close   func()
}

// rig is a plugin on a store and a coordinator, as Grafana runs it.
type rig struct {
	keeper keeper
	double *double.Coordinator
	plugin *host.Plugin
	source host.Source
	// atStop is for how long the coordinator had been at work when the newest
	// stop request came.
	atStop atomic.Int64
}

// actOverhead measures plan and confirm of running jobs, one after the other,
// through the plugin's program as Grafana calls it.
func actOverhead(ctx context.Context, b *bench, open func(ctx context.Context, b *bench) (keeper, error)) ([]figure, error) {
	keeper, err := open(ctx, b)
	if err != nil {
		return nil, err
	}
	defer keeper.close()
	program, err := b.build(ctx, "./pkg")
	if err != nil {
		return nil, err
	}
	r := &rig{keeper: keeper, double: double.New()}
	defer r.double.Close()
	if err := r.start(program, b.runs+warmUp); err != nil {
		return nil, err
	}
	defer r.plugin.Stop()
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	folder, err := b.folder()
	if err != nil {
		return nil, err
	}
	yardstick, err := openCommits(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer yardstick.close()
	var overhead, plans, confirms, coordinator, commits []time.Duration
	for run := range b.runs + warmUp {
		took, err := r.act(ctx, run)
		if err != nil {
			return nil, fmt.Errorf("run %d: %w", run+1, err)
		}
		commit, err := yardstick.one(ctx)
		if err != nil {
			return nil, fmt.Errorf("the yardstick: %w", err)
		}
		if run < warmUp {
			continue
		}
		commits = append(commits, commit)
		overhead = append(overhead, took.plan+took.confirm-took.coordinator)
		plans, confirms, coordinator = append(plans, took.plan), append(confirms, took.confirm), append(coordinator, took.coordinator)
	}
	beyond := figure{name: "beyond the coordinator's answers, " + keeper.name, values: percentiles(overhead)}
	if keeper.limited {
		beyond.limit = &limit{label: "p95", most: mostOverhead}
	}
	return []figure{
		beyond,
		{name: "plan as a whole", values: percentiles(plans)},
		{name: "confirm as a whole", values: percentiles(confirms)},
		{name: fmt.Sprintf("of both the coordinator's, at %s an answer", answerTime), values: percentiles(coordinator)},
		{name: yardstickName, values: append(percentiles(commits), value{timesLabel, float64(percentile(overhead, 50)) / float64(percentile(commits, 50)), "× in what is beyond"})},
	}, nil
}

// start runs the program, with a running job for each run.
func (r *rig) start(program string, jobs int) error {
	for run := range jobs {
		r.double.Add(jobOf(run), fmt.Sprint("orders to lake ", run), double.Running)
	}
	r.double.OnStop(func(double.Stop) double.Reaction {
		r.atStop.Store(int64(r.double.Busy()))
		return double.Reaction{State: double.Canceled}
	})
	r.double.SetDelay(answerTime)
	r.source = host.Source{ID: 1, OrgID: 1, UID: "lake", Saved: time.Now(), Settings: map[string]any{
		// No poll but the first: its readings are no part of an action.
		"urls": []string{r.double.URL()}, "clusterId": "lake", "pollIntervalSeconds": 300, "pollDeadlineSeconds": 20,
		"actions": map[string]any{"enabled": true, "masterSettleSeconds": 10, "maxCancels": 1000, "budgetWindowSeconds": 60},
	}}
	var log bytes.Buffer
	command := exec.Command(program)
	command.Env = append(os.Environ(), "GF_PLUGIN_STORE="+r.keeper.location)
	plugin, err := host.Start(command, &log)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	r.plugin = plugin
	return nil
}

// jobOf is the job of a run.
func jobOf(run int) string { return fmt.Sprintf("7335847883758%05d", run) }

// personOf is who acts in a run.
func personOf(run int) *host.Person {
	login := fmt.Sprint("anna-", run/perPerson)
	return &host.Person{Login: login, Email: login + "@example.org", Role: "Admin"}
}

// ready waits until the guards ask for no more time.
func (r *rig) ready(ctx context.Context) error {
	if _, err := r.plugin.Jobs(ctx, r.source); err != nil {
		return err
	}
	deadline := time.Now().Add(readyPatience)
	for asked := 0; ; asked++ {
		plan, err := r.plugin.Plan(ctx, r.source, personOf(-perPerson*(1+asked)), "cancel", jobOf(0))
		if err != nil {
			return err
		}
		if plan.Body["allowed"] == true {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no plan is allowed: %d %s", plan.Status, plan.Raw)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// took is what one action took, from the first request to the answer that it
// is recorded.
type took struct {
	plan, confirm, coordinator time.Duration
}

// act plans and confirms once, and waits for the end of what follows.
func (r *rig) act(ctx context.Context, run int) (took, error) {
	var t took
	person, job := personOf(run), jobOf(run)
	if err := waitFor(ctx, "the coordinator to be quiet", func() (bool, error) { return r.double.Quiet(), nil }); err != nil {
		return t, err
	}
	stops, before, began := len(r.double.Stops("")), r.double.Busy(), time.Now()
	plan, err := r.plugin.Plan(ctx, r.source, person, "cancel", job)
	t.plan = time.Since(began)
	if err != nil || plan.Status != http.StatusOK || plan.Body["allowed"] != true {
		return t, fmt.Errorf("the plan was answered by %d %s, %w", plan.Status, plan.Raw, errors.Join(err))
	}
	began = time.Now()
	confirmed, err := r.plugin.Confirm(ctx, r.source, person, plan)
	t.confirm = time.Since(began)
	after := r.double.Busy()
	if err != nil || confirmed.Status != http.StatusAccepted {
		return t, fmt.Errorf("the confirmation was answered by %d %s, %w", confirmed.Status, confirmed.Raw, errors.Join(err))
	}
	if len(r.double.Stops("")) > stops {
		// The stop request overtook the answer: it is no part of it.
		after = min(after, time.Duration(r.atStop.Load()))
	}
	t.coordinator = after - before
	return t, waitFor(ctx, "the end of the action", func() (bool, error) {
		status, err := r.plugin.Get(ctx, r.source, person, "actions/"+plan.Text("id"))
		return status.Text("phase") == "settled", err
	})
}

func waitFor(ctx context.Context, what string, is func() (bool, error)) error {
	deadline := time.Now().Add(settlePatience)
	for {
		if is, err := is(); is || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s for %s", settlePatience, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookAgain):
		}
	}
}
