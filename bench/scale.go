//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/unjam/unjam-jobs-app/bench/crowd"
	"github.com/unjam/unjam-jobs-app/faults/host"
)

// What is promised for a coordinator with very many jobs (limits of the table).
const (
	mostStuckLatency = 25  // ms, at the 99th percentile
	mostStuckSize    = 20  // kB
	mostMemory       = 150 // MB
	mostPollCPU      = 1.3 // × decoding the same with encoding/json
	mostReads        = 6   // polls a minute
	mostUnevenness   = 20  // %
)

// scale says at which scale is measured.
type scale struct {
	// jobs are those of the coordinator, stuck those of them that hang.
	jobs, stuck int
	// sizes are the bytes of a job.
	sizes []int
	// polls are those whose CPU time is measured, decodings those of the
	// yardstick.
	polls, decodings int
	// readers are the panels, and as many rules, that ask every interval, for
	// so many intervals.
	readers, interval, intervals int
	// steps are the numbers of jobs at which the cost of one is compared, and
	// stepPolls the polls of each.
	steps     []int
	stepPolls int
	// settling polls are not counted: the first one saves every job.
	settling int
}

// fullScale is the one that is promised.
var fullScale = scale{
	jobs: 50_000, stuck: 12, sizes: []int{2_000, 10_000}, polls: 6, decodings: 6, readers: 20, interval: 10, intervals: 12,
	steps: []int{1_000, 5_000, 10_000, 50_000}, stepPolls: 12, settling: 3,
}

const (
	// crowdPatience bounds the waiting for one thing.
	crowdPatience = 3 * time.Minute
	// oneJob is the size at which the cost of a job is compared.
	oneJob = 2_000
)

// ofManyJobs measures a coordinator with very many jobs.
func ofManyJobs(ctx context.Context, b *bench) ([]figure, error) {
	var figures []figure
	for _, bytes := range fullScale.sizes {
		some, err := manyJobs(ctx, b, fullScale, bytes, false)
		if err != nil {
			return nil, err
		}
		figures = append(figures, some...)
	}
	whole := fullScale
	whole.intervals = 0
	some, err := manyJobs(ctx, b, whole, oneJob, true)
	if err != nil {
		return nil, err
	}
	each, err := costOfAJob(ctx, b, fullScale)
	return append(append(figures, some...), each...), err
}

// manyRig is a crowd with the plugin's program on it.
type manyRig struct {
	scale  scale
	crowd  *crowd.Crowd
	server *httptest.Server
	plugin *host.Plugin
	pid    int
	source host.Source
	log    bytes.Buffer

	mu sync.Mutex
	// polls are when each poll began, with the program's CPU time then.
	polls    []pollBegan
	requests int
}

type pollBegan struct {
	at       time.Time
	cpu      time.Duration
	requests int
}

func newManyRig(ctx context.Context, b *bench, s scale, size int, whole bool) (*manyRig, error) {
	r := &manyRig{scale: s}
	r.crowd = crowd.New(s.jobs, size, r.asked)
	open := r.crowd.Open()
	for index := range s.stuck {
		r.crowd.Set(open[index*len(open)/s.stuck], crowd.Canceling)
	}
	r.server = httptest.NewServer(r.crowd)
	program, err := b.build(ctx, "./pkg")
	if err != nil {
		return r, err
	}
	folder, err := b.folder()
	if err != nil {
		return r, err
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), "GF_PLUGIN_STORE=sqlite:"+filepath.Join(folder, "unjam.db"))
	if r.plugin, err = host.Start(command, &r.log); err != nil {
		return r, fmt.Errorf("%w\n%s", err, r.log.String())
	}
	r.mu.Lock()
	r.pid = command.Process.Pid
	r.mu.Unlock()
	r.source = host.Source{ID: 1, OrgID: 1, UID: "crowd", Saved: time.Now(), Settings: crowdSettings(r.server.URL, pollSeconds, whole)}
	return r, nil
}

func (r *manyRig) close() {
	if r.plugin != nil {
		r.plugin.Stop()
	}
	r.server.CloseClientConnections()
	r.server.Close()
}

func (r *manyRig) asked(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	if strings.HasSuffix(path, crowd.PathOverview) {
		r.polls = append(r.polls, pollBegan{time.Now(), cpuOf(r.pid), r.requests - 1})
	}
}

func (r *manyRig) begun() []pollBegan {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.polls[:len(r.polls):len(r.polls)]
}

