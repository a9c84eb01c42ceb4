package plugin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/plugin/api"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func (d *Datasource) getSupport(w http.ResponseWriter, r *http.Request, actor *action.Actor) error {
	if refusal := action.MayLook(actor); refusal != nil {
		return refusal
	}
	view, policy := d.lease.View(), d.guard.Policy()
	mayRead := action.MayRead(actor, policy)
	support := api.Support{
		AsOf: view.CompleteAsOf.UTC(), Coordinator: inert(d.settings.Cluster), Login: inert(actor.Login),
		Cancel: allowance(d.guard.Support(actor, action.KindCancel)), ForceStop: allowance(d.guard.Support(actor, action.KindForceStop)),
		Dismiss: allowance(d.mayDismiss(actor)), Audit: allowance(mayRead),
		Policy: policyBody(policy, mayRead == nil), Store: inert(d.process.StoreLocation),
	}
	if incident, unlocked := d.guard.Incident(r.Context()); unlocked {
		support.Incident = &api.Incident{From: incident.From.UTC(), Until: incident.Until.UTC(), Limit: incident.Limit}
	}
	kind := api.SupportKind(d.settings.Kind)
	support.Kind = &kind
	describeCluster(&support, view)
	support.Reachable = view.Err == nil && view.Snapshot != nil && !d.blind(view, d.process.Now())
	return d.respond(w, http.StatusOK, support)
}

// mayDismiss is why a lost job could not be dismissed now; nil when it could.
func (d *Datasource) mayDismiss(actor *action.Actor) *action.Refusal {
	if refusal := action.May(actor, d.guard.Policy()); refusal != nil {
		return refusal
	}
	if d.process.Store == nil {
		return &action.Refusal{Guard: action.GuardStore, Status: http.StatusServiceUnavailable, Message: "No record can be made: the store cannot be used. The data source's health check says why."}
	}
	return nil
}

// policyBody shows the policy in force. The logins are for those who may read
// the audit trail, which names persons.
func policyBody(policy action.Policy, withLogins bool) api.Policy {
	body := api.Policy{
		Enabled: policy.Enabled, MinRole: api.PolicyMinRole(policy.MinRole), AuditRole: api.PolicyAuditRole(policy.AuditRole), AllowList: len(policy.AllowedLogins) > 0,
		MinCancelingAgeSeconds: wholeSeconds(policy.MinCancelingAge), MasterSettleSeconds: wholeSeconds(policy.MasterSettleTime), SavepointStallSeconds: wholeSeconds(policy.SavepointStall),
		MaxForceStops: policy.MaxForceStops, MaxCancels: policy.MaxCancels, BudgetWindowSeconds: wholeSeconds(policy.BudgetWindow), PlanSeconds: wholeSeconds(action.PlanLifetime),
		SecondPerson: api.PolicySecondPerson(policy.SecondPerson), ApprovalSeconds: wholeSeconds(action.ApprovalLifetime),
		IncidentBudget: policy.IncidentBudget, IncidentSeconds: wholeSeconds(action.IncidentLifetime),
	}
	if withLogins {
		logins := inertAll(policy.AllowedLogins)
		slices.Sort(logins)
		body.AllowedLogins = &logins
	}
	return body
}

// describeCluster says what the newest poll saw of the cluster.
func describeCluster(support *api.Support, view *watch.View) {
	support.Members, support.Workers = coordinator.NotKnown, coordinator.NotKnown
	if view.Err != nil {
		support.Fault = inert(sentence(view.Err.Error()))
	}
	if view.Snapshot == nil {
		return
	}
	hasMaster := !view.Snapshot.Capabilities.NoMaster
	support.HasMaster = &hasMaster
	if only := view.Snapshot.Capabilities.OnlyStop; only != "" {
		support.OnlyStop = &only
	}
	support.Dialect, support.Version = inert(view.Snapshot.Dialect), inert(view.Snapshot.Version)
	if view.Err == nil {
		support.Master, support.Workers = inert(view.Snapshot.Master), view.Snapshot.Workers
		if members := len(view.Snapshot.Members); members > 0 {
			support.Members = members
		}
		if !view.Snapshot.Complete {
			support.Fault = inert(strings.Join(view.Snapshot.Notes, " "))
		}
	}
}

func allowance(refusal *action.Refusal) api.Allowance {
	if refusal == nil {
		return api.Allowance{Allowed: true}
	}
	return api.Allowance{Reason: inert(refusal.Message)}
}

func wholeSeconds(d time.Duration) int { return int(d.Seconds()) }
