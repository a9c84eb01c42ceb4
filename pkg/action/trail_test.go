package action_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Test vectors of canonical JSON by RFC 8785: members sorted by name, the least
// escaping, no blanks, times in UTC.
func TestPayload_IsCanonical(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	for name, row := range map[string]struct {
		entry action.AuditEntry
		want  string
	}{
		"the least": {action.AuditEntry{At: created.In(zone), Event: action.AuditPlanned, Actor: action.Actor{Login: "anna", Role: "Admin"}},
			`{"actor":{"login":"anna","role":"Admin"},"at":"2026-11-22T17:00:00Z","event":"planned"}`},
		"hostile text": {action.AuditEntry{At: created.Add(time.Nanosecond), Event: action.AuditIntent, Actor: action.Actor{Login: "a\"\\b", Role: "Admin"}, JobName: "<img src=x onerror=alert(1)>&\u2028\u202e", Reason: "tab\tline\nbell\a\x7f\xff"},
			`{"actor":{"login":"a\"\\b","role":"Admin"},"at":"2026-11-22T17:00:00.000000001Z","event":"intent","jobName":"<img src=x onerror=alert(1)>&` + "\u2028\u202e" + `","reason":"tab\tline\nbell\u0007` + "\x7f\ufffd" + `"}`},
		"an identity and a second person": {action.AuditEntry{At: created, Event: action.AuditIntent, Actor: action.Actor{Login: "anna", Role: "Admin"}, Approver: &action.Actor{Login: "otto", Role: "Admin"},
			Identity: &action.Identity{Cluster: "lake", Job: jobID, Episode: "e", State: "canceling", Master: master}, Verdicts: []action.Verdict{{Guard: "g", Result: action.Warn, Reason: "r"}}},
			`{"actor":{"login":"anna","role":"Admin"},"approver":{"login":"otto","role":"Admin"},"at":"2026-11-22T17:00:00Z","event":"intent","identity":{"cluster":"lake","episode":"e","jobId":"733584788375666689","master":"10.0.0.1:5801","state":"canceling"},"verdicts":[{"guard":"g","reason":"r","result":"warn"}]}`},
	} {
		payload, err := row.entry.Payload()
		if err != nil || string(payload) != row.want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", name, payload, err, row.want)
		}
		var back action.AuditEntry
		if err := json.Unmarshal(payload, &back); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again, err := back.Payload(); err != nil || string(again) != row.want {
			t.Errorf("%s: read and written again: %s, %v", name, again, err)
		}
	}
}

// fill writes n entries that filters can tell apart.
func (r *rig) fill(n int) {
	r.t.Helper()
	for i := range n {
		entry := action.AuditEntry{At: created.Add(time.Duration(i) * time.Minute), Event: action.AuditPlanned, Actor: *anna, Kind: action.KindCancel, ActionID: fmt.Sprintf("plan-%d", i),
			Identity: &action.Identity{Job: coordinator.JobID(fmt.Sprint(i % 3))}}
		switch i % 4 {
		case 1:
			entry.Event, entry.Actor, entry.Kind = action.AuditRefused, *otto, action.KindForceStop
		case 2:
			entry.Approver, entry.ApprovalID = otto, "request-2"
		case 3:
			entry.Identity = nil
		}
		if _, err := r.store.Append(r.t.Context(), scope, entry); err != nil {
			r.t.Fatal(err)
		}
	}
}

func seqs(rows []action.AuditRow) []int64 {
	found := []int64{}
	for _, row := range rows {
		found = append(found, row.Seq)
	}
	return found
}

// Filters choose rows by what is stored in them; pages name the next one, and
// an export is the same rows, oldest first.
func TestAudit_FiltersPagesAndExport(t *testing.T) {
	r := newRig(t)
	r.fill(12)
	for name, row := range map[string]struct {
		filter action.AuditFilter
		want   []int64
	}{
		"all":                 {action.AuditFilter{}, []int64{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		"an event":            {action.AuditFilter{Event: action.AuditRefused}, []int64{10, 6, 2}},
		"a kind":              {action.AuditFilter{Kind: action.KindForceStop}, []int64{10, 6, 2}},
		"a person, any case":  {action.AuditFilter{Login: "OTTO"}, []int64{11, 10, 7, 6, 3, 2}},
		"a job":               {action.AuditFilter{Job: "1"}, []int64{11, 5, 2}},
		"an action":           {action.AuditFilter{Action: "plan-4"}, []int64{5}},
		"an approval":         {action.AuditFilter{Action: "request-2"}, []int64{11, 7, 3}},
		"from, to":            {action.AuditFilter{From: created.Add(2 * time.Minute), To: created.Add(5 * time.Minute)}, []int64{5, 4, 3}},
		"before a row":        {action.AuditFilter{Before: 3}, []int64{2, 1}},
		"all of it":           {action.AuditFilter{Login: "otto", Event: action.AuditRefused, Before: 10, From: created.Add(3 * time.Minute)}, []int64{6}},
		"nothing":             {action.AuditFilter{Login: "vera"}, []int64{}},
		"everything is older": {action.AuditFilter{From: created.Add(time.Hour)}, []int64{}},
	} {
		page, err := r.service.Audit(t.Context(), anna, row.filter)
		if err != nil || !slices.Equal(seqs(page.Rows), row.want) || page.Next != 0 {
			t.Errorf("%s: %v, next %d, %v; want %v", name, seqs(page.Rows), page.Next, err, row.want)
		}
		paged := []int64{}
		limited := row.filter
		limited.Limit = 2
		for {
			page, err := r.service.Audit(t.Context(), anna, limited)
			if err != nil || len(page.Rows) > 2 {
				t.Fatalf("%s: %+v, %v", name, page, err)
			}
			paged = append(paged, seqs(page.Rows)...)
			if page.Next == 0 {
				break
			}
			limited.Before = page.Next
		}
		if !slices.Equal(paged, row.want) {
			t.Errorf("%s by pages: %v, want %v", name, paged, row.want)
		}
		exported := []int64{}
		err = r.service.ExportAudit(t.Context(), anna, row.filter, func(row action.AuditRow) error {
			exported = append(exported, row.Seq)
			return nil
		})
		slices.Reverse(exported)
		if err != nil || !slices.Equal(exported, row.want) {
			t.Errorf("%s exported: %v, %v; want %v", name, exported, err, row.want)
		}
	}
	vera := &action.Actor{Login: "vera", Role: "Viewer"}
	_, err := r.service.Audit(t.Context(), vera, action.AuditFilter{})
	r.mustRefuse(err, action.CheckAuditRole, 403)
	err = r.service.ExportAudit(t.Context(), vera, action.AuditFilter{}, func(action.AuditRow) error { return nil })
	r.mustRefuse(err, action.CheckAuditRole, 403)
}

// An export goes over the portions, ends at what was there when it began, and
// with the visitor's error.
func TestExportAudit_Portions(t *testing.T) {
	r := newRig(t)
	r.fill(1001)
	count, last := 0, int64(0)
	err := r.service.ExportAudit(t.Context(), anna, action.AuditFilter{}, func(row action.AuditRow) error {
		if count++; row.Seq != last+1 {
			t.Fatalf("row %d follows on row %d", row.Seq, last)
		}
		if last = row.Seq; count == 1 {
			r.fill(1)
		}
		return nil
	})
	if err != nil || count != 1001 {
		t.Errorf("%d rows, %v", count, err)
	}
	full := errors.New("the browser has gone")
	if err := r.service.ExportAudit(t.Context(), anna, action.AuditFilter{}, func(action.AuditRow) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