// manyJobs measures the program on a coordinator with many jobs of a size.
func manyJobs(ctx context.Context, b *bench, s scale, size int, whole bool) ([]figure, error) {
	r, err := newManyRig(ctx, b, s, size, whole)
	defer r.close()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%d jobs of %d kB", s.jobs, size/1000)
	if whole {
		name += ", REST v1 in one answer"
	}
	answer, err := r.stuckShown(ctx)
	if err != nil {
		return nil, err
	}
	cpu, err := r.pollCPU(ctx)
	if err != nil {
		return nil, err
	}
	var figures []figure
	var panel []time.Duration
	if s.intervals > 0 {
		var reads figure
		if panel, reads, err = r.underLoad(ctx); err != nil {
			return nil, err
		}
		reads.name = name + ": " + reads.name
		figures = append(figures, reads)
	}
	memory, err := peakMemory(r.pid)
	if err != nil {
		return nil, err
	}
	r.plugin.Stop() // the yardstick is not to share the machine with it
	r.plugin = nil
	theirs, err := child(ctx, task{Kind: taskDecode, URL: r.server.URL, Runs: s.decodings, WarmUp: 1, Whole: whole})
	if err != nil {
		return nil, err
	}
	if panel != nil {
		other := figure{name: name + ": the same, fetched and decoded anew for every query", values: append(percentiles(theirs.Each), value{"reads", float64(theirs.Bytes) / 1e6, "MB"},
			value{"as long", float64(percentile(theirs.Each, 50)) / float64(percentile(panel, 50)), "×"})}
		latency := figure{name: name + ": the stuck list, while all of them ask", values: percentiles(panel), limit: &limit{"p99", mostStuckLatency}}
		bytes := figure{name: fmt.Sprintf("%s: its answer, %d stuck jobs", name, s.stuck), values: []value{{"JSON", answer, "kB"}}, limit: &limit{"JSON", mostStuckSize}}
		figures = append([]figure{latency, other, bytes}, figures...)
	}
	ours, other := mean(cpu), mean(theirs.CPU)
	return append(figures,
		figure{name: name + ": peak memory of the program", values: []value{{"peak", memory / 1e6, "MB"}, {"into structs", theirs.Peak / 1e6, "MB"}, {"of it", memory / theirs.Peak, "×"}}, limit: &limit{"peak", mostMemory}},
		figure{name: name + ": CPU of a poll beside encoding/json", values: []value{{ratioLabel, ours / other, "×"}, {"poll", ours / float64(time.Second), "s"}, {"encoding/json", other / float64(time.Second), "s"}}, limit: &limit{ratioLabel, mostPollCPU}},
	), nil
}

// stuckQuery is what a panel of stuck jobs asks.
var stuckQuery = map[string]any{"stuckOnly": true, "limit": 500}

// stuckShown waits until the stuck jobs are shown, and gives their answer's kB.
func (r *manyRig) stuckShown(ctx context.Context) (size float64, err error) {
	deadline := time.Now().Add(crowdPatience)
	for {
		answer, err := r.plugin.Query(ctx, r.source, "jobs", stuckQuery)
		if err == nil && answer.Frames[0].Rows() == r.scale.stuck {
			return kilobytes(answer.Frames[0])
		}
		if time.Now().After(deadline) {
			return 0, fmt.Errorf("%d stuck jobs are not shown: %w\n%s", r.scale.stuck, errors.Join(err), r.log.String())
		}
		if err := pause(ctx, time.Second); err != nil {
			return 0, err
		}
	}
}

// pollCPU gives the CPU time of polls, from the beginning of each to that of the
// next, while nobody asks.
func (r *manyRig) pollCPU(ctx context.Context) ([]time.Duration, error) {
	deadline := time.Now().Add(crowdPatience)
	first := max(len(r.begun()), r.scale.settling)
	for len(r.begun()) <= first+r.scale.polls {
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("there were no %d polls in %s", r.scale.polls, crowdPatience)
		}
		if err := pause(ctx, lookAgain); err != nil {
			return nil, err
		}
	}
	polls := r.begun()[first:]
	var cpu []time.Duration
	for index := 1; index < len(polls); index++ {
		cpu = append(cpu, polls[index].cpu-polls[index-1].cpu)
	}
	return cpu, nil
}

