package jgroups

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

func number(n int64) *int64 { return &n }

func TestANodeOf2xReadByJolokia(t *testing.T) {
	// Given the captured node of JGroups 2.12.3.
	v := jvm2(t)
	f := newFake(t, v.ServeHTTP)
	s := newTestSource(t, KindJolokia, nil, f)
	began := time.Now()
	// When it is read, then its figures are the captured ones; the table's size
	// of 3966 is nowhere among them, and what 2.x does not tell is absent.
	got := read1(t, s)
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	want := coordinator.Node{
		Name: "nodeA", Dialect: "JGroups 2.12.3.Final, Jolokia", StartedAt: &startedAt,
		View: []string{"nodeA", "nodeB", "nodeC"}, ViewID: "nodeA|2",
		Sent: number(1333), SentLimit: number(10000), Gaps: number(0),
		RequestsReceived: number(1), ResponsesSent: number(1), RequestsSent: number(0), ResponsesReceived: number(0),
	}
	if told(got) != told(want) {
		t.Errorf("node is %s\nwant    %s", told(got), told(want))
	}
	if strings.Contains(told(got), "3966") {
		t.Error("the table's size is among the figures")
	}
	if got.Address != f.URL || got.ReadAt.Before(began) || got.ReadAt.After(time.Now()) {
		t.Errorf("read at %v of %s", got.ReadAt, got.Address)
	}
	// And it was asked as Jolokia wants it, without the operation, which is not
	// allowed: a search, then one bulk read.
	requests := f.log()
	if len(requests) != 2 || len(requests[0].asks) != 1 || asJSON(requests[0].asks[0]) != asJSON(ask{Type: operationSearch, MBean: "jgroups:*"}) {
		t.Fatalf("requests are %+v", requests)
	}
	for _, r := range requests {
		if r.method != "POST" || r.path != "/" || r.contentType != "application/json" || !strings.HasPrefix(r.authorization, "Basic ") {
			t.Errorf("request is %+v", r)
		}
		for _, a := range r.asks {
			if a.Type == operationExec || slices.Contains(a.Attribute, "XmitTableSize") {
				t.Errorf("asked %+v", a)
			}
		}
	}
	// And from then on with one request a poll.
	for range 3 {
		if again := read1(t, s); told(again) != told(want) {
			t.Errorf("node is %s", told(again))
		}
		if requests := f.log(); len(requests) != 1 {
			t.Errorf("a poll took %d requests", len(requests))
		}
	}
}

func TestANodeOf5xReadByJolokiaWithWindows(t *testing.T) {
	v := jvm5(t)
	s := newTestSource(t, KindJolokia, func(c *Config) { c.Windows = true }, newFake(t, v.ServeHTTP))
	got := read1(t, s)
	want := coordinator.Node{
		Name: "nodeA", Dialect: "JGroups 5.3.16.Final, Jolokia", StartedAt: &startedAt,
		View: []string{"nodeB", "nodeC", "nodeA"}, ViewID: "nodeB|2",
		Sent: number(89), Gaps: number(0), Held: number(0),
		RequestsReceived: number(0), ResponsesSent: number(0), RequestsSent: number(0), ResponsesReceived: number(0),
		Windows: map[string]coordinator.Window{
			"nodeC": {Delivered: 1712, Received: 1712, Sent: 1712},
			"nodeA": {Delivered: 2284, Received: 2284, Sent: 2284},
			"nodeB": {Delivered: 2337, Received: 2337, Sent: 2337},
		},
	}
	if told(got) != told(want) {
		t.Errorf("node is %s\nwant    %s", told(got), told(want))
	}
}

