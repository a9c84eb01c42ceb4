//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/cloverdx"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/jgroups"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// The scale that is promised: so many nodes, executions that run, and
// executions that have ended.
const (
	scaleNodes   = 30
	scaleRunning = 1_000
	scaleHistory = 20_000
	scalePairs   = scaleNodes * (scaleNodes - 1)
)

const (
	// listRequests are the pages of the running executions: 50 on a page, of
	// which 5 are asked for again (pkg/coordinator/cloverdx).
	listRequests = 23
	// mostRequests of a poll: one for each node, the list's pages, and one for
	// the states of all nodes. Neither pairs nor the history add any.
	mostRequests = scaleNodes + listRequests + 1
	// mostQuestions are asked by one poll about executions that are no longer in
	// the list, however many have ended (pkg/watch).
	mostQuestions = 50
	// mostRatio is what a poll may take in comparison with encoding/json.
	mostRatio = 1.5
	// mostPolls is enough for a median, and few enough for a measure of seconds.
	mostPolls = 100
	// benchTimeout bounds one request: a busy machine is no fault here.
	benchTimeout = time.Minute
	// pollEvery is the time between two looks, as the tracker is told.
	pollEvery = 10 * time.Second
	// quietPolls are made before the nodes lose each other.
	quietPolls = 3
)

// Labels of values that are limited.
const (
	inAllLabel = "in all"
	ratioLabel = "takes"
)

// cloverPoll makes polls as the plugin does: the client, the delivery tracker,
// and the pairs.
type cloverPoll struct {
	cluster  *cloverCluster
	client   coordinator.Client
	tracker  *delivery.Tracker
	settings delivery.Settings
	// at is the tracker's clock: a poll every pollEvery.
	at time.Time
}

func newCloverPoll(cluster *cloverCluster) (*cloverPoll, error) {
	config := cloverdx.Config{RequestTimeout: benchTimeout, PollDeadline: benchTimeout}
	messaging := jgroups.Config{Kind: jgroups.KindJolokia, Windows: true, RequestTimeout: benchTimeout}
	for _, name := range cluster.names {
		config.Servers = append(config.Servers, cluster.serverOf(name))
		messaging.Nodes = append(messaging.Nodes, jgroups.NodeConfig{Name: name, URL: cluster.jolokiaOf(name)})
	}
	source, err := jgroups.New(messaging)
	if err != nil {
		return nil, err
	}
	config.Nodes = source
	client, err := cloverdx.New(config)
	if err != nil {
		source.Close()
		return nil, err
	}
	return &cloverPoll{
		cluster: cluster, client: client, tracker: delivery.New(delivery.Memory{}), at: time.Now(),
		settings: delivery.Settings{EventBytes: delivery.DefaultEventBytes, InboundTimeout: delivery.DefaultInboundTimeout, PollInterval: pollEvery},
	}, nil
}

// once polls, and gives what it took with the number of lost pairs.
func (p *cloverPoll) once(ctx context.Context) (took time.Duration, lost int, err error) {
	p.at = p.at.Add(pollEvery)
	began := time.Now()
	snapshot, err := p.client.Snapshot(ctx)
	if err != nil {
		return 0, 0, err
	}
	snapshot.ReadAt = p.at
	for index := range snapshot.Nodes {
		snapshot.Nodes[index].ReadAt = p.at
	}
	p.tracker.Advance(snapshot, nil, p.settings)
	pairs := p.tracker.Pairs(p.at, p.settings)
	took = time.Since(began)
	if !snapshot.Complete || len(snapshot.Jobs) != scaleRunning || len(pairs) != scalePairs || len(snapshot.Members) != scaleNodes {
		return 0, 0, fmt.Errorf("a poll gave %d executions, %d pairs and %d members, complete: %v, notes %q", len(snapshot.Jobs), len(pairs), len(snapshot.Members), snapshot.Complete, snapshot.Notes)
	}
	for _, pair := range pairs {
		if pair.Reach == delivery.Lost {
			lost++
		}
	}
	for _, node := range snapshot.Nodes {
		if node.Err != nil || node.Windows == nil {
			return 0, 0, fmt.Errorf("%s was not read: %w", node.Name, errors.Join(node.Err))
		}
	}
	return took, lost, nil
}

