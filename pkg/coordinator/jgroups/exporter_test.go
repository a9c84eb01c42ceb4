package jgroups

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// unruled is what the exporter gives without rules for names: the protocol is a
// label, and the quotes of the MBean's name are a part of the cluster's.
const unruled = `# HELP jgroups_protocol_CurrentSeqno CurrentSeqno (jgroups<type=protocol, cluster="cloverCluster", protocol=NAKACK><>CurrentSeqno)
# TYPE jgroups_protocol_CurrentSeqno untyped
jgroups_protocol_CurrentSeqno{cluster="\"cloverCluster\"",protocol="NAKACK",} 161.0
jgroups_protocol_GcLag{cluster="\"cloverCluster\"",protocol="NAKACK",} 10000.0
jgroups_protocol_XmitTableSize{cluster="\"cloverCluster\"",protocol="NAKACK",} 483.0
jgroups_protocol_Timeout{cluster="\"cloverCluster\"",protocol="FD",} 4000.0
jgroups_channel_SentMessages{cluster="\"cloverCluster\"",} 12.0
java_lang_Runtime_StartTime 1.795365000123E12
`

func TestANodeOf2xReadByTheExporter(t *testing.T) {
	f := newFake(t, answeringText(sampleFile(t, "jg2-exporter-rules.prom")+"\n"))
	s := newTestSource(t, KindExporter, nil, f)
	got := read1(t, s)
	want := coordinator.Node{
		Name: "nodeA", Dialect: "JGroups 2.x, JMX exporter",
		Sent: number(161), SentLimit: number(10000), Gaps: number(0),
		RequestsReceived: number(0), ResponsesSent: number(0), RequestsSent: number(0), ResponsesReceived: number(0),
	}
	if told(got) != told(want) {
		t.Errorf("node is %s\nwant    %s", told(got), told(want))
	}
	requests := f.log()
	if len(requests) != 1 || requests[0].method != "GET" || requests[0].path != "/metrics" || requests[0].authorization == "" {
		t.Errorf("requests are %+v", requests)
	}
	if _, warnings := s.Probe(context.Background()); !strings.Contains(strings.Join(warnings, "\n"), "No node tells which members it sees") {
		t.Errorf("warnings are %q", warnings)
	}
}

func TestANodeOf5xReadByTheExporter(t *testing.T) {
	got := read1(t, newTestSource(t, KindExporter, func(c *Config) { c.Channel = "cloverCluster" }, newFake(t, answeringText(sampleFile(t, "jg5-exporter-rules.prom")+"\n"))))
	want := coordinator.Node{
		Name: "nodeA", Dialect: "JGroups 3.x to 5.x, JMX exporter",
		Sent: number(74), Gaps: number(0), Held: number(0),
		RequestsReceived: number(0), ResponsesSent: number(0), RequestsSent: number(0), ResponsesReceived: number(0),
	}
	if told(got) != told(want) {
		t.Errorf("node is %s\nwant    %s", told(got), told(want))
	}
}

func TestExportersWithoutRulesAndWithTheViewAsLabel(t *testing.T) {
	view := func(text string) string {
		return `jgroups_channel_view{cluster="cloverCluster",view="` + text + `"} 1.0` + "\n"
	}
	cases := map[string]struct {
		text  string
		check func(coordinator.Node) bool
	}{
		"no rules": {unruled, func(n coordinator.Node) bool {
			return *n.Sent == 161 && *n.SentLimit == 10000 && n.Gaps == nil && n.StartedAt.Equal(startedAt) && n.View == nil
		}},
		"start in seconds": {unruled + "process_start_time_seconds 1.795365000123E9\n", func(n coordinator.Node) bool { return n.StartedAt.Equal(startedAt) }},
		"the view":         {unruled + view("[nodeB|3] [nodeB, nodeA]"), func(n coordinator.Node) bool { return len(n.View) == 2 && n.ViewID == "nodeB|3" }},
		"two views":        {unruled + view("[nodeB|3] [nodeB, nodeA]") + view("[nodeB|4] [nodeB]"), func(n coordinator.Node) bool { return n.View == nil && n.ViewID == "" }},
		"another's view":   {unruled + strings.Replace(view("[x|1] [x]"), "cloverCluster", "other", 1), func(n coordinator.Node) bool { return n.View == nil }},
		"not a number":     {strings.Replace(unruled, "161.0", "NaN", 1), func(n coordinator.Node) bool { return n.Sent == nil && *n.SentLimit == 10000 }},
		"negative":         {strings.Replace(unruled, "161.0", "-1.0", 1), func(n coordinator.Node) bool { return n.Sent == nil }},
		"counters":         {"jgroups_NAKACK_CurrentSeqno_total{cluster=\"c\"} 7\n", func(n coordinator.Node) bool { return *n.Sent == 7 }},
		"other lines":      {"what is this\n{}{}\n" + unruled + "# EOF", func(n coordinator.Node) bool { return *n.Sent == 161 }},
		"the same twice":   {unruled + "jgroups_nakack_currentseqno{cluster=\"cloverCluster\"} 161\n", func(n coordinator.Node) bool { return *n.Sent == 161 }},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			got := read1(t, newTestSource(t, KindExporter, nil, newFake(t, answeringText(test.text))))
			if got.Err != nil || !test.check(got) {
				t.Errorf("node is %s", told(got))
			}
		})
	}
}

