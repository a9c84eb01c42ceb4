//go:build enginejgroups

package plugin

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	jgroupsPoll     = 2 * time.Second
	jgroupsDeadline = 3 * time.Second
	// jgroupsRate is events a second and node; jgroupsLimit the sent events
	// buffer's limit: a poll's worth of events is 4 % of it.
	jgroupsRate  = 20
	jgroupsLimit = 1000
	// fillTolerance is what a fill may be off the truth.
	fillTolerance = 0.05
	// readSlack is what two readings of one counter may differ by: JGroups
	// counts its own messages, too.
	readSlack = 10
	// detectionSeconds is by how much the views lag at most: the nodes exclude
	// each other 9 to 11 s after a cut, seen a look later. Only those who read
	// no windows need it.
	detectionSeconds = 14
	// patience is for what takes JGroups some seconds, on a busy machine.
	patience = 60 * time.Second
)

// jgroupsStory is a data source on real nodes.
type jgroupsStory struct {
	*rig
	nodes    *jgroupsNodes
	known    *truths
	clover   *cloverServer
	settings map[string]any
	// others read the same nodes otherwise, by source.
	others map[string]*rig
	// rate is what the nodes send now.
	rate float64
	// worst is how far a fill was off the truth at most, and compared how often
	// that was looked at.
	worst    float64
	compared int
}

func newJGroupsStory(t *testing.T, generation string, options ...string) *jgroupsStory {
	nodes := startNodes(t, append(options, "--generation", generation, "--rate", fmt.Sprint(jgroupsRate))...)
	s := &jgroupsStory{nodes: nodes, known: nodes.record(), clover: newCloverServer(t), rate: jgroupsRate, others: map[string]*rig{}}
	s.settings = s.reading(map[string]any{"source": "jolokia", "windows": true}, func(node jgroupsNode) map[string]any {
		return map[string]any{"name": node.Name, "url": node.Jolokia}
	})
	s.rig = &rig{t: t, log: &logged{}}
	s.start("sqlite:" + filepath.Join(t.TempDir(), "unjam.db"))
	return s
}

// start starts the plugin's process on a store, as package process does: what
// is remembered of losses is kept there, too.
func (s *jgroupsStory) start(location string) {
	t := s.rig.t
	t.Helper()
	opened, err := store.Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(s.log)
	s.store = opened
	s.process = &Process{
		Registry: watch.NewRegistry(watch.Options{Store: opened, Memories: opened, Logger: logger}), Store: opened, StoreLocation: opened.Location(),
		Attempts: action.NewAttempts(time.Now), Log: logger, Now: time.Now, Timing: action.DefaultTiming(),
	}
	s.datasource = s.open(s.settings)
}

// reading gives the settings of a data source that reads the nodes in a way.
func (s *jgroupsStory) reading(messaging map[string]any, entry func(jgroupsNode) map[string]any) map[string]any {
	var entries []map[string]any
	for _, node := range s.nodes.Nodes {
		entries = append(entries, entry(node))
	}
	messaging["nodes"], messaging["sentEventsLimit"] = entries, jgroupsLimit
	return map[string]any{
		"kind": "cloverdx", "urls": []string{s.clover.address()}, "clusterId": "engine", "stuckAfterSeconds": 10, "messaging": messaging,
		"pollIntervalSeconds": 2, "requestTimeoutSeconds": 1, "pollDeadlineSeconds": 3,
	}
}

// step is a part of the story; none follows one that failed.
func (s *jgroupsStory) step(t *testing.T, name string, run func()) {
	if t.Failed() {
		return
	}
	t.Run(name, func(t *testing.T) {
		whole := s.rig.t
		s.rig.t, s.nodes.t = t, t
		defer func() { s.rig.t, s.nodes.t = whole, whole }()
		started := time.Now()
		run()
		t.Logf("took %s", time.Since(started).Round(time.Second))
	})
}

// addOthers reads the nodes by their exporters, and by a Prometheus if there is
// one.
func (s *jgroupsStory) addOthers() {
	s.other("exporter", s.reading(map[string]any{"source": "exporter", "detectionSeconds": detectionSeconds}, func(node jgroupsNode) map[string]any {
		return map[string]any{"name": node.Name, "url": strings.TrimSuffix(node.Exporter, "/metrics")}
	}))
	program := os.Getenv("PROMETHEUS_BIN")
	if program == "" {
		program, _ = exec.LookPath("prometheus")
	}
	if program == "" {
		return
	}
	s.other("prometheus", s.reading(map[string]any{"source": "prometheus", "prometheusUrl": s.startPrometheus(program), "detectionSeconds": detectionSeconds}, func(node jgroupsNode) map[string]any {
		return map[string]any{"name": node.Name, "instance": instanceOf(node)}
	}))
}

