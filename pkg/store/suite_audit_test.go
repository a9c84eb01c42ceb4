package store

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// trailOf appends n entries and gives their rows.
func trailOf(t *testing.T, s *Store, scope watch.Scope, n int) (trail []action.AuditRow) {
	t.Helper()
	for len(trail) < n {
		row, err := s.Append(t.Context(), scope, entryOf(numbered("entry", len(trail)+1)))
		must(t, err)
		trail = append(trail, row)
	}
	return trail
}

func testAuditPages(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	if rows, err := s.Audit(t.Context(), ours, 0, 10); err != nil || len(rows) != 0 {
		t.Fatalf("an empty trail: %+v, %v", rows, err)
	}
	holds(t, s, ours, 0)
	// Given an entry with every field, made in another zone.
	identity := identityOf(job)
	full := action.AuditEntry{
		At: noon.In(time.FixedZone("CET", 3600)), Event: action.AuditOutcome, Actor: operator, Kind: action.KindCancel, ActionID: "plan-1",
		JobName: "<img src=x onerror=alert(1)>", Identity: &identity, Verdicts: []action.Verdict{{Guard: "g", Result: action.Warn, Reason: "r", AllowedFrom: noon}},
		Reason: "because \"it\" is, stuck\n", Request: "cancel", Answer: "HTTP 200", Outcome: action.OutcomeStopped, Detail: "done",
	}
	first, err := s.Append(t.Context(), ours, full)
	must(t, err)
	full.At = noon
	payload, err := full.Payload()
	must(t, err)
	want := action.AuditRow{Seq: 1, Entry: full, PrevHash: action.FirstPrevHash, Hash: action.ChainHash(ours, 1, action.FirstPrevHash, payload)}
	if !reflect.DeepEqual(first, want) {
		t.Fatalf("appended %+v\nwant     %+v", first, want)
	}
	trail := append([]action.AuditRow{first}, trailOf(t, s, ours, 6)...)
	// When it is read by pages, then the rows are those that were appended,
	// newest first.
	for _, test := range []struct {
		before int64
		limit  int
		seqs   []int64
	}{
		{0, 3, []int64{7, 6, 5}},
		{5, 3, []int64{4, 3, 2}},
		{2, 3, []int64{1}},
		{1, 3, nil},
		{0, 100, []int64{7, 6, 5, 4, 3, 2, 1}},
		{0, 0, nil},
		{0, -1, nil},
		{-1, 3, nil},
	} {
		rows, err := s.Audit(t.Context(), ours, test.before, test.limit)
		must(t, err)
		var seqs []int64
		for _, row := range rows {
			seqs = append(seqs, row.Seq)
			if !reflect.DeepEqual(row, trail[row.Seq-1]) {
				t.Errorf("row %d: %+v\nwant %+v", row.Seq, row, trail[row.Seq-1])
			}
		}
		if !reflect.DeepEqual(seqs, test.seqs) {
			t.Errorf("before %d, at most %d: %v, want %v", test.before, test.limit, seqs, test.seqs)
		}
	}
	if verification := holds(t, s, ours, 7); verification.Head != trail[6].Hash {
		t.Fatalf("head %s, want %s", verification.Head, trail[6].Hash)
	}
}

// rehash is a tamperer's statement with the right hash for new content.
func rehash(scope watch.Scope, seq int64, prevHash, payload string) (string, []any) {
	return "UPDATE audit SET payload = ?, prev_hash = ?, hash = ? WHERE org_id = ? AND ds_uid = ? AND seq = ?",
		[]any{[]byte(payload), prevHash, action.ChainHash(scope, seq, prevHash, []byte(payload)), scope.OrgID, scope.DataSourceUID, seq}
}

