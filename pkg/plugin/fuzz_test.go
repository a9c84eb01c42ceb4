package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
)

// What comes from a browser or a settings file: never a panic, an error is one
// sentence that does not repeat the input at length, and what was read can be
// written and read again to the same.

// longestSentence is far more than any of ours.
const longestSentence = 500

func checkSentence(t *testing.T, text string) {
	t.Helper()
	if text == "" || len(text) > longestSentence || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\x1b\r\n") {
		t.Errorf("no short plain sentence: %d bytes, %.300q", len(text), text)
	}
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte(`{"urls":["http://master:8080"],"workerUrls":["http://w:8080"],"clusterId":"lake","timeZone":"UTC","actions":{"enabled":true,"secondPerson":"force-stop","incidentBudget":20,"allowedLogins":["anna"]}}`), "", "")
	f.Add([]byte(`{"urls":["http://u:s3cret@master:8080"]}`), "http://master:8080", "p")
	f.Fuzz(func(t *testing.T, stored []byte, address, password string) {
		raw := backend.DataSourceInstanceSettings{UID: "ds", URL: address, JSONData: stored, DecryptedSecureJSONData: map[string]string{"password": password}}
		settings, err := loadSettings(1, raw)
		if (settings.ProxyFault != "") != (address != "") && json.Valid(stored) && !strings.Contains(strings.ToLower(string(stored)), "oauthpassthru") && err == nil {
			t.Errorf("the back door: %q with the url %q", settings.ProxyFault, address)
		}
		if err != nil {
			checkSentence(t, inert(err.Error()))
			return
		}
		if fault := settings.Policy.Validate(); fault != nil {
			t.Errorf("a policy that is not valid is in force: %v", fault)
		}
		if settings.Cluster == "" || settings.Interval < leastPoll*time.Second || settings.StuckAfter <= 0 || len(settings.connection.hash) != 64 || settings.connection.open == nil {
			t.Errorf("%+v", settings)
		}
		again, err := loadSettings(1, raw)
		if err != nil || again.connection.hash != settings.connection.hash || again.Cluster != settings.Cluster {
			t.Errorf("the same settings are read in two ways: %v", err)
		}
	})
}

// fuzzBody decodes a body as a route does, and again what was decoded.
func fuzzBody[Body any](f *testing.F, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add([]byte(seed))
		f.Add([]byte(seed[:len(seed)/2]))
		f.Add([]byte(seed + seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		var body Body
		if refusal := decode(http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(sent)), maxBody), &body); refusal != nil {
			if refusal.Status != http.StatusBadRequest && refusal.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("status %d", refusal.Status)
			}
			checkSentence(t, refusal.Message)
			return
		}
		written, err := json.Marshal(body)
		if err != nil || len(written) > 8*maxBody {
			t.Fatalf("%d bytes, %v", len(written), err)
		}
		var again Body
		if refusal := decode(bytes.NewReader(written), &again); refusal != nil {
			t.Fatalf("%s is not read again: %v", written, refusal)
		}
		if rewritten, err := json.Marshal(again); err != nil || !bytes.Equal(rewritten, written) {
			t.Errorf("%s became %s, %v", written, rewritten, err)
		}
	})
}

func FuzzPlanBody(f *testing.F) {
	fuzzBody[api.PlanRequest](f, `{"action":"force-stop","jobId":"733584788375666689"}`)
}

func FuzzConfirmBody(f *testing.F) {
	fuzzBody[api.ConfirmRequest](f, `{"phrase":"orders to lake","reason":"stuck since the deploy","acknowledged":["task-alive"]}`)
}

func FuzzApproveBody(f *testing.F) {
	fuzzBody[api.ApproveRequest](f, `{"phrase":"orders to lake","acknowledged":["task-alive","context-changed"]}`)
}

func FuzzReasonBody(f *testing.F) { // reject, and the incident budget
	fuzzBody[api.ReasonRequest](f, `{"reason":"not during the night"}`)
}

func FuzzDismissBody(f *testing.F) {
	fuzzBody[api.DismissRequest](f, `{"episode":"e1","reason":"lost with the restart"}`)
}

