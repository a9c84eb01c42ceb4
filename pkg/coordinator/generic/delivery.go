package generic

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathDelivery = "/delivery"
	deliveryBody = 64 << 20
	// maxPairs bounds the pairs that are kept: those of 400 nodes are 159,600.
	maxPairs = 160_000
	// maxTimeout is the longest time that an inbound buffer can be held.
	maxTimeout = 365 * 24 * time.Hour
)

// readDeliveries asks one address for the delivery between nodes. The list is
// never nil without an error: none told is not the same as not told.
func (c *client) readDeliveries(ctx context.Context, address string) ([]coordinator.Delivery, error) {
	var result []coordinator.Delivery
	ask := upstream.Call{Address: address, Path: pathDelivery, Route: pathDelivery, Limit: deliveryBody}
	err := c.json(ctx, ask, func(_ *upstream.Answer, d *decoder) error {
		var err error
		result, err = d.deliveries()
		return err
	})
	return result, err
}

// deliveries reads the list, sorted by node and peer.
func (d *decoder) deliveries() ([]coordinator.Delivery, error) {
	type pair struct{ node, peer string }
	seen := map[pair]bool{}
	result := []coordinator.Delivery{}
	told := false
	err := d.Object("the deliveries", func(name string) (bool, error) {
		if name != "deliveries" {
			return false, nil
		}
		told = true
		return true, d.List(name, func() error {
			delivery, err := d.delivery()
			of := pair{delivery.Node, delivery.Peer}
			switch {
			case err != nil:
				return err
			case seen[of]:
				return upstream.Shapef("the delivery from %s to %s is there twice", upstream.OneLine(of.node), upstream.OneLine(of.peer))
			case len(result) == maxPairs:
				return upstream.Shapef("more than %d pairs of nodes", maxPairs)
			}
			seen[of] = true
			result = append(result, delivery)
			return nil
		})
	})
	switch {
	case err != nil:
		return nil, err
	case !told:
		return nil, upstream.Shapef("the answer has no deliveries")
	}
	slices.SortFunc(result, func(a, b coordinator.Delivery) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Peer, b.Peer))
	})
	return result, nil
}

func (d *decoder) delivery() (delivery coordinator.Delivery, err error) {
	reachableTold := false
	err = d.Object("a delivery", func(name string) (bool, error) {
		var err error
		switch name {
		case "node":
			delivery.Node, err = d.shared(name, maxAddressBytes)
		case "peer":
			delivery.Peer, err = d.shared(name, maxAddressBytes)
		case "reachable":
			reachableTold = true
			delivery.Reachable, err = d.Bool(name)
		case "lostSince":
			delivery.LostSince, err = d.timeIfTold(name)
		case "sentLimit":
			delivery.SentLimit, err = d.count(name)
		case "sentSinceLoss":
			delivery.SentSinceLoss, err = d.count(name)
		case "sentBytes":
			delivery.SentBytes, err = d.count(name)
		case "undelivered":
			delivery.Undelivered, err = d.count(name)
		case "inboundHeld":
			delivery.InboundHeld, err = d.count(name)
		case "inboundTimeoutSeconds":
			delivery.InboundTimeout, err = d.seconds(name)
		case "nodeStartedAt":
			delivery.NodeStartedAt, err = d.timeIfTold(name)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
	case delivery.Node == "" || delivery.Peer == "":
		err = upstream.Shapef("a delivery has no node or no peer")
	case !reachableTold:
		err = upstream.Shapef("the delivery from %s to %s does not tell whether it is reachable", upstream.OneLine(delivery.Node), upstream.OneLine(delivery.Peer))
	case delivery.Reachable:
		delivery.LostSince = nil
	}
	return delivery, err
}

func (d *decoder) seconds(what string) (*time.Duration, error) {
	number, err := d.count(what)
	if err != nil || number == nil {
		return nil, err
	}
	if *number > int64(maxTimeout/time.Second) {
		return nil, upstream.Shapef("%s is %d, more than a year", what, *number)
	}
	duration := time.Duration(*number) * time.Second
	return &duration, nil
}
