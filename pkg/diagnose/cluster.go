package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Cluster is what is known of a coordinator with a master when its jobs are
// diagnosed. All times are by our clock.
type Cluster struct {
	// Now is when the newest answer was read.
	Now time.Time
	// Policy says from which age on a job is late, of each state its own, and how
	// long restoring and savepoints may take.
	Policy Policy
	// StuckAfter is how long a cancel of ours may go without an effect.
	StuckAfter time.Duration
	// Master is the active one, MasterSince since when it was seen so without a
	// gap (zero: not so now), MasterChangedAt when it was seen to change last
	// (zero: never).
	Master          string
	MasterSince     time.Time
	MasterChangedAt time.Time
	// Masters is what each configured address said about who is master.
	Masters []coordinator.MasterView
	// Members are the addresses of the members; nil where they were not told.
	// Workers is how many workers the master counts, or NotKnown.
	Members []string
	Workers int
	// Restoring is how many jobs the master restores, or is about to.
	Restoring int
	// Left are the members that left, as far as that was seen.
	Left []Departure
	// ListSilentSince is since when the coordinator answers, but not with its
	// list of jobs; zero while it does.
	ListSilentSince time.Time
	// ForceStop and TaskThreads are whether the coordinator can be asked so.
	ForceStop   coordinator.Capability
	TaskThreads coordinator.Capability
	// Looks are the last two looks at the workers' task threads, older first.
	Looks []Look
	// Running are some jobs that ran during both looks.
	Running []coordinator.JobID
}

// Departure is a member that left the cluster.
type Departure struct {
	Member string
	At     time.Time
	// Back is when a member of the same address was seen again; zero if never.
	Back time.Time
}

// Look is what the workers said about their task threads at one moment.
type Look struct {
	At      time.Time
	Workers []coordinator.WorkerThreads
}

// Late is a job that was asked to end, makes a savepoint, is being restored, or
// should have ended.
type Late struct {
	Job   coordinator.JobID
	State coordinator.State
	// Word is the coordinator's own word for the state.
	Word string
	// Since is since when it is in that state, AtLeast whether that may have
	// begun earlier. WatchedSince is since when it was seen so without a gap
	// and under one master.
	Since        time.Time
	AtLeast      bool
	WatchedSince time.Time
	// Listed is false where the newest list does not show the job so.
	Listed bool
	// RestoringSince is since when the coordinator says that it restores the
	// job, or does not know its state; zero where it does not say so.
	RestoringSince time.Time
	// Ran are the members that ran it, as far as the master told.
	Ran []string
	// Forgotten is the cancel that another master had begun; nil if none.
	Forgotten *Forgotten
	// CancelAt and ForceAt are when a request of ours was accepted whose effect
	// was not seen; zero where there is none.
	CancelAt time.Time
	ForceAt  time.Time
	// Checkpoint is what was asked about its checkpoints; nil where nothing was.
	Checkpoint *Checkpoint
}

// Forgotten is a cancel that was under way at another master.
type Forgotten struct {
	// Master had the job in CANCELING from Since on, and LastSeen last.
	Master   string
	Since    time.Time
	LastSeen time.Time
}

// Checkpoint is when a job last completed a checkpoint.
type Checkpoint struct {
	// At is when that was asked.
	At time.Time
	// Last is zero where none was ever completed.
	Last time.Time
	// Err is why it is not known; nil where it is.
	Err error
}

// ending tells whether a job is on its way to an end.
func (l Late) ending() bool {
	return l.State == coordinator.StateCanceling || l.State == coordinator.StateFailing || l.State == coordinator.StateSavepointing
}

// split gives the masters that are named where they disagree.
func (c Cluster) split() []string {
	masters, disagree := (&coordinator.Snapshot{Masters: c.Masters}).SplitMasters()
	if !disagree {
		return nil
	}
	slices.Sort(masters)
	return masters
}

// summary is what a look says of all jobs alike.
type summary struct {
	look Look
	// silent are the workers that gave no answer, answered counts the others.
	silent   []string
	answered int
	// sentence says that no worker that answered has a thread of a job; it is
	// the same for all of them.
	sentence string
}

func (l Look) summary() summary {
	s := summary{look: l}
	for _, worker := range l.Workers {
		if worker.Err != nil {
			s.silent = append(s.silent, worker.Address)
		} else {
			s.answered++
		}
	}
	s.sentence = fmt.Sprintf("No task thread of the job on any of %d workers that answered at %s.", s.answered, clock(l.At))
	return s
}

// threads is what one look says about one job.
type threads struct {
	summary
	// alive are the workers with task threads of the job.
	alive []string
	// others: each worker that answered has task threads of another job, so
	// that its task threads can be told by their names.
	others bool
}

func (s summary) of(job coordinator.JobID) threads {
	found := threads{summary: s, others: true}
	for i := range s.look.Workers {
		worker := &s.look.Workers[i]
		if worker.Err != nil {
			continue
		}
		mine := worker.Tasks[job] > 0
		if mine {
			found.alive = append(found.alive, worker.Address)
		}
		if len(worker.Tasks) == 0 || len(worker.Tasks) == 1 && mine {
			found.others = false
		}
	}
	return found
}

// none says that the look showed no thread of the job.
func (t threads) none() Evidence { return Evidence{t.look.At, SourceThreads, t.sentence} }

// whole tells whether every member that can run tasks answered: all that are
// configured, and as many as the master counts (masters with slots included).
func (t threads) whole(workers int) bool {
	return t.answered > 0 && len(t.silent) == 0 && t.answered >= workers
}

// named joins names for a sentence.
func named(names []string) string { return strings.Join(names, ", ") }