func testTampering(t *testing.T, open func(t *testing.T) *Store) {
	const mine = " WHERE org_id = 1 AND ds_uid = 'seatunnel'"
	const other = " WHERE org_id = 2 AND ds_uid = 'seatunnel'"
	plain := func(statements ...string) func(exec func(string, ...any), trail []action.AuditRow) {
		return func(exec func(string, ...any), _ []action.AuditRow) {
			for _, statement := range statements {
				exec(statement)
			}
		}
	}
	payload := func(seq int64, change func(string) string) func(exec func(string, ...any), trail []action.AuditRow) {
		return func(exec func(string, ...any), trail []action.AuditRow) {
			text, err := trail[seq-1].Entry.Payload()
			must(t, err)
			exec("UPDATE audit SET payload = ?"+mine+" AND seq = ?", []byte(change(string(text))), seq)
		}
	}
	s, stranger := open(t), open(t)
	trailOf(t, s, ours, 1)
	disarm(t, stranger)
	forged := `{"at":"2026-03-01T12:00:00Z","event":"refused","actor":{"login":"eve","role":"Admin"}}`
	for _, test := range []struct {
		name     string
		tamper   func(exec func(string, ...any), trail []action.AuditRow)
		brokenAt int64
		says     string
	}{
		{"nothing", plain(), 0, ""},
		{"content changed", payload(3, func(text string) string { return strings.ReplaceAll(text, "ada", "eve") }), 3, "hash does not fit its content"},
		{"content changed by a space that no reader sees", payload(3, func(text string) string { return text + " " }), 3, "hash does not fit"},
		{"hash changed", plain("UPDATE audit SET hash = '" + strings.Repeat("a", 64) + "'" + mine + " AND seq = 2"), 2, "hash does not fit"},
		{"previous hash changed", plain("UPDATE audit SET prev_hash = '" + strings.Repeat("a", 64) + "'" + mine + " AND seq = 2"), 2, "previous hash of row 2"},
		{"content and hash changed", func(exec func(string, ...any), trail []action.AuditRow) {
			statement, args := rehash(ours, 3, trail[1].Hash, forged)
			exec(statement, args...)
		}, 3, "no longer follow on each other"},
		{"content and hash of the newest changed", func(exec func(string, ...any), trail []action.AuditRow) {
			statement, args := rehash(ours, 6, trail[4].Hash, forged)
			exec(statement, args...)
		}, 6, "the newest, was changed"},
		{"first row made to follow on another", func(exec func(string, ...any), trail []action.AuditRow) {
			statement, args := rehash(ours, 1, trail[4].Hash, forged)
			exec(statement, args...)
		}, 1, "does not begin the trail"},
		{"a row removed", plain("DELETE FROM audit" + mine + " AND seq = 4"), 4, "Row 4 is missing"},
		{"rows removed", plain("DELETE FROM audit" + mine + " AND seq IN (3, 4)"), 3, "Rows 3 to 4 are missing"},
		{"the first removed", plain("DELETE FROM audit" + mine + " AND seq = 1"), 1, "Row 1 is missing"},
		{"the newest removed", plain("DELETE FROM audit" + mine + " AND seq = 6"), 6, "Row 6, the newest, is missing"},
		{"the newest three removed", plain("DELETE FROM audit" + mine + " AND seq > 3"), 4, "Rows 4 to 6, the newest, are missing"},
		{"all removed", plain("DELETE FROM audit" + mine), 1, "Rows 1 to 6, the newest, are missing"},
		{"the newest removed, and the record of the end too", plain("DELETE FROM audit"+mine+" AND seq = 6", "DELETE FROM audit_head"+mine), 6, "record of the trail's end is missing"},
		{"the record of the end moved back", plain("UPDATE audit_head SET seq = 5" + mine), 6, "after the recorded end"},
		{"the record of the end moved on", plain("UPDATE audit_head SET seq = 9" + mine), 7, "Rows 7 to 9, the newest, are missing"},
		{"the hash of the end changed", plain("UPDATE audit_head SET hash = 'x'" + mine), 6, "record of the trail's end was changed"},
		{"two rows exchanged", plain("UPDATE audit SET seq = 99"+mine+" AND seq = 2", "UPDATE audit SET seq = 2"+mine+" AND seq = 3", "UPDATE audit SET seq = 3"+mine+" AND seq = 99"), 2, "stood at another place"},
		{"renumbered over a hole", plain("DELETE FROM audit"+mine+" AND seq = 2", "UPDATE audit SET seq = 2"+mine+" AND seq = 3"), 2, "stood at another place"},
		{"a row of another scope put in its place", plain("DELETE FROM audit"+mine+" AND seq = 2", "UPDATE audit SET org_id = 1"+other+" AND seq = 2"), 2, "in another data source"},
		{"a row moved to another scope", plain("DELETE FROM audit"+other+" AND seq = 2", "UPDATE audit SET org_id = 2"+mine+" AND seq = 2"), 2, "Row 2 is missing"},
		{"a row put at the end", func(exec func(string, ...any), trail []action.AuditRow) {
			exec("INSERT INTO audit (org_id, ds_uid, seq, payload, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?)", 1, "seatunnel", 7,
				[]byte(forged), trail[5].Hash, action.ChainHash(ours, 7, trail[5].Hash, []byte(forged)))
		}, 7, "after the recorded end"},
		{"a row numbered before the first", plain("UPDATE audit SET seq = 0" + mine + " AND seq = 6"), 1, "A row numbered 0"},
		{"content that is no entry, with a right hash", func(exec func(string, ...any), trail []action.AuditRow) {
			statement, args := rehash(ours, 6, trail[4].Hash, "no entry")
			exec(statement, args...)
			exec("UPDATE audit_head SET hash = ?"+mine, args[2])
		}, 6, "not an audit entry"},
		{"content that is empty", payload(5, func(string) string { return "" }), 5, "hash does not fit"},
		{"two places: the first is named", plain("DELETE FROM audit"+mine+" AND seq = 5", "UPDATE audit SET hash = 'x'"+mine+" AND seq = 2"), 2, "hash does not fit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, table := range []string{"audit", "audit_head"} {
				_, err := stranger.writer.ExecContext(t.Context(), "DELETE FROM "+table)
				must(t, err)
			}
			trail := trailOf(t, s, ours, 6)
			trailOf(t, s, otherOrg, 3)
			test.tamper(func(statement string, args ...any) {
				t.Helper()
				result, err := stranger.writer.ExecContext(t.Context(), statement, args...)
				must(t, err)
				if n, err := result.RowsAffected(); err != nil || n == 0 {
					t.Fatalf("%q changed nothing", statement)
				}
			}, trail)
			verification, err := s.Verify(t.Context(), ours)
			must(t, err)
			if verification.BrokenAt != test.brokenAt || !strings.Contains(verification.Detail, test.says) || verification.Holds() != (test.brokenAt == 0) {
				t.Fatalf("got %+v, want %d: %q", verification, test.brokenAt, test.says)
			}
			t.Logf("%d: %s", verification.BrokenAt, verification.Detail)
			// What is left can still be read.
			rows, err := s.Audit(t.Context(), ours, 0, 100)
			if err != nil || int64(len(rows)) != verification.Rows {
				t.Fatalf("%d rows, %v, want %d", len(rows), err, verification.Rows)
			}
			for _, row := range rows {
				if row.Entry.Event == "" && row.Entry.Detail != unreadable {
					t.Errorf("row %d: %+v", row.Seq, row.Entry)
				}
			}
			// And no later entry heals it.
			if _, err := s.Append(t.Context(), ours, entryOf("later")); err == nil && test.brokenAt != 0 {
				if later, err := s.Verify(t.Context(), ours); err != nil || later.Holds() {
					t.Fatalf("an entry healed the trail: %+v, %v", later, err)
				}
			}
		})
	}
}

