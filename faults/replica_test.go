//go:build unix

package faults_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/host"
)

// patience is how long a test waits for what must come: machines are busy, and
// only what never comes is a failure.
const patience = 60 * time.Second

// replica is a child process that is the plugin of one Grafana.
type replica struct {
	*host.Plugin
	t      *testing.T
	orders *os.File
	log    *syncBuffer

	mu sync.Mutex
	// done is how many orders it carried out, began the action that it recorded
	// for each job.
	done  int
	began map[string]string
}

// startReplica starts a program (self or plain) as the plugin, on a store and
// with a clock that is ahead.
func startReplica(t *testing.T, program, location string, ahead time.Duration) *replica {
	t.Helper()
	ordersOut, ordersIn, err := os.Pipe()
	must(t, err)
	reportsOut, reportsIn, err := os.Pipe()
	must(t, err)
	command := exec.Command(program, "-faults.plugin", fmt.Sprint("-faults.ahead=", ahead))
	command.Env = append(os.Environ(), storeVariable+"="+location)
	command.ExtraFiles = []*os.File{ordersOut, reportsIn} // ordersFile and reportsFile
	r := &replica{t: t, orders: ordersIn, log: &syncBuffer{}, began: map[string]string{}}
	r.Plugin, err = host.Start(command, r.log)
	must(t, errors.Join(ordersOut.Close(), reportsIn.Close()))
	if err != nil {
		t.Fatalf("%v\n%s", err, r.log.String())
	}
	go r.listen(reportsOut)
	t.Cleanup(r.kill)
	return r
}

func (r *replica) listen(reports io.ReadCloser) {
	defer reports.Close()
	lines := bufio.NewScanner(reports)
	for lines.Scan() {
		word, object, _ := strings.Cut(lines.Text(), " ")
		r.mu.Lock()
		switch word {
		case reportDone:
			r.done++
		case reportBegan:
			job, action, _ := strings.Cut(object, " ")
			r.began[job] = action
		}
		r.mu.Unlock()
	}
}

// order has the child do something and waits until it did.
func (r *replica) order(order, object string) {
	r.t.Helper()
	r.mu.Lock()
	before := r.done
	r.mu.Unlock()
	_, err := fmt.Fprintln(r.orders, order, object)
	must(r.t, err)
	eventually(r.t, "the order "+order, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.done > before
	})
}

// forward puts the child's clock forward.
func (r *replica) forward(by time.Duration) { r.order(orderForward, by.String()) }

// dieAt chooses the point at which the child kills itself, and the job that it
// is about.
func (r *replica) dieAt(point, job string) { r.order(orderDie, point+" "+job) }

// begun is the action for a job that the child recorded; empty where it did not
// say so.
func (r *replica) begun(job string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.began[job]
}

// kill ends the child, if it still runs.
func (r *replica) kill() {
	if err := r.Kill(); err != nil {
		r.t.Error(err)
	}
	_ = r.orders.Close()
}

// The least that a policy may ask for, so that a child is ready quickly, and a
// poll interval of which two and a half are longer than both: a clock that is
// put forward by watchedFor makes no gap.
const (
	cancelingAge = 30
	masterSettle = 10
	pollInterval = 14
	watchedFor   = 35 * time.Second
)

// settings are a data source's on a coordinator.
func settings(url string, change map[string]any) map[string]any {
	actions := map[string]any{
		"enabled": true, "minCancelingAgeSeconds": cancelingAge, "masterSettleSeconds": masterSettle,
		"maxForceStops": 100, "maxCancels": 1000, "budgetWindowSeconds": 60,
	}
	for name, value := range change {
		actions[name] = value
	}
	return map[string]any{
		"urls": []string{url}, "clusterId": "lake", "pollIntervalSeconds": pollInterval, "requestTimeoutSeconds": 5, "pollDeadlineSeconds": 10, "actions": actions,
	}
}

// ready makes the data sources' instances and lets the time pass that the
// guards ask for.
func (r *replica) ready(sources ...host.Source) {
	r.t.Helper()
	r.look(sources)
	r.forward(watchedFor)
	r.look(sources)
}

// look queries the data sources, which reads the coordinator where the last
// reading is too old.
func (r *replica) look(sources []host.Source) {
	r.t.Helper()
	for _, source := range sources {
		if _, err := r.Jobs(r.t.Context(), source); err != nil {
			r.t.Fatalf("%v\n%s", err, r.log.String())
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come within %s", what, patience)
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// syncBuffer keeps a child's log.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
