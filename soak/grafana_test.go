package soak

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/unjam/unjam-jobs-app/pkg/process"
)

// grafana runs the plugin's process and asks it as Grafana does: instances are
// made and disposed of by the SDK's own manager.
type grafana struct {
	t        *testing.T
	location string
	reads    func(http.RoundTripper) http.RoundTripper
	settings map[string]any
	saved    time.Time
	password string

	process   *process.Process
	instances instancemgmt.InstanceManager
	metrics   *prometheus.Registry
	// polls are those of processes that have ended.
	polls float64
}

func (g *grafana) start() {
	g.t.Helper()
	g.metrics = prometheus.NewRegistry()
	g.process = process.Open(context.Background(), g.location, g.location, slog.New(slog.DiscardHandler), process.WithReads(g.reads), process.WithMetrics(g.metrics))
	if g.process.StoreErr != nil {
		g.t.Fatal(g.process.StoreErr)
	}
	g.instances = datasource.NewInstanceManager(g.process.NewDatasource)
	g.saved = time.Now()
}

// stop ends the process as main does.
func (g *grafana) stop() {
	g.t.Helper()
	g.polls = g.polled()
	g.metrics = prometheus.NewRegistry()
	if err := g.process.Close(); err != nil {
		g.t.Fatal(err)
	}
}

// save makes the next question make a new instance.
func (g *grafana) save() { g.saved = time.Now() }

// ask runs a query through the present instance.
func (g *grafana) ask(queryType string, says map[string]any, headers map[string]string) backend.DataResponse {
	g.t.Helper()
	encoded, err := json.Marshal(g.settings)
	if err != nil {
		g.t.Fatal(err)
	}
	told := backend.PluginContext{PluginID: "unjam-coordinator-datasource", DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{
		ID: 1, UID: "crowd", Name: "crowd", JSONData: encoded, Updated: g.saved, DecryptedSecureJSONData: map[string]string{"password": g.password},
	}}
	//lint:ignore SA1019 Unjam's scope is the organisation
	told.OrgID = 1
	ctx := backend.WithPluginContext(context.Background(), told)
	instance, err := g.instances.Get(ctx, told)
	if err != nil {
		g.t.Fatal(err)
	}
	query := map[string]any{"refId": "A", "schemaVersion": 1, "queryType": queryType}
	for name, value := range says {
		query[name] = value
	}
	if encoded, err = json.Marshal(query); err != nil {
		g.t.Fatal(err)
	}
	now := time.Now()
	answer, err := instance.(backend.QueryDataHandler).QueryData(ctx, &backend.QueryDataRequest{PluginContext: told, Headers: headers, Queries: []backend.DataQuery{{
		RefID: "A", QueryType: queryType, JSON: encoded, TimeRange: backend.TimeRange{From: now.Add(-time.Hour), To: now},
	}}})
	if err != nil {
		g.t.Fatal(err)
	}
	return answer.Responses["A"]
}

// polled is how many polls all processes have made, by the plugin's own metrics.
func (g *grafana) polled() float64 {
	g.t.Helper()
	families, err := g.metrics.Gather()
	if err != nil {
		g.t.Fatal(err)
	}
	polls := g.polls
	for _, family := range families {
		if family.GetName() == "unjam_polls_total" {
			for _, one := range family.GetMetric() {
				polls += one.GetCounter().GetValue()
			}
		}
	}
	return polls
}
