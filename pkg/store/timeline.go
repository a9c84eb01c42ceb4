package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// TimelineKept is how long closed episodes, and events of the topology and
	// of jobs, are kept: a month shows the last release, the last month end and
	// the last incident.
	// Longer history belongs in a time series database (design §8).
	TimelineKept = 30 * 24 * time.Hour
	// removedAtOnce bounds what one SyncTimeline removes, so that no poll waits
	// for a clean-up. Where a poll saves more than that, as many rows as it
	// saved may go, so that the store cannot grow for ever.
	removedAtOnce = 1000
	// watchKept is how long the watch of a replica that died is kept. Another
	// replica builds on it only if its own watch began before the death, and
	// needs no longer than this to read it.
	watchKept = time.Hour
)

// timelineState is a timeline's row.
type timelineState struct {
	found    bool
	revision int64
	master   string
	changes  int64
	doubtAt  time.Time
	seenAt   time.Time
}

func loadTimelineState(ctx context.Context, db querier, scope watch.Scope, cluster string) (timelineState, error) {
	state := timelineState{found: true}
	var doubtAt, seenAt int64
	err := db.QueryRowContext(ctx, "SELECT revision, master, master_changes, doubt_at, seen_at FROM timelines WHERE org_id = ? AND ds_uid = ? AND cluster = ?",
		scope.OrgID, scope.DataSourceUID, cluster).Scan(&state.revision, &state.master, &state.changes, &doubtAt, &seenAt)
	if errors.Is(err, sql.ErrNoRows) {
		return timelineState{}, nil
	}
	state.doubtAt, state.seenAt = fromStored(doubtAt), fromStored(seenAt)
	return state, err
}

// LoadTimeline gives the open episodes of a scope's cluster, the last master
// and the count of master changes. What was never saved is an empty timeline.
func (s *Store) LoadTimeline(ctx context.Context, scope watch.Scope, cluster string) (watch.StoredTimeline, error) {
	if err := s.nameTimeline(ctx, scope, cluster); err != nil {
		return watch.StoredTimeline{}, err
	}
	var stored watch.StoredTimeline
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		state, err := loadTimelineState(ctx, tx, scope, cluster)
		if err != nil {
			return err
		}
		stored = watch.StoredTimeline{
			Master: state.master, MasterChanges: uint64(max(0, state.changes)), DoubtAt: state.doubtAt, Revision: state.revision,
		}
		if stored.Episodes, err = openEpisodes(ctx, tx, scope, cluster, state.seenAt); err != nil {
			return err
		}
		stored.Told, err = toldDiagnoses(ctx, tx, scope, cluster, stored.Episodes)
		return err
	})
	return stored, err
}

// nameTimeline gives the rows of a version that did not know clusters to the
// first one that asks: until then the data source showed just that.
func (s *Store) nameTimeline(ctx context.Context, scope watch.Scope, cluster string) error {
	if cluster == "" {
		return nil
	}
	nameless := func(db querier) (bool, error) {
		state, err := loadTimelineState(ctx, db, scope, "")
		if err != nil || !state.found {
			return false, err
		}
		named, err := loadTimelineState(ctx, db, scope, cluster)
		return !named.found, err
	}
	if found, err := nameless(s.reader); err != nil || !found {
		return s.explain(err)
	}
	return s.writeTimeline(ctx, scope, func(tx *sql.Tx) error {
		if found, err := nameless(tx); err != nil || !found {
			return err
		}
		for _, table := range []string{"timelines", "episodes", "topology_events"} {
			if _, err := tx.ExecContext(ctx, "UPDATE "+table+" SET cluster = ? WHERE org_id = ? AND ds_uid = ? AND cluster = ''",
				cluster, scope.OrgID, scope.DataSourceUID); err != nil {
				return err
			}
		}
		return nil
	})
}

const episodeFields = "id, job_id, create_time, name, state, word, master, since, quality, continuous_since, last_seen, until, missing_since"

// openEpisodes gives those that last. What was not missing was seen at the
// newest look of any replica, whose time is not kept with every row.
func openEpisodes(ctx context.Context, db querier, scope watch.Scope, cluster string, newest time.Time) ([]timeline.Episode, error) {
	episodes, err := readEpisodes(ctx, db, "WHERE org_id = ? AND ds_uid = ? AND until = 0 AND cluster = ? ORDER BY id", scope.OrgID, scope.DataSourceUID, cluster)
	for i := range episodes {
		seenAt(&episodes[i], newest)
	}
	return episodes, err
}

