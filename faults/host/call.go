//go:build unix

package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
)

// Source is a data source as Grafana keeps it.
type Source struct {
	// ID is unique over all organisations, UID within one.
	ID    int64
	OrgID int64
	UID   string
	// Settings is jsonData.
	Settings map[string]any
	// Saved is when it was last saved: another time makes a new instance.
	Saved time.Time
}

// Person is a signed-in user.
type Person struct {
	Login string
	Email string
	Role  string
}

// Answer is what a resource answered.
type Answer struct {
	Status  int
	Headers http.Header
	Raw     []byte
	// Body is the answer as JSON; nil when it is none.
	Body map[string]any
}

// Text gives a string of the body; empty when there is none of that name.
func (a Answer) Text(name string) string {
	text, _ := a.Body[name].(string)
	return text
}

// context is what Grafana tells a plugin with each call.
func (s Source) context(person *Person) (backend.PluginContext, error) {
	encoded, err := json.Marshal(s.Settings)
	if err != nil {
		return backend.PluginContext{}, fmt.Errorf("encode the settings of %s: %w", s.UID, err)
	}
	told := backend.PluginContext{
		PluginID: PluginID,
		DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{
			ID: s.ID, UID: s.UID, Type: PluginID, Name: s.UID, JSONData: encoded, Updated: s.Saved,
		},
	}
	//lint:ignore SA1019 Unjam's scope is the organisation
	told.OrgID = s.OrgID
	if person != nil {
		told.User = &backend.User{Login: person.Login, Name: person.Login, Email: person.Email, Role: person.Role}
	}
	return told, nil
}

// Call calls a resource of a data source as a person. An error means that the
// program gave no answer at all.
func (p *Plugin) Call(ctx context.Context, source Source, person *Person, method, path string, headers map[string]string, body any) (Answer, error) {
	told, err := source.context(person)
	if err != nil {
		return Answer{}, err
	}
	request := &backend.CallResourceRequest{PluginContext: told, Method: method, Path: strings.Split(path, "?")[0], URL: path, Headers: map[string][]string{}}
	for name, value := range headers {
		request.Headers[name] = []string{value}
	}
	if body != nil {
		if request.Body, err = json.Marshal(body); err != nil {
			return Answer{}, fmt.Errorf("encode the body: %w", err)
		}
	}
	stream, err := p.resources.CallResource(ctx, backend.ToProto().CallResourceRequest(request))
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	var answer Answer
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) && answer.Status != 0 {
			break
		}
		if err != nil {
			return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
		}
		got := backend.FromProto().CallResourceResponse(part)
		if answer.Status == 0 {
			answer.Status, answer.Headers = got.Status, http.Header{}
			for name, values := range got.Headers {
				answer.Headers[http.CanonicalHeaderKey(name)] = values
			}
		}
		answer.Raw = append(answer.Raw, got.Body...)
	}
	_ = json.Unmarshal(answer.Raw, &answer.Body)
	return answer, nil
}

// Get reads a resource.
func (p *Plugin) Get(ctx context.Context, source Source, person *Person, path string) (Answer, error) {
	return p.Call(ctx, source, person, http.MethodGet, path, nil, nil)
}

// Post asks for a change as Unjam's pages do; kind is the announced intent.
func (p *Plugin) Post(ctx context.Context, source Source, person *Person, path, kind string, body any) (Answer, error) {
	return p.Call(ctx, source, person, http.MethodPost, path, map[string]string{"Content-Type": "application/json", "X-Unjam-Intent": kind}, body)
}

// Plan asks for a plan.
func (p *Plugin) Plan(ctx context.Context, source Source, person *Person, kind, job string) (Answer, error) {
	return p.Post(ctx, source, person, "actions", kind, map[string]any{"action": kind, "jobId": job})
}

// Reason is long enough for every confirmation.
const Reason = "It has been stuck since the worker was restarted."

// Confirm confirms a plan that was given, with its phrase and every warning
// acknowledged.
func (p *Plugin) Confirm(ctx context.Context, source Source, person *Person, plan Answer) (Answer, error) {
	return p.Post(ctx, source, person, "actions/"+plan.Text("id")+"/confirm", plan.Text("kind"), confirmation(plan))
}

// RequestApproval uses a plan to ask for a second person.
func (p *Plugin) RequestApproval(ctx context.Context, source Source, person *Person, plan Answer) (Answer, error) {
	return p.Post(ctx, source, person, "actions/"+plan.Text("id")+"/request-approval", "request-approval", confirmation(plan))
}

