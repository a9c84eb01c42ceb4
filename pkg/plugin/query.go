package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Query types and limits. src/datasource/query.ts has the same.
const (
	queryTypeJobs = "jobs"
	// queryTypeJob is asked by the Job page alone; the editor does not offer it.
	queryTypeJob       = "job"
	queryTypeMetric    = "metric"
	queryTypeDelivery  = "delivery"
	queryTypeStates    = "states"
	queryTypeEvents    = "events"
	querySchemaVersion = 1
	sortByAge          = "age"
	sortByName         = "name"
	sortByState        = "state"
	defaultLimit       = 500
	// maxLimit keeps a frame at a size that a browser draws at once.
	maxLimit = 5000
)

// query is the typed, versioned union of all query types.
type query struct {
	SchemaVersion int    `json:"schemaVersion"`
	QueryType     string `json:"queryType"`
	Metric        string `json:"metric"`
	// Range asks for a metric over the panel's range of time instead of now.
	Range         bool     `json:"range"`
	States        []string `json:"states"`
	JobNames      []string `json:"jobNames"`
	JobID         string   `json:"jobId"`
	StuckOnly     bool     `json:"stuckOnly"`
	MinAgeSeconds *float64 `json:"minAgeSeconds"`
	SortBy        string   `json:"sortBy"`
	SortDesc      *bool    `json:"sortDesc"`
	Limit         *int     `json:"limit"`
	Offset        int      `json:"offset"`
	// Nodes are for deliveries and events, LostOnly for deliveries, Kinds for
	// events.
	Nodes    []string `json:"nodes"`
	LostOnly bool     `json:"lostOnly"`
	Kinds    []string `json:"kinds"`
}

// QueryData answers each query on its own: one that fails does not take the
// others along.
func (d *Datasource) QueryData(ctx context.Context, request *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	response := backend.NewQueryDataResponse()
	fromAlert := isFromAlert(request)
	for _, raw := range request.Queries {
		frames, err := d.answerObserved(ctx, raw, fromAlert)
		if err != nil {
			response.Responses[raw.RefID] = errorResponse(err)
			continue
		}
		for _, frame := range frames {
			frame.RefID = raw.RefID
		}
		response.Responses[raw.RefID] = backend.DataResponse{Frames: frames}
	}
	return response, nil
}

// isFromAlert tells whether Grafana's alerting evaluates the query.
func isFromAlert(request *backend.QueryDataRequest) bool {
	return request.Headers[backend.FromAlertHeaderName] == "true" || request.GetHTTPHeader(backend.FromAlertHeaderName) == "true"
}

func (d *Datasource) answer(ctx context.Context, raw backend.DataQuery, fromAlert bool) (data.Frames, error) {
	if d.settingsErr != nil {
		return nil, d.settingsErr
	}
	parsed, filter, err := d.parseQuery(raw)
	if err != nil {
		return nil, err
	}
	view := d.freshView(ctx)
	now := d.process.Now()
	filter.judge = d.judge(view)
	switch parsed.QueryType {
	case queryTypeJobs:
		if fromAlert {
			return nil, errWrongQuery("a query for jobs gives a table, which an alert rule cannot use; use a query for a metric")
		}
		if view.CompleteAsOf.IsZero() {
			return nil, neverRead(d.settings.Cluster, view.Err)
		}
		return data.Frames{d.jobsFrame(view, parsed, filter, now)}, nil
	case queryTypeJob:
		return d.answerJob(ctx, raw, filter, view, now, fromAlert)
	case queryTypeDelivery:
		if fromAlert {
			return nil, errWrongQuery("a query for deliveries gives a table, which an alert rule cannot use; use a query for a metric")
		}
		pairs, err := d.parseDelivery(&parsed)
		if err != nil {
			return nil, err
		}
		if view.AsOf.IsZero() {
			return nil, neverRead(d.settings.Cluster, view.Err)
		}
		return data.Frames{d.deliveryFrame(view, parsed, pairs, now)}, nil
	case queryTypeStates, queryTypeEvents:
		return d.answerHistory(ctx, raw, parsed, filter, view, now, fromAlert)
	default:
		if parsed.Range && !fromAlert {
			return d.answerPast(ctx, raw, parsed, filter, view, now)
		}
		return d.answerMetric(ctx, parsed, filter, view, now, fromAlert)
	}
}