// disarm takes away what stops accidents, as somebody who tampers would.
func disarm(t *testing.T, s *Store) {
	t.Helper()
	for _, statement := range []string{"UPDATE audit SET hash = 'x'", "DELETE FROM audit"} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Fatalf("%s: %v, want a refusal", statement, err)
		}
	}
	statements := []string{"DROP TRIGGER audit_is_not_changed", "DROP TRIGGER audit_is_not_removed", "PRAGMA ignore_check_constraints = 1"}
	if _, postgres := s.database.(*postgresServer); postgres {
		statements = []string{"DROP TRIGGER audit_is_not_changed ON audit", "DROP TRIGGER audit_is_not_removed ON audit", "ALTER TABLE audit DROP CONSTRAINT audit_seq_check"}
	}
	for _, statement := range statements {
		_, err := s.writer.ExecContext(t.Context(), statement)
		must(t, err)
	}
}

func testChainConcurrency(t *testing.T, open func(t *testing.T) *Store) {
	handles := []*Store{open(t), open(t)}
	const writers, each = 4, 50
	seen := make([][]int64, len(handles)*writers)
	var wait sync.WaitGroup
	for n := range seen {
		wait.Go(func() {
			for range each {
				row, err := handles[n%len(handles)].Append(t.Context(), ours, entryOf(numbered("writer", n)))
				if err != nil {
					t.Error(err)
					return
				}
				seen[n] = append(seen[n], row.Seq)
			}
		})
	}
	wait.Wait()
	numbers := map[int64]bool{}
	for _, seqs := range seen {
		for _, seq := range seqs {
			numbers[seq] = true
		}
	}
	total := int64(len(seen) * each)
	for seq := int64(1); seq <= total; seq++ {
		if !numbers[seq] {
			t.Fatalf("number %d was given to nobody", seq)
		}
	}
	for _, s := range handles {
		holds(t, s, ours, total)
	}
}

func testLongChain(t *testing.T, open func(t *testing.T) *Store) {
	s := open(t)
	// Given a chain of more than two batches, the last one full.
	const rows = 3 * verifyBatch
	tx, err := s.writer.BeginTx(t.Context(), nil)
	must(t, err)
	for n := range rows {
		_, err := appendAudit(t.Context(), tx, ours, entryOf(numbered("entry", n)))
		must(t, err)
	}
	must(t, tx.Commit())
	holds(t, s, ours, rows)
	disarm(t, s)
	for _, seq := range []int64{2*verifyBatch + 1, 2 * verifyBatch, verifyBatch} {
		_, err = s.writer.ExecContext(t.Context(), "DELETE FROM audit WHERE seq = ?", seq)
		must(t, err)
		if verification, err := s.Verify(t.Context(), ours); err != nil || verification.BrokenAt != seq {
			t.Fatalf("%+v, %v, want row %d", verification, err, seq)
		}
	}
}