// Approve approves a request that was read, with every warning acknowledged.
func (p *Plugin) Approve(ctx context.Context, source Source, person *Person, approval Answer) (Answer, error) {
	return p.Post(ctx, source, person, "approvals/"+approval.Text("id")+"/approve", "approve",
		map[string]any{"phrase": approval.Text("phrase"), "acknowledged": warnings(approval)})
}

// Reject says no to a request, or takes one's own back.
func (p *Plugin) Reject(ctx context.Context, source Source, person *Person, approval Answer) (Answer, error) {
	return p.Post(ctx, source, person, "approvals/"+approval.Text("id")+"/reject", "reject", map[string]any{"reason": Reason})
}

// RequestIncident asks a second person to unlock the incident budget.
func (p *Plugin) RequestIncident(ctx context.Context, source Source, person *Person) (Answer, error) {
	return p.Post(ctx, source, person, "incidents", "incident-budget", map[string]any{"reason": Reason})
}

func confirmation(plan Answer) map[string]any {
	return map[string]any{"phrase": plan.Text("phrase"), "reason": Reason, "acknowledged": warnings(plan)}
}

// warnings are the guards of a plan or a request that warn.
func warnings(of Answer) []string {
	guards := []string{}
	verdicts, _ := of.Body["verdicts"].([]any)
	for _, one := range verdicts {
		verdict, _ := one.(map[string]any)
		if guard, _ := verdict["guard"].(string); verdict["result"] == "warn" {
			guards = append(guards, guard)
		}
	}
	return guards
}

// Jobs runs the query for all jobs, which makes the instance where there is
// none, and reads the coordinator where the last reading is too old.
func (p *Plugin) Jobs(ctx context.Context, source Source) (*backend.DataResponse, error) {
	return p.Query(ctx, source, "jobs", map[string]any{"limit": 5000})
}

// Query runs a query of a type, with what else it says.
func (p *Plugin) Query(ctx context.Context, source Source, queryType string, says map[string]any) (*backend.DataResponse, error) {
	return p.query(ctx, source, queryType, says, map[string]string{})
}

// Evaluate runs a query as an alert rule does.
func (p *Plugin) Evaluate(ctx context.Context, source Source, metric string) (*backend.DataResponse, error) {
	return p.query(ctx, source, "metric", map[string]any{"metric": metric}, map[string]string{backend.FromAlertHeaderName: "true"})
}

func (p *Plugin) query(ctx context.Context, source Source, queryType string, says map[string]any, headers map[string]string) (*backend.DataResponse, error) {
	told, err := source.context(nil)
	if err != nil {
		return nil, err
	}
	query := map[string]any{"refId": "A", "schemaVersion": 1, "queryType": queryType}
	maps.Copy(query, says)
	encoded, err := json.Marshal(query)
	if err != nil {
		return nil, fmt.Errorf("encode a query: %w", err)
	}
	now := time.Now()
	request := &backend.QueryDataRequest{PluginContext: told, Headers: headers, Queries: []backend.DataQuery{{
		RefID: "A", QueryType: queryType, TimeRange: backend.TimeRange{From: now.Add(-time.Hour), To: now}, JSON: encoded,
	}}}
	answer, err := p.queries.QueryData(ctx, backend.ToProto().QueryDataRequest(request))
	if err != nil {
		return nil, fmt.Errorf("query of %s: %w", source.UID, err)
	}
	got, err := backend.FromProto().QueryDataResponse(answer)
	if err != nil {
		return nil, fmt.Errorf("query of %s: %w", source.UID, err)
	}
	response := got.Responses["A"]
	return &response, response.Error
}

// Health runs the health check and gives its status and message.
func (p *Plugin) Health(ctx context.Context, source Source) (healthy bool, message string, err error) {
	told, err := source.context(nil)
	if err != nil {
		return false, "", err
	}
	answer, err := p.diagnostics.CheckHealth(ctx, &pluginv2.CheckHealthRequest{PluginContext: backend.ToProto().PluginContext(told)})
	if err != nil {
		return false, "", fmt.Errorf("health of %s: %w", source.UID, err)
	}
	result := backend.FromProto().CheckHealthResponse(answer)
	return result.Status == backend.HealthStatusOk, result.Message, nil
}
