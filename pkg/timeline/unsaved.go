package timeline

import "slices"

// Unsaved is what a store has not got yet: each episode once, in its newest
// form, at the place where it came first, so that ends stay before the
// beginnings that follow them. The zero value is empty.
type Unsaved struct {
	Episodes []Episode
	Events   []Event
	places   map[string]int
}

// Add takes what a look changed.
func (u *Unsaved) Add(changes Changes) {
	// One after the other: at the first look at very many jobs, a list of all
	// would be one more copy of them. Ends come before beginnings.
	u.put(changes.Closed)
	u.put(changes.Updated)
	u.put(changes.Opened)
	u.Events = append(u.Events, changes.Events...)
}

func (u *Unsaved) put(episodes []Episode) {
	if len(episodes) == 0 {
		return
	}
	if u.places == nil {
		u.places = make(map[string]int, len(episodes))
	}
	u.Episodes = slices.Grow(u.Episodes, len(episodes))
	for _, episode := range episodes {
		if at, known := u.places[episode.ID]; known {
			u.Episodes[at] = episode
			continue
		}
		u.places[episode.ID] = len(u.Episodes)
		u.Episodes = append(u.Episodes, episode)
	}
}

// Take gives all of it, and leaves none.
func (u *Unsaved) Take() Unsaved {
	taken := *u
	*u = Unsaved{}
	return taken
}

// PutBack returns what was taken and could not be saved; what came meanwhile
// is newer.
func (u *Unsaved) PutBack(taken Unsaved) {
	newer := u.Take()
	*u = taken
	u.put(newer.Episodes)
	u.Events = append(u.Events, newer.Events...)
}

// Empty tells whether there is nothing to save.
func (u *Unsaved) Empty() bool { return len(u.Episodes) == 0 && len(u.Events) == 0 }

// Trim drops the oldest ended episodes, and the oldest events, beyond limit,
// and says how many.
func (u *Unsaved) Trim(limit int) int {
	ended := 0
	for _, episode := range u.Episodes {
		if !episode.Open() {
			ended++
		}
	}
	drop, dropped := max(0, ended-limit), 0
	if drop > 0 {
		u.keep(func(episode Episode) bool {
			if episode.Open() || dropped == drop {
				return true
			}
			dropped++
			return false
		})
	}
	if extra := len(u.Events) - limit; extra > 0 {
		u.Events = u.Events[extra:]
		dropped += extra
	}
	return dropped
}

// keep drops the episodes that wanted refuses.
func (u *Unsaved) keep(wanted func(Episode) bool) {
	episodes := u.Episodes
	u.Episodes, u.places = nil, nil
	kept := make([]Episode, 0, len(episodes))
	for _, episode := range episodes {
		if wanted(episode) {
			kept = append(kept, episode)
		}
	}
	u.put(kept)
}

// holds tells whether the episode waits to be saved.
func (u *Unsaved) holds(id string) bool {
	_, known := u.places[id]
	return known
}

// dropMasterChange forgets the newest change to a master: another replica has
// told it.
func (u *Unsaved) dropMasterChange(master string) {
	for i := len(u.Events) - 1; i >= 0; i-- {
		if u.Events[i].Kind == EventMasterChanged && u.Events[i].Member == master {
			u.Events = slices.Delete(u.Events, i, i+1)
			return
		}
	}
}

// rebase makes way for what other replicas wrote, and gives what of it is
// still to be merged. An end, whoever saw it, is final: theirs is in the store
// already, and ours will be. Of the end of a job there is one record. Beyond
// that their form of an episode replaces ours.
func (u *Unsaved) rebase(written []Episode) []Episode {
	if u.Empty() || len(written) == 0 {
		return written
	}
	theirs := make(map[string]Episode, len(written))
	ends := map[string][]Episode{}
	for _, episode := range written {
		theirs[episode.ID] = episode
		if episode.State.Ended() {
			ends[string(episode.Job)] = append(ends[string(episode.Job)], episode)
		}
	}
	overruled := map[string]bool{}
	u.keep(func(ours Episode) bool {
		if their, known := theirs[ours.ID]; known {
			overruled[ours.ID] = their.Open() && !ours.Open()
			return overruled[ours.ID]
		}
		for _, end := range ends[string(ours.Job)] {
			if ours.State == end.State && sameJob(ours.CreateTime, end.CreateTime, true) {
				return false
			}
		}
		return true
	})
	left := make([]Episode, 0, len(written))
	for _, episode := range written {
		if !overruled[episode.ID] {
			left = append(left, episode)
		}
	}
	return left
}