func TestS07_BadAnswersOfTheExporter(t *testing.T) {
	good := sampleFile(t, "jg2-exporter-rules.prom") + "\n"
	cases := map[string]struct {
		answer http.HandlerFunc
		kind   error
		parts  []string
	}{
		"empty":                {answeringText(""), coordinator.ErrBadAnswer, []string{"no metric in Prometheus' text format", "JMX exporter"}},
		"another text":         {answeringText("hello\n"), coordinator.ErrBadAnswer, []string{"no metric in Prometheus' text format"}},
		"HTML":                 {answering(200, "text/html", "<html>"), coordinator.ErrBadAnswer, []string{"answered HTML, not plain text"}},
		"no metric of JGroups": {answeringText("jvm_threads_current 7.0\n"), coordinator.ErrNotSupported, []string{"no metric of JGroups is there", "set the source of the messaging layer to none"}},
		"a line that ends":     {answeringText(good + "jgroups_nakack_gclag{cluster=\"clov"), coordinator.ErrBadAnswer, []string{"a line of JGroups' metrics is not readable"}},
		"a value of letters":   {answeringText("jgroups_nakack_gclag{cluster=\"c\"} many\n"), coordinator.ErrBadAnswer, []string{"is not readable"}},
		"a label twice":        {answeringText("jgroups_nakack_gclag{cluster=\"c\",cluster=\"d\"} 1\n"), coordinator.ErrBadAnswer, []string{"is not readable"}},
		"two values":           {answeringText(good + "jgroups_nakack_gclag{cluster=\"cloverCluster\",x=\"y\"} 7\n"), coordinator.ErrBadAnswer, []string{"is there twice with different values"}},
		"both protocols":       {answeringText(good + "jgroups_nakack2_current_seqno{cluster=\"cloverCluster\"} 7\n"), coordinator.ErrBadAnswer, []string{"both NAKACK and NAKACK2"}},
		"two channels":         {answeringText(good + "jgroups_nakack_gclag{cluster=\"other\"} 7\n"), coordinator.ErrNotSupported, []string{"several JGroups channels", "Set the channel"}},
		"a line without end":   {answeringText(strings.Repeat("x", exporterLine+1)), coordinator.ErrBadAnswer, []string{"a line is larger than 1024 kB"}},
		"too much of ours":     {answeringText(strings.Repeat("jgroups_x_y{cluster=\""+strings.Repeat("c", 1000)+"\"} 1\n", 5000)), coordinator.ErrBadAnswer, []string{"larger than 4 MB"}},
		"an endless answer":    {endless(strings.Repeat("jvm_memory_pool_bytes_committed{pool=\"Code Cache\"} 1.0\n", 1000)), coordinator.ErrBadAnswer, []string{"larger than 16 MB"}},
		"401":                  {answering(401, "text/plain", ""), coordinator.ErrUnauthorised, []string{"401"}},
		"shorter than announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte(good))
		}, coordinator.ErrBadAnswer, []string{"breaks off in the middle"}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, test.answer)
			got := read1(t, newTestSource(t, KindExporter, nil, f))
			wantError(t, got.Err, test.kind, append(test.parts, f.URL+"/metrics")...)
			checkError(t, got.Err)
			checkEmpty(t, got)
		})
	}
	s := newTestSource(t, KindExporter, func(c *Config) { c.Channel = "x" }, newFake(t, answeringText(good)))
	wantError(t, read1(t, s).Err, coordinator.ErrNotSupported, `some of "cloverCluster"`, "Correct the channel")
}
