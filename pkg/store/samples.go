package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// SamplesKept is how long samples are kept (design §8); looks are kept as
	// long as the episodes that they explain.
	SamplesKept = 7 * 24 * time.Hour
	// samplesKept bounds a scope's samples, about 25 MB: a week of the pairs of
	// 30 nodes needs 75,000 where nothing happens.
	samplesKept = 250_000
	// looksKept bounds a scope's looks: one for each restart and outage.
	looksKept = 10_000
	// samplesAtOnce is how many samples one statement writes.
	samplesAtOnce = 100
	// sampleColumns is the number of a sample's columns, scope included.
	sampleColumns = 8
)

// SaveSamples adds samples, at most one a minute of each series, and looks; what
// is too old or too much is removed on the way, the oldest first.
func (s *Store) SaveSamples(ctx context.Context, scope watch.Scope, cluster string, samples []watch.Sample, looks []watch.Look, now time.Time) error {
	return s.writeTimeline(ctx, scope, func(tx *sql.Tx) error {
		for portion := range slices.Chunk(samples, samplesAtOnce) {
			values := make([]any, 0, len(portion)*sampleColumns)
			for _, one := range portion {
				values = append(values, scope.OrgID, scope.DataSourceUID, toStored(one.At.Truncate(watch.SampleEvery)), cluster, one.Metric, one.Node, one.Peer, one.Value)
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO samples (org_id, ds_uid, at, cluster, metric, node, peer, value) VALUES "+rowPlaceholders(len(portion), sampleColumns)+
				" ON CONFLICT (org_id, ds_uid, at, cluster, metric, node, peer) DO UPDATE SET value = excluded.value", values...); err != nil {
				return err
			}
		}
		for _, look := range looks {
			if _, err := tx.ExecContext(ctx, `INSERT INTO looks (org_id, ds_uid, cluster, since, until) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (org_id, ds_uid, cluster, since) DO UPDATE SET until = excluded.until WHERE excluded.until > looks.until`,
				scope.OrgID, scope.DataSourceUID, cluster, toStored(look.Since), toStored(look.Until)); err != nil {
				return err
			}
		}
		return removeOldSamples(ctx, tx, scope, now)
	})
}

// removeOldSamples removes what is older than it is kept, and what is more than
// its bound: all before the last row that the bound admits.
func removeOldSamples(ctx context.Context, tx *sql.Tx, scope watch.Scope, now time.Time) error {
	for _, of := range []struct {
		table, time string
		kept        time.Duration
		rows        int
	}{{"samples", "at", SamplesKept, samplesKept}, {"looks", "until", TimelineKept, looksKept}} {
		const ours = " WHERE org_id = ? AND ds_uid = ?"
		first := "SELECT " + of.time + " AS first FROM " + of.table + ours + " ORDER BY " + of.time + " DESC LIMIT 1 OFFSET ?"
		statement := "DELETE FROM " + of.table + ours + " AND " + of.time + " < (SELECT max(first) FROM (SELECT CAST(? AS BIGINT) AS first UNION ALL SELECT first FROM (" + first + ") AS last_kept) AS bounds)"
		if _, err := tx.ExecContext(ctx, statement, scope.OrgID, scope.DataSourceUID,
			toStored(now.Add(-of.kept)), scope.OrgID, scope.DataSourceUID, of.rows-1); err != nil {
			return err
		}
	}
	return nil
}