// cloverDX measures polls of a large CloverDX cluster whose halves have lost
// each other, and the frame of its pairs.
func cloverDX(ctx context.Context, b *bench) ([]figure, error) {
	cluster := newCloverCluster(scaleNodes, scaleRunning, scaleHistory)
	defer cluster.close()
	figures, err := cloverPolls(ctx, b, cluster)
	if err != nil {
		return nil, err
	}
	served, err := cloverServed(ctx, b, cluster)
	return append(figures, served...), err
}

// cloverPolls measures polls within this process, each beside the yardstick.
func cloverPolls(ctx context.Context, b *bench, cluster *cloverCluster) ([]figure, error) {
	poll, err := newCloverPoll(cluster)
	if err != nil {
		return nil, err
	}
	defer poll.client.Close()
	yardstick := newTheirs()
	defer yardstick.close()
	for range quietPolls {
		cluster.step(false)
		if _, _, err := poll.once(ctx); err != nil {
			return nil, err
		}
	}
	var ours, other []time.Duration
	var allocated, read []float64
	most := requests{}
	for range min(b.runs, mostPolls) + warmUp {
		cluster.step(true)
		cluster.forget()
		before := allocatedBytes()
		took, lost, err := poll.once(ctx)
		if err != nil {
			return nil, err
		}
		memory := float64(allocatedBytes() - before)
		if want := scalePairs/2 + scaleNodes/2; lost != want {
			return nil, fmt.Errorf("%d pairs are lost, not %d", lost, want)
		}
		asked, _ := cluster.log()
		most = most.greater(countRequests(asked))
		began := time.Now()
		executions, nodes, bytes, err := yardstick.poll(ctx, asked)
		if err != nil {
			return nil, fmt.Errorf("the yardstick: %w", err)
		}
		if executions < scaleRunning || nodes != scaleNodes {
			return nil, fmt.Errorf("the yardstick read %d executions and %d nodes", executions, nodes)
		}
		ours, other = append(ours, took), append(other, time.Since(began))
		allocated, read = append(allocated, memory/1e6), append(read, float64(bytes)/1e6)
	}
	ours, other = ours[warmUp:], other[warmUp:]
	ratio := float64(percentile(ours, 50)) / float64(percentile(other, 50))
	return []figure{
		most.figure("requests of a poll, at most", mostRequests),
		{name: fmt.Sprintf("a poll: client, tracker, %d pairs", scalePairs), values: append(percentiles(ours), value{"", allocated[len(allocated)-1], "MB allocated with the server's"})},
		{name: "fetching and decoding the same with encoding/json", values: append(percentiles(other), value{"", read[len(read)-1], "MB read"})},
		{name: "a poll beside encoding/json, medians", values: []value{{ratioLabel, ratio, "×"}}, limit: &limit{ratioLabel, mostRatio}},
	}, nil
}

func allocatedBytes() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// requests counts what was asked, by kind.
type requests map[kindOfRequest]int

func countRequests(exchanges []exchange) requests {
	count := requests{}
	for _, one := range exchanges {
		count[one.kind]++
	}
	return count
}

// all is their number.
func (r requests) all() int {
	sum := 0
	for _, count := range r {
		sum += count
	}
	return sum
}

// greater is the one of more requests.
func (r requests) greater(other requests) requests {
	if other.all() > r.all() {
		return other
	}
	return r
}

func (r requests) figure(name string, most float64) figure {
	return figure{name: name, limit: &limit{inAllLabel, most}, values: []value{
		{inAllLabel, float64(r.all()), ""}, {"nodes", float64(r[askedNode]), ""}, {"list", float64(r[askedList]), ""}, {"states", float64(r[askedStates]), ""},
		{"ended", float64(r[askedOne]), ""}, {"others", float64(r[askedOther]), ""},
	}}
}

// kilobytes is the size of a frame as browsers get it.
func kilobytes(frame any) (float64, error) {
	encoded, err := json.Marshal(frame)
	return float64(len(encoded)) / 1e3, err
}