// FuzzQuery asks whatever it likes of a fixed view.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		`{"queryType":"jobs","states":["canceling"],"jobNames":["orders to lake"],"stuckOnly":true,"minAgeSeconds":60,"sortBy":"name","sortDesc":false,"limit":10,"offset":1,"schemaVersion":1}`,
		`{"queryType":"metric","metric":"leftover_tasks","jobId":"733584788375666689"}`,
		`{"queryType":"jobs","action":"force-stop","force":true}`,
		`{"queryType":"states","states":["canceling"],"jobNames":["a\\nb"],"stuckOnly":true,"limit":7}`,
		`{"queryType":"events","kinds":["master changed"],"nodes":["nodeA"],"limit":7}`,
		`{"queryType":"job","jobId":"733584788375666689"}`,
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	view, now := goldenView()
	d := goldenSource(now)
	d.process.History = goldenHistory(now)
	f.Fuzz(func(t *testing.T, asked []byte, fromAlert bool) {
		parsed, filter, err := d.parseQuery(backend.DataQuery{RefID: "A", JSON: asked})
		if err != nil {
			checkSentence(t, errorResponse(err).Error.Error())
			return
		}
		filter.judge = d.judge(view)
		var rows int
		switch parsed.QueryType {
		case queryTypeJobs:
			rows = d.jobsFrame(view, parsed, filter, now).Rows()
		case queryTypeStates, queryTypeEvents:
			hour := backend.TimeRange{From: now.Add(-time.Hour), To: now}
			frames, err := d.answerHistory(context.Background(), backend.DataQuery{TimeRange: hour}, parsed, filter, view, now, fromAlert)
			if err != nil {
				checkSentence(t, err.Error())
				return
			}
			rows = len(frames)
		case queryTypeJob:
			hour := backend.TimeRange{From: now.Add(-time.Hour), To: now}
			frames, err := d.answerJob(context.Background(), backend.DataQuery{TimeRange: hour}, filter, view, now, fromAlert)
			if err != nil {
				checkSentence(t, err.Error())
				return
			}
			rows = frames[0].Rows()
		case queryTypeMetric:
			frames, err := d.answerMetric(context.Background(), parsed, filter, view, now, fromAlert)
			if err != nil {
				checkSentence(t, err.Error())
				return
			}
			rows = len(frames[0].Fields)
		}
		if rows > view.Jobs.Len()+len(catalogue())+8 {
			t.Errorf("%d rows of %d jobs", rows, view.Jobs.Len())
		}
		written, err := json.Marshal(parsed)
		if err != nil {
			t.Fatal(err)
		}
		if _, again, err := d.parseQuery(backend.DataQuery{JSON: written}); err != nil || len(again.States) != len(filter.States) || again.JobID != filter.JobID || again.MinAge != filter.MinAge {
			t.Errorf("%s is not read again: %v", written, err)
		}
	})
}

// FuzzAuditFilter reads whatever stands behind the question mark.
func FuzzAuditFilter(f *testing.F) {
	f.Add("from=2026-11-22T18:00:00Z&to=2026-11-23T18:00:00%2B01:00&event=outcome&kind=force-stop&login=anna&jobId=1&actionId=00000000000000000000000000000001&before=7&limit=500")
	f.Add("event=deleted&limit=0&before=-1&x;y&%zz")
	f.Fuzz(func(t *testing.T, query string) {
		request, err := http.NewRequest(http.MethodGet, "/audit", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL.RawQuery = query
		filter, _, refusal := auditFilter(request, paramBefore, paramLimit)
		if refusal != nil {
			checkSentence(t, refusal.Message)
			return
		}
		if filter.Limit < 1 || filter.Limit > maxAuditRows || filter.Before < 0 || len(filter.Login) > longestLogin || len(filter.Job) > longestJobID {
			t.Errorf("%+v", filter)
		}
	})
}

// FuzzCell makes cells of whatever was said.
func FuzzCell(f *testing.F) {
	for _, seed := range []string{"=1+1", " \"'=1", "a;=1", "\x00\x1b\u202e", "\xff\xed\xa0\x80", "orders to lake"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := cellText(text)
		if !utf8.ValidString(cell) || strings.ContainsFunc(cell, hidden) || len(cell) > 12*len(text)+12 {
			t.Errorf("%q became %q", text, cell)
		}
		for _, part := range strings.Split(cell, ";") {
			if beginsFormula(part) && !strings.HasPrefix(part, "'") {
				t.Errorf("%q became %q, of which %q is a formula", text, cell, part)
			}
		}
		if inert(inert(text)) != inert(text) {
			t.Errorf("%q is not inert the first time", text)
		}
	})
}
