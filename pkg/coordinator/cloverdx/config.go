package cloverdx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// Values of Config.API.
const (
	// APIAuto tries REST, then the simple HTTP API, for each server.
	APIAuto = "auto"
	// APIREST never asks the simple HTTP API for anything.
	APIREST = "rest"
	// APISimpleHTTP never asks REST for anything.
	APISimpleHTTP = "simple-http"
)

// Defaults of what CloverDX's documents do not tell (see the package's
// comment). They can be looked up in the server's own generated documentation,
// /clover/api/rest/v1/docs.html.
const (
	DefaultAbortMethod  = http.MethodPost
	DefaultAbortPath    = "/executions/" + runIDPlaceholder + "/abort"
	DefaultParentField  = "parentRunId"
	DefaultNodeField    = "node"
	DefaultStatusFilter = "status=RUNNING"
	// DefaultPageSize is the one in CloverDX's documentation. The largest that
	// a server allows is not known.
	DefaultPageSize = 50
)

const (
	// runIDPlaceholder stands for the run id in Config.AbortPath.
	runIDPlaceholder = "{runId}"
	minPageSize      = 10
	maxPageSize      = 1000
	// maxServers bounds the requests of one poll.
	maxServers = 64
	// maxSettingBytes bounds fields, paths and filters of the settings.
	maxSettingBytes = 200
)

// NodeSource reads the messaging layer of the cluster's nodes
// (*jgroups.Source).
type NodeSource interface {
	// Read gives a reading of each configured node; one that does not answer
	// has its error in it.
	Read(ctx context.Context) []coordinator.Node
	// Probe says what each node's address answered, and gives warnings.
	Probe(ctx context.Context) ([]coordinator.AddressProbe, []string)
	Close()
}

// Config says where a CloverDX cluster is and how to speak to it. Zero values
// take the defaults named beside them.
type Config struct {
	// Servers are the addresses of the cluster's servers with their context
	// path ("http://node1:8080/clover"), at least one. Only these are contacted.
	Servers []string
	// API is APIAuto (default), APIREST or APISimpleHTTP.
	API string
	// AbortMethod is POST (default), DELETE or PUT. AbortPath lies below
	// /api/rest/v1 and has {runId} in it; empty: DefaultAbortPath. Both are for
	// REST.
	AbortMethod string
	AbortPath   string
	// ParentField and NodeField are REST's fields of an execution for the run
	// id of the one that started it and for its node; empty: DefaultParentField
	// and DefaultNodeField.
	ParentField string
	NodeField   string
	// StatusFilter is the query by which REST lists running executions only;
	// empty: DefaultStatusFilter.
	StatusFilter string
	// PageSize is the number of executions asked for at once; 0:
	// DefaultPageSize.
	PageSize int
	// Username and Password are for basic authentication; both empty: none.
	Username string
	Password string
	// TLS is for https addresses.
	TLS upstream.TLS
	// RequestTimeout and PollDeadline bound a request and a poll; 0: the
	// defaults of upstream.Timeouts.
	RequestTimeout time.Duration
	PollDeadline   time.Duration
	// AbortAsked tells whether Unjam has asked to abort an execution whose end
	// is not proven; nil: never.
	AbortAsked func(id coordinator.JobID, createTime time.Time) bool
	// Nodes reads the nodes' messaging layer; nil: it is not read. The client
	// closes it.
	Nodes NodeSource
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Tracer makes a span for each request; nil: none are made.
	Tracer trace.Tracer
	// Reads stands before the network; nil: nothing does.
	Reads upstream.Reads
}

// checked is a configuration without faults, with defaults filled in.
type checked struct {
	Config
	servers  []*server
	upstream upstream.Options
}

