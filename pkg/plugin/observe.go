package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Observer is told how the plugin works, for its own health. It is told of all
// data sources, from many goroutines, and must not make them wait.
type Observer interface {
	action.Observer
	// Queried is called for each query with its type and what became of it,
	// each one of a few words.
	Queried(queryType, result string, took time.Duration)
	// Reconciled is called after each reconciliation of a scope with the number
	// of its actions that have no proven end.
	Reconciled(scope watch.Scope, open int)
}

// nobody is the observer where there is none.
type nobody struct{}

func (nobody) Refused(string)                        {}
func (nobody) Queried(string, string, time.Duration) {}
func (nobody) Reconciled(watch.Scope, int)           {}

func (p *Process) observer() Observer {
	if p.Observer == nil {
		return nobody{}
	}
	return p.Observer
}

// knownQueryTypes are those that are counted by their name.
var knownQueryTypes = []string{queryTypeJobs, queryTypeJob, queryTypeMetric, queryTypeDelivery, queryTypeStates, queryTypeEvents}

// otherQueryType stands for what nobody should send: whoever writes a query can
// write any word, and each would be counted apart for ever.
const otherQueryType = "other"

// The results of queries.
const (
	resultOK         = "ok"
	resultWrong      = "wrong_query"
	resultBlind      = "blind"
	resultNotExposed = "not_exposed"
)

// answerObserved is answer under the observer's eyes.
func (d *Datasource) answerObserved(ctx context.Context, raw backend.DataQuery, fromAlert bool) (data.Frames, error) {
	started := d.process.Now()
	frames, err := d.answer(ctx, raw, fromAlert)
	d.process.observer().Queried(queryTypeOf(raw), resultOf(err), d.process.Now().Sub(started))
	return frames, err
}

func queryTypeOf(raw backend.DataQuery) string {
	var typed struct {
		QueryType string `json:"queryType"`
	}
	if err := json.Unmarshal(raw.JSON, &typed); err != nil || !slices.Contains(knownQueryTypes, typed.QueryType) {
		return otherQueryType
	}
	return typed.QueryType
}

// resultOf sorts what became of a query: a result of its own, or the class of
// the coordinator's failure.
func resultOf(err error) string {
	var wrong errQuery
	switch {
	case err == nil:
		return resultOK
	case errors.As(err, &wrong):
		return resultWrong
	case errors.Is(err, errNotExposed):
		return resultNotExposed
	case errors.Is(err, errBlind):
		return resultBlind
	}
	return string(coordinator.ClassOf(err))
}

// logOf is the log with what the SDK knows of a request: data source, endpoint
// and trace, by the SDK's keys.
func (d *Datasource) logOf(ctx context.Context) action.Logger {
	if logger, ok := d.process.Log.(log.Logger); ok {
		return logger.FromContext(ctx)
	}
	return d.process.Log
}
