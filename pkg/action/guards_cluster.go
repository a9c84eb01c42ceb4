package action

import (
	"fmt"
	"strings"
)

// The guards that look at the cluster as a whole.

func guardFresh(f Facts) Verdict {
	switch {
	case f.PollErr != nil:
		return block(fmt.Sprintf("The coordinator was not read at the last poll: %v", f.PollErr), "Wait until the coordinator answers again.")
	case f.Blind:
		return block("What is known of the coordinator is too old, as of "+clock(f.AsOf)+".", "Wait until the coordinator answers completely.")
	case f.Incomplete:
		return block("The coordinator answered the last poll only in part, complete as of "+clock(f.AsOf)+".", "Wait until the coordinator answers completely.")
	}
	return pass("The coordinator was read completely at " + clock(f.AsOf) + ".")
}

// guardSplit blocks while masters disagree: nobody knows which of them would
// carry a request out (S16).
func guardSplit(f Facts) Verdict {
	if len(f.Split) > 1 {
		return block("The configured masters disagree on who is master ("+strings.Join(f.Split, ", ")+"): split cluster.", "Resolve the split first.")
	}
	return pass("The configured masters agree on who is master.")
}

// guardMaster asks that the same master was seen at every poll for long enough.
// Where an engine does not tell that it restores jobs, this is what protects.
func guardMaster(f Facts) Verdict {
	switch {
	case f.Capabilities.NoMaster:
		return pass("This coordinator has no master that could change.")
	case f.Reading.Master == "":
		return block("The coordinator does not say which master is active.", "Wait until it does.")
	case f.Master != f.Reading.Master:
		return block(fmt.Sprintf("The active master was %s at the last poll and is %s now.", orNone(f.Master), f.Reading.Master), "Wait until the new master has settled.")
	case f.MasterStableSince.IsZero() || f.Now.Sub(f.MasterStableSince) < f.Policy.MasterSettleTime:
		verdict := block(fmt.Sprintf("The master %s has been watched without a gap for less than %s.", f.Reading.Master, span(f.Policy.MasterSettleTime)), "Wait; a job may still be restored.")
		if !f.MasterStableSince.IsZero() {
			verdict.AllowedFrom = f.MasterStableSince.Add(f.Policy.MasterSettleTime)
		}
		return verdict
	}
	return pass(fmt.Sprintf("The master %s has been stable since %s.", f.Reading.Master, clock(f.MasterStableSince)))
}

// mostRestoringNamed is how many restoring jobs a sentence names.
const mostRestoringNamed = 3

// guardRestore blocks while the master restores jobs, or is about to: a job that
// is being restored may forget that it was canceled, and run again.
func guardRestore(f Facts) Verdict {
	if len(f.Restoring) == 0 {
		return pass("No restore is pending, as far as the coordinator tells.")
	}
	named := make([]string, 0, mostRestoringNamed)
	for _, job := range f.Restoring[:min(len(f.Restoring), mostRestoringNamed)] {
		named = append(named, string(job))
	}
	more := ""
	if rest := len(f.Restoring) - len(named); rest > 0 {
		more = fmt.Sprintf(" and %d more", rest)
	}
	return block("The master is restoring jobs, or is about to ("+strings.Join(named, ", ")+more+").", "Wait until it has restored them.")
}
