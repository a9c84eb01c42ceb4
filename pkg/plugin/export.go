package plugin

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// A part of an export goes out after so many rows, or so many bytes: the SDK's
// adapter holds what was written until it is flushed, and Grafana hands each
// part on, so nothing grows with the file.
const (
	exportPartRows  = 500
	exportPartBytes = 256 << 10
)

// rowWriter writes audit rows in one format.
type rowWriter interface {
	// begin writes what stands before the first row.
	begin() error
	row(row action.AuditRow) error
	// incomplete writes a last line that says that rows are missing.
	incomplete(why string) error
}

func (d *Datasource) exportAudit(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayRead(actor, d.guard.Policy()); refusal != nil {
		return refusal
	}
	filter, values, refusal := auditFilter(r, paramFormat)
	if refusal != nil {
		return refusal
	}
	filter.Limit = 0
	part := &exportPart{response: w}
	var rows rowWriter
	format := values.Get(paramFormat)
	switch api.ExportAuditParamsFormat(format) {
	case api.Csv:
		rows, part.contentType = &csvRows{csv.NewWriter(&part.buffer)}, "text/csv; charset=utf-8; header=present"
	case api.Jsonl:
		rows, part.contentType = jsonRows{&part.buffer, d.settings.Scope}, "application/x-ndjson"
	default:
		return wrongFilter(fmt.Sprintf("format must be %s or %s.", api.Csv, api.Jsonl))
	}
	part.fileName = fmt.Sprintf("unjam-audit-%s-%s.%s", fileSafe(d.settings.Scope.DataSourceUID), d.process.Now().UTC().Format("20060102T150405Z"), format)
	if err := rows.begin(); err != nil {
		return err
	}
	err := d.guard.ExportAudit(r.Context(), actor, filter, func(row action.AuditRow) error {
		// A sender that has gone is noticed here and nowhere else: the adapter
		// does not tell that a part could not be sent.
		if err := r.Context().Err(); err != nil {
			return err
		}
		if err := rows.row(row); err != nil {
			return err
		}
		return part.rowDone()
	})
	switch {
	case err == nil:
		return part.send()
	case !part.begun:
		return err // nothing has left: a plain refusal can be given
	}
	d.process.Log.Warn("An export of the audit trail broke off", "scope", d.settings.Scope.String(), "error", inert(err.Error()))
	// The status has left: only the file itself can say that it is not whole.
	if rows.incomplete(inert(err.Error())) == nil {
		_ = part.send()
	}
	return nil
}

// exportPart is the part of an export that has not left yet.
type exportPart struct {
	response              http.ResponseWriter
	contentType, fileName string
	buffer                bytes.Buffer
	rows                  int
	// begun: status and headers have left.
	begun bool
}

func (p *exportPart) rowDone() error {
	p.rows++
	if p.rows < exportPartRows && p.buffer.Len() < exportPartBytes {
		return nil
	}
	return p.send()
}

func (p *exportPart) send() error {
	if !p.begun {
		header := p.response.Header()
		header.Set("Content-Type", p.contentType)
		header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.fileName}))
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-store")
		p.response.WriteHeader(http.StatusOK)
		p.begun = true
	}
	_, err := p.response.Write(p.buffer.Bytes())
	p.buffer.Reset()
	p.rows = 0
	if err != nil {
		return err
	}
	return http.NewResponseController(p.response).Flush()
}

// fileSafe gives a text as part of a file's name.
func fileSafe(text string) string {
	return strings.Map(func(char rune) rune {
		if char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z' || char >= '0' && char <= '9' || char == '-' || char == '_' {
			return char
		}
		return '_'
	}, text)
}

// jsonRows writes a row a line, as it is stored: "entry" has the very bytes
// that the chain's hash was made of.
type jsonRows struct {
	to    *bytes.Buffer
	scope watch.Scope
}

// jsonRow is a line.
type jsonRow struct {
	Seq      int64           `json:"seq"`
	Entry    json.RawMessage `json:"entry"`
	PrevHash string          `json:"prevHash"`
	Hash     string          `json:"hash"`
}

func (j jsonRows) begin() error { return nil }

func (j jsonRows) row(row action.AuditRow) error {
	payload, err := j.stored(row)
	if err != nil {
		return fmt.Errorf("encode audit row %d: %w", row.Seq, err)
	}
	return j.line(jsonRow{row.Seq, payload, row.PrevHash, row.Hash})
}

