package action

import "fmt"

// The guards that look at the records: what was done, and what waits.

func guardBudget(f Facts) Verdict {
	if f.Incident != nil && f.Kind == KindForceStop {
		return incidentBudget(f)
	}
	limit := f.Policy.Budget(f.Kind)
	if f.Spent < limit {
		return pass(fmt.Sprintf("%d of %d used within %s.", f.Spent, limit, span(f.Policy.BudgetWindow)))
	}
	verdict := block(fmt.Sprintf("This coordinator's budget is used up: %d of %d within %s.", f.Spent, limit, span(f.Policy.BudgetWindow)), budgetChange(f.Kind, f.Policy))
	if !f.OldestSpent.IsZero() {
		verdict.AllowedFrom = f.OldestSpent.Add(f.Policy.BudgetWindow)
	}
	return verdict
}

// incidentBudget judges by what a second person unlocked, which replaces the
// budget while it lasts.
func incidentBudget(f Facts) Verdict {
	used := fmt.Sprintf("%d of %d force stops of the incident budget used; it lasts until %s", f.SpentInIncident, f.Incident.Limit, clock(f.Incident.Until))
	if f.SpentInIncident < f.Incident.Limit {
		return pass(used + ".")
	}
	verdict := block("The incident budget is used up: "+used+".", "Wait until it has ended.")
	verdict.AllowedFrom = f.Incident.Until
	return verdict
}

// budgetChange is what can be done about a budget that is used up.
func budgetChange(kind Kind, policy Policy) string {
	change := "Wait; many stuck jobs at once have one cause, so look for that first."
	if kind == KindForceStop && policy.IncidentBudget > 0 {
		change += fmt.Sprintf(" In an incident, a second person can unlock up to %d force stops for %s.", policy.IncidentBudget, span(IncidentLifetime))
	}
	return change
}

func guardInFlight(f Facts) Verdict {
	if f.InFlight != nil && f.InFlightElsewhere {
		return block("An action for this job is in flight through another data source.", "Wait until it is settled.")
	}
	if f.InFlight != nil {
		return block(fmt.Sprintf("An action for this job is in flight: %s by %s.", f.InFlight.Kind, f.InFlight.Actor.Login), "Wait until it is settled.")
	}
	return pass("No other action for this job is in flight.")
}

// guardWaiting blocks while another person's decision on the same job is asked
// for: two ways to one act would end in two acts.
func guardWaiting(f Facts) Verdict {
	switch {
	case f.Waiting == nil:
		return pass("No request for a second person waits for this job.")
	case f.WaitingElsewhere:
		return block("A request for a second person waits for this job in another data source.", "Wait until it is decided or has expired.")
	}
	verdict := block(fmt.Sprintf("A request for a second person waits for this job: %s, asked for by %s.", f.Waiting.Kind, f.Waiting.Requester.Login), "Approve, reject or withdraw it first.")
	verdict.AllowedFrom = f.Waiting.ExpiresAt
	return verdict
}
