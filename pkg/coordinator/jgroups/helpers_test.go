package jgroups

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Times of the tests: long enough for a busy machine, short enough to wait for.
const (
	testTimeout = 20 * time.Second
	// shortTimeout is for what is meant to time out.
	shortTimeout = 300 * time.Millisecond
	testSlack    = 3 * time.Second
	testUser     = "monitor"
	testPassword = "pa55-word+of/tests"
)

// sample gives a captured answer.
func sampleFile(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}

// recorded gives the lines of a recorded outage.
func recorded(t testing.TB, name string) []recordedLine {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []recordedLine
	scanner := bufio.NewScanner(unzipped)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line recordedLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := scanner.Err(); err != nil || len(lines) == 0 {
		t.Fatalf("%s has %d lines: %v", name, len(lines), err)
	}
	return lines
}

// recordedLine is one look at one node: what Jolokia gave for NAKACK(2), FD,
// GMS, STABLE, the channel and the test's own counters.
type recordedLine struct {
	At     float64           `json:"t"`
	Phase  string            `json:"phase"`
	Node   string            `json:"node"`
	Error  string            `json:"error"`
	Values []json.RawMessage `json:"values"`
}

// asked is one request that a fake received.
type asked struct {
	method, path, authorization, contentType string
	query                                    string
	asks                                     []ask
}

// fake is an HTTP server that logs what it was asked.
type fake struct {
	*httptest.Server
	mutex    sync.Mutex
	handler  http.HandlerFunc
	requests []asked
	over     chan struct{}
}

func newFake(t testing.TB, handler http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{handler: handler, over: make(chan struct{})}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() { close(f.over); f.Server.Close() })
	return f
}

// ServeHTTP logs the request and answers.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := asked{method: r.Method, path: r.URL.Path, authorization: r.Header.Get("Authorization"), contentType: r.Header.Get("Content-Type"), query: r.URL.Query().Get("query")}
	if r.Method == http.MethodPost {
		_ = json.NewDecoder(r.Body).Decode(&request.asks)
	}
	f.mutex.Lock()
	f.requests = append(f.requests, request)
	handler := f.handler
	f.mutex.Unlock()
	handler(w, r.WithContext(context.WithValue(r.Context(), askedKey{}, request.asks)))
}

type askedKey struct{}

// answer changes what is answered.
func (f *fake) answer(handler http.HandlerFunc) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.handler = handler
}

// log gives the requests so far and forgets them.
func (f *fake) log() []asked {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	requests := f.requests
	f.requests = nil
	return requests
}

// hang answers nothing until the client goes or the test ends.
func (f *fake) hang(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-f.over:
	}
}

func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func answeringJSON(body string) http.HandlerFunc { return answering(200, "application/json", body) }
func answeringText(body string) http.HandlerFunc {
	return answering(200, "text/plain; version=0.0.4; charset=utf-8", body)
}

// jvm is a node behind Jolokia: its MBeans' attributes, as captured.
type jvm struct {
	mutex  sync.Mutex
	mbeans map[string]map[string]json.RawMessage
	// operation is the answer of printMessages.
	operation string
	// refused are MBeans that the policy forbids, by a part of their name.
	refused string
	// unknown is the status for attributes that an MBean does not have.
	unknown int
	// plainRefused makes printMessages fail without its parentheses.
	plainRefused bool
}

// Names of the MBeans in the samples.
const (
	mbeanNAKACK  = `jgroups:cluster="cloverCluster",protocol=NAKACK,type=protocol`
	mbeanNAKACK2 = `jgroups:cluster="cloverCluster",protocol=NAKACK2,type=protocol`
	mbeanGMS     = `jgroups:cluster="cloverCluster",protocol=GMS,type=protocol`
	mbeanChannel = `jgroups:cluster="cloverCluster",type=channel`
)

// startedAt is the start of the samples' JVMs; they were not asked for it.
var startedAt = time.UnixMilli(1795365000123).UTC()

// newJVM makes a node of captured reads.
func newJVM(t testing.TB, samples ...string) *jvm {
	t.Helper()
	v := &jvm{mbeans: map[string]map[string]json.RawMessage{}, unknown: 404}
	v.start(startedAt)
	for _, name := range samples {
		content := sampleFile(t, name)
		if !strings.HasPrefix(content, "[") {
			content = "[" + content + "]"
		}
		var entries []struct {
			Request struct{ MBean, Type string }
			Value   json.RawMessage
		}
		if err := json.Unmarshal([]byte(content), &entries); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Request.Type == "exec" {
				_ = json.Unmarshal(e.Value, &v.operation)
				continue
			}
			var attributes map[string]json.RawMessage
			if err := json.Unmarshal(e.Value, &attributes); err != nil {
				t.Fatal(err)
			}
			v.mbeans[e.Request.MBean] = attributes
		}
	}
	return v
}

func (v *jvm) start(at time.Time) {
	v.set(runtimeMBean, startAttribute, asJSON(at.UnixMilli()))
}

// set changes an attribute; "" removes it.
func (v *jvm) set(mbean, attribute, value string) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.mbeans[mbean] == nil {
		v.mbeans[mbean] = map[string]json.RawMessage{}
	}
	if value == "" {
		delete(v.mbeans[mbean], attribute)
		return
	}
	v.mbeans[mbean][attribute] = json.RawMessage(value)
}

