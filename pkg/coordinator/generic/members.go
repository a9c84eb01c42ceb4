package generic

import (
	"context"
	"slices"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	pathMembers = "/members"
	membersBody = 16 << 20
	// maxMembers bounds the members that are kept.
	maxMembers = 10_000
)

// membership is what an address says about the cluster's members.
type membership struct {
	// members are sorted by address.
	members []coordinator.Member
	// master is the active master's address; empty when none is named.
	master string
	// hasMaster is false where the answer leaves the master out: the cluster
	// has none at all.
	hasMaster bool
}

// readMembers asks one address for the cluster's members.
func (c *client) readMembers(ctx context.Context, address string) (membership, error) {
	var result membership
	ask := upstream.Call{Address: address, Path: pathMembers, Route: pathMembers, Limit: membersBody}
	err := c.json(ctx, ask, func(_ *upstream.Answer, d *decoder) error {
		var err error
		result, err = d.membership()
		return err
	})
	if err != nil {
		return membership{}, err
	}
	c.learnMaster(result)
	return result, nil
}

func (d *decoder) membership() (result membership, err error) {
	told := false
	err = d.Object("the members", func(name string) (bool, error) {
		var err error
		switch name {
		case "master":
			result.hasMaster = true
			result.master, err = d.Text(name, maxAddressBytes)
		case "members":
			told = true
			result.members, err = d.members()
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return membership{}, err
	case !told:
		return membership{}, upstream.Shapef("the answer has no members")
	}
	for i := range result.members {
		result.members[i].Master = result.master != "" && result.members[i].Address == result.master
	}
	slices.SortFunc(result.members, func(a, b coordinator.Member) int { return strings.Compare(a.Address, b.Address) })
	return result, nil
}

func (d *decoder) members() (members []coordinator.Member, err error) {
	seen := map[string]bool{}
	err = d.List("members", func() error {
		var member coordinator.Member
		err := d.Object("a member", func(name string) (bool, error) {
			var err error
			switch name {
			case "address":
				member.Address, err = d.Text(name, maxAddressBytes)
			case "name":
				member.Name, err = d.Text(name, maxAddressBytes)
			case "state":
				member.Word, err = d.Text(name, maxWordBytes)
			default:
				return false, nil
			}
			return true, err
		})
		switch {
		case err != nil:
			return err
		case member.Address == "":
			return upstream.Shapef("a member has no address")
		case seen[member.Address]:
			return upstream.Shapef("the member %s is there twice", upstream.OneLine(member.Address))
		case len(members) == maxMembers:
			return upstream.Shapef("more than %d members", maxMembers)
		}
		seen[member.Address] = true
		members = append(members, member)
		return nil
	})
	return members, err
}
