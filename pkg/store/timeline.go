package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// TimelineKept is how long closed episodes and topology events are kept: a
	// month shows the last release, the last month end and the last incident.
	// Longer history belongs in a time series database (design §8).
	TimelineKept = 30 * 24 * time.Hour
	// removedAtOnce bounds what one SaveTimeline removes, so that no poll waits
	// for a clean-up. Where a poll saves more than that, as many rows as it
	// saved may go, so that the store cannot grow for ever.
	removedAtOnce = 1000
)

// LoadTimeline gives the scope's open episodes, the last master and the count
// of master changes. An unknown scope is an empty timeline.
func (s *Store) LoadTimeline(ctx context.Context, scope watch.Scope) (watch.StoredTimeline, error) {
	var stored watch.StoredTimeline
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		var changes int64
		err := tx.QueryRowContext(ctx, "SELECT master, master_changes FROM scope_state WHERE org_id = ? AND ds_uid = ?",
			scope.OrgID, scope.DataSourceUID).Scan(&stored.Master, &changes)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		stored.MasterChanges = uint64(max(0, changes))
		stored.Episodes, err = openEpisodes(ctx, tx, scope)
		return err
	})
	return stored, err
}

func openEpisodes(ctx context.Context, tx *sql.Tx, scope watch.Scope) ([]timeline.Episode, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, job_id, create_time, name, state, word, master, since, quality, continuous_since, last_seen, missing_since
		FROM episodes WHERE org_id = ? AND ds_uid = ? AND until = 0 ORDER BY id`, scope.OrgID, scope.DataSourceUID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var episodes []timeline.Episode
	for rows.Next() {
		var e timeline.Episode
		var job, state, quality string
		var created, since, continuous, seen, missing int64
		if err := rows.Scan(&e.ID, &job, &created, &e.Name, &state, &e.Word, &e.Master, &since, &quality, &continuous, &seen, &missing); err != nil {
			return nil, err
		}
		e.Job, e.State, e.Quality = coordinator.JobID(job), coordinator.State(state), timeline.Quality(quality)
		e.CreateTime, e.Since, e.ContinuousSince = fromStored(created), fromStored(since), fromStored(continuous)
		e.LastSeen, e.MissingSince = fromStored(seen), fromStored(missing)
		episodes = append(episodes, e)
	}
	return episodes, rows.Err()
}

// SaveTimeline inserts or updates episodes by id, appends events, and counts a
// master change for each event that says so, in one transaction. What is older
// than TimelineKept is removed on the way. Time is read from the changes
// themselves: the newest look in them is now.
func (s *Store) SaveTimeline(ctx context.Context, scope watch.Scope, changes watch.TimelineChanges) error {
	if len(changes.Episodes) == 0 && len(changes.Events) == 0 {
		// Most polls change nothing; they must not cost a write to disk.
		same, err := s.sameMaster(ctx, scope, changes.Master)
		if err != nil || same {
			return err
		}
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := saveEpisodes(ctx, tx, scope, changes.Episodes); err != nil {
			return err
		}
		masterChanges := 0
		for _, event := range changes.Events {
			if event.Kind == timeline.EventMasterChanged {
				masterChanges++
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO topology_events (org_id, ds_uid, at, kind, member, previous) VALUES (?, ?, ?, ?, ?, ?)",
				scope.OrgID, scope.DataSourceUID, toStored(event.At), string(event.Kind), event.Member, event.Before); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO scope_state (org_id, ds_uid, master, master_changes) VALUES (?, ?, ?, ?)
			ON CONFLICT (org_id, ds_uid) DO UPDATE SET master = excluded.master, master_changes = scope_state.master_changes + excluded.master_changes`,
			scope.OrgID, scope.DataSourceUID, changes.Master, masterChanges); err != nil {
			return err
		}
		return removeOldTimeline(ctx, tx, scope, changes)
	})
}

func (s *Store) sameMaster(ctx context.Context, scope watch.Scope, master string) (bool, error) {
	var stored string
	err := s.reader.QueryRowContext(ctx, "SELECT master FROM scope_state WHERE org_id = ? AND ds_uid = ?",
		scope.OrgID, scope.DataSourceUID).Scan(&stored)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && stored == master, s.explain(err)
}

// episodesAtOnce is how many episodes one statement writes: it halves the time
// of a poll with 50,000 jobs, and its parameters stay far below every
// database's limit.
const episodesAtOnce = 50

// saveEpisodes inserts or updates episodes.
func saveEpisodes(ctx context.Context, tx *sql.Tx, scope watch.Scope, episodes []timeline.Episode) error {
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
			values = append(values, scope.OrgID, scope.DataSourceUID, e.ID, string(e.Job), toStored(e.CreateTime), e.Name,
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
const episodeColumns = 15

func upsertEpisodes(rows int) string {
	row := "(?" + strings.Repeat(", ?", episodeColumns-1) + ")"
	return `INSERT INTO episodes
		(org_id, ds_uid, id, job_id, create_time, name, state, word, master, since, quality, continuous_since, last_seen, until, missing_since)
		VALUES ` + row + strings.Repeat(", "+row, rows-1) + `
		ON CONFLICT (org_id, ds_uid, id) DO UPDATE SET
		job_id = excluded.job_id, create_time = excluded.create_time, name = excluded.name, state = excluded.state, word = excluded.word,
		master = excluded.master, since = excluded.since, quality = excluded.quality, continuous_since = excluded.continuous_since,
		last_seen = excluded.last_seen, until = excluded.until, missing_since = excluded.missing_since`
}

// removeOldTimeline removes closed episodes and events older than TimelineKept.
func removeOldTimeline(ctx context.Context, tx *sql.Tx, scope watch.Scope, changes watch.TimelineChanges) error {
	now := newestLook(changes)
	if now.IsZero() {
		return nil
	}
	before := toStored(now.Add(-TimelineKept))
	limit := max(removedAtOnce, 2*len(changes.Episodes), 2*len(changes.Events))
	if _, err := tx.ExecContext(ctx, `DELETE FROM episodes WHERE org_id = ? AND ds_uid = ? AND id IN
		(SELECT id FROM episodes WHERE org_id = ? AND ds_uid = ? AND until <> 0 AND until < ? ORDER BY until LIMIT ?)`,
		scope.OrgID, scope.DataSourceUID, scope.OrgID, scope.DataSourceUID, before, limit); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM topology_events WHERE id IN
		(SELECT id FROM topology_events WHERE org_id = ? AND ds_uid = ? AND at < ? ORDER BY at LIMIT ?)`,
		scope.OrgID, scope.DataSourceUID, before, limit)
	return err
}

// newestLook is the newest of our own times in the changes. Since is not among
// them: it may come from the coordinator's clock.
func newestLook(changes watch.TimelineChanges) time.Time {
	var newest time.Time
	for _, e := range changes.Episodes {
		for _, at := range []time.Time{e.LastSeen, e.Until} {
			if at.After(newest) {
				newest = at
			}
		}
	}
	for _, event := range changes.Events {
		if event.At.After(newest) {
			newest = event.At
		}
	}
	return newest
}