func (v *jvm) change(f func()) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	f()
}

func (v *jvm) find(name string) (map[string]json.RawMessage, bool) {
	want, _ := parseObjectName(name)
	for text, attributes := range v.mbeans {
		if got, ok := parseObjectName(text); ok && got.same(want) {
			return attributes, true
		}
	}
	return nil, false
}

// ServeHTTP answers a bulk request like Jolokia.
func (v *jvm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	asks, _ := r.Context().Value(askedKey{}).([]ask)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(asJSON(v.answerAll(asks))))
}

func (v *jvm) answerAll(asks []ask) []any {
	entries := []any{}
	for _, a := range asks {
		entries = append(entries, v.answerOne(a))
	}
	return entries
}

func (v *jvm) answerOne(a ask) any {
	request := map[string]any{"type": a.Type, "mbean": a.MBean}
	fail := func(status int, class, text string) any {
		return map[string]any{"request": request, "status": status, "error_type": class, "error": class + " : " + text}
	}
	if v.refused != "" && strings.Contains(a.MBean, v.refused) {
		return fail(403, "java.lang.Exception", "Reading attribute forbidden for MBean "+a.MBean)
	}
	if a.Type == operationSearch {
		names := []string{}
		for name := range v.mbeans {
			if strings.HasPrefix(name, "jgroups:") {
				names = append(names, name)
			}
		}
		return map[string]any{"request": request, "status": 200, "value": names}
	}
	attributes, has := v.find(a.MBean)
	switch {
	case !has:
		return fail(404, "javax.management.InstanceNotFoundException", a.MBean)
	case a.Type == operationExec && v.operation == "":
		return fail(403, "java.lang.Exception", "Operation printMessages forbidden for MBean "+a.MBean)
	case a.Type == operationExec && v.plainRefused && a.Operation == windowsOperation:
		return fail(400, "java.lang.IllegalArgumentException", "Operation printMessages is overloaded")
	case a.Type == operationExec:
		return map[string]any{"request": request, "status": 200, "value": v.operation}
	case a.Attribute == nil:
		return map[string]any{"request": request, "status": 200, "value": attributes}
	}
	value := map[string]json.RawMessage{}
	for _, name := range a.Attribute {
		told, has := attributes[name]
		if !has {
			return fail(v.unknown, "java.lang.NullPointerException", `Cannot invoke "javax.management.Attribute.getValue()" because "attr" is null`)
		}
		value[name] = told
	}
	return map[string]any{"request": request, "status": 200, "value": value}
}

// Nodes of the samples.
func jvm2(t testing.TB) *jvm {
	v := newJVM(t, "jg2-jolokia-read-NAKACK.json", "jg2-jolokia-read-GMS.json", "jg2-jolokia-read-channel.json")
	v.unknown = 500
	return v
}

func jvm5(t testing.TB) *jvm {
	return newJVM(t, "jg5-jolokia-read-NAKACK2.json", "jg5-jolokia-read-GMS.json", "jg5-jolokia-read-channel.json", "jg5-jolokia-exec-printMessages.json")
}

// newTestSource gives a source for the fakes as nodes "nodeA", "nodeB" …,
// changed by change.
func newTestSource(t testing.TB, kind Kind, change func(*Config), fakes ...*fake) *Source {
	t.Helper()
	config := Config{Kind: kind, RequestTimeout: testTimeout, Username: testUser, Password: testPassword}
	for i, f := range fakes {
		config.Nodes = append(config.Nodes, NodeConfig{Name: "node" + string(rune('A'+i)), URL: f.URL})
	}
	if change != nil {
		change(&config)
	}
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// read1 reads a source of one node.
func read1(t testing.TB, s *Source) coordinator.Node {
	t.Helper()
	nodes := s.Read(context.Background())
	if len(nodes) != 1 {
		t.Fatalf("%d nodes were read, not 1", len(nodes))
	}
	return nodes[0]
}

// told gives what a reading says, for comparing: pointers as numbers.
func told(n coordinator.Node) string {
	n.ReadAt, n.Address = time.Time{}, ""
	text := ""
	if n.Err != nil {
		text, n.Err = " "+n.Err.Error(), nil
	}
	return asJSON(n) + text
}

// checkEmpty checks that a node that was not read has no figure.
func checkEmpty(t testing.TB, n coordinator.Node) {
	t.Helper()
	if want := (coordinator.Node{Name: n.Name, Address: n.Address, ReadAt: n.ReadAt, Err: n.Err}); asJSON(n) != asJSON(want) {
		t.Errorf("a node that was not read has figures: %s", told(n))
	}
}

func wantError(t testing.TB, err, kind error, parts ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error is %v, want one of kind %q", err, kind)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q: %v", part, err)
		}
	}
	checkSecrets(t, err.Error())
}

// checkSecrets checks that a text has no credential, in any usual form.
func checkSecrets(t testing.TB, text string) {
	t.Helper()
	for _, secret := range []string{testPassword, "bW9uaXRvcjpwYTU1", "pa55-word%2Bof", "pa55"} {
		if strings.Contains(text, secret) {
			t.Errorf("a credential is told: %s", text)
		}
	}
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
