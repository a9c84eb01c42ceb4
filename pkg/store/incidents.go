package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func insertIncident(ctx context.Context, tx *sql.Tx, scope watch.Scope, incident action.Incident) error {
	body, err := json.Marshal(incident)
	if err != nil {
		return fmt.Errorf("encode incident %s: %w", incident.ID, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO incidents (org_id, ds_uid, id, cluster, begins_at, ends_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
		scope.OrgID, scope.DataSourceUID, incident.ID, incident.Cluster, toStored(incident.From), toStored(incident.Until), string(body))
	return err
}

// Incident gives the scope's unlocked incident budget for a cluster; false when
// none is in force at now.
func (s *Store) Incident(ctx context.Context, scope watch.Scope, cluster string, now time.Time) (action.Incident, bool, error) {
	incident, found, err := loadIncident(ctx, s.reader, scope, cluster, now)
	return incident, found, s.explain(err)
}

// loadIncident gives the incident in force that began last.
func loadIncident(ctx context.Context, db querier, scope watch.Scope, cluster string, now time.Time) (incident action.Incident, found bool, err error) {
	var body string
	err = db.QueryRowContext(ctx, "SELECT body FROM incidents WHERE org_id = ? AND ds_uid = ? AND cluster = ? AND begins_at <= ? AND ends_at > ? ORDER BY begins_at DESC LIMIT 1",
		scope.OrgID, scope.DataSourceUID, cluster, toStored(now), toStored(now)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return action.Incident{}, false, nil
	}
	if err != nil {
		return action.Incident{}, false, err
	}
	if err := json.Unmarshal([]byte(body), &incident); err != nil {
		return action.Incident{}, false, &Problem{Kind: ErrDamaged, Detail: "an incident budget cannot be read", Advice: "Ask for a new one", Err: err}
	}
	return incident, true, nil
}
