package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// What is written out instead of done.
func TestInert(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"orders to lake":                "orders to lake",
		"Übung 作业 🙂 a\u200db":           "Übung 作业 🙂 a\u200db",
		"<img src=x onerror=alert(1)>":  "<img src=x onerror=alert(1)>",
		"a\x00b\x1b[31mc\x7f\u009bd":    `a\u0000b\u001b[31mc\u007f\u009bd`,
		"a\r\nb\tc":                     `a\r\nb\tc`,
		"\u202egpj.exe\u2066x\u2069":    `\u202egpj.exe\u2066x\u2069`,
		"\u061c\u200e\u200f\u202a":      `\u061c\u200e\u200f\u202a`,
		"a\u2028b\u2029c\ufeffd\u200be": `a\u2028b\u2029c\ufeffd\u200be`,
		"\U000e0041":                    `\udb40\udc41`,
		"a\xff\xfeb\xed\xa0\x80":        "a\ufffdb\ufffd",
		`already \n written`:            `already \n written`,
	} {
		if got := inert(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// dangerous are characters that do something to a terminal, a log or a reader.
const dangerous = "\x00\x1b\r\n\t\u009b\u202e\u2066\u200f\u061c\u2028\ufeff\u200b"

// checkInert looks for them in every string of a JSON text, decoded.
func checkInert(t *testing.T, where, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s is no UTF-8", where)
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s is no JSON: %v", where, err)
	}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch value := value.(type) {
		case string:
			if strings.ContainsAny(value, dangerous) {
				t.Errorf("%s%s is not inert: %.200q", where, path, value)
			}
			if len(value) > 6*2000+4000 {
				t.Errorf("%s%s has %d bytes", where, path, len(value))
			}
		case []any:
			for _, one := range value {
				walk(path+"[]", one)
			}
		case map[string]any:
			for name, one := range value {
				walk(path+"."+name, one)
			}
		}
	}
	walk("", value)
}

// hostileTexts are names and reasons that people and machines should not meet.
func hostileTexts() map[string]string {
	return map[string]string{
		"HTML":       `<img src=x onerror=alert(1)></script><script>alert(2)</script>{{ .Secret }}`,
		"controls":   "a\x00b\x1b[2J\x1b]0;title\x07c\r\nERROR forged log line\td",
		"bidi":       "invoice\u202egpj.exe\u2066\u2069\u200f\u061c",
		"hidden":     "a\u200bb\ufeffc\u2028d",
		"formula":    `=HYPERLINK("http://example.org","x")`,
		"surrogates": "SURROGATES",
		"long":       strings.Repeat("長い名前<b>\n", 1000),
	}
}

