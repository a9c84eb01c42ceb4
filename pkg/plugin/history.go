package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// History is what the store tells of a range of time. Implemented by package
// store.
type History interface {
	watch.History
	action.Deeds
}

// errHistory: what is asked for is in the store, which cannot be read.
var errHistory = errors.New("the history cannot be read")

// span is the range of time that a query asks for, up to now at most.
type span struct{ from, to time.Time }

// empty tells whether it lies in the future.
func (s span) empty() bool { return s.from.After(s.to) }

func (s span) holds(at time.Time) bool { return !at.Before(s.from) && !at.After(s.to) }

func spanOf(asked backend.TimeRange, now time.Time) (span, error) {
	if asked.From.IsZero() || asked.To.IsZero() || asked.To.Before(asked.From) {
		return span{}, errWrongQuery("the query has no range of time; use it in a panel, an annotation or Explore")
	}
	to := asked.To
	if to.After(now) {
		to = now
	}
	return span{from: asked.From, to: to}, nil
}

// unshown gives the names that a shown one may stand for: itself, and where it
// has characters written out as in a JSON string, the one that has them. Frames
// show names so (see inert), the store has them as they are.
func unshown(names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, name)
		if !strings.Contains(name, `\`) {
			continue
		}
		if meant, err := strconv.Unquote(`"` + strings.ReplaceAll(name, `"`, `\"`) + `"`); err == nil {
			all = append(all, meant)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// noHistory says why there is no store to read.
func (d *Datasource) noHistory() error {
	if d.process.StoreErr != nil {
		return fmt.Errorf("%w: there is no store: %w", errHistory, d.process.StoreErr)
	}
	return fmt.Errorf("%w: there is no store; the data source's health check says how to set one", errHistory)
}

// historyMeta is meta.custom of the first frame of states and of events.
type historyMeta struct {
	// AsOf is when the jobs were last read completely, RFC 3339; empty: never.
	AsOf       string `json:"asOf"`
	AnsweredAt string `json:"answeredAt"`
	Blind      bool   `json:"blind"`
	// Total is the number of jobs that the filter chose, before the limit;
	// absent for events, which nobody counts.
	Total *int `json:"total,omitempty"`
	// Cut: there is more in the range than is shown.
	Cut bool `json:"cut"`
}

func (d *Datasource) historyMeta(view *watch.View, now time.Time, total *int, cut bool) historyMeta {
	meta := historyMeta{AnsweredAt: now.UTC().Format(time.RFC3339Nano), Blind: d.blind(view, now), Total: total, Cut: cut}
	if !view.CompleteAsOf.IsZero() {
		meta.AsOf = view.CompleteAsOf.UTC().Format(time.RFC3339Nano)
	}
	return meta
}

// answerHistory answers queries for a range of time.
func (d *Datasource) answerHistory(ctx context.Context, raw backend.DataQuery, parsed query, filter jobFilter, view *watch.View, now time.Time, fromAlert bool) (data.Frames, error) {
	if fromAlert {
		return nil, errWrongQuery(fmt.Sprintf("a query for %s gives what happened and when, which an alert rule cannot use; use a query for a metric", parsed.QueryType))
	}
	during, err := spanOf(raw.TimeRange, now)
	if err != nil {
		return nil, err
	}
	if parsed.QueryType == queryTypeEvents {
		return d.answerEvents(ctx, parsed, during, view, now)
	}
	return d.answerStates(ctx, parsed, filter, during, view, now)
}

// limitOf gives a query's limit, or the one that stands in.
func limitOf(asked *int, otherwise, most int) (int, error) {
	if asked == nil {
		return otherwise, nil
	}
	if *asked < 1 || *asked > most {
		return 0, errWrongQuery(fmt.Sprintf("the limit is %d; use 1 to %d", *asked, most))
	}
	return *asked, nil
}
