package diagnose

import (
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
)

// Steady keeps findings from flapping. What a job's finding says changes only
// after two looks agree; at once only to a worse outlook that is proven, where
// there was none, and where the job itself went on to another episode. It is
// not safe for concurrent use.
type Steady struct {
	jobs map[coordinator.JobID]steadied
}

// steadied is one job's finding as it is shown, and the one that a newer look
// gave.
type steadied struct {
	episode string
	shown   Finding
	// other is what was found instead at otherAt (with no cause: nothing was);
	// otherAt is zero where the looks agree.
	other   *Finding
	otherAt time.Time
}

// Take takes what was found at a look and gives what is to be shown. episode
// gives the episode that an open job is in; empty for jobs that are not open.
func (s *Steady) Take(at time.Time, found map[coordinator.JobID]Finding, episode func(coordinator.JobID) string) map[coordinator.JobID]Finding {
	jobs := make(map[coordinator.JobID]steadied, len(found))
	asFound := true
	for id, finding := range found {
		in := episode(id)
		before, known := s.jobs[id]
		if !known || before.episode != in {
			jobs[id] = steadied{episode: in, shown: finding}
			continue
		}
		after := before.take(at, finding)
		jobs[id] = after
		asFound = asFound && after.otherAt.IsZero()
	}
	for id, before := range s.jobs {
		if _, again := found[id]; again || before.episode == "" || episode(id) != before.episode {
			continue
		}
		if after := before.take(at, Finding{}); after.shown.Cause != "" {
			jobs[id], asFound = after, false
		}
	}
	s.jobs = jobs
	if asFound {
		return found
	}
	shown := make(map[coordinator.JobID]Finding, len(jobs))
	for id, one := range jobs {
		shown[id] = one.shown
	}
	return shown
}

// take goes on with what a look found.
func (s steadied) take(at time.Time, found Finding) steadied {
	worse := slices.Index(Outlooks(), found.Outlook) > slices.Index(Outlooks(), s.shown.Outlook)
	agreed := !s.otherAt.IsZero() && s.other.says(found) && at.After(s.otherAt)
	switch {
	case s.shown.says(found), worse && found.Confidence == delivery.Proven, agreed:
		return steadied{episode: s.episode, shown: found}
	case s.otherAt.IsZero() || !s.other.says(found):
		s.otherAt = at
	}
	s.other = &found
	return s
}

// says tells whether two findings say the same, by whatever evidence.
func (f Finding) says(other Finding) bool {
	return f.Cause == other.Cause && f.Outlook == other.Outlook && f.Confidence == other.Confidence
}
