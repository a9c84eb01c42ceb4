package upstream

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Attributes of a request's span. The names without "unjam" are those of
// OpenTelemetry's semantic conventions for HTTP clients. Hosts, paths with ids,
// bodies and sentences about failures are left out: what collects traces is
// another system than the one that may see the coordinator. For the same
// reason no header tells the coordinator of the trace.
const (
	attributeKind      = attribute.Key("unjam.coordinator.kind")
	attributeDelivered = attribute.Key("unjam.stop.delivered")
	attributeMethod    = attribute.Key("http.request.method")
	attributeRoute     = attribute.Key("url.template")
	attributeStatus    = attribute.Key("http.response.status_code")
	attributeError     = attribute.Key("error.type")
)

// startSpan begins the span of one request.
func (s *Server) startSpan(ctx context.Context, method, route string) (context.Context, trace.Span) {
	name := method
	attributes := []attribute.KeyValue{attributeKind.String(s.options.Name), attributeMethod.String(method)}
	if route != "" {
		name += " " + route
		attributes = append(attributes, attributeRoute.String(route))
	}
	return s.options.Tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
}

// spanStatus tells the request's span which status came back.
func spanStatus(ctx context.Context, status int) {
	trace.SpanFromContext(ctx).SetAttributes(attributeStatus.Int(status))
}

// spanFailed tells a span the class of a failure; nothing where there is none.
func spanFailed(span trace.Span, err error) {
	if err == nil {
		return
	}
	class := string(coordinator.ClassOf(err))
	span.SetStatus(codes.Error, class)
	span.SetAttributes(attributeError.String(class))
}

// spanStopped tells the span of a stop request whether it was delivered.
func spanStopped(span trace.Span, err error) {
	var stop *coordinator.StopError
	if errors.As(err, &stop) {
		span.SetAttributes(attributeDelivered.String(string(stop.Delivered)))
	}
	spanFailed(span, err)
}