func (d *Datasource) answerMetric(ctx context.Context, parsed query, filter jobFilter, view *watch.View, now time.Time, fromAlert bool) (data.Frames, error) {
	entry, _ := findMetric(parsed.Metric)
	if (entry.OfJobs || entry.OfPairs) && (view.CompleteAsOf.IsZero() || fromAlert && d.blind(view, now)) {
		return nil, blindError(d.settings.Cluster, view, now)
	}
	read := d.reading(view, filter, now)
	read.fromAlert = fromAlert
	var lacks []string
	var samples []sample
	if entry.OfStore {
		var err error
		if read.aftermath, err = d.readAftermath(ctx); err != nil {
			lacks = []string{"The store cannot be read: " + sentence(err.Error())}
		}
	}
	if len(lacks) == 0 {
		samples = entry.samples(read)
		if entry.notExposed != nil {
			lacks = entry.notExposed(read)
		}
	}
	if entry.OfJobs && fromAlert && len(samples) == 0 && !lastPollComplete(view) {
		// An empty answer would resolve alerts: it is given only when the
		// last poll proved that there is nothing.
		return nil, blindError(d.settings.Cluster, view, now)
	}
	if (entry.OfStore || entry.OfPairs) && fromAlert && len(lacks) > 0 && !anyAboveZero(samples) {
		// Neither 0 nor nothing may stand for "not known"; what is known to be
		// there is told even where something else is not known.
		return nil, fmt.Errorf("%w: %s: %s", errNotExposed, entry.Name, strings.Join(lacks, " "))
	}
	frame := metricFrame(entry, samples, asOf(entry, read))
	if len(lacks) > 0 {
		frame.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: inert("Not exposed: " + strings.Join(lacks, " "))})
	}
	d.addNotices(frame, view, now)
	return data.Frames{frame}, nil
}

func anyAboveZero(samples []sample) bool {
	return slices.ContainsFunc(samples, func(one sample) bool { return one.value > 0 })
}

// asOf is when what a metric is made from was read: those of Unjam itself are
// as of now.
func asOf(entry metric, read reading) time.Time {
	switch {
	case entry.OfJobs, entry.OfPairs:
		return read.view.CompleteAsOf
	case entry.OfStore && !read.aftermath.ReadAt.IsZero():
		return read.aftermath.ReadAt
	}
	return read.now
}

func (d *Datasource) parseQuery(raw backend.DataQuery) (query, jobFilter, error) {
	var parsed query
	if err := json.Unmarshal(raw.JSON, &parsed); err != nil {
		return parsed, jobFilter{}, errWrongQuery("the query is not of the form that this data source understands: " + settingsFault(err).Error())
	}
	if parsed.QueryType == "" {
		parsed.QueryType = raw.QueryType
	}
	if parsed.SchemaVersion > querySchemaVersion {
		return parsed, jobFilter{}, errWrongQuery(fmt.Sprintf("the query was saved by a newer version of Unjam (schema %d, this one knows %d); update the plugin", parsed.SchemaVersion, querySchemaVersion))
	}
	filter := jobFilter{JobNames: parsed.JobNames, JobID: coordinator.JobID(parsed.JobID)}
	for _, state := range parsed.States {
		if !slices.Contains(coordinator.States(), coordinator.State(state)) {
			return parsed, filter, errWrongQuery(fmt.Sprintf("the state %q is not known; use one of %v", state, coordinator.States()))
		}
		filter.States = append(filter.States, coordinator.State(state))
	}
	if parsed.MinAgeSeconds != nil {
		if *parsed.MinAgeSeconds < 0 || *parsed.MinAgeSeconds > longestStuckAfter {
			return parsed, filter, errWrongQuery(fmt.Sprintf("the least age %g is out of range; use 0 to %d seconds", *parsed.MinAgeSeconds, longestStuckAfter))
		}
		filter.MinAge = time.Duration(*parsed.MinAgeSeconds * float64(time.Second))
	}
	filter.StuckOnly = parsed.StuckOnly
	switch parsed.QueryType {
	case queryTypeJobs:
		return parsed, filter, checkJobsQuery(&parsed)
	case queryTypeJob, queryTypeDelivery, queryTypeStates, queryTypeEvents:
		return parsed, filter, nil
	case queryTypeMetric:
		if _, known := findMetric(parsed.Metric); !known {
			return parsed, filter, errWrongQuery(fmt.Sprintf("the metric %q is not known; choose one in the query editor", parsed.Metric))
		}
		return parsed, filter, nil
	}
	return parsed, filter, errWrongQuery(fmt.Sprintf("the query type %q is not known; use %q, %q, %q, %q or %q", parsed.QueryType, queryTypeJobs, queryTypeMetric, queryTypeDelivery, queryTypeStates, queryTypeEvents))
}

