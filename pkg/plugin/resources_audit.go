package plugin

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
)

const (
	defaultAuditRows = 100
	maxAuditRows     = 500
	// longestLogin is the length of Grafana's column for logins.
	longestLogin = 190
)

func (d *Datasource) getAudit(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayRead(actor, d.guard.Policy()); refusal != nil {
		return refusal
	}
	filter, _, refusal := auditFilter(r, paramBefore, paramLimit)
	if refusal != nil {
		return refusal
	}
	rows, err := d.guard.Audit(r.Context(), actor, filter)
	if err != nil {
		return err
	}
	page := api.AuditPage{AsOf: d.process.Now().UTC(), Rows: make([]api.AuditRow, 0, len(rows.Rows))}
	for _, row := range rows.Rows {
		page.Rows = append(page.Rows, auditBody(row))
	}
	if rows.Next > 0 {
		page.Next = &rows.Next
	}
	return d.respond(w, http.StatusOK, page)
}

func (d *Datasource) verifyAudit(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayRead(actor, d.guard.Policy()); refusal != nil {
		return refusal
	}
	verification, err := d.guard.VerifyAudit(r.Context(), actor)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, api.Verification{
		AsOf: d.process.Now().UTC(), Holds: verification.Holds(), Rows: verification.Rows, Head: verification.Head,
		BrokenAt: verification.BrokenAt, Detail: inert(verification.Detail),
	})
}

// Names of the parameters of the audit trail.
const (
	paramBefore = "before"
	paramLimit  = "limit"
	paramFormat = "format"
	paramFrom   = "from"
	paramTo     = "to"
	paramEvent  = "event"
	paramKind   = "kind"
	paramLogin  = "login"
	paramJob    = "jobId"
	paramAction = "actionId"
)

// auditFilter reads a filter of the audit trail. A parameter that is not known
// (beside also) or given twice is refused: a misspelt filter must not give the
// whole trail.
func auditFilter(r *http.Request, also ...string) (action.AuditFilter, url.Values, *action.Refusal) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return action.AuditFilter{}, nil, wrongFilter("The parameters cannot be read.")
	}
	if refusal := checkNames(values, append(also, paramFrom, paramTo, paramEvent, paramKind, paramLogin, paramJob, paramAction)); refusal != nil {
		return action.AuditFilter{}, nil, refusal
	}
	filter, refusal := readFilter(values)
	return filter, values, refusal
}

func readFilter(values url.Values) (action.AuditFilter, *action.Refusal) {
	var filter action.AuditFilter
	limit, err := number(values, paramLimit, defaultAuditRows, maxAuditRows)
	if err != nil {
		return filter, err
	}
	filter.Limit = int(limit)
	if filter.Before, err = number(values, paramBefore, 0, math.MaxInt64); err != nil {
		return filter, err
	}
	if filter.From, err = moment(values, paramFrom); err != nil {
		return filter, err
	}
	if filter.To, err = moment(values, paramTo); err != nil {
		return filter, err
	}
	filter.Event, filter.Kind = action.AuditEvent(values.Get(paramEvent)), action.Kind(values.Get(paramKind))
	filter.Login, filter.Job, filter.Action = values.Get(paramLogin), coordinator.JobID(values.Get(paramJob)), values.Get(paramAction)
	switch {
	case !filter.From.IsZero() && !filter.To.IsZero() && !filter.From.Before(filter.To):
		return filter, wrongFilter("from must be earlier than to.")
	case filter.Event != "" && !slices.Contains(events(), filter.Event):
		return filter, wrongFilter(fmt.Sprintf("event must be one of %v.", events()))
	case filter.Kind != "" && !slices.Contains(kinds(), filter.Kind):
		return filter, wrongFilter(fmt.Sprintf("kind must be one of %v.", kinds()))
	case len(filter.Login) > longestLogin:
		return filter, wrongFilter(fmt.Sprintf("login may have at most %d bytes.", longestLogin))
	case filter.Job != "" && !isJobID(string(filter.Job)):
		return filter, wrongFilter("jobId is not usable; take it from the list of jobs, with every digit.")
	case filter.Action != "" && !isID(filter.Action):
		return filter, wrongFilter(fmt.Sprintf("actionId must have %d hexadecimal digits in lower case.", idLength))
	}
	return filter, nil
}

func kinds() []action.Kind {
	return []action.Kind{action.KindCancel, action.KindForceStop, action.KindIncident}
}

func events() []action.AuditEvent {
	return []action.AuditEvent{
		action.AuditRefused, action.AuditSuppressed, action.AuditPlanned, action.AuditRequested, action.AuditDecided,
		action.AuditIntent, action.AuditAnswer, action.AuditOutcome, action.AuditLeftovers, action.AuditDismissed,
	}
}

func checkNames(values url.Values, known []string) *action.Refusal {
	for name, given := range values {
		if !slices.Contains(known, name) {
			slices.Sort(known)
			return wrongFilter(fmt.Sprintf("A parameter is not known; use %v.", known))
		}
		if len(given) > 1 {
			return wrongFilter(name + " is given more than once.")
		}
	}
	return nil
}

func wrongFilter(message string) *action.Refusal {
	return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: message}
}

// number reads a whole number from 1 to most; the normal value where it is
// absent.
func number(values url.Values, name string, normal, most int64) (int64, *action.Refusal) {
	text := values.Get(name)
	if text == "" {
		return normal, nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 1 || value > most {
		return 0, wrongFilter(fmt.Sprintf("%s must be a whole number from 1 to %d.", name, most))
	}
	return value, nil
}

// moment reads a time; zero where it is absent.
func moment(values url.Values, name string) (time.Time, *action.Refusal) {
	text := values.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, wrongFilter(fmt.Sprintf("%s must be a time as RFC 3339 writes it, such as 2026-11-22T18:00:00Z.", name))
	}
	return at, nil
}
