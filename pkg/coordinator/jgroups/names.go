package jgroups

import (
	"fmt"
	"sync"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// names knows what the configured nodes are called in JGroups. A node is known
// from its first answer on, so that it keeps its name in the others' views while
// it does not answer. It is safe for concurrent use and holds one entry for each
// configured node.
type names struct {
	mutex sync.Mutex
	// selves and ids are by configured name.
	selves map[string]string
	ids    map[string]memberID
}

func newNames() *names {
	return &names{selves: map[string]string{}, ids: map[string]memberID{}}
}

// resolve turns the readings' names into the configured ones, and refuses
// readings that are another node's.
func (n *names) resolve(readings []reading) {
	configured := make(map[string]bool, len(readings))
	saidBy := map[string]string{}
	twice := map[string]bool{}
	for _, r := range readings {
		configured[r.node.Name] = true
		if r.self == "" {
			continue
		}
		if _, said := saidBy[r.self]; said {
			twice[r.self] = true
		}
		saidBy[r.self] = r.node.Name
	}
	for i := range readings {
		r := &readings[i]
		switch {
		case r.self == "" || r.node.Err != nil:
		case r.self != r.node.Name && configured[r.self]:
			r.refuse(fmt.Sprintf("the node at this address says that it is %q, not %q", r.self, r.node.Name))
		case twice[r.self]:
			r.refuse(fmt.Sprintf("several of the configured addresses answer as the node %q", r.self))
		}
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for _, r := range readings {
		if r.node.Err == nil && r.self != "" {
			n.selves[r.node.Name], n.ids[r.node.Name] = r.self, r.id
		}
	}
	byMember, byID := map[string]string{}, map[memberID]string{}
	for name, self := range n.selves {
		// A member that has a configured node's name is that node.
		if !configured[self] || self == name {
			byMember[self] = name
		}
		if id := n.ids[name]; id != (memberID{}) {
			byID[id] = name
		}
	}
	for i := range readings {
		readings[i].rename(byMember)
		readings[i].complete(byID, len(configured))
	}
}

// refuse drops a reading that is not of the node that it was asked for.
func (r *reading) refuse(detail string) {
	node := coordinator.Node{Name: r.node.Name, Address: r.node.Address, ReadAt: r.node.ReadAt}
	node.Err = &coordinator.Error{Kind: coordinator.ErrBadAnswer, Address: node.Address, Detail: detail, Advice: "Correct the nodes' addresses in the settings."}
	*r = reading{node: node}
}

// rename gives members their configured names.
func (r *reading) rename(byMember map[string]string) {
	for i, member := range r.node.View {
		if name, known := byMember[member]; known {
			r.node.View[i] = name
		}
	}
	if r.node.Windows == nil {
		return
	}
	windows := make(map[string]coordinator.Window, len(r.node.Windows))
	for sender, window := range r.node.Windows {
		if name, known := byMember[sender]; known {
			sender = name
		}
		windows[sender] = window
	}
	r.node.Windows = windows
}

// complete makes the view of the members' ids where its text is cut. A member of
// an unknown id may be any node that was not read since it started: then the
// view is told only if no configured node is missing from it.
func (r *reading) complete(byID map[memberID]string, configured int) {
	if !r.cut || r.node.View != nil {
		return
	}
	var members []string
	strangers := 0
	for _, id := range r.ids {
		if name, known := byID[id]; known {
			members = append(members, name)
			continue
		}
		strangers++
	}
	if len(members) == 0 || (strangers > 0 && len(members) < configured) {
		r.note("%s: JGroups prints only the first members of its view, and the others cannot be told; start the JVMs with -Dmax.list.print_size=1000", r.node.Name)
		return
	}
	r.node.View = members
}