func TestNodesOf36And4xReadByJolokia(t *testing.T) {
	// 3.6 gives retransmission counters as objects, 4.x as strings.
	for name, sent := range map[string]int64{"jg36-jolokia-bulk-NAKACK2-FD_ALL.json": 142, "jg4-jolokia-bulk-NAKACK2-FD_ALL.json": 140} {
		v := newJVM(t, name)
		v.set(mbeanChannel, "view", `"[nodeA|2] (3) [nodeA, nodeC, nodeB]"`)
		v.set(mbeanChannel, "address", `"nodeA"`)
		// The channel of this JVM does not tell two of the attributes: after the
		// first failure it is read as a whole.
		f := newFake(t, v.ServeHTTP)
		s := newTestSource(t, KindJolokia, nil, f)
		first, second := read1(t, s), read1(t, s)
		if first.Err != nil || first.View != nil || first.Sent == nil || *first.Sent != sent {
			t.Errorf("%s: at first %s", name, told(first))
		}
		want := coordinator.Node{
			Name: "nodeA", Dialect: "JGroups 3.x to 5.x, Jolokia", StartedAt: &startedAt,
			View: []string{"nodeA", "nodeC", "nodeB"}, ViewID: "nodeA|2", Sent: number(sent), Gaps: number(0), Held: number(0),
			RequestsReceived: number(0), ResponsesSent: number(0), RequestsSent: number(0), ResponsesReceived: number(0),
		}
		if told(second) != told(want) {
			t.Errorf("%s: node is %s\nwant    %s", name, told(second), told(want))
		}
		if requests := f.log(); len(requests) != 3 {
			t.Errorf("%s: %d requests for a probe and two polls", name, len(requests))
		}
	}
}

