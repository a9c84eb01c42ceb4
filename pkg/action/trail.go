package action

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// AuditFilter chooses audit rows; a zero field chooses all.
type AuditFilter struct {
	// Before: rows with a smaller number only. Limit: at most so many rows; an
	// export takes 0 for all.
	Before int64
	Limit  int
	// From and later, before To.
	From, To time.Time
	Event    AuditEvent
	Kind     Kind
	// Login is the actor's or the second person's; case makes no difference.
	Login string
	Job   coordinator.JobID
	// Action is the id of a plan, action or approval.
	Action string
}

// AuditPage is a page of audit rows, newest first.
type AuditPage struct {
	Rows []AuditRow
	// Next goes on as AuditFilter.Before; 0 at the end. A page may be empty and
	// still have a next one.
	Next int64
}

const (
	// mostWalked is how many rows one page looks at: a filter that fits
	// nothing answers within a second, and goes on with Next.
	mostWalked = 20_000
	// auditPortion is how many rows are read at once.
	auditPortion = 500
	// mostRowsAPage is the largest page (contract/resources.yaml).
	mostRowsAPage = 500
)

// fits looks at the stored row itself, so that no altered index could hide one.
// A row that cannot be read any more fits every filter: damage is shown.
func (f AuditFilter) fits(row AuditRow) bool {
	entry := row.Entry
	if entry.Event == "" {
		return true
	}
	approver := ""
	if entry.Approver != nil {
		approver = entry.Approver.Login
	}
	var job coordinator.JobID
	if entry.Identity != nil {
		job = entry.Identity.Job
	}
	return (f.From.IsZero() || !entry.At.Before(f.From)) &&
		(f.To.IsZero() || entry.At.Before(f.To)) &&
		(f.Event == "" || entry.Event == f.Event) &&
		(f.Kind == "" || entry.Kind == f.Kind) &&
		(f.Login == "" || strings.EqualFold(entry.Actor.Login, f.Login) || approver != "" && strings.EqualFold(approver, f.Login)) &&
		(f.Job == "" || job == f.Job) &&
		(f.Action == "" || entry.ActionID == f.Action || entry.ApprovalID == f.Action)
}

// Audit gives the newest audit rows that fit, to those who may read them.
// Errors are *Refusal.
func (s *Service) Audit(ctx context.Context, actor *Actor, filter AuditFilter) (AuditPage, error) {
	if refusal := s.mayReadStore(actor); refusal != nil {
		return AuditPage{}, refusal
	}
	limit := filter.Limit
	if limit <= 0 || limit > mostRowsAPage {
		limit = mostRowsAPage
	}
	page := AuditPage{}
	for before, walked := filter.Before, 0; ; {
		rows, err := s.deps.Store.Audit(ctx, s.deps.Scope, before, auditPortion)
		if err != nil {
			return AuditPage{}, storeRefusal(err)
		}
		for _, row := range rows {
			before = row.Seq
			walked++
			if !filter.fits(row) {
				continue
			}
			if page.Rows = append(page.Rows, row); len(page.Rows) == limit {
				break
			}
		}
		switch {
		case len(rows) == 0, len(rows) < auditPortion && before == rows[len(rows)-1].Seq:
			return page, nil
		case len(page.Rows) == limit, walked >= mostWalked:
			page.Next = before
			return page, nil
		}
	}
}

// ExportAudit visits the audit rows that fit, oldest first, up to the newest
// one of when it began; it reads by portions and holds no lock meanwhile. It
// ends with visit's error when that gives one; its own are *Refusal.
func (s *Service) ExportAudit(ctx context.Context, actor *Actor, filter AuditFilter, visit func(AuditRow) error) error {
	if refusal := s.mayReadStore(actor); refusal != nil {
		return refusal
	}
	newest, err := s.deps.Store.Audit(ctx, s.deps.Scope, filter.Before, 1)
	if err != nil {
		return storeRefusal(err)
	}
	if len(newest) == 0 {
		return nil
	}
	visited := 0
	for after := int64(math.MinInt64); ; {
		rows, err := s.deps.Store.AuditFrom(ctx, s.deps.Scope, after, auditPortion)
		if err != nil {
			return storeRefusal(err)
		}
		for _, row := range rows {
			if row.Seq > newest[0].Seq || filter.Limit > 0 && visited == filter.Limit {
				return nil
			}
			after = row.Seq
			if !filter.fits(row) {
				continue
			}
			visited++
			if err := visit(row); err != nil {
				return err
			}
		}
		if len(rows) < auditPortion {
			return nil
		}
	}
}

// VerifyAudit walks the scope's chain. Errors are *Refusal.
func (s *Service) VerifyAudit(ctx context.Context, actor *Actor) (Verification, error) {
	if refusal := s.mayReadStore(actor); refusal != nil {
		return Verification{}, refusal
	}
	verification, err := s.deps.Store.Verify(ctx, s.deps.Scope)
	if err != nil {
		return verification, storeRefusal(err)
	}
	return verification, nil
}

func (s *Service) mayReadStore(actor *Actor) *Refusal {
	if refusal := MayRead(actor, s.deps.Policy); refusal != nil {
		return refusal
	}
	if s.deps.Store == nil {
		return storeRefusal(s.deps.StoreErr)
	}
	return nil
}
