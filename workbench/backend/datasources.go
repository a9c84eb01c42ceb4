package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// maxBody is far above any query, plan or confirmation.
const maxBody = 1 << 20

// queryRequest is the body of Grafana's POST /api/ds/query.
type queryRequest struct {
	From    string            `json:"from"`
	To      string            `json:"to"`
	Queries []json.RawMessage `json:"queries"`
}

// queryHead are the properties of a query that Grafana reads itself.
type queryHead struct {
	RefID         string  `json:"refId"`
	QueryType     string  `json:"queryType"`
	MaxDataPoints int64   `json:"maxDataPoints"`
	IntervalMS    float64 `json:"intervalMs"`
	Datasource    struct {
		UID string `json:"uid"`
	} `json:"datasource"`
}

// query answers as Grafana does: 400 where one of the queries failed, with the
// others' answers beside it.
func (l sourceList) query(w http.ResponseWriter, r *http.Request) {
	var asked queryRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked); err != nil {
		writeMessage(w, http.StatusBadRequest, "The request is not of the form of Grafana's queries.")
		return
	}
	bySource, err := l.queriesBySource(asked)
	if err != nil {
		writeMessage(w, http.StatusBadRequest, err.Error())
		return
	}
	all := backend.NewQueryDataResponse()
	status := http.StatusOK
	headers := map[string]string{}
	// Tests ask as Grafana's alerting does.
	if r.Header.Get(backend.FromAlertHeaderName) == "true" {
		headers[backend.FromAlertHeaderName] = "true"
	}
	for _, one := range l {
		queries := bySource[one]
		if len(queries) == 0 {
			continue
		}
		request := &backend.QueryDataRequest{PluginContext: one.pluginContext(signedIn(r)), Headers: headers, Queries: queries}
		answered, err := one.instance.QueryData(backend.WithPluginContext(r.Context(), request.PluginContext), request)
		if err != nil {
			writeMessage(w, http.StatusInternalServerError, "The data source failed: "+err.Error())
			return
		}
		for refID, response := range answered.Responses {
			all.Responses[refID] = response
			if response.Error != nil {
				status = http.StatusBadRequest
			}
		}
	}
	writeJSON(w, status, all)
}

// queriesBySource sorts queries to their data sources.
func (l sourceList) queriesBySource(asked queryRequest) (map[*openSource][]backend.DataQuery, error) {
	if len(asked.Queries) == 0 {
		return nil, errors.New("there is no query in the request")
	}
	from, err := moment("from", asked.From)
	if err != nil {
		return nil, err
	}
	to, err := moment("to", asked.To)
	if err != nil {
		return nil, err
	}
	sorted := map[*openSource][]backend.DataQuery{}
	for _, raw := range asked.Queries {
		var head queryHead
		if err := json.Unmarshal(raw, &head); err != nil {
			return nil, fmt.Errorf("a query cannot be read: %w", err)
		}
		source := l.find(head.Datasource.UID)
		if source == nil {
			return nil, fmt.Errorf("there is no data source with the uid %q", head.Datasource.UID)
		}
		if head.RefID == "" {
			head.RefID = "A"
		}
		sorted[source] = append(sorted[source], backend.DataQuery{
			RefID: head.RefID, QueryType: head.QueryType, MaxDataPoints: head.MaxDataPoints, JSON: raw,
			Interval: time.Duration(head.IntervalMS * float64(time.Millisecond)), TimeRange: backend.TimeRange{From: from, To: to},
		})
	}
	return sorted, nil
}

// moment reads a time as the browser sends it: milliseconds since 1970, as text.
func moment(name, text string) (time.Time, error) {
	milliseconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q must be milliseconds since 1970 as text; it is %q", name, text)
	}
	return time.UnixMilli(milliseconds), nil
}

// privateHeaders are between the browser and the workbench, and no business of
// a plugin's; Grafana keeps them, too.
var privateHeaders = []string{"Cookie", "Authorization", "Connection", "Host", "Origin", "Referer"}

// resource calls a resource of a data source, with any method.
func (l sourceList) resource(w http.ResponseWriter, r *http.Request) {
	source := l.named(w, r)
	if source == nil {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeMessage(w, http.StatusRequestEntityTooLarge, "The request is too large.")
		return
	}
	path := r.PathValue("path")
	url := path
	if r.URL.RawQuery != "" {
		url += "?" + r.URL.RawQuery
	}
	headers := r.Header.Clone()
	for _, name := range privateHeaders {
		headers.Del(name)
	}
	request := &backend.CallResourceRequest{PluginContext: source.pluginContext(signedIn(r)), Path: path, URL: url, Method: r.Method, Headers: headers, Body: body}
	var answer *backend.CallResourceResponse
	err = source.instance.CallResource(backend.WithPluginContext(r.Context(), request.PluginContext), request,
		backend.CallResourceResponseSenderFunc(func(response *backend.CallResourceResponse) error {
			if answer != nil {
				return errors.New("a resource answers once")
			}
			answer = response
			return nil
		}))
	if err != nil || answer == nil {
		writeMessage(w, http.StatusInternalServerError, "The data source gave no answer.")
		return
	}
	for name, values := range answer.Headers {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body)
}

// health answers as Grafana does: 400 where the data source is not healthy.
func (l sourceList) health(w http.ResponseWriter, r *http.Request) {
	source := l.named(w, r)
	if source == nil {
		return
	}
	request := &backend.CheckHealthRequest{PluginContext: source.pluginContext(signedIn(r))}
	result, err := source.instance.CheckHealth(backend.WithPluginContext(r.Context(), request.PluginContext), request)
	if err != nil {
		writeMessage(w, http.StatusInternalServerError, "The health check failed: "+err.Error())
		return
	}
	body := map[string]any{"status": result.Status.String(), "message": result.Message}
	if len(result.JSONDetails) > 0 {
		body["details"] = json.RawMessage(result.JSONDetails)
	}
	status := http.StatusOK
	if result.Status != backend.HealthStatusOk {
		status = http.StatusBadRequest
	}
	writeJSON(w, status, body)
}

// list names the data sources, without their secrets.
func (l sourceList) list(w http.ResponseWriter, _ *http.Request) {
	all := make([]map[string]any, 0, len(l))
	for _, one := range l {
		all = append(all, one.public())
	}
	writeJSON(w, http.StatusOK, all)
}

// settingsOf gives one data source, without its secrets.
func (l sourceList) settingsOf(w http.ResponseWriter, r *http.Request) {
	if source := l.named(w, r); source != nil {
		writeJSON(w, http.StatusOK, source.public())
	}
}

// named gives the data source that a request's path names; nil, after the
// answer, when there is none.
func (l sourceList) named(w http.ResponseWriter, r *http.Request) *openSource {
	source := l.find(r.PathValue("uid"))
	if source == nil {
		writeMessage(w, http.StatusNotFound, "Data source not found")
	}
	return source
}

// public is a data source as Grafana shows it: which secrets are set, and none
// of them.
func (s *openSource) public() map[string]any {
	set := map[string]bool{}
	for name := range s.SecureJSONData {
		set[name] = true
	}
	return map[string]any{
		"id": s.settings.ID, "uid": s.UID, "orgId": orgID, "name": s.Name, "type": pluginID, "access": "proxy",
		"isDefault": false, "readOnly": true, "jsonData": s.JSONData, "secureJsonFields": set,
	}
}
