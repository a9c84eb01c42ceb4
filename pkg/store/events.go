package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// PairEventsKept is how long events between two nodes are kept: as long as
	// their losses (design §8, node-level figures).
	PairEventsKept = 7 * 24 * time.Hour
	// eventsKept bounds the events of a scope, those between two nodes, those of
	// jobs, and all others each: an outage of one among 30 nodes makes some 170
	// of them, and nodes that come and go for days must not fill the disk, nor
	// push out a change of master.
	eventsKept = 20_000
	// sameEvent is how far apart two replicas may see one event: two polls at
	// the usual interval and their duration.
	sameEvent = 30 * time.Second
	// sameCancel is the same for a job that began to be canceled, at the longest
	// interval: within it no other replica sees another one that this one
	// does not see.
	sameCancel = watch.MaxInterval + sameEvent
	// oursFor is for how long a request of ours explains that a job begins to be
	// canceled; one whose end was never proven does so for longer. Rather too
	// long: that somebody else asked must be true where it is said.
	oursFor = time.Hour
)

// ofJobs are the kinds that a job has of its own, of which there may be many.
const ofJobs = "('" + string(timeline.EventDiagnosisChanged) + "', '" + string(timeline.EventCancelSeen) + "')"

// addEvent appends an event, unless the same one is there: from another
// replica at about the same time, or from this one, which was not told that it
// had been saved. Sentences may differ: each replica has its own numbers. Nor
// does it append what a request of ours explains.
func addEvent(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, event timeline.Event) (added bool, err error) {
	known := sameAsTold
	switch {
	case event.Kind == timeline.EventDiagnosisChanged && event.Job != "":
		known = diagnosisTold
	case event.Kind == timeline.EventCancelSeen && event.Job != "":
		known = cancelKnown
	}
	if told, err := known(ctx, tx, scope, sync, event); err != nil || told {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO topology_events (org_id, ds_uid, cluster, replica, at, kind, member, previous, became, peer, job_id, episode, quality, sentence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, sync.Replica, toStored(event.At), string(event.Kind), event.Member, event.Before, event.After,
		event.Peer, string(event.Job), event.Episode, string(event.Quality), event.Sentence)
	return err == nil, err
}

// sameAsTold tells whether it was told already that this happened to just these.
func sameAsTold(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, event timeline.Event) (bool, error) {
	return exists(ctx, tx, `SELECT count(*) FROM topology_events WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ? AND member = ? AND previous = ?
		AND peer = ? AND job_id = ? AND at >= ? AND at <= ? AND (replica <> ? OR at = ?)`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, string(event.Kind), event.Member, event.Before, event.Peer, string(event.Job),
		toStored(event.At.Add(-sameEvent)), toStored(event.At.Add(sameEvent)), sync.Replica, toStored(event.At))
}

// toldOfJob tells whether an event of the kind was told of the job within some
// time, by another replica or with just this time.
func toldOfJob(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, event timeline.Event, within time.Duration) (bool, error) {
	return exists(ctx, tx, `SELECT count(*) FROM topology_events WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ? AND job_id = ?
		AND at >= ? AND at <= ? AND (replica <> ? OR at = ?)`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, string(event.Kind), string(event.Job),
		toStored(event.At.Add(-within)), toStored(event.At.Add(within)), sync.Replica, toStored(event.At))
}

// diagnosisTold tells whether the job's story already ends with what an event
// says, or another replica told a change a moment ago: that one may not have seen
// quite the same, and goes on by itself.
func diagnosisTold(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, event timeline.Event) (bool, error) {
	var became, episode string
	err := tx.QueryRowContext(ctx, `SELECT became, episode FROM topology_events WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ? AND job_id = ?
		ORDER BY at DESC, id DESC LIMIT 1`, scope.OrgID, scope.DataSourceUID, sync.Cluster, string(event.Kind), string(event.Job)).Scan(&became, &episode)
	switch {
	case err == nil && became == event.After && episode == event.Episode:
		return true, nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return false, err
	}
	return toldOfJob(ctx, tx, scope, sync, event, sameEvent)
}

// cancelKnown tells whether it was told that a job began to be canceled, or one
// of our own requests explains it, of whatever data source. Each is recorded
// before it is sent: no poll can see its effect before it is here. One that
// the coordinator refused explains nothing. Requests are known by the job's id.
func cancelKnown(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, event timeline.Event) (bool, error) {
	if told, err := toldOfJob(ctx, tx, scope, sync, event, sameCancel); err != nil || told {
		return told, err
	}
	return exists(ctx, tx, "SELECT count(*) FROM intents WHERE cluster = ? AND job_id = ? AND at <= ? AND (at >= ? OR outcome IN (?, ?, ?)) AND outcome <> ?",
		sync.Cluster, string(event.Job), toStored(event.At.Add(sameEvent)), toStored(event.At.Add(-oursFor)),
		string(action.OutcomeNone), string(action.OutcomeNotConfirmed), string(action.OutcomeUnknown), string(action.OutcomeRefused))
}

func exists(ctx context.Context, tx *sql.Tx, counting string, args ...any) (bool, error) {
	var count int
	err := tx.QueryRowContext(ctx, counting, args...).Scan(&count)
	return count > 0, err
}

// toldDiagnoses gives what was said last of each open episode, from as many
// events as are kept.
func toldDiagnoses(ctx context.Context, db querier, scope watch.Scope, cluster string, open []timeline.Episode) (watch.Told, error) {
	if len(open) == 0 {
		return watch.Told{}, nil
	}
	told := watch.Told{Jobs: map[coordinator.JobID]watch.ToldDiagnosis{}}
	rows, err := db.QueryContext(ctx, `SELECT at, job_id, episode, became FROM topology_events WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ?
		ORDER BY at DESC, id DESC LIMIT ?`, scope.OrgID, scope.DataSourceUID, cluster, string(timeline.EventDiagnosisChanged), eventsKept)
	if err != nil {
		return told, err
	}
	defer func() { _ = rows.Close() }()
	episodes := make(map[coordinator.JobID]string, len(open))
	for _, episode := range open {
		episodes[episode.Job] = episode.ID
	}
	for rows.Next() {
		var at int64
		var id string
		var last watch.ToldDiagnosis
		if err := rows.Scan(&at, &id, &last.Episode, &last.Says); err != nil {
			return told, err
		}
		job := coordinator.JobID(id)
		if job == "" && told.MoreAt.IsZero() {
			told.MoreAt = fromStored(at)
		}
		if _, newer := told.Jobs[job]; !newer && last.Episode != "" && episodes[job] == last.Episode {
			told.Jobs[job] = last
		}
	}
	// Only now: an earlier row must not stand for one that took it back.
	maps.DeleteFunc(told.Jobs, func(_ coordinator.JobID, last watch.ToldDiagnosis) bool { return last.Says == "" })
	if len(told.Jobs) == 0 {
		told.Jobs = nil
	}
	return told, rows.Err()
}

// removeOldEvents removes what is too old, at most limit at once, and after new
// ones were written what is too much.
func removeOldEvents(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, limit int) error {
	for _, class := range []struct {
		which string
		kept  time.Duration
	}{{"peer = '' AND kind NOT IN " + ofJobs, TimelineKept}, {"kind IN " + ofJobs, TimelineKept}, {"peer <> ''", PairEventsKept}} {
		const ours = "DELETE FROM topology_events WHERE id IN (SELECT id FROM topology_events WHERE org_id = ? AND ds_uid = ? AND "
		if _, err := tx.ExecContext(ctx, ours+class.which+" AND at < ? ORDER BY at LIMIT ?)",
			scope.OrgID, scope.DataSourceUID, toStored(sync.Now.Add(-class.kept)), limit); err != nil {
			return err
		}
		if len(sync.Changes.Events) == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, ours+class.which+" ORDER BY at DESC, id DESC LIMIT ? OFFSET ?)",
			scope.OrgID, scope.DataSourceUID, limit, eventsKept); err != nil {
			return err
		}
	}
	return nil
}

