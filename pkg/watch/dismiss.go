package watch

import (
	"context"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// Dismiss ends a lost job's episode for good: here at once, for the other
// replicas when they next ask the store, and over restarts. If the coordinator
// lists the job again, that is a new episode. It is no error when the episode
// has ended already, so it may be repeated. Errors are ErrNotLost,
// ErrOtherEpisode, ErrNoEpisode, ErrNoStore, ErrStopped and the store's.
func (l *Lease) Dismiss(ctx context.Context, job coordinator.JobID, episode string) error {
	w := l.watcher
	if l.released.Load() {
		return ErrStopped
	}
	store := w.registry.options.Store
	if store == nil {
		return ErrNoStore
	}
	if err := store.DismissLost(ctx, w.key.Scope, w.key.Cluster, job, episode); err != nil {
		return err
	}
	w.hide(episode)
	// The loop learns of it from the store, as of what others write.
	w.news.Store(true)
	w.kick()
	return nil
}

// hide takes an episode out of the view, until the timeline itself knows that
// it has ended.
func (w *watcher) hide(episode string) {
	w.viewing.Lock()
	defer w.viewing.Unlock()
	if w.hidden == nil {
		w.hidden = map[string]bool{}
	}
	w.hidden[episode] = true
	view := *w.view.Load()
	view.Jobs, _ = without(view.Jobs, w.hidden)
	w.view.Store(&view)
}

// show makes a view the newest one, without what is hidden.
func (w *watcher) show(view *View) {
	w.viewing.Lock()
	defer w.viewing.Unlock()
	if len(w.hidden) > 0 {
		view.Jobs, w.hidden = without(view.Jobs, w.hidden)
	}
	w.view.Store(view)
}

// without gives the jobs whose episode is not hidden, and those hidden ones
// that were there.
func without(jobs timeline.Jobs, hidden map[string]bool) (timeline.Jobs, map[string]bool) {
	met := map[string]bool{}
	shown := jobs.Without(func(job *JobView) bool {
		if hidden[job.Episode.ID] {
			met[job.Episode.ID] = true
		}
		return hidden[job.Episode.ID]
	})
	return shown, met
}
