package jgroups

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// promNow is the Prometheus server's clock in the tests.
func promNow() time.Time { return time.Now().Truncate(time.Second) }

// scraped is one series with the times of its samples before now.
type scraped struct {
	metric map[string]string
	value  string
	ages   []time.Duration
}

func promAnswerOf(now time.Time, all ...scraped) string {
	var result []any
	for _, s := range all {
		var values []any
		for _, age := range s.ages {
			values = append(values, []any{float64(now.Add(-age).UnixMilli()) / 1000, s.value})
		}
		result = append(result, map[string]any{"metric": s.metric, "values": values})
	}
	return asJSON(map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": result}})
}

// every gives the ages of samples scraped every interval, the newest first aged.
func every(interval, newest time.Duration) []time.Duration {
	var ages []time.Duration
	for age := newest; age < lookBack; age += interval {
		ages = append([]time.Duration{age}, ages...)
	}
	return ages
}

// scrapedSample gives the series of a captured exporter as scraped of instance.
func scrapedSample(t testing.TB, name, instance string, ages []time.Duration) []scraped {
	t.Helper()
	all := []scraped{{map[string]string{"__name__": "up", "instance": instance, "job": "clover"}, "1", ages}}
	line := regexp.MustCompile(`(?m)^([a-z_0-9]+)\{cluster="(.*)"\} (.*)$`)
	for _, match := range line.FindAllStringSubmatch(sampleFile(t, name), -1) {
		all = append(all, scraped{map[string]string{"__name__": match[1], "cluster": match[2], "instance": instance, "job": "clover"}, match[3], ages})
	}
	return all
}

func promBody(instance string, now time.Time, name string, t testing.TB) string {
	return promAnswerOf(now, scrapedSample(t, name, instance, every(15*time.Second, 4*time.Second))...)
}

// newProm gives a source for a Prometheus server that answers with body, for
// nodes with the instances.
func newProm(t testing.TB, body func(now time.Time) string, instances ...string) (*Source, *fake) {
	t.Helper()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) { answeringJSON(body(promNow()))(w, r) })
	s := newTestSource(t, KindPrometheus, func(c *Config) {
		c.PrometheusURL = f.URL + "/prom/"
		c.Nodes = nil
		for i, instance := range instances {
			c.Nodes = append(c.Nodes, NodeConfig{Name: nodeName(i), Instance: instance})
		}
	})
	return s, f
}

func TestNodesReadFromPrometheus(t *testing.T) {
	// Given two nodes that a Prometheus server scrapes every 15 s.
	s, f := newProm(t, func(now time.Time) string {
		all := scrapedSample(t, "jg2-exporter-rules.prom", "a:9404", every(15*time.Second, 4*time.Second))
		return promAnswerOf(now, append(all, scrapedSample(t, "jg5-exporter-rules.prom", `b.x"\:9404`, every(15*time.Second, 9*time.Second))...)...)
	}, "a:9404", `b.x"\:9404`)
	nodes := s.Read(context.Background())
	for i, want := range []coordinator.Node{
		{Name: "node00", Dialect: "JGroups 2.x, Prometheus", Sent: number(161), SentLimit: number(10000), Gaps: number(0),
			RequestsReceived: number(0), ResponsesSent: number(0), RequestsSent: number(0), ResponsesReceived: number(0)},
		{Name: "node01", Dialect: "JGroups 3.x to 5.x, Prometheus", Sent: number(74), Gaps: number(0), Held: number(0),
			RequestsReceived: number(0), ResponsesSent: number(0), RequestsSent: number(0), ResponsesReceived: number(0)},
	} {
		if told(nodes[i]) != told(want) {
			t.Errorf("node is %s\nwant    %s", told(nodes[i]), told(want))
		}
		// Then their time is that of the sample, not of the answer.
		age := time.Since(nodes[i].ReadAt)
		if least := []time.Duration{2, 7}[i] * time.Second; age < least || age > least+5*time.Second {
			t.Errorf("node %d was read %v ago", i, age)
		}
		if nodes[i].Address != f.URL+"/prom" {
			t.Errorf("the address is %s", nodes[i].Address)
		}
	}
	// And there was one request, for all samples of a range, with the names that
	// exporters give and nobody else's.
	requests := f.log()
	if len(requests) != 1 || requests[0].method != "GET" || requests[0].path != "/prom/api/v1/query" {
		t.Fatalf("requests are %+v", requests)
	}
	match := regexp.MustCompile(`^\{__name__=~("(?:[^"\\]|\\.)*"),instance=~("(?:[^"\\]|\\.)*")\}\[150s\]$`).FindStringSubmatch(requests[0].query)
	if match == nil {
		t.Fatalf("the query is %s", requests[0].query)
	}
	var names, instances string
	if json.Unmarshal([]byte(match[1]), &names) != nil || json.Unmarshal([]byte(match[2]), &instances) != nil {
		t.Fatalf("the query is %s", requests[0].query)
	}
	name, instance := regexp.MustCompile("^(?:"+names+")$"), regexp.MustCompile("^(?:"+instances+")$")
	for text, want := range map[string]bool{
		"jgroups_nakack_currentseqno": true, "jgroups_nakack_xmitreqsreceived_total": true, "jgroups_nakack2_xmit_reqs_received_total": true,
		"jgroups_protocol_CurrentSeqno": true, "jgroups_nakack2_current_seqno": true, "up": true, "process_start_time_seconds": true, "jgroups_channel_view": true,
		"jgroups_nakack_xmittablesize": false, "jgroups_nakack2_xmit_table_capacity": false, "jvm_threads_current": false, "xup": false,
	} {
		if name.MatchString(text) != want {
			t.Errorf("the query asks for %s: %v", text, !want)
		}
	}
	for text, want := range map[string]bool{"a:9404": true, `b.x"\:9404`: true, `bax"\:9404`: false, "c:9404": false} {
		if instance.MatchString(text) != want {
			t.Errorf("the query asks for %s: %v", text, !want)
		}
	}
	if len(requests[0].query) > 2000 {
		t.Errorf("the query has %d bytes", len(requests[0].query))
	}
}

