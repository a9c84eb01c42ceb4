package action

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Observer is told of refused attempts, for the process' own health. It must
// not make the guard wait.
type Observer interface {
	// Refused is called for each refused attempt to act with the id of the
	// guard or check that refused, also where a flood is not recorded one by
	// one.
	Refused(guard string)
}

// Attributes of the guard's spans. Who, which job and why stay out of traces:
// the audit trail has them.
const (
	attributeKind    = attribute.Key("unjam.action.kind")
	attributeRefused = attribute.Key("unjam.refused.by")
	attributeOutcome = attribute.Key("unjam.action.outcome")
)

// span begins the span of one step of an action.
func (s *Service) span(ctx context.Context, name string, kind Kind) (context.Context, trace.Span) {
	ctx, span := s.deps.Tracer.Start(ctx, name)
	spanKind(ctx, kind)
	return ctx, span
}

// spanKind tells the step's span what is to be done, once that is known.
func spanKind(ctx context.Context, kind Kind) {
	if kind != "" {
		trace.SpanFromContext(ctx).SetAttributes(attributeKind.String(string(kind)))
	}
}

// spanRefused tells the step's span which guard refused; nothing where none did.
func spanRefused(ctx context.Context, refusal *Refusal) {
	if refusal == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(attributeRefused.String(refusal.Guard))
	span.SetStatus(codes.Error, "refused")
}

// actBeside acts beside the request that confirmed. The act outlives the request,
// so its span is linked to the request's and not a part of it.
func (s *Service) actBeside(request context.Context, intent Intent, seen time.Time) {
	confirmed := trace.LinkFromContext(request)
	s.deps.Background.Go(func(ctx context.Context) {
		ctx, span := s.deps.Tracer.Start(ctx, "unjam.act", trace.WithLinks(confirmed))
		defer span.End()
		spanKind(ctx, intent.Kind)
		s.act(ctx, intent, seen)
	})
}
