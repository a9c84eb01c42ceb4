package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	// PairEventsKept is how long events between two nodes are kept: as long as
	// their losses (design §8, node-level figures).
	PairEventsKept = 7 * 24 * time.Hour
	// eventsKept bounds the events of a scope, those between two nodes and all
	// others each: an outage of one among 30 nodes makes some 170 of them, and
	// nodes that come and go for days must not fill the disk, nor push out a
	// change of master.
	eventsKept = 20_000
	// sameEvent is how far apart two replicas may see one event: two polls at
	// the usual interval and their duration.
	sameEvent = 30 * time.Second
)

// addEvent appends an event, unless the same one is there: from another
// replica at about the same time, or from this one, which was not told that it
// had been saved. Sentences may differ: each replica has its own numbers.
func addEvent(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, event timeline.Event) (added bool, err error) {
	var same int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM topology_events WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND kind = ? AND member = ? AND previous = ?
		AND peer = ? AND job_id = ? AND at >= ? AND at <= ? AND (replica <> ? OR at = ?)`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, string(event.Kind), event.Member, event.Before, event.Peer, string(event.Job),
		toStored(event.At.Add(-sameEvent)), toStored(event.At.Add(sameEvent)), sync.Replica, toStored(event.At)).Scan(&same); err != nil || same > 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO topology_events (org_id, ds_uid, cluster, replica, at, kind, member, previous, peer, job_id, sentence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		scope.OrgID, scope.DataSourceUID, sync.Cluster, sync.Replica, toStored(event.At), string(event.Kind), event.Member, event.Before,
		event.Peer, string(event.Job), event.Sentence)
	return err == nil, err
}

// removeOldEvents removes what is too old, at most limit at once, and after new
// ones were written what is too much.
func removeOldEvents(ctx context.Context, tx *sql.Tx, scope watch.Scope, sync watch.TimelineSync, limit int) error {
	for _, class := range []struct {
		which string
		kept  time.Duration
	}{{"peer = ''", TimelineKept}, {"peer <> ''", PairEventsKept}} {
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
	rows, err := s.reader.QueryContext(ctx, "SELECT at, kind, member, previous, peer, job_id, sentence FROM topology_events WHERE "+where.sql+
		" ORDER BY at DESC, id DESC LIMIT ?", append(where.args, limit)...)
	if err != nil {
		return nil, s.explain(err)
	}
	defer func() { _ = rows.Close() }()
	var events []timeline.Event
	for rows.Next() {
		var event timeline.Event
		var at int64
		var kind, job string
		if err := rows.Scan(&at, &kind, &event.Member, &event.Before, &event.Peer, &job, &event.Sentence); err != nil {
			return nil, s.explain(err)
		}
		event.At, event.Kind, event.Job = fromStored(at), timeline.EventKind(kind), coordinator.JobID(job)
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

func texts[T ~string](values []T) []any {
	all := make([]any, 0, len(values))
	for _, value := range values {
		all = append(all, string(value))
	}
	return all
}
