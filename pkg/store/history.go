package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// episodesRead bounds what EpisodesBetween reads: 500 jobs with 40 changes each.
const episodesRead = 20_000

// episodesStatement selects the episodes that EpisodesBetween gives. It is one
// statement: the two halves of the range each have the index on until, or where
// one job is asked for, that on its episodes.
func episodesStatement(scope watch.Scope, cluster string, from, to time.Time, filter watch.EpisodeFilter, limit int) (statement string, args []any) {
	// Open episodes have until = 0, which no range may match.
	begin, end := max(1, toStored(from)), toStored(to)
	ours := []any{scope.OrgID, scope.DataSourceUID}
	fit := newCondition("1 = 1")
	fit.among("state", texts(filter.States))
	fit.among("name", texts(filter.Names))
	only := newCondition("")
	if filter.Job != "" {
		only.and("job_id = ?", string(filter.Job))
	}
	if filter.MinAge > 0 {
		fit.and("(CASE WHEN until = 0 OR until > ? THEN ? ELSE until END) - since >= ?", end, end, filter.MinAge.Nanoseconds())
	}
	const reached = "SELECT " + episodeFields + " FROM episodes WHERE org_id = ? AND ds_uid = ? AND "
	statement = "WITH reached AS (" + reached + "until = 0 AND cluster = ? AND since <= ?" + only.sql +
		" UNION ALL " + reached + "until >= ? AND cluster = ? AND since <= ?" + only.sql + "), " +
		"chosen AS (SELECT job_id AS chosen_id, max(since) AS newest, count(*) OVER () AS chosen_of FROM reached WHERE " + fit.sql +
		" GROUP BY job_id ORDER BY newest DESC, job_id LIMIT ?) " +
		"SELECT " + episodeFields + ", chosen_of FROM reached JOIN chosen ON chosen_id = job_id ORDER BY since DESC, id DESC LIMIT ?"
	return statement, slices.Concat(ours, []any{cluster, end}, only.args, ours, []any{begin, cluster, end}, only.args, fit.args, []any{limit, episodesRead + 1})
}

// EpisodesBetween gives the episodes that lasted at some moment from from to to,
// of at most limit jobs: those whose episodes that fit the filter began last.
func (s *Store) EpisodesBetween(ctx context.Context, scope watch.Scope, cluster string, from, to time.Time, filter watch.EpisodeFilter, limit int) (watch.EpisodeHistory, error) {
	statement, args := episodesStatement(scope, cluster, from, to, filter, limit)
	var history watch.EpisodeHistory
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		state, err := loadTimelineState(ctx, tx, scope, cluster)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			e, err := scanEpisode(rows, &history.Jobs)
			if err != nil {
				return err
			}
			if e.Open() {
				seenAt(&e, state.seenAt)
			}
			history.Episodes = append(history.Episodes, e)
		}
		return rows.Err()
	})
	if err != nil {
		return watch.EpisodeHistory{}, err
	}
	if history.Cut = len(history.Episodes) > episodesRead; history.Cut {
		history.Episodes = history.Episodes[:episodesRead]
	}
	slices.SortStableFunc(history.Episodes, func(a, b timeline.Episode) int {
		if by := strings.Compare(string(a.Job), string(b.Job)); by != 0 {
			return by
		}
		return a.Since.Compare(b.Since)
	})
	return history, nil
}

// Deeds gives the actions on a scope's cluster that were asked for or settled
// from from to to, newest first, at most limit; without persons.
func (s *Store) Deeds(ctx context.Context, scope watch.Scope, cluster string, from, to time.Time, job coordinator.JobID, limit int) ([]action.Deed, error) {
	begin, end := toStored(from), toStored(to)
	where := newCondition("org_id = ? AND ds_uid = ? AND at <= ? AND (at >= ? OR updated_at >= ?) AND cluster = ?",
		scope.OrgID, scope.DataSourceUID, end, begin, begin, cluster)
	if job != "" {
		where.and("job_id = ?", string(job))
	}
	rows, err := s.reader.QueryContext(ctx, "SELECT "+intentColumns+" FROM intents WHERE "+where.sql+" ORDER BY at DESC, id DESC LIMIT ?", append(where.args, limit)...)
	if err != nil {
		return nil, s.explain(err)
	}
	defer func() { _ = rows.Close() }()
	var deeds []action.Deed
	for rows.Next() {
		intent, err := scanIntent(rows.Scan)
		if err != nil {
			return nil, s.explain(err)
		}
		deeds = append(deeds, intent.Deed())
	}
	return deeds, s.explain(rows.Err())
}
