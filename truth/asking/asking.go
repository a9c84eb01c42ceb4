// Package asking asks a data source as Grafana's panels and alert rules do, in
// the same process.
package asking

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/plugin"
	"github.com/unjam/unjam-jobs-app/pkg/process"
)

const (
	pluginID = "unjam-coordinator-datasource"
	uid      = "asked"
	// mostJobs is the most rows that a query for jobs gives.
	mostJobs = 5000
)

// Source is one data source.
type Source struct {
	source *plugin.Datasource
	told   backend.PluginContext
}

// Open makes a data source of a process as Grafana does. Errors are the
// settings' faults.
func Open(ctx context.Context, shared *process.Process, settings json.RawMessage, secrets map[string]string) (*Source, error) {
	raw := backend.DataSourceInstanceSettings{UID: uid, Name: uid, Type: pluginID, JSONData: settings, DecryptedSecureJSONData: secrets}
	//lint:ignore SA1019 Unjam's scope is the organisation
	told := backend.PluginContext{OrgID: 1, PluginID: pluginID, DataSourceInstanceSettings: &raw}
	instance, err := shared.NewDatasource(backend.WithPluginContext(ctx, told), raw)
	if err != nil {
		return nil, err
	}
	s := &Source{source: instance.(*plugin.Datasource), told: told}
	health, err := s.source.CheckHealth(backend.WithPluginContext(ctx, told), &backend.CheckHealthRequest{PluginContext: told})
	if err != nil {
		return nil, fmt.Errorf("the health check of the data source: %w", err)
	}
	if health.Status == backend.HealthStatusError {
		return s, fmt.Errorf("%w: %s", ErrUnhealthy, health.Message)
	}
	return s, nil
}

// ErrUnhealthy is in the chain of Open's error where the data source was made
// and its health check fails: what it watches may come back.
var ErrUnhealthy = fmt.Errorf("the data source is not healthy")

// Close gives the data source up.
func (s *Source) Close() { s.source.Dispose() }

// Job is a row of the query for jobs.
type Job struct {
	ID         string
	Name       string
	State      string
	Since      time.Time
	Stuck      bool
	Cause      string
	Outlook    string
	Confidence string
	Evidence   string
}

// Jobs asks for the open jobs, as the stuck-jobs panel does.
func (s *Source) Jobs(ctx context.Context) ([]Job, error) {
	frames, err := s.ask(ctx, map[string]any{"queryType": "jobs", "schemaVersion": 1, "limit": mostJobs}, false)
	if err != nil || len(frames) == 0 {
		return nil, err
	}
	frame := frames[0]
	rows, err := frame.RowLen()
	if err != nil {
		return nil, fmt.Errorf("the frame of jobs: %w", err)
	}
	jobs := make([]Job, rows)
	for row := range jobs {
		jobs[row] = Job{
			ID: text(frame, "job_id", row), Name: text(frame, "job_name", row), State: text(frame, "state", row),
			Cause: text(frame, "cause", row), Outlook: text(frame, "outlook", row), Confidence: text(frame, "confidence", row), Evidence: text(frame, "evidence", row),
		}
		if since, ok := value(frame, "since", row).(time.Time); ok {
			jobs[row].Since = since
		}
		if stuck, ok := value(frame, "stuck", row).(bool); ok {
			jobs[row].Stuck = stuck
		}
	}
	return jobs, nil
}

// Sample is a metric's value of one series.
type Sample struct {
	Labels data.Labels
	Value  float64
}

// Metric asks for a metric as an alert rule does, of jobs in these states or in
// all. While the coordinator is not seen, metrics of jobs answer an error.
func (s *Source) Metric(ctx context.Context, name string, states ...string) ([]Sample, error) {
	asked := map[string]any{"queryType": "metric", "schemaVersion": 1, "metric": name}
	if len(states) > 0 {
		asked["states"] = states
	}
	frames, err := s.ask(ctx, asked, true)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, frame := range frames {
		for _, field := range frame.Fields {
			if !field.Type().Numeric() || field.Len() == 0 {
				continue
			}
			number, err := field.FloatAt(field.Len() - 1)
			if err != nil {
				return nil, fmt.Errorf("the frame of %s: %w", name, err)
			}
			samples = append(samples, Sample{Labels: field.Labels, Value: number})
		}
	}
	return samples, nil
}

func (s *Source) ask(ctx context.Context, query map[string]any, fromAlert bool) (data.Frames, error) {
	encoded, err := json.Marshal(query)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	request := &backend.QueryDataRequest{PluginContext: s.told, Headers: map[string]string{}, Queries: []backend.DataQuery{{
		RefID: "A", JSON: encoded, TimeRange: backend.TimeRange{From: now.Add(-10 * time.Minute), To: now}, MaxDataPoints: 100, Interval: 10 * time.Second,
	}}}
	if fromAlert {
		request.Headers[backend.FromAlertHeaderName] = "true"
	}
	answered, err := s.source.QueryData(backend.WithPluginContext(ctx, s.told), request)
	if err != nil {
		return nil, err
	}
	response := answered.Responses["A"]
	return response.Frames, response.Error
}

func value(frame *data.Frame, name string, row int) any {
	field, _ := frame.FieldByName(name)
	if field == nil {
		return nil
	}
	return field.At(row)
}

func text(frame *data.Frame, name string, row int) string {
	text, _ := value(frame, name, row).(string)
	return text
}
