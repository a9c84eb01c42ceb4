package upstream

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// traced gives a server, the address of a coordinator that answers so, and what
// becomes of the spans.
func traced(t *testing.T, answer http.HandlerFunc) (*Server, string, *tracetest.InMemoryExporter) {
	t.Helper()
	spans := tracetest.NewInMemoryExporter()
	coordinator := httptest.NewServer(answer)
	t.Cleanup(coordinator.Close)
	server := New(Options{
		Name: "SeaTunnel", RequestTimeout: DefaultRequestTimeout, Credentials: Credentials{Username: "unjam", Password: "swordfish"},
		Tracer: sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("test"),
	})
	t.Cleanup(server.Close)
	return server, coordinator.URL, spans
}

// told is what a span tells, but for times and ids.
func told(span tracetest.SpanStub) string {
	parts := []string{span.Name, span.SpanKind.String()}
	for _, attribute := range span.Attributes {
		parts = append(parts, fmt.Sprintf("%s=%s", attribute.Key, attribute.Value.String()))
	}
	if span.Status.Description != "" {
		parts = append(parts, span.Status.Code.String()+":"+span.Status.Description)
	}
	return strings.Join(parts, " ")
}

func TestSpans_TellMethodRouteAndStatus(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		ask    func(s *Server, address string) error
		want   string
	}{
		{
			"a read", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") },
			func(s *Server, address string) error {
				return s.Get(context.Background(), Call{Address: address, Path: "/job-info/733584788375666689?token=swordfish", Route: "/job-info/{id}", Limit: 100}, readAll)
			},
			"GET /job-info/{id} client unjam.coordinator.kind=SeaTunnel http.request.method=GET url.template=/job-info/{id} http.response.status_code=200",
		},
		{
			"a refusal", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
			func(s *Server, address string) error {
				return s.Get(context.Background(), Call{Address: address, Path: "/overview", Route: "/overview", Limit: 100}, readAll)
			},
			"GET /overview client unjam.coordinator.kind=SeaTunnel http.request.method=GET url.template=/overview http.response.status_code=401 error.type=unauthorised Error:unauthorised",
		},
		{
			"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			func(s *Server, address string) error {
				return s.Get(context.Background(), Call{Address: address, Path: "/jolokia/swordfish", Body: []byte("[]"), Limit: 100}, readAll)
			},
			"POST client unjam.coordinator.kind=SeaTunnel http.request.method=POST error.type=unreachable Error:unreachable",
		},
		{
			"a stop that may have arrived", func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, "job 733584788375666689 of orders", http.StatusInternalServerError)
			},
			func(s *Server, address string) error {
				_, err := s.Stop(context.Background(), StopCall{Address: address, Path: "/stop-job", Route: "/stop-job", Body: []byte(`{"jobId":"733584788375666689"}`)})
				return err
			},
			"POST /stop-job client unjam.coordinator.kind=SeaTunnel http.request.method=POST url.template=/stop-job http.response.status_code=500 unjam.stop.delivered=unknown error.type=bad_answer Error:bad_answer",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, address, spans := traced(t, test.answer)
			err := test.ask(server, address)
			if failed := strings.Contains(test.want, "error.type"); (err != nil) != failed {
				t.Fatalf("it ended with %v", err)
			}
			got := spans.GetSpans()
			if len(got) != 1 || told(got[0]) != test.want || len(got[0].Events) != 0 {
				t.Errorf("spans are %v, wanted %s", got, test.want)
			}
		})
	}
}

// The coordinator is another's: it is not told of our traces.
func TestSpans_AreNotToldToTheCoordinator(t *testing.T) {
	var headers http.Header
	server, address, spans := traced(t, func(w http.ResponseWriter, r *http.Request) { headers = r.Header; _, _ = io.WriteString(w, "{}") })
	if err := server.Get(t.Context(), Call{Address: address, Path: "/overview", Limit: 100}, readAll); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
		if headers.Get(name) != "" {
			t.Errorf("it was sent %s: %s", name, headers.Get(name))
		}
	}
	if spans := spans.GetSpans(); len(spans) != 1 || spans[0].SpanKind != trace.SpanKindClient {
		t.Errorf("spans are %v", spans)
	}
}

// A request without a route is a span that nobody can tell from others.
func TestSpans_EveryRequestOfAnAdapterHasARoute(t *testing.T) {
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`upstream\.(?:Stop)?Call\{[^}]*`)
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, literal := range call.FindAllString(string(source), -1) {
			found++
			if !strings.Contains(literal, "Route: ") {
				t.Errorf("%s: %s} has no route", file, literal)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d requests were found", found)
	}
}

func readAll(a *Answer) error {
	_, err := io.Copy(io.Discard, a.Body)
	return err
}
