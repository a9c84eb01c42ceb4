package action

import "time"

// LeftoversFor is how long workers are asked for leftover tasks after the end
// of a job was proven (design §7).
const LeftoversFor = time.Hour

// Leftovers is what still ran on the workers after a job's end was proven.
type Leftovers struct {
	// CheckedAt is the newest look; zero before the first.
	CheckedAt time.Time `json:"checkedAt,omitzero"`
	// Tasks are the workers that still run tasks of the job ("zombie tasks").
	Tasks []LeftoverTask `json:"tasks"`
	// NotChecked are the configured workers that gave no answer at that look.
	NotChecked []string `json:"notChecked"`
	// Unasked is why no worker could be asked at all; empty when some were.
	Unasked string `json:"unasked,omitempty"`
	// Until is when the looking ends.
	Until time.Time `json:"until"`
}

// LeftoverTask is a worker that still runs tasks of an ended job.
type LeftoverTask struct {
	// Worker is the configured address.
	Worker string `json:"worker"`
	// Threads is the number of task threads.
	Threads int `json:"threads"`
}

// Count is the number of task threads that were left behind.
func (l *Leftovers) Count() int {
	if l == nil {
		return 0
	}
	count := 0
	for _, task := range l.Tasks {
		count += task.Threads
	}
	return count
}

// Aftermath is what is still open after the acts of a scope.
type Aftermath struct {
	ReadAt time.Time
	// Unconfirmed are actions without a proven end, Watched those whose
	// workers are still asked for leftover tasks.
	Unconfirmed []Intent
	Watched     []Intent
}