// check fills in defaults and gives every fault as a sentence, joined.
func (c Config) check() (checked, error) {
	c = c.withDefaults()
	result := checked{Config: c}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format, args...))
	}
	if len(c.Servers) == 0 {
		fault("no server address is set: give at least one, such as http://host:8080/clover")
	}
	if len(c.Servers) > maxServers {
		fault("%d server addresses are set: at most %d are possible", len(c.Servers), maxServers)
	}
	seen := map[string]bool{}
	for i, address := range c.Servers {
		base, err := baseAddress(address)
		switch {
		case err != nil:
			fault("server address %d: %w", i+1, err)
		case seen[base]:
			fault("the server address %s is set twice: remove one", base)
		default:
			seen[base] = true
			result.servers = append(result.servers, &server{address: base})
		}
	}
	if !slices.Contains([]string{APIAuto, APIREST, APISimpleHTTP}, c.API) {
		fault("the interface %q is not known: choose auto, rest or simple-http", c.API)
	}
	faults = append(faults, c.unverifiedFaults()...)
	if c.PageSize < minPageSize || c.PageSize > maxPageSize {
		fault("the page size is %d executions: choose one between %d and %d", c.PageSize, minPageSize, maxPageSize)
	}
	credentials := upstream.Credentials{Username: c.Username, Password: c.Password}
	faults = append(faults, credentials.Faults()...)
	faults = append(faults, upstream.Timeouts{Request: c.RequestTimeout, Poll: c.PollDeadline}.Faults()...)
	tls, err := c.TLS.Config()
	if err != nil {
		faults = append(faults, err)
	}
	result.upstream = upstream.Options{
		Name: "CloverDX", AddressAdvice: "Is this the CloverDX Server's address with its context path, such as http://host:8080/clover?",
		Credentials: credentials, TLS: tls, RequestTimeout: c.RequestTimeout, Now: c.Now, Tracer: c.Tracer, Reads: c.Reads,
		// CloverDX refuses requests without it (protection against CSRF); its
		// value is free.
		Headers: map[string]string{"X-Requested-By": "unjam-jobs-app"},
	}
	return result, errors.Join(faults...)
}

// unverifiedFaults checks what CloverDX's documents do not tell.
func (c Config) unverifiedFaults() (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format, args...))
	}
	if !slices.Contains([]string{http.MethodPost, http.MethodDelete, http.MethodPut}, c.AbortMethod) {
		fault("the abort method %q is not possible: choose POST, DELETE or PUT", c.AbortMethod)
	}
	switch path, ok := upstream.CleanPath(c.AbortPath); {
	case !ok || path != c.AbortPath || strings.Count(path, runIDPlaceholder) != 1 || len(path) > maxSettingBytes:
		fault("the abort path %q is not a path with %s in it: write it like %s", upstream.Cut(c.AbortPath, maxSettingBytes), runIDPlaceholder, DefaultAbortPath)
	case strings.Contains(strings.ToLower(path), "suspend"):
		fault("the abort path %q suspends a server, which aborts all its executions: set the path that aborts one", path)
	}
	for what, field := range map[string]string{"parent": c.ParentField, "node": c.NodeField} {
		if len(field) > maxSettingBytes || strings.ContainsFunc(field, func(r rune) bool { return r < ' ' }) || slices.Contains(ownFields, field) {
			fault("the %s field %q is not possible: set the field's name in the REST answer, such as %s", what, upstream.Cut(field, maxSettingBytes), DefaultParentField)
		}
	}
	if c.ParentField == c.NodeField {
		fault("the parent field and the node field are both %q: they are two fields", upstream.Cut(c.NodeField, maxSettingBytes))
	}
	filter, err := url.ParseQuery(c.StatusFilter)
	if err != nil || len(filter) == 0 || len(c.StatusFilter) > maxSettingBytes || filter.Has("pageSize") || filter.Has("startIndex") || filter.Encode() == "" {
		fault("the status filter %q is not a query that lists running executions only: write it like %s", upstream.Cut(c.StatusFilter, maxSettingBytes), DefaultStatusFilter)
	}
	return faults
}

func (c Config) withDefaults() Config {
	defaultTo := func(setting *string, value string) {
		if *setting == "" {
			*setting = value
		}
	}
	defaultTo(&c.API, APIAuto)
	defaultTo(&c.AbortMethod, DefaultAbortMethod)
	defaultTo(&c.AbortPath, DefaultAbortPath)
	defaultTo(&c.ParentField, DefaultParentField)
	defaultTo(&c.NodeField, DefaultNodeField)
	defaultTo(&c.StatusFilter, DefaultStatusFilter)
	if c.PageSize == 0 {
		c.PageSize = DefaultPageSize
	}
	times := upstream.Timeouts{Request: c.RequestTimeout, Poll: c.PollDeadline}.WithDefaults()
	c.RequestTimeout, c.PollDeadline = times.Request, times.Poll
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// baseAddress gives a server's address in normal form. People paste the REST
// API's base; it is ours to add.
func baseAddress(address string) (string, error) {
	base, err := upstream.BaseAddress(address)
	return strings.TrimSuffix(base, restBase), err
}