func seenAt(e *timeline.Episode, newest time.Time) {
	if e.MissingSince.IsZero() && newest.After(e.LastSeen) {
		e.LastSeen = newest
	}
}

func readEpisodes(ctx context.Context, db querier, where string, args ...any) ([]timeline.Episode, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+episodeFields+" FROM episodes "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var episodes []timeline.Episode
	for rows.Next() {
		e, err := scanEpisode(rows)
		if err != nil {
			return nil, err
		}
		episodes = append(episodes, e)
	}
	return episodes, rows.Err()
}

// scanEpisode reads the columns of episodeFields, and those that follow.
func scanEpisode(rows *sql.Rows, further ...any) (e timeline.Episode, err error) {
	var job, state, quality string
	var created, since, continuous, seen, until, missing int64
	err = rows.Scan(append([]any{&e.ID, &job, &created, &e.Name, &state, &e.Word, &e.Master, &since, &quality, &continuous, &seen, &until, &missing}, further...)...)
	e.Job, e.State, e.Quality = coordinator.JobID(job), coordinator.State(state), timeline.Quality(quality)
	e.CreateTime, e.Since, e.ContinuousSince = fromStored(created), fromStored(since), fromStored(continuous)
	e.LastSeen, e.Until, e.MissingSince = fromStored(seen), fromStored(until), fromStored(missing)
	return e, err
}

// SyncTimeline tells a replica what the others changed, and writes what it
// changed itself: episodes by id, where one that ended stays as it is; events,
// each once though several replicas see it, and a master change counted for
// each that says so; its watch. It writes nothing where the others wrote
// something that the replica has not merged. What is older than TimelineKept is
// removed on the way.
func (s *Store) SyncTimeline(ctx context.Context, scope watch.Scope, sync watch.TimelineSync) (watch.SharedTimeline, error) {
	var shared watch.SharedTimeline
	write := len(sync.Changes.Episodes) > 0 || len(sync.Changes.Events) > 0 || sync.Heartbeat
	if !write {
		// Most polls change nothing; they must not cost a write to disk.
		err := s.snapshot(ctx, func(tx *sql.Tx) error {
			state, err := loadTimelineState(ctx, tx, scope, sync.Cluster)
			if err != nil {
				return err
			}
			write = news(state, sync)
			shared, err = readShared(ctx, tx, scope, sync, state)
			return err
		})
		if err != nil || !write || !shared.Saved {
			return shared, err
		}
	}
	err := s.writeTimeline(ctx, scope, func(tx *sql.Tx) error {
		state, err := loadTimelineState(ctx, tx, scope, sync.Cluster)
		if err != nil {
			return err
		}
		if state.revision == sync.Revision {
			if state, err = writeTimeline(ctx, tx, scope, sync, state); err != nil {
				return err
			}
			sync.Revision = state.revision
		}
		shared, err = readShared(ctx, tx, scope, sync, state)
		return err
	})
	return shared, err
}

// news tells whether the timeline's row changes.
func news(state timelineState, sync watch.TimelineSync) bool {
	return sync.Changes.Master != "" && sync.Changes.Master != state.master || newerDoubt(state, sync)
}

// newerDoubt tells whether the replica's doubt is newer than the stored one.
// One in the future comes from a clock that was set back since.
func newerDoubt(state timelineState, sync watch.TimelineSync) bool {
	return !sync.DoubtAt.IsZero() && (sync.DoubtAt.After(state.doubtAt) || state.doubtAt.After(sync.Now))
}

// readShared gives what the other replicas changed since the sync's revision.
func readShared(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, state timelineState) (watch.SharedTimeline, error) {
	shared := watch.SharedTimeline{
		Saved: state.revision == sync.Revision, Reset: state.revision < sync.Revision, Revision: state.revision, MasterChanges: uint64(max(0, state.changes)),
		Shared: timeline.Shared{Master: state.master, DoubtAt: state.doubtAt},
	}
	var err error
	switch {
	case shared.Reset:
		shared.Shared.Episodes, err = openEpisodes(ctx, tx, scope, sync.Cluster, state.seenAt)
	case !shared.Saved:
		shared.Shared.Episodes, err = readEpisodes(ctx, tx, "WHERE org_id = ? AND ds_uid = ? AND revision > ? AND cluster = ? ORDER BY revision, id",
			scope.OrgID, scope.DataSourceUID, sync.Revision, sync.Cluster)
	}
	if err != nil {
		return shared, err
	}
	shared.Shared.Watches, err = otherWatches(ctx, tx, scope, sync)
	return shared, err
}

