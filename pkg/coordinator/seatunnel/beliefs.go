package seatunnel

import (
	"context"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// pathPending is in REST v2 only, and not in its first versions.
const pathPending = "/pending-jobs"

// beliefs is what /pending-jobs tells.
type beliefs struct {
	// running are the jobs that the master believes to run on workers.
	running []coordinator.Belief
	// restoring are the jobs in the queue that a restore has put there.
	restoring []coordinator.JobID
}

// readBeliefs asks which jobs the master believes to run on which worker, and
// which are queued to be restored. Its runningJobIds are JSON numbers above
// 2^53, and they go on listing a job whose task has ended when the worker's
// notification was lost.
func (c *client) readBeliefs(ctx context.Context, e *endpoint) (beliefs, error) {
	var found beliefs
	ask := upstream.Call{Address: e.address, Path: e.path(dialectV2, pathPending), Route: pathPending, Limit: smallBody}
	err := c.json(ctx, e, ask, func(_ *upstream.Answer, r *jsonReader) error {
		return r.Object("the answer", func(name string) (bool, error) {
			if name == pendingJobs {
				return true, r.List(name, func() error {
					id, err := r.queuedRestore()
					if id != "" {
						found.restoring = append(found.restoring, coordinator.JobID(id))
					}
					return err
				})
			}
			if name != "clusterSnapshot" {
				return false, nil
			}
			return true, r.Object(name, func(name string) (bool, error) {
				if name != "workers" {
					return false, nil
				}
				return true, r.List(name, func() error {
					of, err := r.workerBeliefs()
					found.running = append(found.running, of...)
					return err
				})
			})
		})
	})
	if err != nil {
		return beliefs{}, err
	}
	slices.SortFunc(found.running, func(a, b coordinator.Belief) int {
		if byJob := strings.Compare(string(a.Job), string(b.Job)); byJob != 0 {
			return byJob
		}
		return strings.Compare(a.Worker, b.Worker)
	})
	found.running = slices.Compact(found.running)
	return found, nil
}

func (r *jsonReader) workerBeliefs() ([]coordinator.Belief, error) {
	var worker string
	var ids []coordinator.JobID
	err := r.Object("a worker", func(name string) (bool, error) {
		var err error
		switch name {
		case "address":
			worker, err = r.Text(name, maxHostBytes)
		case "runningJobIds":
			err = r.List(name, func() error {
				id, err := r.jobID("a running job's id")
				ids = append(ids, coordinator.JobID(id))
				return err
			})
		default:
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	worker = memberAddress(worker)
	beliefs := make([]coordinator.Belief, 0, len(ids))
	for _, id := range ids {
		beliefs = append(beliefs, coordinator.Belief{Job: id, Worker: worker})
	}
	return beliefs, nil
}

// memberAddress turns Hazelcast's "[127.0.0.1]:5802" into the "127.0.0.1:5802"
// that the list of members has.
func memberAddress(text string) string {
	host, port, found := strings.Cut(text, "]:")
	host = strings.TrimPrefix(host, "[")
	if !found || strings.Contains(host, ":") { // IPv6 keeps its brackets
		return text
	}
	return host + ":" + port
}

// nodesByJob gives each job's workers, sorted. Jobs on the same single worker
// share one list.
func nodesByJob(beliefs []coordinator.Belief) map[coordinator.JobID][]string {
	nodes := make(map[coordinator.JobID][]string, len(beliefs))
	alone := map[string][]string{}
	for _, belief := range beliefs { // sorted by job, then worker
		if earlier := nodes[belief.Job]; earlier != nil {
			nodes[belief.Job] = append(slices.Clip(earlier), belief.Worker)
			continue
		}
		if alone[belief.Worker] == nil {
			alone[belief.Worker] = []string{belief.Worker}
		}
		nodes[belief.Job] = alone[belief.Worker]
	}
	return nodes
}
