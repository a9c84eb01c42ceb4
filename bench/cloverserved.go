//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/unjam/unjam-jobs-app/faults/host"
)

const (
	// pollSeconds is the shortest interval that the plugin takes.
	pollSeconds = 2
	// countedPolls are polls of the plugin whose requests are counted.
	countedPolls = 3
	// pollPatience bounds the waiting for them.
	pollPatience = 60 * time.Second
	// quietFor is how long no request comes where a poll is over.
	quietFor = 300 * time.Millisecond
	// endAtOnce are executions that end between two polls.
	endAtOnce = 200
	// frames are how often the frame is asked for.
	frames = 50
)

// cloverServed measures what Grafana gets from the plugin's program, and what
// the program asks the cluster: a poll of it does more than the client's.
func cloverServed(ctx context.Context, b *bench, cluster *cloverCluster) ([]figure, error) {
	program, err := b.build(ctx, "./pkg")
	if err != nil {
		return nil, err
	}
	folder, err := b.folder()
	if err != nil {
		return nil, err
	}
	var log bytes.Buffer
	command := exec.Command(program)
	command.Env = append(os.Environ(), "GF_PLUGIN_STORE=sqlite:"+filepath.Join(folder, "unjam.db"))
	plugin, err := host.Start(command, &log)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, log.String())
	}
	defer plugin.Stop()
	source := cloverSource(cluster)
	cluster.step(false)
	if jobs, err := plugin.Jobs(ctx, source); err != nil || jobs.Frames[0].Rows() != scaleRunning {
		return nil, fmt.Errorf("the plugin does not show %d executions: %w", scaleRunning, err)
	}
	if _, err := polls(ctx, cluster, 1); err != nil {
		return nil, err
	}
	var figures []figure
	for _, state := range []struct {
		name   string
		parted bool
	}{{"all reachable", false}, {"parted in halves", true}} {
		cluster.step(state.parted)
		counted, err := polls(ctx, cluster, countedPolls)
		if err != nil {
			return nil, err
		}
		frame, err := deliveryFrames(ctx, plugin, source, state.name)
		if err != nil {
			return nil, err
		}
		figures = append(figures, counted.figure("requests of a poll of the plugin, "+state.name, mostRequests), frame)
	}
	cluster.end(endAtOnce)
	counted, err := polls(ctx, cluster, countedPolls)
	if err == nil && counted[askedOne] == 0 {
		err = errors.New("no execution that ended was asked about")
	}
	return append(figures, counted.figure(fmt.Sprintf("the same when %d executions end at once", endAtOnce), mostRequests+mostQuestions)), err
}

// cloverSource is the data source of a cluster.
func cloverSource(cluster *cloverCluster) host.Source {
	var servers []string
	var nodes []map[string]string
	for _, name := range cluster.names {
		servers = append(servers, cluster.serverOf(name))
		nodes = append(nodes, map[string]string{"name": name, "url": cluster.jolokiaOf(name)})
	}
	return host.Source{ID: 1, OrgID: 1, UID: "clover", Saved: time.Now(), Settings: map[string]any{
		"kind": "cloverdx", "clusterId": "clover", "urls": servers, "pollIntervalSeconds": pollSeconds, "pollDeadlineSeconds": 60, "requestTimeoutSeconds": 30,
		"messaging": map[string]any{"source": "jolokia", "windows": true, "nodes": nodes},
	}}
}

// polls waits for a number of polls of the plugin, one after the other, and
// gives the requests of the one that had most.
func polls(ctx context.Context, cluster *cloverCluster, count int) (requests, error) {
	most := requests{}
	deadline := time.Now().Add(pollPatience)
	for range count {
		cluster.forget()
		for {
			asked, last := cluster.log()
			if len(asked) > 0 && time.Since(last) > quietFor {
				most = most.greater(countRequests(asked))
				break
			}
			if time.Now().After(deadline) {
				return nil, fmt.Errorf("waited %s for %d polls", pollPatience, count)
			}
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(lookAgain):
			}
		}
	}
	return most, nil
}

// deliveryFrames asks for the frame of all pairs, several times.
func deliveryFrames(ctx context.Context, plugin *host.Plugin, source host.Source, state string) (figure, error) {
	var took []time.Duration
	size := 0.0
	for range frames {
		began := time.Now()
		answer, err := plugin.Query(ctx, source, "delivery", nil)
		took = append(took, time.Since(began))
		if err != nil {
			return figure{}, err
		}
		if rows := answer.Frames[0].Rows(); rows != scalePairs {
			return figure{}, fmt.Errorf("the frame has %d pairs, not %d", rows, scalePairs)
		}
		if size, err = kilobytes(answer.Frames[0]); err != nil {
			return figure{}, err
		}
	}
	return figure{name: fmt.Sprintf("query of %d pairs, %s", scalePairs, state), values: append(percentiles(took), value{"", size, "kB of JSON"})}, nil
}
