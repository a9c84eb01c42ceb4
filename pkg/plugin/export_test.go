package plugin

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// No cell begins what a spreadsheet takes for a formula, however it is hidden.
func TestCells_AreNoFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"orders to lake":                 "orders to lake",
		"733584788375666689":             "733584788375666689",
		"=1+1":                           "'=1+1",
		"+1":                             "'+1",
		"-1":                             "'-1",
		"@SUM(A1)":                       "'@SUM(A1)",
		"\t=1":                           `'\t=1`,
		"\r=1":                           `'\r=1`,
		"\n=1":                           `'\n=1`,
		"\tharmless":                     `'\tharmless`,
		" =1":                            "' =1",
		"\u00a0\u2003=1":                 "'\u00a0\u2003=1",
		"\ufeff=1":                       `'\ufeff=1`,
		"\u200b=1":                       `'\u200b=1`,
		"\x00=1":                         `'\u0000=1`,
		`"=1"`:                           `'"=1"`,
		`" '=1`:                          `'" '=1`,
		"'=1":                            "''=1",
		"＝1":                             "'＝1",
		"＋1":                             "'＋1",
		"a;=1":                           "a;'=1",
		`a; "=HYPERLINK("x")`:            `a;' "=HYPERLINK("x")`,
		"a;b;@c":                         "a;b;'@c",
		"a = b - c":                      "a = b - c",
		"=cmd|' /C calc'!A0":             "'=cmd|' /C calc'!A0",
		"<img src=x onerror=alert(1)>":   "<img src=x onerror=alert(1)>",
		"line\nbreak":                    `line\nbreak`,
		"\u202egpj.exe":                  `\u202egpj.exe`,
		"\x1b[2J":                        `\u001b[2J`,
		"broken \xff\xfe UTF-8":          "broken \ufffd UTF-8",
		"tag \U000e0041 and \U0001f600.": `tag \udb40\udc41 and ` + "\U0001f600.",
	} {
		if got := cellText(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// put appends rows to the audit trail.
func (r *rig) put(entries ...action.AuditEntry) {
	r.t.Helper()
	for _, entry := range entries {
		if _, err := r.store.Append(r.t.Context(), r.datasource.settings.Scope, entry); err != nil {
			r.t.Fatal(err)
		}
	}
}

// quiet is a data source whose watcher does not get in the way.
func quiet(settings map[string]any) { settings["pollIntervalSeconds"] = 300 }

func outcomeEntry(number int) action.AuditEntry {
	return action.AuditEntry{
		At: time.Date(2026, 11, 22, 18, 0, number, 123456789, time.UTC), Event: action.AuditOutcome, Actor: action.Actor{Login: "anna", Role: "Admin"}, Kind: action.KindForceStop,
		ActionID: fmt.Sprintf("%032x", number), JobName: `<b>"orders", to lake</b>`, Reason: "=HYPERLINK(\"http://example.org\")\nstuck, since the deploy", Outcome: action.OutcomeStopped,
		Identity: &action.Identity{Cluster: "lake", Job: stuckJob, State: "canceling", Master: "10.0.0.1:5801", CreateTime: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)},
		Verdicts: []action.Verdict{{Guard: "task-alive", Result: action.Warn, Reason: "A worker still runs it."}, {Guard: "state", Result: action.Pass, Reason: "ok"}},
		Approver: &action.Actor{Login: "bert"}, ApprovalID: fmt.Sprintf("%032x", number),
	}
}

func TestExport_CSV(t *testing.T) {
	r := newRig(t, quiet)
	r.put(outcomeEntry(1), action.AuditEntry{At: time.Date(2026, 11, 22, 17, 0, 0, 0, time.FixedZone("", 3600)), Event: action.AuditRefused, Detail: "signed-in: \x1b[31mNobody"})
	got := r.call(editor, "GET", "/audit/export?format=csv", "", nil)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	disposition, parameters, err := mime.ParseMediaType(got.headers["Content-Disposition"][0])
	if err != nil || disposition != "attachment" || !strings.HasPrefix(parameters["filename"], "unjam-audit-ds-") || !strings.HasSuffix(parameters["filename"], ".csv") {
		t.Errorf("Content-Disposition is %v", got.headers["Content-Disposition"])
	}
	if kind := got.headers["Content-Type"][0]; !strings.HasPrefix(kind, "text/csv") || got.headers["X-Content-Type-Options"][0] != "nosniff" || got.headers["Cache-Control"][0] != "no-store" {
		t.Errorf("headers: %v", got.headers)
	}
	rows, err := csv.NewReader(strings.NewReader(got.raw)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	cell := func(row int, name string) string { return rows[row][slices.Index(csvHeader, name)] }
	for name, want := range map[string]string{
		"seq": "1", "at": "2026-11-22T18:00:01.123456789Z", "event": "outcome", "login": "anna", "approvedBy": "bert", "jobId": stuckJob, "jobName": `<b>"orders", to lake</b>`,
		"createTime": "2026-11-22T16:00:00Z", "reason": `'=HYPERLINK("http://example.org")\nstuck, since the deploy`, "verdicts": "task-alive warn: A worker still runs it.", "outcome": "stopped",
	} {
		if cell(1, name) != want {
			t.Errorf("%s is %q, want %q", name, cell(1, name), want)
		}
	}
	if cell(2, "at") != "2026-11-22T16:00:00Z" || cell(2, "detail") != `signed-in: \u001b[31mNobody` || len(cell(2, "hash")) != 64 {
		t.Errorf("%q", rows[2])
	}
	if strings.ContainsAny(got.raw, "\x1b\x00\r") {
		t.Error("the file has control characters")
	}
}

// JSON lines hold what was stored: the chain can be checked with them alone.
func TestExport_JSONLinesProveTheChain(t *testing.T) {
	r := newRig(t, quiet)
	r.put(outcomeEntry(1), outcomeEntry(2), outcomeEntry(3))
	got := r.call(editor, "GET", "/audit/export?format=jsonl", "", nil)
	lines := strings.Split(strings.TrimSuffix(got.raw, "\n"), "\n")
	if got.status != http.StatusOK || got.headers["Content-Type"][0] != "application/x-ndjson" || len(lines) != 3 {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	previous := action.FirstPrevHash
	for i, line := range lines {
		var row struct {
			Seq      int64
			Entry    json.RawMessage
			PrevHash string
			Hash     string
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		if row.Seq != int64(i+1) || row.PrevHash != previous || row.Hash != action.ChainHash(watch.Scope{OrgID: 1, DataSourceUID: "ds"}, row.Seq, row.PrevHash, row.Entry) {
			t.Errorf("line %d does not prove itself: %s", i+1, line)
		}
		previous = row.Hash
	}
}

// longTrail is a store with an audit trail of many rows, which cannot be read
// after some portions.
type longTrail struct {
	action.Store
	rows     int64
	portions int
}

func (l *longTrail) Audit(context.Context, watch.Scope, int64, int) ([]action.AuditRow, error) {
	return []action.AuditRow{{Seq: l.rows, Entry: outcomeEntry(1)}}, nil
}

func (l *longTrail) AuditFrom(_ context.Context, _ watch.Scope, after int64, limit int) ([]action.AuditRow, error) {
	if l.portions--; l.portions < 0 {
		return nil, errors.New("the disk is gone\n\x1b[31m")
	}
	var rows []action.AuditRow
	for seq := max(after, 0) + 1; seq <= l.rows && len(rows) < limit; seq++ {
		rows = append(rows, action.AuditRow{Seq: seq, Entry: outcomeEntry(int(seq))})
	}
	return rows, nil
}

// onLongTrail gives a data source on such a store.
func (r *rig) onLongTrail(rows int64, portions int) *Datasource {
	r.t.Helper()
	before := r.process
	r.changeProcess(func(p *Process) { p.Store = &longTrail{r.store, rows, portions} })
	d := r.open(map[string]any{"urls": []string{r.double.server.URL}, "pollIntervalSeconds": 300})
	r.process = before
	r.t.Cleanup(d.Dispose)
	return d
}

// export asks as Grafana does; each part goes to take.
func export(ctx context.Context, d *Datasource, format string, take func(part *backend.CallResourceResponse) error) error {
	request := &backend.CallResourceRequest{PluginContext: pluginContext(editor), Method: "GET", Path: "audit/export", URL: "audit/export?format=" + format}
	return d.CallResource(backend.WithPluginContext(ctx, request.PluginContext), request, backend.CallResourceResponseSenderFunc(take))
}

// An export leaves in parts of a bounded size, however long the trail is.
func TestExport_IsStreamed(t *testing.T) {
	const trail = 20_000
	r := newRig(t, quiet)
	d := r.onLongTrail(trail, trail)
	for _, format := range []string{"csv", "jsonl"} {
		largest, parts, rows := 0, 0, 0
		err := export(t.Context(), d, format, func(part *backend.CallResourceResponse) error {
			parts++
			largest = max(largest, len(part.Body))
			rows += strings.Count(string(part.Body), "\n")
			return nil
		})
		if format == "csv" {
			rows-- // its header
		}
		if err != nil || rows != trail || parts < trail/exportPartRows || largest > exportPartBytes+8<<10 {
			t.Errorf("%s: %v, %d rows in %d parts, the largest with %d bytes", format, err, rows, parts, largest)
		}
	}
}

// A file that is not whole says so in its last line; before the first part has
// left, it is a plain refusal.
func TestExport_ThatBreaksOff(t *testing.T) {
	r := newRig(t, quiet)
	for _, format := range []string{"csv", "jsonl"} {
		for portions, want := range map[int]int{0: http.StatusServiceUnavailable, 1: http.StatusOK} {
			got := callResource(t, r.onLongTrail(2000, portions), editor, "GET", "/audit/export?format="+format, "", nil)
			lines := strings.Split(strings.TrimSuffix(got.raw, "\n"), "\n")
			last := lines[len(lines)-1]
			if got.status != want || want == http.StatusOK && (!strings.Contains(last, "INCOMPLETE") || !strings.Contains(last, "the disk is gone") || len(lines) < 500) || strings.Contains(got.raw, "\x1b") {
				t.Errorf("%s after %d portions: %d, %d lines, the last is %s", format, portions, got.status, len(lines), last)
			}
		}
	}
}

// A browser that has gone ends the reading.
func TestExport_EndsWithItsReader(t *testing.T) {
	r := newRig(t, quiet)
	d := r.onLongTrail(20_000, 20_000)
	ctx, cancel := context.WithCancel(t.Context())
	parts := 0
	if err := export(ctx, d, "jsonl", func(*backend.CallResourceResponse) error {
		parts++
		cancel()
		return nil
	}); err != nil || parts > 2 { // one, and the line that says that it is not whole
		t.Errorf("%v, %d parts were sent to nobody", err, parts)
	}
}

func TestAudit_Filters(t *testing.T) {
	r := newRig(t, quiet)
	refused := action.AuditEntry{At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Event: action.AuditRefused, Actor: action.Actor{Login: "Vera"}, Kind: action.KindCancel, Detail: "role: no"}
	r.put(refused, outcomeEntry(1), outcomeEntry(2))
	for filter, want := range map[string]int{
		"":                                    3,
		"event=outcome":                       2,
		"event=refused&login=VERA":            1,
		"login=bert":                          2,
		"kind=force-stop":                     2,
		"kind=incident-budget":                0,
		"jobId=" + stuckJob:                   2,
		"jobId=1":                             0,
		"actionId=" + fmt.Sprintf("%032x", 2): 1,
		"from=2026-11-22T18:00:00Z":           2,
		"from=2026-11-22T19:00:00%2B01:00":    2,
		"to=2026-11-22T18:00:00Z":             1,
		"from=2026-11-22T18:00:02Z&to=2026-11-22T18:00:03Z": 1,
		"before=3&limit=1": 1,
		"event=":           3,
	} {
		page := r.call(editor, "GET", "/audit?"+filter, "", nil)
		if page.status != http.StatusOK || len(page.body["rows"].([]any)) != want {
			t.Errorf("%s: %d, %s, want %d rows", filter, page.status, page.raw, want)
		}
		if strings.Contains(filter, "limit") {
			continue
		}
		export := r.call(editor, "GET", "/audit/export?format=jsonl&"+filter, "", nil)
		if export.status != http.StatusOK || strings.Count(export.raw, "\n") != want {
			t.Errorf("export %s: %d, %d rows, want %d", filter, export.status, strings.Count(export.raw, "\n"), want)
		}
	}
	// Wrong filters: a sentence that says what is right, and nothing echoed.
	for filter, says := range map[string]string{
		"before=0": "whole number from 1", "before=x": "whole number", "limit=501": "from 1 to 500", "limit=1e3": "whole number", "before=99999999999999999999": "whole number",
		"from=yesterday": "RFC 3339", "to=2026-11-22": "RFC 3339", "from=2026-11-22T18:00:00Z&to=2026-11-22T18:00:00Z": "from must be earlier",
		"event=deleted": "event must be one of", "kind=pause": "kind must be one of", "login=" + strings.Repeat("x", 200): "at most 190", "jobId=1/2": "jobId", "jobId=" + strings.Repeat("1", 65): "jobId",
		"actionId=xyz": "32 hexadecimal", "evnet=refused": "not known", "event=refused&event=planned": "more than once", "a;b": "cannot be read", "%zz": "cannot be read", "format=csv": "not known",
		url.QueryEscape("<script>") + "=1": "not known",
	} {
		got := r.call(editor, "GET", "/audit?"+filter, "", nil)
		if message, _ := got.body["message"].(string); got.status != http.StatusBadRequest || !strings.Contains(message, says) || len(message) > 300 || strings.Contains(message, "script") {
			t.Errorf("%s: %d %s, want %q", filter, got.status, got.raw, says)
		}
	}
	for _, filter := range []string{"", "format=xlsx", "format=CSV", "format=csv&limit=3", "format=csv&before=3", "format=csv&format=jsonl", "format=csv&from=x"} {
		if got := r.call(editor, "GET", "/audit/export?"+filter, "", nil); got.status != http.StatusBadRequest {
			t.Errorf("export with %q: %d %s", filter, got.status, got.raw)
		}
	}
}