func TestEveryOtherCapturedReadIsUnderstood(t *testing.T) {
	// Given each captured answer, then it is a bulk answer of one entry, with the
	// status that it says.
	for _, pattern := range []string{"jg2-jolokia-*.json", "jg5-jolokia-*.json", "jg36-*.json", "jg4-*.json", "emu-*.json"} {
		names, _ := filepath.Glob(filepath.Join("testdata", pattern))
		if len(names) == 0 {
			t.Fatalf("no sample is named %s", pattern)
		}
		for _, name := range names {
			body := sampleFile(t, filepath.Base(name))
			if !strings.HasPrefix(body, "[") {
				body = "[" + body + "]"
			}
			var requests []struct{ Request ask }
			_ = json.Unmarshal([]byte(body), &requests)
			var asks []ask
			for _, r := range requests {
				asks = append(asks, r.Request)
			}
			entries, err := decodeBulk([]byte(body), asks, upstream.NewSecrets(upstream.Credentials{}))
			if err != nil || len(entries) != len(asks) || entries[0].err != nil || entries[0].value == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	// And the captured errors are errors of their kind.
	want := []string{"200", "404 gone", "500", "200", "200", "403 refused", "403 refused"}
	var got []string
	for _, line := range strings.Split(sampleFile(t, "jolokia-bulk-errors-policy.txt"), "\n") {
		if !strings.HasPrefix(line, `{"request"`) {
			continue
		}
		var request struct {
			Request struct {
				Type  operation
				MBean string
			}
		}
		if err := json.Unmarshal([]byte(line), &request); err != nil {
			t.Fatal(err)
		}
		entries, err := decodeBulk([]byte("["+line+"]"), []ask{{Type: request.Request.Type, MBean: request.Request.MBean}}, upstream.NewSecrets(upstream.Credentials{}))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		text := "200"
		if e := entries[0].err; e != nil {
			text = strconv.Itoa(e.status)
			if e.gone() {
				text += " gone"
			}
			if e.refused() {
				text += " refused"
			}
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the captured errors are %v, want %v", got, want)
	}
}

// TestRecordedOutages replays every look of the recordings and compares with the
// tables that were made of them.
func TestRecordedOutages(t *testing.T) {
	for _, name := range []string{"jg2-stop30s", "jg5-stop30s", "emu-gclag300-short-stop16s", "emu-gclag2000-stop30s", "emu-gclag300-stop45s"} {
		t.Run(name, func(t *testing.T) {
			lines := recorded(t, name+".jsonl.gz")
			looks := map[string]recordedLine{}
			for _, line := range lines {
				looks[fmt.Sprintf("%.1f %s", line.At, line.Node)] = line
			}
			frozen, merged := 0, 0
			for i, row := range table(t, name+".csv") {
				line, kept := looks[row[0]+" "+row[2]]
				if !kept {
					t.Fatalf("row %d is not in the recording: %v", i, row)
				}
				if line.Error != "" {
					if !strings.Contains(row[3], "UNREACHABLE") {
						t.Errorf("row %d is %v", i, row)
					}
					frozen++
					continue
				}
				g := &generation2
				channel := line.Values[4]
				if strings.HasPrefix(name, "jg5") {
					g = &generation3
				}
				f := &found{generation: g, cluster: "cloverCluster", protocol: mbeanNAKACK}
				entries := []entry{{value: []byte(`{"StartTime":1}`)}, {value: []byte(line.Values[0])}, {value: []byte(channel)}, {err: &entryError{status: 404}}}
				r, _, err := f.decode(target{name: line.Node}, entries)
				if err != nil {
					t.Fatalf("row %d: %v", i, err)
				}
				wantFigures(t, i, r.node, row)
				if got, want := "["+strings.Join(r.node.View, " ")+"]", row[13]; !strings.Contains(want, got) || !strings.Contains(want, "["+r.node.ViewID+"]") {
					t.Errorf("row %d: the view is %s of %s, want %s", i, got, r.node.ViewID, want)
				}
				if strings.HasPrefix(row[13], "MergeView") {
					merged++
				}
			}
			if frozen == 0 {
				t.Error("no node was ever frozen: the recording is not what it was")
			}
			if name == "jg5-stop30s" && merged == 0 {
				t.Error("no merged view was seen: the recording is not what it was")
			}
		})
	}
}

// table reads a recording's table without its head.
func table(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	reader := csv.NewReader(file)
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// wantFigures compares with t,phase,node,seqno,xmit_table,missing/pending,
// undelivered,purges,req_rcvd,req_sent,rsp_sent,suspect_evts,suspected,view,….
func wantFigures(t *testing.T, i int, n coordinator.Node, row []string) {
	t.Helper()
	for column, got := range map[int]*int64{3: n.Sent, 5: n.Gaps, 6: n.Held, 8: n.RequestsReceived, 9: n.RequestsSent, 10: n.ResponsesSent} {
		text := "-"
		if got != nil {
			text = fmt.Sprint(*got)
		}
		if text != row[column] {
			t.Errorf("row %d, column %d: %s, want %s", i, column, text, row[column])
		}
	}
}

func TestWindowsAreAskedForOnlyWhereAllowed(t *testing.T) {
	v := newJVM(t, "jg2-jolokia-read-NAKACK.json", "jg2-jolokia-read-GMS.json", "jg2-jolokia-read-channel.json", "emu-gclag300-stop45s.printMessages.node2.json")
	f := newFake(t, v.ServeHTTP)
	got := read1(t, newTestSource(t, KindJolokia, func(c *Config) { c.Windows = true }, f))
	if len(got.Windows) != 3 || got.Windows["nodeA"].Missing != 506 || got.Held == nil || *got.Held != 2983 {
		t.Errorf("node is %s", told(got))
	}
	if requests := f.log(); len(requests) != 2 || len(requests[1].asks) != 5 || requests[1].asks[4].Operation != "printMessages" {
		t.Errorf("requests are %+v", requests)
	}
	// Given a policy that forbids the operation, then only the windows are
	// absent, the node is not probed again and again, and the health check says so.
	v.change(func() { v.operation = "" })
	s := newTestSource(t, KindJolokia, func(c *Config) { c.Windows = true }, f)
	if got := read1(t, s); got.Err != nil || got.Windows != nil || got.Held != nil || *got.Sent != 1333 {
		t.Errorf("node is %s", told(got))
	}
	f.log()
	_, warnings := s.Probe(context.Background())
	if text := strings.Join(warnings, "\n"); !strings.Contains(text, "nodeA: printMessages does not answer (403 ") {
		t.Errorf("warnings are %s", text)
	}
	if requests := f.log(); len(requests) != 1 {
		t.Errorf("%d requests", len(requests))
	}
	// Given an MBean with several operations of the name, then its signature is
	// named from the second poll on.
	v.change(func() { v.operation, v.plainRefused = "nodeA:\nnodeA: [1 : 2 (2)]\n", true })
	if got := read1(t, s); got.Windows != nil {
		t.Errorf("node is %s", told(got))
	}
	for range 2 {
		if got := read1(t, s); len(got.Windows) != 1 {
			t.Errorf("node is %s", told(got))
		}
	}
}

func TestAnUnknownAttributeCostsOneReading(t *testing.T) {
	// Given a node of 2.x that does not know an attribute that we ask for, and
	// answers 500 for all of them.
	v := jvm2(t)
	v.set(mbeanNAKACK, "GcLag", "")
	f := newFake(t, v.ServeHTTP)
	now := time.Now()
	s := newTestSource(t, KindJolokia, func(c *Config) { c.Now = func() time.Time { return now } }, f)
	// Then nothing is made up, and what the others tell is there,
	if got := read1(t, s); got.Err != nil || got.Sent != nil || got.Gaps != nil || len(got.View) != 3 {
		t.Errorf("node is %s", told(got))
	}
	// and from the next poll on the rest is read; the limit stays absent.
	for range 3 {
		if got := read1(t, s); got.Err != nil || got.SentLimit != nil || got.Sent == nil || *got.Sent != 1333 {
			t.Errorf("node is %s", told(got))
		}
	}
	if requests := f.log(); len(requests) != 5 {
		t.Errorf("%d requests for a probe and 4 polls", len(requests))
	}
}

func TestPoliciesThatForbidSomething(t *testing.T) {
	for name, test := range map[string]struct {
		refused string
		check   func(coordinator.Node) bool
	}{
		"the start time": {"Runtime", func(n coordinator.Node) bool {
			return n.Err == nil && n.StartedAt == nil && *n.Sent == 1333 && len(n.View) == 3
		}},
		"the protocol": {"NAKACK", func(n coordinator.Node) bool {
			return n.Err == nil && n.Sent == nil && n.SentLimit == nil && len(n.View) == 3
		}},
		"the channel": {"channel", func(n coordinator.Node) bool { return n.Err == nil && *n.Sent == 1333 && len(n.View) == 3 }},
		"the members": {"GMS", func(n coordinator.Node) bool { return n.Err == nil && *n.Sent == 1333 && len(n.View) == 3 }},
	} {
		t.Run(name, func(t *testing.T) {
			v := jvm2(t)
			v.refused = test.refused
			f := newFake(t, v.ServeHTTP)
			s := newTestSource(t, KindJolokia, nil, f)
			for range 3 {
				if got := read1(t, s); !test.check(got) {
					t.Errorf("node is %s", told(got))
				}
			}
			if requests := f.log(); len(requests) != 4 {
				t.Errorf("%d requests for a probe and 3 polls", len(requests))
			}
			if _, warnings := s.Probe(context.Background()); !strings.Contains(strings.Join(warnings, "\n"), "does not answer (403 ") {
				t.Errorf("warnings are %q", warnings)
			}
		})
	}
	// Given that nothing of JGroups may be read, then the node was not read.
	v := jvm2(t)
	s := newTestSource(t, KindJolokia, nil, newFake(t, v.ServeHTTP))
	read1(t, s)
	v.change(func() { v.refused = "jgroups" })
	got := read1(t, s)
	wantError(t, got.Err, coordinator.ErrUnauthorised, "forbidden", "policy")
	checkEmpty(t, got)
}

func TestANodeIsProbedAgainAfterARestartAndAfterErrors(t *testing.T) {
	v := jvm2(t)
	f := newFake(t, v.ServeHTTP)
	s := newTestSource(t, KindJolokia, nil, f)
	count := func(what string, want int) {
		t.Helper()
		if got := len(f.log()); got != want {
			t.Errorf("%s: %d requests, want %d", what, got, want)
		}
	}
	read1(t, s)
	count("first", 2)
	// When the JVM starts anew, then the figures of that poll are told, and the
	// next one looks for the MBeans.
	v.start(startedAt.Add(time.Hour))
	v.set(mbeanNAKACK, "CurrentSeqno", "7")
	if got := read1(t, s); *got.Sent != 7 || !got.StartedAt.Equal(startedAt.Add(time.Hour)) {
		t.Errorf("node is %s", told(got))
	}
	count("restart", 1)
	read1(t, s)
	count("after the restart", 2)
	// When it fails, then the figures are gone at once, and the next poll looks
	// for the MBeans: the node may speak another JGroups by now.
	f.answer(answering(503, "text/plain", "down"))
	got := read1(t, s)
	wantError(t, got.Err, coordinator.ErrUnreachable, f.URL, "503")
	checkEmpty(t, got)
	f.log()
	newer := jvm5(t)
	newer.start(startedAt.Add(time.Hour))
	f.answer(newer.ServeHTTP)
	if got := read1(t, s); got.Err != nil || *got.Sent != 89 || got.SentLimit != nil {
		t.Errorf("node is %s", told(got))
	}
	count("after a failure", 2)
	read1(t, s)
	count("well again", 1)
}

func TestAClosedChannelIsLookedForOnceAMinute(t *testing.T) {
	v := jvm2(t)
	f := newFake(t, v.ServeHTTP)
	now := time.Now()
	s := newTestSource(t, KindJolokia, func(c *Config) { c.Now = func() time.Time { return now } }, f)
	read1(t, s)
	v.change(func() { clear(v.mbeans); v.mbeans[runtimeMBean] = map[string]json.RawMessage{"StartTime": []byte("1")} })
	f.log()
	for range 5 {
		got := read1(t, s)
		wantError(t, got.Err, coordinator.ErrBadAnswer, "InstanceNotFoundException")
		checkEmpty(t, got)
	}
	if requests := f.log(); len(requests) > 6 {
		t.Errorf("%d requests for 5 polls", len(requests))
	}
	now = now.Add(findAgain)
	read1(t, s)
	wantError(t, read1(t, s).Err, coordinator.ErrNotSupported, "has no JGroups MBeans", "set the source of the messaging layer to none")
}

func TestChannels(t *testing.T) {
	two := func() *jvm {
		v := jvm2(t)
		for _, name := range []string{mbeanNAKACK, mbeanGMS, mbeanChannel} {
			v.mbeans[strings.Replace(name, "cloverCluster", "other*", 1)] = v.mbeans[name]
		}
		return v
	}
	cases := map[string]struct {
		channel string
		kind    error
		parts   []string
	}{
		"the configured one": {channel: "cloverCluster"},
		"none configured":    {kind: coordinator.ErrNotSupported, parts: []string{`several JGroups channels ("cloverCluster", "other*")`, "Set the channel"}},
		"one that is absent": {channel: "x", kind: coordinator.ErrNotSupported, parts: []string{`no JGroups channel "x"; it has "cloverCluster", "other*"`}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			s := newTestSource(t, KindJolokia, func(c *Config) { c.Channel = test.channel }, newFake(t, two().ServeHTTP))
			got := read1(t, s)
			if test.kind == nil {
				if got.Err != nil || *got.Sent != 1333 {
					t.Errorf("node is %s", told(got))
				}
				return
			}
			wantError(t, got.Err, test.kind, test.parts...)
			checkEmpty(t, got)
		})
	}
	// And MBeans without a protocol that retransmits.
	v := newJVM(t, "jg2-jolokia-read-GMS.json")
	s := newTestSource(t, KindJolokia, nil, newFake(t, v.ServeHTTP))
	wantError(t, read1(t, s).Err, coordinator.ErrNotSupported, "neither NAKACK nor NAKACK2")
}