// S09: names of jobs, hosts, logins and reasons with HTML, control characters,
// bidi marks, broken UTF-8 and 10 kB: inert and readable in frames, labels,
// plans, the audit trail, exports, health and logs.
func TestS09_HostileNames(t *testing.T) {
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			user := &backend.User{Login: "anna " + text[:min(len(text), 150)], Name: text, Email: "anna@example.org", Role: "Admin"}
			r.double.set(func(c *coordinatorDouble) {
				c.name, c.state = text, "CANCELING"
				c.extra = func(w http.ResponseWriter, request *http.Request) bool {
					w.Header().Set("Content-Type", "application/json;charset=utf-8")
					quoted, _ := json.Marshal(text)
					if name == "surrogates" {
						quoted = []byte("\"a\\ud800b\\udfffc \xff\xfe\"")
					}
					switch request.URL.Path {
					case "/running-jobs":
						_, _ = fmt.Fprintf(w, `[{"jobId":%q,"jobName":%s,"jobStatus":"CANCELING","createTime":%q}]`, stuckJob, quoted, c.created)
					case "/job-info/" + stuckJob:
						_, _ = fmt.Fprintf(w, `{"jobId":%q,"jobName":%s,"jobStatus":"CANCELING","createTime":%q,"errorMsg":%s}`, stuckJob, quoted, c.created, quoted)
					case "/system-monitoring-information":
						_, _ = fmt.Fprintf(w, `[{"isMaster":"true","host":%s,"port":"5801"}]`, strings.NewReplacer(`=`, ``, `,`, ``, ` `, ``, `\"`, ``).Replace(string(quoted)))
					case "/overview":
						_, _ = fmt.Fprintf(w, `{"projectVersion":%s,"workers":"1"}`, quoted)
					case "/stop-job":
						w.WriteHeader(http.StatusBadRequest)
						_, _ = fmt.Fprintf(w, `{"status":"fail","message":%s}`, quoted)
					default:
						return false
					}
					return true
				}
			})
			r.waitFor("the hostile job", func(view *watch.View) bool { return view.Jobs.Len() == 1 && view.Complete != nil })
			r.settleMaster()

			for _, query := range []string{`{"queryType":"jobs"}`, `{"queryType":"metric","metric":"canceling_age_seconds"}`, leftoverQuery} {
				response := r.query(query, nil)
				encoded, err := response.MarshalJSON()
				if err != nil || response.Error != nil {
					t.Fatal(err, response.Error)
				}
				checkInert(t, query, string(encoded))
			}
			shown := r.query(`{"queryType":"jobs"}`, nil).Frames[0].Fields[2].At(0).(string)
			if plain := strings.ContainsAny(text, dangerous) || name == "long" || name == "surrogates"; !plain && shown != text {
				t.Errorf("a harmless name is shown as %q", shown)
			}
			// What a frame shows can be given back as a filter.
			again, _ := json.Marshal(map[string]any{"queryType": "jobs", "jobNames": []string{shown}})
			if response := r.query(string(again), nil); response.Error != nil || response.Frames[0].Rows() != 1 {
				t.Errorf("the name %q does not find its job", shown)
			}

			body := fmt.Sprintf(`{"action":"cancel","jobId":%q}`, stuckJob)
			plan := r.call(user, "POST", "/actions", body, intent("cancel"))
			if plan.status != http.StatusOK || plan.body["allowed"] != true {
				t.Fatalf("plan: %d %s", plan.status, plan.raw)
			}
			checkInert(t, "plan", plan.raw)
			if phrase := plan.body["phrase"].(string); phrase != "75666689" && phrase != text {
				t.Errorf("the phrase is %q", phrase)
			}
			typed, _ := json.Marshal(map[string]any{"phrase": plan.body["phrase"], "reason": "because " + text[:min(len(text), 1900)], "acknowledged": acknowledged(plan)})
			confirmed := r.call(user, "POST", "/actions/"+plan.body["id"].(string)+"/confirm", string(typed), intent("cancel"))
			checkInert(t, "confirm", confirmed.raw)
			if confirmed.status != http.StatusAccepted {
				t.Fatalf("confirm: %d %s", confirmed.status, confirmed.raw)
			}
			checkInert(t, "action", r.follow(plan.body["id"].(string)).raw)
			r.forceStop(stuckJob+"0", action.OutcomeUnknown, nil)
			for _, path := range []string{"/audit?limit=500", "/aftermath", "/approvals", "/support", "/audit/verify"} {
				checkInert(t, path, r.call(user, "GET", path, "", nil).raw)
			}
			for _, row := range strings.Split(strings.TrimSpace(r.call(admin, "GET", "/audit/export?format=csv", "", nil).raw), "\n") {
				if strings.ContainsAny(row, dangerous) || !utf8.ValidString(row) {
					t.Errorf("the CSV has %.300q", row)
				}
			}
			// The record itself keeps what was said, as JSON: one line a row.
			lines := r.call(admin, "GET", "/audit/export?format=jsonl", "", nil).raw
			for _, line := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
				if !json.Valid([]byte(line)) || strings.ContainsAny(line, "\x00\x1b\r") {
					t.Errorf("a line is %.300q", line)
				}
			}
			result, err := r.datasource.CheckHealth(t.Context(), &backend.CheckHealthRequest{})
			if err != nil || strings.ContainsAny(result.Message, dangerous) || len(result.Message) > 4000 {
				t.Errorf("health: %v %q", err, result.Message)
			}
			checkInert(t, "details of the health check", string(result.JSONDetails))
			for _, value := range r.log.all() {
				if strings.ContainsAny(value, dangerous) || len(value) > 2000 {
					t.Errorf("the log has %.300q", value)
				}
			}
			if strings.Contains(r.log.text(), "forged") {
				t.Errorf("names are logged: %s", r.log.text())
			}
		})
	}
}
