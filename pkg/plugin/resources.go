package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
)

// Headers that a mutation must and must not have. They stop requests that a
// browser makes on behalf of another site, and Grafana's panel actions.
const (
	headerIntent      = "X-Unjam-Intent"
	headerPanelAction = "X-Grafana-Action"
	// maxBody is far above any plan or confirmation.
	maxBody = 16 << 10
)

// What headerIntent says beside the kind of a plan.
const (
	intentRequestApproval = "request-approval"
	intentApprove         = "approve"
	intentReject          = "reject"
	intentIncident        = string(action.KindIncident)
	intentDismiss         = "dismiss-lost"
)

// routes of the resource API.
func (d *Datasource) routes() http.Handler {
	plannable := []string{string(action.KindCancel), string(action.KindForceStop)}
	mux := http.NewServeMux()
	mux.HandleFunc("/support", d.read(d.getSupport))
	mux.HandleFunc("/actions", d.write(d.createPlan, plannable...))
	mux.HandleFunc("/actions/{id}/confirm", d.write(d.confirmPlan, plannable...))
	mux.HandleFunc("/actions/{id}/request-approval", d.write(d.requestApproval, intentRequestApproval))
	mux.HandleFunc("/actions/{id}", d.read(d.getAction))
	mux.HandleFunc("/approvals", d.read(d.getApprovals))
	mux.HandleFunc("/approvals/{id}", d.read(d.getApproval))
	mux.HandleFunc("/approvals/{id}/approve", d.write(d.approve, intentApprove))
	mux.HandleFunc("/approvals/{id}/reject", d.write(d.reject, intentReject))
	mux.HandleFunc("/incidents", d.write(d.requestIncident, intentIncident))
	mux.HandleFunc("/jobs/{id}/dismiss", d.write(d.dismissLost, intentDismiss))
	mux.HandleFunc("/aftermath", d.read(d.getAftermath))
	mux.HandleFunc("/audit", d.read(d.getAudit))
	mux.HandleFunc("/audit/verify", d.read(d.verifyAudit))
	mux.HandleFunc("/audit/export", d.read(d.exportAudit))
	mux.HandleFunc("/", d.noSuchRoute)
	return mux
}

// handler serves one route for a signed-in user; the error is a *Refusal or
// one that nobody expected.
type handler func(w http.ResponseWriter, r *http.Request, actor *action.Actor) error

// read wraps a route that changes nothing.
func (d *Datasource) read(serve handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			d.refuse(w, methodRefusal(w, r, http.MethodGet))
			return
		}
		d.serve(w, r, serve)
	}
}

// write wraps a route that may lead to an act. intents are the words of which
// the intent header must say one.
func (d *Datasource) write(serve handler, intents ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if refusal := checkHeaders(w, r, intents); refusal != nil {
			d.guard.RecordRefusal(r.Context(), actorOf(r), "", refusal)
			d.refuse(w, refusal)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		d.serve(w, r, serve)
	}
}

func (d *Datasource) serve(w http.ResponseWriter, r *http.Request, serve handler) {
	if d.settingsErr != nil {
		if refusal := action.MayLook(actorOf(r)); refusal != nil {
			d.refuse(w, refusal)
			return
		}
		d.refuse(w, &action.Refusal{Guard: action.CheckSettingsUsable, Status: http.StatusServiceUnavailable, Message: "The data source's settings cannot be used: " + d.settingsErr.Error() + "."})
		return
	}
	err := serve(w, r, actorOf(r))
	if err == nil {
		return
	}
	var refusal *action.Refusal
	if !errors.As(err, &refusal) {
		// The route and not the path, which is whatever the sender wrote.
		d.logOf(r.Context()).Error("A request failed", "scope", d.settings.Scope.String(), "route", r.Pattern, "error", inert(err.Error()))
		refusal = &action.Refusal{Guard: action.CheckRequest, Status: http.StatusInternalServerError, Message: "The request could not be carried out, and nothing was sent to the coordinator. The plugin's log has the cause."}
	}
	d.refuse(w, refusal)
}