func TestThirtyNodesTakeOneQuery(t *testing.T) {
	var instances []string
	for i := range 100 {
		instances = append(instances, fmt.Sprintf("clover-node-%03d.cluster.example:9404", i))
	}
	for count, want := range map[int]int{30: 1, 40: 1, 41: 2, 100: 3} {
		s, f := newProm(t, func(now time.Time) string {
			var all []scraped
			for _, instance := range instances[:count] {
				all = append(all, scrapedSample(t, "jg2-exporter-rules.prom", instance, every(30*time.Second, time.Second))...)
			}
			return promAnswerOf(now, all...)
		}, instances[:count]...)
		for _, n := range s.Read(context.Background()) {
			if n.Err != nil || *n.Sent != 161 {
				t.Errorf("node is %s", told(n))
			}
		}
		requests := f.log()
		if len(requests) != want {
			t.Errorf("%d nodes took %d requests, want %d", count, len(requests), want)
		}
	}
}

func TestStaleSamplesAreNoPresentValues(t *testing.T) {
	sample := func(ages []time.Duration) []scraped {
		return scrapedSample(t, "jg2-exporter-rules.prom", "a:9404", ages)
	}
	up := func(job, value string, ages ...time.Duration) scraped {
		return scraped{map[string]string{"__name__": "up", "instance": "a:9404", "job": job}, value, ages}
	}
	labelled := func(name, label, value, number string, ages ...time.Duration) scraped {
		return scraped{map[string]string{"__name__": name, "instance": "a:9404", "job": "clover", "cluster": "cloverCluster", label: value}, number, ages}
	}
	const s = time.Second
	cases := map[string]struct {
		series []scraped
		// want is a part of the error; empty: read.
		want  string
		check func(coordinator.Node) bool
	}{
		"fresh":                                {sample(every(15*s, 14*s)), "", nil},
		"one sample":                           {sample([]time.Duration{50 * s}), "", nil},
		"one old sample":                       {sample([]time.Duration{70 * s}), "which is no present value", nil},
		"no sample":                            {nil, `no sample of the instance "a:9404"`, nil},
		"scraped every 15 s, silent for 70":    {sample(every(15*s, 70*s)), "which is no present value", nil},
		"scraped every minute":                 {sample(every(60*s, 70*s)), "", nil},
		"scraped every minute, silent for 130": {sample(every(60*s, 130*s)), "which is no present value", nil},
		"the last scrape failed":               {append(sample(every(15*s, 19*s))[1:], up("clover", "1", 34*s, 19*s), up("clover", "0", 4*s)), "could not scrape the instance", nil},
		"down for long":                        {[]scraped{up("clover", "0", every(15*s, 4*s)...), up("node", "1", every(15*s, 1*s)...)}, "could not scrape the instance", nil},
		"up without metrics":                   {[]scraped{up("clover", "1", every(15*s, 4*s)...)}, "no metric of JGroups is there", nil},
		"no series up":                         {sample(every(15*s, 4*s))[1:], "", nil},
		"another job of the instance":          {append(sample(every(15*s, 4*s)), up("node", "0", every(15*s, 1*s)...)), "", nil},
		"an MBean that is gone": {append(sample(every(15*s, 4*s))[:6], labelled("jgroups_nakack_xmitrspssent_total", "x", "y", "5", 34*s, 19*s)), "",
			func(n coordinator.Node) bool { return n.ResponsesSent == nil && *n.Sent == 161 }},
		"a view that changed": {append(sample(every(15*s, 4*s)), labelled(metricView, "view", "[b|1] [b, a]", "1", 34*s, 19*s), labelled(metricView, "view", "[b|2] [b]", "1", 4*s)), "",
			func(n coordinator.Node) bool { return len(n.View) == 1 && n.ViewID == "b|2" }},
		"a cluster label of Prometheus' own": {append(sample(every(15*s, 4*s))[:1], labelled("jgroups_nakack_currentseqno", "exported_cluster", `"cloverCluster"`, "7", 4*s)), "",
			func(n coordinator.Node) bool { return *n.Sent == 7 }},
		"from the future": {sample(every(15*s, -30*s)), "", func(n coordinator.Node) bool { return time.Since(n.ReadAt) < 5*s && time.Since(n.ReadAt) >= 0 }},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			source, _ := newProm(t, func(now time.Time) string { return promAnswerOf(now, test.series...) }, "a:9404")
			got := read1(t, source)
			if test.want == "" {
				if got.Err != nil || test.check != nil && !test.check(got) {
					t.Errorf("node is %s", told(got))
				}
				return
			}
			if got.Err == nil || !strings.Contains(got.Err.Error(), test.want) {
				t.Errorf("node is %s, want %q", told(got), test.want)
			}
			checkEmpty(t, got)
		})
	}
}