// SamplesBetween gives a metric's samples by node, peer and time, at most limit:
// the newest.
func (s *Store) SamplesBetween(ctx context.Context, scope watch.Scope, cluster, metric string, from, to time.Time, limit int) ([]watch.Sample, bool, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT at, node, peer, value FROM samples
		WHERE org_id = ? AND ds_uid = ? AND at >= ? AND at <= ? AND cluster = ? AND metric = ? ORDER BY at DESC LIMIT ?`,
		scope.OrgID, scope.DataSourceUID, toStored(from), toStored(to), cluster, metric, limit+1)
	if err != nil {
		return nil, false, s.explain(err)
	}
	defer func() { _ = rows.Close() }()
	var samples []watch.Sample
	for rows.Next() {
		one := watch.Sample{Metric: metric}
		var at int64
		if err := rows.Scan(&at, &one.Node, &one.Peer, &one.Value); err != nil {
			return nil, false, s.explain(err)
		}
		one.At = fromStored(at)
		samples = append(samples, one)
	}
	cut := len(samples) > limit
	samples = samples[:min(limit, len(samples))]
	slices.SortFunc(samples, func(a, b watch.Sample) int {
		if by := strings.Compare(a.Node, b.Node); by != 0 {
			return by
		}
		if by := strings.Compare(a.Peer, b.Peer); by != 0 {
			return by
		}
		return a.At.Compare(b.At)
	})
	return samples, cut, s.explain(rows.Err())
}

// LooksBetween gives the looks that reach into the range, by time.
func (s *Store) LooksBetween(ctx context.Context, scope watch.Scope, cluster string, from, to time.Time) ([]watch.Look, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT since, until FROM looks WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND since <= ? AND until >= ? ORDER BY since",
		scope.OrgID, scope.DataSourceUID, cluster, toStored(to), toStored(from))
	if err != nil {
		return nil, s.explain(err)
	}
	defer func() { _ = rows.Close() }()
	var looks []watch.Look
	for rows.Next() {
		var since, until int64
		if err := rows.Scan(&since, &until); err != nil {
			return nil, s.explain(err)
		}
		looks = append(looks, watch.Look{Since: fromStored(since), Until: fromStored(until)})
	}
	return looks, s.explain(rows.Err())
}

// spansStatement selects the episodes that SpansBetween gives, as
// episodesStatement does.
func spansStatement(scope watch.Scope, cluster string, from, to time.Time, filter watch.EpisodeFilter, limit int) (statement string, args []any) {
	begin, end := max(1, toStored(from)), toStored(to)
	fit := newCondition("cluster = ? AND since <= ?", cluster, end)
	fit.among("state", texts(filter.States))
	fit.among("name", texts(filter.Names))
	if filter.Job != "" {
		fit.and("job_id = ?", string(filter.Job))
	}
	ours := []any{scope.OrgID, scope.DataSourceUID}
	const reached = "SELECT job_id, name, state, since, until, continuous_since, last_seen, missing_since FROM episodes WHERE org_id = ? AND ds_uid = ? AND "
	return reached + "until = 0 AND " + fit.sql + " UNION ALL " + reached + "until >= ? AND " + fit.sql + " ORDER BY since DESC LIMIT ?",
		slices.Concat(ours, fit.args, ours, []any{begin}, fit.args, []any{limit + 1})
}

// SpansBetween gives the episodes that lasted in the range and fit the filter,
// by job and time, at most limit: those that began last.
func (s *Store) SpansBetween(ctx context.Context, scope watch.Scope, cluster string, from, to time.Time, filter watch.EpisodeFilter, limit int) ([]watch.Span, bool, error) {
	statement, args := spansStatement(scope, cluster, from, to, filter, limit)
	var spans []watch.Span
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
			var one watch.Span
			var job, word string
			var since, until, continuous, seen, missing int64
			if err := rows.Scan(&job, &one.Name, &word, &since, &until, &continuous, &seen, &missing); err != nil {
				return err
			}
			if until == 0 && missing == 0 {
				// As seenAt: open rows are not written at every look.
				seen = max(seen, toStored(state.seenAt))
			}
			one.Job, one.State = coordinator.JobID(job), coordinator.State(word)
			one.Since, one.Until, one.ContinuousSince, one.LastSeen = fromStored(since), fromStored(until), fromStored(continuous), fromStored(seen)
			spans = append(spans, one)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, false, err
	}
	cut := len(spans) > limit
	spans = spans[:min(limit, len(spans))]
	slices.SortFunc(spans, func(a, b watch.Span) int {
		if by := strings.Compare(string(a.Job), string(b.Job)); by != 0 {
			return by
		}
		return a.Since.Compare(b.Since)
	})
	return spans, cut, nil
}