// stored gives the bytes that a row's hash was made of: canonical JSON, and of
// rows from before that form what encoding/json writes.
func (j jsonRows) stored(row action.AuditRow) ([]byte, error) {
	canonical, err := row.Entry.Payload()
	if err != nil || action.ChainHash(j.scope, row.Seq, row.PrevHash, canonical) == row.Hash {
		return canonical, err
	}
	earlier, err := json.Marshal(row.Entry)
	if err == nil && action.ChainHash(j.scope, row.Seq, row.PrevHash, earlier) == row.Hash {
		return earlier, nil
	}
	return canonical, nil // the row was changed, and its hash shows it
}

func (j jsonRows) incomplete(why string) error { return j.line(map[string]string{"INCOMPLETE": why}) }

func (j jsonRows) line(content any) error {
	encoder := json.NewEncoder(j.to)
	encoder.SetEscapeHTML(false) // it would change the bytes of an entry
	return encoder.Encode(content)
}

// csvRows writes a table for people with a spreadsheet.
type csvRows struct{ to *csv.Writer }

var csvHeader = []string{
	"seq", "at", "event", "login", "role", "kind", "actionId", "approvalId", "approvedBy", "cluster", "jobId", "jobName", "createTime", "state", "episode", "master",
	"reason", "request", "answer", "outcome", "detail", "verdicts", "prevHash", "hash",
}

func (c *csvRows) begin() error { return c.line(csvHeader) }

func (c *csvRows) row(row action.AuditRow) error {
	entry := row.Entry
	identity, approver := action.Identity{}, action.Actor{}
	if entry.Identity != nil {
		identity = *entry.Identity
	}
	if entry.Approver != nil {
		approver = *entry.Approver
	}
	return c.line([]string{
		strconv.FormatInt(row.Seq, 10), csvTime(entry.At), string(entry.Event), entry.Actor.Login, entry.Actor.Role, string(entry.Kind),
		entry.ActionID, entry.ApprovalID, approver.Login,
		identity.Cluster, string(identity.Job), entry.JobName, csvTime(identity.CreateTime), string(identity.State), identity.Episode, identity.Master,
		entry.Reason, entry.Request, entry.Answer, string(entry.Outcome), entry.Detail, csvVerdicts(entry.Verdicts), row.PrevHash, row.Hash,
	})
}

func (c *csvRows) incomplete(why string) error { return c.line([]string{"INCOMPLETE", why}) }

func (c *csvRows) line(cells []string) error {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = cellText(cell)
	}
	if err := c.to.Write(safe); err != nil {
		return err
	}
	c.to.Flush()
	return c.to.Error()
}

func csvTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// csvVerdicts names the verdicts that did not pass.
func csvVerdicts(verdicts []action.Verdict) string {
	var lines []string
	for _, verdict := range verdicts {
		if verdict.Result != action.Pass {
			lines = append(lines, fmt.Sprintf("%s %s: %s", verdict.Guard, verdict.Result, verdict.Reason))
		}
	}
	return strings.Join(lines, " | ")
}

// cellText gives a text as a cell that no spreadsheet takes for a formula: an
// apostrophe, which spreadsheets take for "this is text", stands before a sign
// that begins one. Spreadsheets trim what stands before that sign. Those set to
// a semicolon as separator begin a new cell after it, whatever the quotes say.
func cellText(text string) string {
	cells := strings.SplitAfter(inert(text), ";")
	for i, cell := range cells {
		if beginsFormula(cell) || i == 0 && beginsFormula(text) {
			cells[i] = "'" + cell
		}
	}
	return strings.Join(cells, "")
}

// formulaSigns begin a formula: in Latin script, in full width, and those that
// some programs drop before they look.
const formulaSigns = "=+-@\t\r\n＝＋－＠"

func beginsFormula(cell string) bool {
	if cell != "" && strings.ContainsRune("\t\r\n", rune(cell[0])) {
		return true
	}
	cell = strings.TrimLeftFunc(cell, func(char rune) bool {
		return unicode.IsSpace(char) || unicode.IsControl(char) || strings.ContainsRune("\"'`\u200b\ufeff", char)
	})
	return strings.IndexAny(cell, formulaSigns) == 0
}