func otherWatches(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync) ([]timeline.Watch, error) {
	rows, err := tx.QueryContext(ctx, "SELECT master, since, last_look FROM replicas WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND replica <> ? AND last_look > ? ORDER BY replica",
		scope.OrgID, scope.DataSourceUID, sync.Cluster, sync.Replica, toStored(sync.Now.Add(-watchKept)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var watches []timeline.Watch
	for rows.Next() {
		var other timeline.Watch
		var since, last int64
		if err := rows.Scan(&other.Master, &since, &last); err != nil {
			return nil, err
		}
		other.Since, other.Last = fromStored(since), fromStored(last)
		watches = append(watches, other)
	}
	return watches, rows.Err()
}

// writeTimeline writes one replica's changes, and gives the row as it is then.
func writeTimeline(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, state timelineState) (timelineState, error) {
	if len(sync.Changes.Episodes) > 0 || news(state, sync) {
		state.revision++
	}
	if err := saveEpisodes(ctx, tx, scope, sync.Cluster, state.revision, sync.Changes.Episodes); err != nil {
		return state, err
	}
	for _, event := range sync.Changes.Events {
		added, err := addEvent(ctx, tx, scope, sync, event)
		if err != nil {
			return state, err
		}
		if added && event.Kind == timeline.EventMasterChanged {
			state.changes++
		}
	}
	if sync.Changes.Master != "" {
		state.master = sync.Changes.Master
	}
	if newerDoubt(state, sync) {
		state.doubtAt = sync.DoubtAt
	}
	if !sync.Watch.Last.IsZero() {
		if sync.Watch.Last.After(state.seenAt) {
			state.seenAt = sync.Watch.Last
		}
		if err := saveWatch(ctx, tx, scope, sync); err != nil {
			return state, err
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO timelines (org_id, ds_uid, cluster, revision, master, master_changes, doubt_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (org_id, ds_uid, cluster) DO UPDATE SET revision = excluded.revision, master = excluded.master,
		master_changes = excluded.master_changes, doubt_at = excluded.doubt_at, seen_at = excluded.seen_at`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, state.revision, state.master, state.changes, toStored(state.doubtAt), toStored(state.seenAt)); err != nil {
		return state, err
	}
	return state, removeOldTimeline(ctx, tx, scope, sync)
}

func saveWatch(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO replicas (org_id, ds_uid, cluster, replica, master, since, last_look) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (org_id, ds_uid, cluster, replica) DO UPDATE SET master = excluded.master, since = excluded.since, last_look = excluded.last_look`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, sync.Replica, sync.Watch.Master, toStored(sync.Watch.Since), toStored(sync.Watch.Last))
	return err
}

// episodesAtOnce is how many episodes one statement writes: it halves the time
// of a poll with 50,000 jobs, and its parameters stay far below every
// database's limit.
const episodesAtOnce = 50

// saveEpisodes inserts or updates episodes.
func saveEpisodes(ctx context.Context, tx *sql.Tx, scope watch.Scope, cluster string, revision int64, episodes []timeline.Episode) error {
	var upsert *sql.Stmt
	for portion := range slices.Chunk(episodes, episodesAtOnce) {
		var err error
		if upsert == nil || len(portion) < episodesAtOnce {
			if upsert, err = tx.PrepareContext(ctx, upsertEpisodes(len(portion))); err != nil {
				return err
			}
			defer upsert.Close()
		}
		values := make([]any, 0, len(portion)*episodeColumns)
		for _, e := range portion {
			values = append(values, scope.OrgID, scope.DataSourceUID, cluster, revision, e.ID, string(e.Job), toStored(e.CreateTime), e.Name,
				string(e.State), e.Word, e.Master, toStored(e.Since), string(e.Quality), toStored(e.ContinuousSince),
				toStored(e.LastSeen), toStored(e.Until), toStored(e.MissingSince))
		}
		if _, err := upsert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return nil
}

// episodeColumns is the number of an episode's columns, scope included.
const episodeColumns = 17

func upsertEpisodes(rows int) string {
	return "INSERT INTO episodes (org_id, ds_uid, cluster, revision, " + episodeFields + ") VALUES " + rowPlaceholders(rows, episodeColumns) + `
		ON CONFLICT (org_id, ds_uid, id) DO UPDATE SET cluster = excluded.cluster, revision = excluded.revision,
		job_id = excluded.job_id, create_time = excluded.create_time, name = excluded.name, state = excluded.state, word = excluded.word,
		master = excluded.master, since = excluded.since, quality = excluded.quality, continuous_since = excluded.continuous_since,
		last_seen = excluded.last_seen, until = excluded.until, missing_since = excluded.missing_since
		WHERE episodes.until = 0`
}

// removeOldTimeline removes what is older than TimelineKept: closed episodes,
// events, and all of a cluster that the data source does not show any more; and
// watches that nobody can build on.
func removeOldTimeline(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync) error {
	before := toStored(sync.Now.Add(-TimelineKept))
	limit := max(removedAtOnce, 2*len(sync.Changes.Episodes), 2*len(sync.Changes.Events))
	for _, removal := range []struct {
		statement string
		args      []any
	}{
		{`DELETE FROM episodes WHERE org_id = ? AND ds_uid = ? AND id IN
			(SELECT id FROM episodes WHERE org_id = ? AND ds_uid = ? AND until <> 0 AND until < ? ORDER BY until LIMIT ?)`,
			[]any{scope.OrgID, scope.DataSourceUID, scope.OrgID, scope.DataSourceUID, before, limit}},
		{"DELETE FROM replicas WHERE org_id = ? AND ds_uid = ? AND last_look < ?",
			[]any{scope.OrgID, scope.DataSourceUID, toStored(sync.Now.Add(-watchKept))}},
	} {
		if _, err := tx.ExecContext(ctx, removal.statement, removal.args...); err != nil {
			return err
		}
	}
	if err := removeOldEvents(ctx, tx, scope, sync, limit); err != nil {
		return err
	}
	return removeOldClusters(ctx, tx, scope, sync.Cluster, before)
}

func removeOldClusters(ctx context.Context, tx *sql.Tx, scope watch.Scope, present string, before int64) error {
	const old = "org_id = ? AND ds_uid = ? AND cluster <> ? AND seen_at < ?"
	args := []any{scope.OrgID, scope.DataSourceUID, present, before}
	var count int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM timelines WHERE "+old, args...).Scan(&count); err != nil || count == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM episodes WHERE org_id = ? AND ds_uid = ? AND cluster IN (SELECT cluster FROM timelines WHERE "+old+")",
		append([]any{scope.OrgID, scope.DataSourceUID}, args...)...); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM timelines WHERE "+old, args...)
	return err
}

// DismissLost ends a lost episode for good: no replica opens it again, and the
// others learn of it as of any end. It is no error when it has ended already.
func (s *Store) DismissLost(ctx context.Context, scope watch.Scope, cluster string, job coordinator.JobID, episode string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	var refused error
	err = s.writeTimeline(ctx, scope, func(tx *sql.Tx) error {
		state, err := loadTimelineState(ctx, tx, scope, cluster)
		if err != nil {
			return err
		}
		episodes, err := readEpisodes(ctx, tx, "WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND job_id = ? AND (id = ? OR until = 0)",
			scope.OrgID, scope.DataSourceUID, cluster, string(job), episode)
		if err != nil {
			return err
		}
		refused = watch.ErrNoEpisode
		for _, e := range episodes {
			switch {
			case e.ID != episode && e.State == coordinator.StateLost:
				refused = watch.ErrOtherEpisode
			case e.ID != episode:
			case e.State != coordinator.StateLost:
				refused = watch.ErrNotLost
				return nil
			default:
				refused = nil
				if !e.Open() {
					return nil
				}
				return endEpisode(ctx, tx, scope, cluster, e, now, state.revision+1)
			}
		}
		return nil
	})
	return errors.Join(err, refused)
}

// endEpisode ends an episode outside of any replica's turn.
func endEpisode(ctx context.Context, tx *sql.Tx, scope watch.Scope, cluster string, e timeline.Episode, at time.Time, revision int64) error {
	if at.Before(e.Since) {
		at = e.Since
	}
	if _, err := tx.ExecContext(ctx, "UPDATE episodes SET until = ?, revision = ? WHERE org_id = ? AND ds_uid = ? AND id = ?",
		toStored(at), revision, scope.OrgID, scope.DataSourceUID, e.ID); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE timelines SET revision = ? WHERE org_id = ? AND ds_uid = ? AND cluster = ?",
		revision, scope.OrgID, scope.DataSourceUID, cluster)
	return err
}
