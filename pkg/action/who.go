package action

import (
	"fmt"
	"slices"
	"strings"
)

// May checks that an actor may act under a policy; nil when he may. The actor
// comes from Grafana's server (PluginContext.User), never from the request.
func May(actor *Actor, policy Policy) *Refusal {
	if refusal := isPerson(actor); refusal != nil {
		return refusal
	}
	if !Role(actor.Role).AtLeast(policy.MinRole) {
		return forbidden(CheckRole, fmt.Sprintf("Your role in this organisation is %s; this data source asks for %s.", roleName(actor.Role), policy.MinRole),
			"Somebody with that role can act, or the data source's policy can be changed by its administrator.")
	}
	if len(policy.AllowedLogins) > 0 && !slices.Contains(policy.AllowedLogins, actor.Login) {
		return forbidden(CheckAllowList, fmt.Sprintf("The login %q is not on this data source's list of logins that may act.", actor.Login),
			"The data source's administrator can add the login to the list.")
	}
	return nil
}

// MayLook checks that a signed-in person asks; nil when so.
func MayLook(actor *Actor) *Refusal { return isPerson(actor) }

// MayRead checks that an actor may read audit, plans and policy; nil when so.
func MayRead(actor *Actor, policy Policy) *Refusal {
	if refusal := isPerson(actor); refusal != nil {
		return refusal
	}
	if !Role(actor.Role).AtLeast(policy.AuditRole) {
		return forbidden(CheckAuditRole, fmt.Sprintf("Your role in this organisation is %s; reading the audit trail asks for %s.", roleName(actor.Role), policy.AuditRole), "")
	}
	return nil
}

// Logins under which Grafana itself calls plugins, with an Admin's role: public
// dashboards and alert evaluations (seen on Grafana 12.4).
const (
	loginPublicDashboard  = "service"
	loginScheduler        = "grafana_scheduler"
	serviceAccountsPrefix = "sa-"
)

// isPerson refuses everybody who is not a signed-in person.
func isPerson(actor *Actor) *Refusal {
	if actor == nil || strings.TrimSpace(actor.Login) == "" {
		return forbidden(CheckSignedIn, "Nobody is signed in. Actions need a person.", "Sign in to Grafana.")
	}
	login := strings.ToLower(actor.Login)
	if login == loginPublicDashboard || login == loginScheduler || strings.HasPrefix(login, serviceAccountsPrefix) {
		return forbidden(CheckPerson, fmt.Sprintf("%q is an account of a service, not of a person. Actions need a person.", actor.Login), "Sign in with a person's login.")
	}
	return nil
}

func roleName(role string) string {
	if role == "" {
		return string(RoleNone)
	}
	return role
}
