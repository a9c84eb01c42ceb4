package action

import (
	"fmt"
	"slices"
	"time"
)

// Role is a Grafana organisation role.
type Role string

// The roles, weakest first. RoleNone is Grafana's "None" and anything unknown.
const (
	RoleNone   Role = "None"
	RoleViewer Role = "Viewer"
	RoleEditor Role = "Editor"
	RoleAdmin  Role = "Admin"
)

// AtLeast tells whether a role has the rights of another. Unknown words rank
// below Viewer.
func (r Role) AtLeast(other Role) bool { return r.rank() >= other.rank() && other.rank() > 0 }

func (r Role) rank() int {
	return slices.Index([]Role{RoleViewer, RoleEditor, RoleAdmin}, r) + 1
}

// Policy is who may act on a coordinator and when. It comes from the data
// source's settings, which only those who may edit data sources can change.
type Policy struct {
	// Enabled switches actions on for this data source.
	Enabled bool
	// MinRole may act, AuditRole may read the audit trail.
	MinRole   Role
	AuditRole Role
	// AllowedLogins narrows who may act; empty: everybody with MinRole.
	AllowedLogins []string
	// MinCancelingAge is how long a job must have been watched in CANCELING
	// without a gap before force stop is allowed.
	MinCancelingAge time.Duration
	// MasterSettleTime is how long the master must have been seen stable.
	MasterSettleTime time.Duration
	// SavepointStall is how long a savepointing job must have acknowledged no
	// checkpoint before force stop is allowed.
	SavepointStall time.Duration
	// MaxForceStops and MaxCancels bound acts on one coordinator within
	// BudgetWindow, over all data sources and organisations.
	MaxForceStops int
	MaxCancels    int
	BudgetWindow  time.Duration
	// SecondPerson is for which actions another person must approve.
	SecondPerson SecondPerson
	// IncidentBudget is the most force stops within an hour that a second
	// person can unlock; 0: it cannot be unlocked.
	IncidentBudget int
}

// SecondPerson is for which actions a second person must approve.
type SecondPerson string

const (
	// SecondPersonOff: one person acts alone.
	SecondPersonOff SecondPerson = "off"
	// SecondPersonForceStop: force stops need a second person.
	SecondPersonForceStop SecondPerson = "force-stop"
	// SecondPersonAll: cancels too.
	SecondPersonAll SecondPerson = "all"
)

// NeedsSecondPerson tells whether another person must approve an action.
func (p Policy) NeedsSecondPerson(kind Kind) bool {
	return p.SecondPerson == SecondPersonAll || p.SecondPerson == SecondPersonForceStop && kind == KindForceStop
}

// DefaultPolicy is design §7's: off, Admins only, five minutes, three force
// stops in ten minutes, fifty in an incident that a second person unlocked. Twenty cancels in that time let an operator clear a
// screen of jobs by hand but stop a script.
func DefaultPolicy() Policy {
	return Policy{
		MinRole: RoleAdmin, AuditRole: RoleEditor,
		MinCancelingAge: 5 * time.Minute, MasterSettleTime: time.Minute, SavepointStall: 10 * time.Minute,
		MaxForceStops: 3, MaxCancels: 20, BudgetWindow: 10 * time.Minute,
		SecondPerson: SecondPersonOff, IncidentBudget: 50,
	}
}

// The least that a policy may ask for. Below 30 s a normal cancel would still
// be on its way: force stop must never become a faster cancel.
const (
	LeastCancelingAge = 30 * time.Second
	LeastSettleTime   = 10 * time.Second
	LongestWait       = 24 * time.Hour
)

// Validate gives one sentence for the first fault.
func (p Policy) Validate() error {
	switch {
	case p.MinRole.rank() == 0:
		return fmt.Errorf("actions.minRole is %q: use Viewer, Editor or Admin", p.MinRole)
	case p.AuditRole.rank() == 0:
		return fmt.Errorf("actions.auditRole is %q: use Viewer, Editor or Admin", p.AuditRole)
	case p.MinCancelingAge < LeastCancelingAge || p.MinCancelingAge > LongestWait:
		return fmt.Errorf("actions.minCancelingAgeSeconds is %d: use %d to %d", int(p.MinCancelingAge.Seconds()), int(LeastCancelingAge.Seconds()), int(LongestWait.Seconds()))
	case p.MasterSettleTime < LeastSettleTime || p.MasterSettleTime > LongestWait:
		return fmt.Errorf("actions.masterSettleSeconds is %d: use %d to %d", int(p.MasterSettleTime.Seconds()), int(LeastSettleTime.Seconds()), int(LongestWait.Seconds()))
	case p.SavepointStall < LeastCancelingAge || p.SavepointStall > LongestWait:
		return fmt.Errorf("actions.savepointStallSeconds is %d: use %d to %d", int(p.SavepointStall.Seconds()), int(LeastCancelingAge.Seconds()), int(LongestWait.Seconds()))
	case p.MaxForceStops < 0 || p.MaxForceStops > 100:
		return fmt.Errorf("actions.maxForceStops is %d: use 0 to 100", p.MaxForceStops)
	case p.MaxCancels < 0 || p.MaxCancels > 1000:
		return fmt.Errorf("actions.maxCancels is %d: use 0 to 1000", p.MaxCancels)
	case p.SecondPerson != SecondPersonOff && p.SecondPerson != SecondPersonForceStop && p.SecondPerson != SecondPersonAll:
		return fmt.Errorf("actions.secondPerson is %q: use off, force-stop or all", p.SecondPerson)
	case p.IncidentBudget < 0 || p.IncidentBudget > 1000:
		return fmt.Errorf("actions.incidentBudget is %d: use 0 to 1000", p.IncidentBudget)
	case p.BudgetWindow < time.Minute || p.BudgetWindow > LongestWait:
		return fmt.Errorf("actions.budgetWindowSeconds is %d: use 60 to %d", int(p.BudgetWindow.Seconds()), int(LongestWait.Seconds()))
	}
	return nil
}

// Budget is the most acts of a kind within BudgetWindow.
func (p Policy) Budget(kind Kind) int {
	if kind == KindForceStop {
		return p.MaxForceStops
	}
	return p.MaxCancels
}