func (s *jgroupsStory) other(source string, settings map[string]any) {
	one := &rig{t: s.rig.t, process: s.process, store: s.store, log: s.log}
	one.datasource = one.openWith(settings, func(raw *backend.DataSourceInstanceSettings) { raw.UID = "ds-" + source })
	s.others[source] = one
}

func instanceOf(node jgroupsNode) string {
	address, _ := url.Parse(node.Exporter)
	return address.Host
}

// startPrometheus starts a Prometheus that scrapes the nodes' exporters.
func (s *jgroupsStory) startPrometheus(program string) string {
	t := s.rig.t
	t.Helper()
	dir := t.TempDir()
	var targets []string
	for _, node := range s.nodes.Nodes {
		targets = append(targets, fmt.Sprintf("%q", instanceOf(node)))
	}
	config := fmt.Sprintf("global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n  - job_name: jgroups\n    static_configs: [{ targets: [%s] }]\n", strings.Join(targets, ", "))
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := free.Addr().String()
	_ = free.Close()
	process := exec.Command(program, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+host, "--log.level=error")
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	address := "http://" + host
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		response, err := http.Get(address + "/-/ready")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return address
			}
		}
		if time.Now().After(end) {
			t.Fatalf("Prometheus does not become ready: %v", err)
		}
	}
}

// save saves the data source with another setting of its connection, as the SDK
// does: the new instance is there before the old one is disposed of.
func (s *jgroupsStory) save() {
	s.settings["requestTimeoutSeconds"] = 2
	before := s.datasource
	s.datasource = s.open(s.settings)
	before.Dispose()
}

// reopen ends the plugin's process and starts another on the same store.
func (s *jgroupsStory) reopen() {
	t := s.rig.t
	t.Helper()
	location := s.store.Location()
	for _, one := range s.others {
		one.datasource.Dispose()
	}
	clear(s.others)
	s.end()
	s.start(location)
}

// end ends the plugin's process.
func (s *jgroupsStory) end() {
	s.datasource.Dispose()
	s.process.Registry.Close()
	if err := s.store.Close(); err != nil {
		s.rig.t.Error(err)
	}
}

// eachView looks at every new view until a look says that it has seen enough.
func (r *rig) eachView(what string, look func(view *watch.View) bool) *watch.View {
	r.t.Helper()
	var last time.Time
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		view := r.datasource.lease.View()
		if view != nil && !view.AsOf.IsZero() && !view.AsOf.Equal(last) {
			last = view.AsOf
			if look(view) {
				return view
			}
		}
		if time.Now().After(end) {
			r.t.Fatalf("%s: not seen within %s. The last view: %s", what, patience, describe(view))
		}
	}
}

func describe(view *watch.View) string {
	if view == nil {
		return "none"
	}
	text := fmt.Sprintf("as of %s, %v", view.AsOf.Format(time.TimeOnly), view.Err)
	for _, pair := range view.Pairs {
		text += fmt.Sprintf("\n%s → %s %s", pair.Node, pair.Peer, pair.Reach)
		if pair.Undelivered != nil {
			text += fmt.Sprintf(" undelivered %d", *pair.Undelivered)
		}
		if pair.Loss != nil {
			text += fmt.Sprintf(" %s (%s) sent %+v", pair.Loss.Outcome, pair.Loss.Certainty, pair.Loss.Sent)
		}
		text += " " + strings.Join(pair.NotExposed, " ")
	}
	return text
}

func pairOf(view *watch.View, node, peer string) delivery.Pair {
	for _, pair := range view.Pairs {
		if pair.Node == node && pair.Peer == peer {
			return pair
		}
	}
	return delivery.Pair{Node: node, Peer: peer, Reach: delivery.NotSeen}
}

func readingOf(view *watch.View, name string) coordinator.Node {
	for _, node := range view.Snapshot.Nodes {
		if node.Name == name {
			return node
		}
	}
	return coordinator.Node{Name: name}
}

// reaches tells whether every pair reaches so far.
func reaches(view *watch.View, reach delivery.Reach) bool {
	for _, pair := range view.Pairs {
		if pair.Reach != reach {
			return false
		}
	}
	return len(view.Pairs) == 6
}

// row is a row of the delivery query; nil where a figure is not exposed.
type row map[string]any

// rows asks the data source as a panel does.
func (r *rig) rows() (map[[2]string]row, deliveryMeta) {
	r.t.Helper()
	response := r.query(`{"queryType":"delivery","schemaVersion":1}`, nil)
	if response.Error != nil {
		r.t.Fatal(response.Error)
	}
	frame := response.Frames[0]
	found := map[[2]string]row{}
	for index := range frame.Rows() {
		one := row{}
		for _, field := range frame.Fields {
			if value, given := field.ConcreteAt(index); given {
				one[field.Name] = value
			} else {
				one[field.Name] = nil
			}
		}
		found[[2]string{one["node"].(string), one["peer"].(string)}] = one
	}
	return found, frame.Meta.Custom.(deliveryMeta)
}