// underLoad lets panels and rules ask, spread over the interval, and gives what
// the panels waited and the polls that were made.
func (r *manyRig) underLoad(ctx context.Context) (panel []time.Duration, reads figure, err error) {
	every := time.Duration(r.scale.interval) * time.Second
	r.source.Saved = time.Now()
	r.source.Settings["pollIntervalSeconds"] = r.scale.interval
	if _, err := r.plugin.Query(ctx, r.source, "jobs", stuckQuery); err != nil {
		return nil, reads, err
	}
	if err := pause(ctx, every); err != nil { // a poll of the former interval
		return nil, reads, err
	}
	from := len(r.begun())
	began := time.Now()
	var mu sync.Mutex
	group, asking := errgroup.WithContext(ctx)
	for reader := range 2 * r.scale.readers {
		group.Go(func() error {
			for turn := range r.scale.intervals {
				at := began.Add(time.Duration(turn)*every + every*time.Duration(reader)/time.Duration(2*r.scale.readers))
				if err := pause(asking, time.Until(at)); err != nil {
					return err
				}
				if reader%2 == 1 {
					if _, err := r.plugin.Evaluate(asking, r.source, "stuck_jobs"); err != nil {
						return err
					}
					continue
				}
				asked := time.Now()
				answer, err := r.plugin.Query(asking, r.source, "jobs", stuckQuery)
				if err != nil {
					return err
				}
				if rows := answer.Frames[0].Rows(); rows != r.scale.stuck {
					return fmt.Errorf("%d stuck jobs are shown, not %d", rows, r.scale.stuck)
				}
				mu.Lock()
				panel = append(panel, time.Since(asked))
				mu.Unlock()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, reads, err
	}
	polls := r.begun()[from:]
	if len(polls) < 2 {
		return nil, reads, fmt.Errorf("there were %d polls", len(polls))
	}
	first, last := polls[0], polls[len(polls)-1]
	// As if the interval were the 10 s that are promised for; the jitter of the
	// waits makes the last digit.
	minutes := last.at.Sub(first.at).Minutes() * 10 / float64(r.scale.interval)
	each := float64(len(polls)-1) / minutes
	return panel, figure{
		name: fmt.Sprintf("reads a minute, %d panels and %d rules every %d s", r.scale.readers, r.scale.readers, r.scale.interval), limit: &limit{"polls", mostReads},
		values: []value{{"polls", float64(int(each + 0.5)), ""}, {"exactly", each, ""}, {"requests", float64(last.requests-first.requests) / minutes, ""},
			{"without Unjam", float64(2 * r.scale.readers * 6), ""}},
	}, nil
}

// costOfAJob compares what one job costs at several numbers of jobs. What a
// poll and the process cost without any job is taken off.
func costOfAJob(ctx context.Context, b *bench, s scale) ([]figure, error) {
	measured := map[int]result{}
	for _, jobs := range append([]int{0}, s.steps...) {
		folder, err := b.folder()
		if err != nil {
			return nil, err
		}
		server := httptest.NewServer(crowd.New(jobs, oneJob, nil))
		measured[jobs], err = child(ctx, task{Kind: taskKeep, URL: server.URL, Runs: s.stepPolls, WarmUp: s.settling, Folder: folder})
		server.CloseClientConnections()
		server.Close()
		if err != nil {
			return nil, err
		}
	}
	cpu := []value{{"without jobs", mean(measured[0].CPU) / 1e6, "ms a poll"}}
	kept := []value{{"without jobs", measured[0].Kept / 1e6, "MB"}}
	var cpus, memories []float64
	for _, jobs := range s.steps {
		of := measured[jobs]
		time, memory := (mean(of.CPU)-mean(measured[0].CPU))/float64(jobs), (of.Kept-measured[0].Kept)/float64(jobs)
		cpus, memories = append(cpus, time), append(memories, memory)
		label := fmt.Sprintf("at %d", jobs)
		cpu, kept = append(cpu, value{label, time / 1e3, "µs"}), append(kept, value{label, memory, "B"})
	}
	return []figure{
		{name: "CPU of a poll for each job of 2 kB", values: append(cpu, value{unevenLabel, unevenness(cpus), "%"}), limit: &limit{unevenLabel, mostUnevenness}},
		{name: "memory kept for each job of 2 kB", values: append(kept, value{unevenLabel, unevenness(memories), "%"}), limit: &limit{unevenLabel, mostUnevenness}},
	}, nil
}

const unevenLabel = "off by ±"

// unevenness is how far the costs are from the middle of the least and the
// greatest, in percent.
func unevenness(costs []float64) float64 {
	least, most := costs[0], costs[0]
	for _, cost := range costs {
		least, most = min(least, cost), max(most, cost)
	}
	return 100 * (most - least) / (most + least)
}

func mean(all []time.Duration) float64 {
	sum := time.Duration(0)
	for _, one := range all {
		sum += one
	}
	return float64(sum) / float64(len(all))
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
