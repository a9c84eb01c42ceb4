package forecast

import (
	"slices"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Undelivered is what one node keeps for one peer.
type Undelivered struct {
	Node string
	Peer string
	// Events counts the undelivered events; nil where that is not known.
	Events *int64
}

// Waiting is a parent job that waits for the event of a child.
type Waiting struct {
	Parent coordinator.JobID
	// Node is where the parent runs, ChildNode where the child ran.
	Node      string
	ChildNode string
}

// RestartLoss is what a restart of a node would lose for good.
type RestartLoss struct {
	Node string
	// Events counts the node's undelivered events: the greatest number that is
	// kept for one peer, since one event to several peers is one event. Nil
	// where something is undelivered and nobody tells how much.
	Events *int64
	// Parents are the jobs that would wait for ever, sorted.
	Parents []coordinator.JobID
}

// RestartLoses lists the nodes whose restart would lose something, sorted by
// name: those with undelivered events, and the parents that wait for a child
// which ran there and whose events to the parent's node are among them.
func RestartLoses(undelivered []Undelivered, waiting []Waiting) []RestartLoss {
	type pair struct{ node, peer string }
	kept := map[pair]bool{}
	losses := map[string]*RestartLoss{}
	unknown := map[string]bool{}
	for _, row := range undelivered {
		if row.Events != nil && *row.Events <= 0 {
			continue
		}
		kept[pair{row.Node, row.Peer}] = true
		loss := losses[row.Node]
		if loss == nil {
			loss = &RestartLoss{Node: row.Node}
			losses[row.Node] = loss
		}
		if row.Events == nil {
			unknown[row.Node] = true
		} else if loss.Events == nil || *row.Events > *loss.Events {
			loss.Events = new(*row.Events)
		}
	}
	for _, row := range waiting {
		loss := losses[row.ChildNode]
		if loss == nil || !kept[pair{row.ChildNode, row.Node}] || slices.Contains(loss.Parents, row.Parent) {
			continue
		}
		loss.Parents = append(loss.Parents, row.Parent)
	}
	result := make([]RestartLoss, 0, len(losses))
	for node, loss := range losses {
		if unknown[node] {
			// A number would be taken for the whole.
			loss.Events = nil
		}
		slices.Sort(loss.Parents)
		result = append(result, *loss)
	}
	slices.SortFunc(result, func(a, b RestartLoss) int {
		if a.Node < b.Node {
			return -1
		}
		return 1
	})
	return result
}