// Events gives what happened from from to to, both included, newest first, at
// most limit. What was kept before clusters were known belongs to the cluster
// that loaded the timeline first.
func (s *Store) Events(ctx context.Context, scope watch.Scope, cluster string, from, to time.Time, filter watch.EventFilter, limit int) ([]timeline.Event, error) {
	where := newCondition("org_id = ? AND ds_uid = ? AND at >= ? AND at <= ? AND cluster = ?",
		scope.OrgID, scope.DataSourceUID, toStored(from), toStored(to), cluster)
	where.among("kind", texts(filter.Kinds))
	if len(filter.Nodes) > 0 {
		list := placeholders(len(filter.Nodes))
		where.and("(member IN ("+list+") OR peer IN ("+list+"))", append(texts(filter.Nodes), texts(filter.Nodes)...)...)
	}
	if filter.Job != "" {
		where.and("job_id = ?", string(filter.Job))
	}
	rows, err := s.reader.QueryContext(ctx, "SELECT at, kind, member, previous, became, peer, job_id, episode, quality, sentence FROM topology_events WHERE "+where.sql+
		" ORDER BY at DESC, id DESC LIMIT ?", append(where.args, limit)...)
	if err != nil {
		return nil, s.explain(err)
	}
	defer func() { _ = rows.Close() }()
	var events []timeline.Event
	for rows.Next() {
		var event timeline.Event
		var at int64
		var kind, job, quality string
		if err := rows.Scan(&at, &kind, &event.Member, &event.Before, &event.After, &event.Peer, &job, &event.Episode, &quality, &event.Sentence); err != nil {
			return nil, s.explain(err)
		}
		event.At, event.Kind, event.Job = fromStored(at), timeline.EventKind(kind), coordinator.JobID(job)
		event.Quality = timeline.Quality(quality)
		events = append(events, event)
	}
	return events, s.explain(rows.Err())
}

// condition is a WHERE that grows.
type condition struct {
	sql  string
	args []any
}

func newCondition(sql string, args ...any) *condition { return &condition{sql, args} }

func (c *condition) and(sql string, args ...any) {
	c.sql += " AND " + sql
	c.args = append(c.args, args...)
}

// among asks for one of the values, and for nothing where there are none.
func (c *condition) among(column string, values []any) {
	if len(values) > 0 {
		c.and(column+" IN ("+placeholders(len(values))+")", values...)
	}
}

func placeholders(count int) string { return "?" + strings.Repeat(", ?", count-1) }

// rowPlaceholders is a list of rows of columns each, for VALUES.
func rowPlaceholders(rows, columns int) string {
	row := "(" + placeholders(columns) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

func texts[T ~string](values []T) []any {
	all := make([]any, 0, len(values))
	for _, value := range values {
		all = append(all, string(value))
	}
	return all
}
