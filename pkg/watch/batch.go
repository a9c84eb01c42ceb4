package watch

import "github.com/unjam/unjam-jobs-app/pkg/timeline"

// batch is what waits to be saved: each episode once, in its newest form, at
// the place where it came first, so that ends stay before the beginnings that
// follow them.
type batch struct {
	changes TimelineChanges
	places  map[string]int
}

func (b *batch) add(changes TimelineChanges) {
	if b.places == nil {
		b.places = map[string]int{}
	}
	for _, episode := range changes.Episodes {
		if at, known := b.places[episode.ID]; known {
			b.changes.Episodes[at] = episode
			continue
		}
		b.places[episode.ID] = len(b.changes.Episodes)
		b.changes.Episodes = append(b.changes.Episodes, episode)
	}
	b.changes.Events = append(b.changes.Events, changes.Events...)
	b.changes.Master = changes.Master
}

// after is the empty batch that follows this one.
func (b *batch) after() batch {
	return batch{changes: TimelineChanges{Master: b.changes.Master}}
}

func (b *batch) empty() bool {
	return len(b.changes.Episodes) == 0 && len(b.changes.Events) == 0
}

// keep drops the episodes that wanted refuses.
func (b *batch) keep(wanted func(timeline.Episode) bool) {
	kept := TimelineChanges{Master: b.changes.Master, Events: b.changes.Events}
	for _, episode := range b.changes.Episodes {
		if wanted(episode) {
			kept.Episodes = append(kept.Episodes, episode)
		}
	}
	*b = batch{}
	b.add(kept)
}

// dropOpen drops the episodes that last.
func (b *batch) dropOpen() {
	b.keep(func(episode timeline.Episode) bool { return !episode.Open() })
}

// trim drops the oldest ended episodes and events beyond maxUnsaved, and says
// how many.
func (b *batch) trim() int {
	ended := 0
	for _, episode := range b.changes.Episodes {
		if !episode.Open() {
			ended++
		}
	}
	drop, dropped := max(0, ended-maxUnsaved), 0
	if drop > 0 {
		b.keep(func(episode timeline.Episode) bool {
			if episode.Open() || dropped == drop {
				return true
			}
			dropped++
			return false
		})
	}
	if extra := len(b.changes.Events) - maxUnsaved; extra > 0 {
		b.changes.Events = b.changes.Events[extra:]
		dropped += extra
	}
	return dropped
}