// checkHeaders refuses what is no JSON POST with the right intent header.
func checkHeaders(w http.ResponseWriter, r *http.Request, intents []string) *action.Refusal {
	if r.Method != http.MethodPost {
		return methodRefusal(w, r, http.MethodPost)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusUnsupportedMediaType, Message: "The body must be JSON (Content-Type: application/json)."}
	}
	switch intent := r.Header.Get(headerIntent); {
	case intent == "":
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "The header " + headerIntent + " is missing."}
	case !slices.Contains(intents, intent):
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "The header " + headerIntent + " names another act than this request is for; it must be " + strings.Join(intents, " or ") + "."}
	}
	if _, present := r.Header[http.CanonicalHeaderKey(headerPanelAction)]; present {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusForbidden, Message: "Panel actions cannot cancel or force-stop a job. Use Unjam's dialog."}
	}
	return nil
}

func methodRefusal(w http.ResponseWriter, r *http.Request, allowed string) *action.Refusal {
	w.Header().Set("Allow", allowed)
	return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusMethodNotAllowed, Message: fmt.Sprintf("%q is not possible here; use %s.", cutMethod(r.Method), allowed)}
}

// longestMethod is the length of the longest method that anybody uses.
const longestMethod = 16

// cutMethod bounds a method, which the audit trail quotes.
func cutMethod(method string) string { return method[:min(len(method), longestMethod)] }

// actorOf gives the signed-in user as Grafana's server names him; nil when
// nobody is.
func actorOf(r *http.Request) *action.Actor {
	user := backend.PluginConfigFromContext(r.Context()).User
	if user == nil {
		return nil
	}
	return &action.Actor{Login: user.Login, Name: user.Name, Email: user.Email, Role: user.Role}
}

// mayAct refuses, and records, who may not act. It comes before the body is
// looked at: a stranger learns nothing of the body's form.
func (d *Datasource) mayAct(r *http.Request, actor *action.Actor) *action.Refusal {
	refusal := action.May(actor, d.guard.Policy())
	if refusal != nil {
		d.guard.RecordRefusal(r.Context(), actor, "", refusal)
	}
	return refusal
}

func (d *Datasource) noSuchRoute(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, noSuchResource())
}

func noSuchResource() *action.Refusal {
	return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusNotFound, Message: "There is no such resource."}
}

// idLength is the length of the ids of plans, actions and approvals.
const idLength = 32

// isID tells whether a text has the form of such an id. What has another is
// refused before anything is looked up or recorded under it.
func isID(text string) bool {
	return len(text) == idLength && strings.Trim(text, "0123456789abcdef") == ""
}

// pathID gives the id of the path.
func pathID(r *http.Request) (string, *action.Refusal) {
	id := r.PathValue("id")
	if !isID(id) {
		return "", noSuchResource()
	}
	return id, nil
}

// longestJobID bounds an id: SeaTunnel's have 18 or 19 digits, CloverDX' fewer.
const longestJobID = 64

func isJobID(id string) bool {
	return id != "" && len(id) <= longestJobID && !strings.ContainsFunc(id, func(char rune) bool {
		return char <= ' ' || char > '~' || char == '/' || char == '?' || char == '#' || char == '%'
	})
}

func checkJobID(id string) *action.Refusal {
	if !isJobID(id) {
		return &action.Refusal{Guard: action.CheckRequest, Status: http.StatusBadRequest, Message: "The job id is not usable; take it from the list of jobs, with every digit."}
	}
	return nil
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

func (d *Datasource) refuse(w http.ResponseWriter, refusal *action.Refusal) {
	if refusal.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.RetryAfter.Seconds()))))
	}
	if err := d.respond(w, refusal.Status, problemBody(refusal)); err != nil {
		d.process.Log.Error("A refusal could not be written", "guard", refusal.Guard, "error", inert(err.Error()))
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
