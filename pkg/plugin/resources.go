package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Headers that a mutation must and must not have. They stop requests that a
// browser makes on behalf of another site, and Grafana's panel actions.
const (
	headerIntent      = "X-Unjam-Intent"
	headerPanelAction = "X-Grafana-Action"
	// maxBody is far above any plan or confirmation.
	maxBody         = 16 << 10
	defaultAuditRow = 100
	maxAuditRows    = 500
)

// handler serves one route for a signed-in user; the error is a *Refusal or
// one that nobody expected.
type handler func(w http.ResponseWriter, r *http.Request, actor *action.Actor) error

// read wraps a route that changes nothing.
func (d *Datasource) read(serve handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			d.refuse(w, r, methodRefusal(w, r, http.MethodGet))
			return
		}
		d.serve(w, r, serve)
	}
}

// write wraps a route that may lead to an act.
func (d *Datasource) write(serve handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if refusal := checkHeaders(w, r); refusal != nil {
			d.guard.RecordRefusal(r.Context(), actorOf(r), "", refusal)
			d.refuse(w, r, refusal)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		d.serve(w, r, serve)
	}
}

func (d *Datasource) serve(w http.ResponseWriter, r *http.Request, serve handler) {
	if d.settingsErr != nil {
		if refusal := action.MayLook(actorOf(r)); refusal != nil {
			d.refuse(w, r, refusal)
			return
		}
		d.refuse(w, r, &action.Refusal{Guard: action.CheckSettingsUsable, Status: http.StatusServiceUnavailable, Message: "The data source's settings cannot be used: " + d.settingsErr.Error() + "."})
		return
	}
	err := serve(w, r, actorOf(r))
	if err == nil {
		return
	}
	var refusal *action.Refusal
	if !errors.As(err, &refusal) {
		d.process.Log.Error("A request failed", "path", r.URL.Path, "error", err.Error())
		refusal = &action.Refusal{Guard: action.CheckRequest, Status: http.StatusInternalServerError, Message: "The request could not be carried out, and nothing was sent to the coordinator. The plugin's log has the cause."}
	}
	d.refuse(w, r, refusal)
}

// checkHeaders refuses what is no JSON POST with the intent header.
func checkHeaders(w http.ResponseWriter, r *http.Request) *action.Refusal {
	if r.Method != http.MethodPost {
		return methodRefusal(w, r, http.MethodPost)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusUnsupportedMediaType, Message: "The body must be JSON (Content-Type: application/json)."}
	}
	if r.Header.Get(headerIntent) == "" {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "The header " + headerIntent + " is missing."}
	}
	if _, present := r.Header[http.CanonicalHeaderKey(headerPanelAction)]; present {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "Panel actions cannot cancel or force-stop a job. Use Unjam's dialog."}
	}
	return nil
}

func methodRefusal(w http.ResponseWriter, r *http.Request, allowed string) *action.Refusal {
	w.Header().Set("Allow", allowed)
	return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusMethodNotAllowed, Message: fmt.Sprintf("%s is not possible here; use %s.", r.Method, allowed)}
}

// actorOf gives the signed-in user as Grafana's server names him; nil when
// nobody is.
func actorOf(r *http.Request) *action.Actor {
	user := backend.PluginConfigFromContext(r.Context()).User
	if user == nil {
		return nil
	}
	return &action.Actor{Login: user.Login, Name: user.Name, Email: user.Email, Role: user.Role}
}

func (d *Datasource) noSuchRoute(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, &action.Refusal{Guard: action.CheckRequest, Status: http.StatusNotFound, Message: "There is no such resource."})
}

func (d *Datasource) getSupport(w http.ResponseWriter, _ *http.Request, actor *action.Actor) error {
	if refusal := action.MayLook(actor); refusal != nil {
		return refusal
	}
	view, policy := d.lease.View(), d.guard.Policy()
	support := api.Support{
		AsOf: view.CompleteAsOf.UTC(), Coordinator: d.settings.Cluster, Login: actor.Login,
		Cancel: allowance(d.guard.Support(actor, action.KindCancel)), ForceStop: allowance(d.guard.Support(actor, action.KindForceStop)),
		Audit: allowance(action.MayRead(actor, policy)),
		Policy: api.Policy{
			Enabled: policy.Enabled, MinRole: api.PolicyMinRole(policy.MinRole), MinCancelingAgeSeconds: wholeSeconds(policy.MinCancelingAge),
			MasterSettleSeconds: wholeSeconds(policy.MasterSettleTime), MaxForceStops: policy.MaxForceStops, MaxCancels: policy.MaxCancels,
			BudgetWindowSeconds: wholeSeconds(policy.BudgetWindow), PlanSeconds: wholeSeconds(action.PlanLifetime),
		},
	}
	describeCluster(&support, view)
	support.Reachable = view.Err == nil && view.Snapshot != nil && !d.blind(view, d.process.Now())
	return d.respond(w, http.StatusOK, support)
}

// describeCluster says what the newest poll saw of the cluster.
func describeCluster(support *api.Support, view *watch.View) {
	support.Members, support.Workers = coordinator.NotKnown, coordinator.NotKnown
	if view.Err != nil {
		support.Fault = sentence(view.Err.Error())
	}
	if view.Snapshot == nil {
		return
	}
	support.Dialect, support.Version = view.Snapshot.Dialect, view.Snapshot.Version
	if view.Err == nil {
		support.Master, support.Workers = view.Snapshot.Master, view.Snapshot.Workers
		if members := len(view.Snapshot.Members); members > 0 {
			support.Members = members
		}
		if !view.Snapshot.Complete {
			support.Fault = strings.Join(view.Snapshot.Notes, " ")
		}
	}
}