// metric asks for a metric, as an alert rule or a panel does, and gives its
// values by pair; the notices go with them.
func (r *rig) metric(name string, headers map[string]string) (values map[[2]string]float64, notices []data.Notice, err error) {
	r.t.Helper()
	response := r.query(`{"queryType":"metric","metric":"`+name+`"}`, headers)
	if response.Error != nil {
		return nil, nil, response.Error
	}
	values = map[[2]string]float64{}
	for _, field := range response.Frames[0].Fields {
		value, err := field.FloatAt(0)
		if err != nil {
			r.t.Fatal(err)
		}
		values[[2]string{field.Labels["node"], field.Labels["peer"]}] = value
	}
	return values, response.Frames[0].Meta.Notices, nil
}

// alert asks for the value of a pair as an alert rule does.
func (r *rig) alert(name, node, peer string) float64 {
	r.t.Helper()
	values, _, err := r.metric(name, fromAlert)
	if err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	value, found := values[[2]string{node, peer}]
	if !found {
		r.t.Fatalf("%s has no series of %s → %s: %v", name, node, peer, values)
	}
	return value
}

// missing is how many events of a node a peer had really not got when the node
// was read for a view.
func (s *jgroupsStory) missing(view *watch.View, node, peer string) int64 {
	return s.known.undelivered(node, peer, readingOf(view, node).ReadAt)
}

// contains tells whether a bracket contains a number, as exactly as the two
// can be read.
func (s *jgroupsStory) contains(bracket delivery.Bracket, number int64) bool {
	slack := int64(readSlack + s.rate/5)
	return bracket.Least <= number+slack && number <= bracket.Most+slack
}

// containsLost tells whether a bracket contains what was truly lost.
func (s *jgroupsStory) containsLost(bracket delivery.Bracket, lost int64) bool {
	return s.contains(bracket, lost)
}

// matches holds a lost pair, whose sender answers, against the truth.
func (s *jgroupsStory) matches(view *watch.View, node, peer string) {
	t := s.rig.t
	t.Helper()
	pair, missing := pairOf(view, node, peer), s.missing(view, node, peer)
	if pair.SentSinceLoss == nil || pair.Fill == nil || pair.Undelivered == nil || pair.Bytes == nil {
		t.Fatalf("%s → %s is lost and has figures that are not exposed: %s", node, peer, describe(view))
	}
	if !s.contains(*pair.SentSinceLoss, missing) {
		t.Errorf("%s → %s: %d events are missing, and the bracket is %+v", node, peer, missing, *pair.SentSinceLoss)
	}
	off := math.Abs(*pair.Fill - float64(missing)/jgroupsLimit)
	s.worst = max(s.worst, off)
	s.compared++
	if off > fillTolerance {
		t.Errorf("%s → %s: the fill is %.3f, %d events are missing of %d: %.1f points off", node, peer, *pair.Fill, missing, jgroupsLimit, 100*off)
	}
	if difference := math.Abs(float64(*pair.Undelivered - missing)); difference > fillTolerance*jgroupsLimit {
		t.Errorf("%s → %s: %d undelivered are shown, %d are missing", node, peer, *pair.Undelivered, missing)
	}
}

// returned waits until all see each other again.
func (s *jgroupsStory) returned() {
	s.eachView("all see each other again", func(view *watch.View) bool {
		return len(view.Pairs) == 6 && !slices.ContainsFunc(view.Pairs, func(pair delivery.Pair) bool {
			return pair.Reach == delivery.Lost || pair.Reach == delivery.NotSeen || pair.Undelivered == nil
		})
	})
}

// parent is what the jobs query says of the parent.
func (s *jgroupsStory) parent() (cause, outlook string) {
	t := s.rig.t
	t.Helper()
	response := s.query(`{"queryType":"jobs","jobId":"`+fmt.Sprint(parentRun)+`"}`, nil)
	if response.Error != nil {
		if errors.Is(response.Error, coordinator.ErrUnreachable) {
			return "", ""
		}
		t.Fatal(response.Error)
	}
	frame := response.Frames[0]
	if frame.Rows() != 1 {
		t.Fatalf("%d rows for the parent", frame.Rows())
	}
	for _, field := range frame.Fields {
		switch field.Name {
		case "cause":
			cause = field.At(0).(string)
		case "outlook":
			outlook = field.At(0).(string)
		}
	}
	return cause, outlook
}