func checkJobsQuery(parsed *query) error {
	parsed.SortBy = orDefault(parsed.SortBy, sortByAge)
	if parsed.SortBy != sortByAge && parsed.SortBy != sortByName && parsed.SortBy != sortByState {
		return errWrongQuery(fmt.Sprintf("jobs cannot be sorted by %q; use %q, %q or %q", parsed.SortBy, sortByAge, sortByName, sortByState))
	}
	limit := defaultLimit
	if parsed.Limit != nil {
		limit = *parsed.Limit
	}
	parsed.Limit = &limit
	if limit < 1 || limit > maxLimit {
		return errWrongQuery(fmt.Sprintf("the limit is %d; use 1 to %d", limit, maxLimit))
	}
	if parsed.Offset < 0 {
		return errWrongQuery("the offset must not be negative")
	}
	return nil
}

// descending is the order when the query says none: the oldest first.
func (q query) descending() bool {
	if q.SortDesc != nil {
		return *q.SortDesc
	}
	return q.SortBy == sortByAge
}

// errQuery marks what the person who wrote the query must change.
type errQuery struct{ text string }

func (e errQuery) Error() string { return e.text }

func errWrongQuery(text string) error { return errQuery{text} }

// errorResponse classifies: a wrong query and a coordinator that does not
// answer are not the plugin's faults.
func errorResponse(err error) backend.DataResponse {
	var wrong errQuery
	status, source := backend.StatusInternal, backend.ErrorSourceDownstream
	switch {
	case errors.As(err, &wrong):
		status = backend.StatusBadRequest
	case errors.Is(err, coordinator.ErrUnauthorised):
		status = backend.StatusUnauthorized
	case errors.Is(err, coordinator.ErrUnreachable), errors.Is(err, errBlind), errors.Is(err, errNotExposed):
		status = backend.StatusBadGateway
	}
	return backend.DataResponse{Error: inertError{err}, Status: status, ErrorSource: source}
}

// errBlind: what is known is too old to be taken for the present.
var errBlind = errors.New("the coordinator is not seen")

// errNotExposed: what is asked for cannot be told, and 0 would be a lie.
var errNotExposed = errors.New("not exposed")

func neverRead(cluster string, err error) error {
	if err == nil {
		return fmt.Errorf("%w: %s has not been read yet; wait for the first poll", errBlind, cluster)
	}
	return fmt.Errorf("%w: %s has never been read completely: %w", errBlind, cluster, err)
}

func blindError(cluster string, view *watch.View, now time.Time) error {
	if view.CompleteAsOf.IsZero() {
		return neverRead(cluster, view.Err)
	}
	text := fmt.Sprintf("%s was last read completely %s ago, at %s", cluster, now.Sub(view.CompleteAsOf).Round(time.Second), view.CompleteAsOf.UTC().Format(time.RFC3339))
	if view.Err != nil {
		return fmt.Errorf("%w: %s: %w", errBlind, text, view.Err)
	}
	return fmt.Errorf("%w: %s", errBlind, text)
}
