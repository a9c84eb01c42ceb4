package coordinator

import "time"

// NotKnown is the value of a counter that the coordinator did not tell.
const NotKnown = -1

// Snapshot is what one poll read of a coordinator. It is immutable once
// returned.
type Snapshot struct {
	// ReadAt is when the poll ended, by our clock (with its monotonic part).
	ReadAt time.Time
	// Took is how long the poll lasted.
	Took time.Duration
	// Complete is true when the list of open jobs is whole. Only a complete
	// snapshot may end an episode or show that a job vanished.
	Complete bool
	// Notes say in sentences what did not answer and what stood in for it.
	Notes []string
	// Address is the configured address that the jobs were read from.
	Address string
	// Dialect names the interface spoken ("REST v2"), Version is the
	// coordinator's declared version; both empty when not known.
	Dialect string
	Version string
	// Master is the active master's member address; empty when not known.
	Master string
	// Masters is what every configured master address said in this poll.
	Masters []MasterView
	Members []Member
	// Workers is the number of workers the master counts, or NotKnown.
	Workers int
	// Jobs are the open jobs (not ended), sorted by id.
	Jobs []Job
	// Believed are the jobs that the master believes to run on workers. It
	// stands in for Jobs when the list of jobs does not answer, and carries
	// ids only.
	Believed []Belief
	// Restoring are the jobs that the master is restoring, or is about to
	// restore, sorted; nil where there are none or the coordinator does not
	// tell. The timeline's settling of a new master stands in there.
	Restoring []JobID
	// Counts are the coordinator's own counters by state word; absent when
	// not told.
	Counts map[string]int
	// Clock is the coordinator's clock as this poll saw it.
	Clock        Clock
	Capabilities Capabilities
	// Nodes is what each configured node's messaging layer said, sorted by
	// name; nil for coordinators without one, or where no source is set.
	Nodes []Node
	// Deliveries are the event deliveries between nodes, from coordinators that
	// tell them by pairs themselves; nil for others.
	Deliveries []Delivery
}

// SplitMasters tells whether the configured masters name different active
// masters, and which.
func (s *Snapshot) SplitMasters() (masters []string, split bool) {
	seen := map[string]bool{}
	for _, view := range s.Masters {
		if view.Err == nil && view.Master != "" && !seen[view.Master] {
			seen[view.Master] = true
			masters = append(masters, view.Master)
		}
	}
	return masters, len(masters) > 1
}

// MasterView is what one configured address answered to "who is master".
type MasterView struct {
	// Address is the configured address that was asked.
	Address string
	// Master is the member address that it named; empty when it named none.
	Master string
	// Err is why it gave no answer; nil when it answered.
	Err error
}

// Member is a node of the coordinator's cluster.
type Member struct {
	// Address is the member's own "host:port" inside the cluster.
	Address string
	// Master is true for the active master.
	Master bool
	// Name is the node's name in the cluster where it has one beside the
	// address, and Word the coordinator's own word for the node's state; both
	// empty where it does not tell.
	Name string
	Word string
	// ClockDiff is the member's clock minus the master's as the coordinator
	// measured it; ClockDiffKnown is false where it does not tell.
	ClockDiff      time.Duration
	ClockDiffKnown bool
}

// Belief is a job that the master believes to run on a worker.
type Belief struct {
	Job    JobID
	Worker string
}

// Clock is a reading of the coordinator's clock.
type Clock struct {
	// Known is false where the coordinator gave no readable time.
	Known bool
	// Skew is the coordinator's clock minus ours, corrected by half of the
	// request's duration.
	Skew time.Duration
	// Resolution is how exact the reading is (an HTTP Date header: 1 s).
	Resolution time.Duration
	// Source names where the time came from ("HTTP Date", "telemetry").
	Source string
}

// Capability is whether a coordinator can do a thing, and the reason in a
// sentence when it cannot.
type Capability struct {
	Supported bool
	Reason    string
}

// Capabilities is what a coordinator can do, checked by version or setting.
type Capabilities struct {
	Cancel    Capability
	ForceStop Capability
	// TaskThreads: whether workers can be asked which task threads they run.
	TaskThreads Capability
	// Delivery: whether the coordinator exposes its event delivery.
	Delivery Capability
	// ParentLink: whether a job names the job that waits for it.
	ParentLink Capability
	// NoMaster: the cluster has no master that could change (CloverDX); no
	// guard asks for one.
	NoMaster bool
	// OnlyStop is the coordinator's own word for its only way to stop a job
	// ("abort"), where it has no cancel beside it. Force stop sends it, to
	// running jobs too. Empty for the others.
	OnlyStop string
}