func allowance(refusal *action.Refusal) api.Allowance {
	if refusal == nil {
		return api.Allowance{Allowed: true}
	}
	return api.Allowance{Reason: refusal.Message}
}

func (d *Datasource) createPlan(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	// Who asks comes before what is asked: a stranger learns nothing of the
	// body's form.
	if refusal := action.May(actor, d.guard.Policy()); refusal != nil {
		d.guard.RecordRefusal(r.Context(), actor, "", refusal)
		return refusal
	}
	var body api.PlanRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return refusal
	}
	kind := action.Kind(body.Action)
	if kind != action.KindCancel && kind != action.KindForceStop {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: fmt.Sprintf("The action %q is not known; use %q or %q.", body.Action, action.KindCancel, action.KindForceStop)}
	}
	if r.Header.Get(headerIntent) != string(kind) {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "The header " + headerIntent + " does not name the same action as the body."}
	}
	if refusal := checkJobID(body.JobId); refusal != nil {
		return refusal
	}
	plan, err := d.guard.Plan(r.Context(), actor, kind, coordinator.JobID(body.JobId))
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, planBody(plan))
}

// longestJobID bounds an id: SeaTunnel's have 18 or 19 digits, CloverDX' fewer.
const longestJobID = 64

func checkJobID(id string) *action.Refusal {
	if id == "" || len(id) > longestJobID || strings.ContainsFunc(id, func(char rune) bool {
		return char <= ' ' || char > '~' || char == '/' || char == '?' || char == '#' || char == '%'
	}) {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: "The job id is not usable; take it from the list of jobs, with every digit."}
	}
	return nil
}

func (d *Datasource) confirmPlan(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.May(actor, d.guard.Policy()); refusal != nil {
		d.guard.RecordRefusal(r.Context(), actor, "", refusal)
		return refusal
	}
	var body api.ConfirmRequest
	if refusal := decode(r.Body, &body); refusal != nil {
		return refusal
	}
	intent, err := d.guard.Confirm(r.Context(), actor, r.PathValue("id"), action.Confirmation{Phrase: body.Phrase, Reason: body.Reason, Acknowledged: body.Acknowledged})
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusAccepted, d.actionBody(intent))
}

func (d *Datasource) getAction(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	intent, err := d.guard.Status(r.Context(), actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, d.actionBody(intent))
}

func (d *Datasource) getAudit(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayRead(actor, d.guard.Policy()); refusal != nil {
		return refusal
	}
	before, refusal := number(r, "before", 0, math.MaxInt64)
	if refusal != nil {
		return refusal
	}
	limit, refusal := number(r, "limit", defaultAuditRow, maxAuditRows)
	if refusal != nil {
		return refusal
	}
	rows, err := d.guard.Audit(r.Context(), actor, before, int(limit))
	if err != nil {
		return err
	}
	page := api.AuditPage{AsOf: d.process.Now().UTC(), Rows: make([]api.AuditRow, 0, len(rows))}
	for _, row := range rows {
		page.Rows = append(page.Rows, auditBody(row))
	}
	if last := len(rows) - 1; last >= 0 && rows[last].Seq > 1 {
		page.Next = &rows[last].Seq
	}
	return d.respond(w, http.StatusOK, page)
}

func (d *Datasource) verifyAudit(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	verification, err := d.guard.VerifyAudit(r.Context(), actor)
	if err != nil {
		return err
	}
	return d.respond(w, http.StatusOK, api.Verification{
		AsOf: d.process.Now().UTC(), Holds: verification.Holds(), Rows: verification.Rows, Head: verification.Head,
		BrokenAt: verification.BrokenAt, Detail: verification.Detail,
	})
}

// number reads a whole number of the query string, from 1 to most; the normal
// value where it is absent.
func number(r *http.Request, name string, normal, most int64) (int64, *action.Refusal) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return normal, nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 1 || value > most {
		return 0, &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: fmt.Sprintf("%s must be a whole number from 1 to %d.", name, most)}
	}
	return value, nil
}

// decode reads exactly one JSON object with known fields.
func decode(body io.Reader, target any) *action.Refusal {
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(target)
	if err == nil && decoder.Decode(&struct{}{}) != io.EOF {
		err = errors.New("something follows the JSON object")
	}
	if err == nil {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The body is larger than %d bytes.", maxBody)}
	}
	return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: "The body is not of the form that this resource takes. Nothing was sent."}
}

func (d *Datasource) refuse(w http.ResponseWriter, _ *http.Request, refusal *action.Refusal) {
	if refusal.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.RetryAfter.Seconds()))))
	}
	if err := d.respond(w, refusal.Status, problemBody(refusal)); err != nil {
		d.process.Log.Error("A refusal could not be written", "guard", refusal.Guard, "error", err.Error())
	}
}

func (d *Datasource) respond(w http.ResponseWriter, status int, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(encoded)
	return err
}

func wholeSeconds(d time.Duration) int { return int(d.Seconds()) }