func TestPrometheusClockIsItsOwn(t *testing.T) {
	// Given a Prometheus server whose clock is 5 minutes ahead, then its samples
	// are as old as they are there, and their times are given in our clock.
	const ahead = 5 * time.Minute
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		now := promNow().Add(ahead)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		answeringJSON(promBody("a:9404", now, "jg2-exporter-rules.prom", t))(w, r)
	})
	s := newTestSource(t, KindPrometheus, func(c *Config) { c.PrometheusURL = f.URL; c.Nodes = []NodeConfig{{Name: "a", Instance: "a:9404"}} })
	got := read1(t, s)
	if age := time.Since(got.ReadAt); got.Err != nil || age < 2*time.Second || age > 8*time.Second {
		t.Errorf("read %v ago: %s", age, told(got))
	}
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		now := promNow().Add(ahead)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		answeringJSON(promBody("a:9404", now.Add(-70*time.Second), "jg2-exporter-rules.prom", t))(w, r)
	})
	wantError(t, read1(t, s).Err, coordinator.ErrUnreachable, "which is no present value")
}

func TestS07_BadAnswersOfPrometheus(t *testing.T) {
	good := promBody("a:9404", promNow(), "jg2-exporter-rules.prom", t)
	cases := map[string]struct {
		answer http.HandlerFunc
		kind   error
		parts  []string
	}{
		"truncated":           {answeringJSON(good[:len(good)/2]), coordinator.ErrBadAnswer, []string{"breaks off in the middle"}},
		"empty":               {answeringJSON(""), coordinator.ErrBadAnswer, []string{"the answer is empty"}},
		"HTML":                {answering(200, "text/html", "<html>"), coordinator.ErrBadAnswer, []string{"answered HTML", "Prometheus server"}},
		"a query that failed": {answeringJSON(`{"status":"error","errorType":"timeout","error":"query timed out"}`), coordinator.ErrBadAnswer, []string{"the query failed: query timed out"}},
		"a vector":            {answeringJSON(`{"status":"success","data":{"resultType":"vector","result":[]}}`), coordinator.ErrBadAnswer, []string{`resultType is "vector"`}},
		"another shape":       {answeringJSON(`{"status":"success","data":[]}`), coordinator.ErrBadAnswer, []string{"not of Prometheus' shape"}},
		"a time of letters":   {answeringJSON(badSample(`["x","1"]`)), coordinator.ErrBadAnswer, []string{"a sample's time is not a number"}},
		"a value of letters":  {answeringJSON(badSample(`[1,"x"]`)), coordinator.ErrBadAnswer, []string{"a sample's value is not a number"}},
		"a value as number":   {answeringJSON(badSample(`[1,1]`)), coordinator.ErrBadAnswer, []string{"a sample's value is not a number"}},
		"three in a sample":   {answeringJSON(badSample(`[1,"1",1]`)), coordinator.ErrBadAnswer, []string{"not of Prometheus' shape"}},
		"422":                 {answering(422, "application/json", `{"status":"error"}`), coordinator.ErrBadAnswer, []string{"422"}},
		"401":                 {answering(401, "text/plain", ""), coordinator.ErrUnauthorised, []string{"401"}},
		"503":                 {answering(503, "text/plain", ""), coordinator.ErrUnreachable, []string{"503"}},
		"endless":             {endless(`{"status":` + strings.Repeat(" ", 1000)), coordinator.ErrBadAnswer, []string{"larger than 16 MB"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, test.answer)
			s := newTestSource(t, KindPrometheus, func(c *Config) {
				c.PrometheusURL, c.Nodes = f.URL, []NodeConfig{{Name: "a", Instance: "a:9404"}, {Name: "b", Instance: "b:9404"}}
			})
			for _, got := range s.Read(context.Background()) {
				wantError(t, got.Err, test.kind, append(test.parts, f.URL+"/api/v1/query")...)
				if strings.Contains(got.Err.Error(), "query=") {
					t.Errorf("the error has the whole query: %v", got.Err)
				}
				checkError(t, got.Err)
				checkEmpty(t, got)
			}
			addresses, warnings := s.Probe(context.Background())
			if len(addresses) != 1 || addresses[0].Err == nil || len(warnings) < 2 {
				t.Errorf("the probe gives %+v, %q", addresses, warnings)
			}
		})
	}
}

func badSample(sample string) string {
	return `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","instance":"a:9404"},"values":[` + sample + `]}]}}`
}
