package delivery_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// noon is when every recording and story begins.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// names are the nodes of every recording.
var names = []string{"nodeA", "nodeB", "nodeC"}

// line is one node at one moment of a recording; its truth is what the
// exchanging program itself counted.
type line struct {
	seconds float64
	phase   string
	node    coordinator.Node
	truth   truth
}

// truth is what a node really sent, got and lost.
type truth struct {
	sent     int64
	received map[string]int64
	lost     map[string]int64
}

// recording is a recorded outage: three nodes, a line a second and node.
type recording struct {
	name  string
	lines []line
}

// read keeps the recordings that were read already; they are never changed.
var read sync.Map

// recorded reads a recording of testdata.
func recorded(t testing.TB, name string) recording {
	t.Helper()
	if known, ok := read.Load(name); ok {
		return known.(recording)
	}
	fresh := readRecording(t, name)
	read.Store(name, fresh)
	return fresh
}

func readRecording(t testing.TB, name string) recording {
	t.Helper()
	file, err := os.Open("testdata/" + name + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	result := recording{name: name}
	scanner := bufio.NewScanner(unpacked)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var raw struct {
			T      float64          `json:"t"`
			Phase  string           `json:"phase"`
			Node   string           `json:"node"`
			Error  string           `json:"error"`
			Values []map[string]any `json:"values"`
		}
		if err := json.Unmarshal(scanner.Bytes(), &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		result.lines = append(result.lines, readLine(t, raw.T, raw.Phase, raw.Node, raw.Error, raw.Values))
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return result
}

func readLine(t testing.TB, seconds float64, phase, name, failed string, values []map[string]any) line {
	t.Helper()
	at := noon.Add(time.Duration(seconds * float64(time.Second)))
	result := line{seconds: seconds, phase: phase, node: coordinator.Node{Name: name, ReadAt: at}}
	if failed != "" {
		result.node.Err = errors.New(failed)
		return result
	}
	all := map[string]any{}
	for _, bean := range values {
		for key, value := range bean {
			all[key] = value
		}
	}
	figure := func(keys ...string) *int64 {
		for _, key := range keys {
			switch value := all[key].(type) {
			case float64:
				return new(int64(value))
			case string:
				if number, err := strconv.ParseInt(value, 10, 64); err == nil {
					return new(number)
				}
			}
		}
		return nil
	}
	node := &result.node
	node.Sent, node.SentLimit = figure("CurrentSeqno", "current_seqno"), figure("GcLag")
	node.Gaps = figure("PendingRetransmissionRequests", "xmit_table_missing_messages")
	node.Held = figure("xmit_table_undelivered_msgs")
	node.RequestsReceived, node.ResponsesSent = figure("XmitReqsReceived", "xmit_reqs_received"), figure("XmitRspsSent", "xmit_rsps_sent")
	node.RequestsSent, node.ResponsesReceived = figure("XmitReqsSent", "xmit_reqs_sent"), figure("XmitRspsReceived", "xmit_rsps_received")
	for _, key := range []string{"View", "view"} {
		if text, ok := all[key].(string); ok {
			node.View, node.ViewID = readView(text)
		}
	}
	if node.View == nil {
		t.Fatalf("%v s, %s: no view", seconds, name)
	}
	result.truth = truth{sent: *figure("EventsSent"), received: readCounts(all["EventsReceived"]), lost: readCounts(all["EventsLost"])}
	return result
}

// readView reads "[nodeA|2] [nodeA, nodeB]", "[nodeB|2] (3) [nodeB, nodeC]" and
// "MergeView::[nodeB|4] [nodeB, nodeA], subgroups=…".
func readView(text string) (members []string, id string) {
	text = strings.TrimPrefix(text, "MergeView::")
	parts := strings.Split(text, "]")
	id = strings.TrimPrefix(parts[0], "[")
	_, list, _ := strings.Cut(parts[1], "[")
	return strings.Split(list, ", "), id
}

// readCounts reads "{nodeA=165, nodeB=133}".
func readCounts(value any) map[string]int64 {
	counts := map[string]int64{}
	text, _ := value.(string)
	for entry := range strings.SplitSeq(strings.Trim(text, "{}"), ", ") {
		if name, number, ok := strings.Cut(entry, "="); ok {
			counts[name], _ = strconv.ParseInt(number, 10, 64)
		}
	}
	return counts
}

// look is one poll of a recording.
type look struct {
	at       time.Time
	phase    string
	snapshot *coordinator.Snapshot
	truth    map[string]truth
}

// looks replays the recording at a poll interval: each look shows each node's
// newest line, as long as it is not older than one and a half seconds.
func (r recording) looks(every time.Duration) []look {
	const fresh = 1.5
	var looks []look
	end := r.lines[len(r.lines)-1].seconds
	for seconds := every.Seconds(); seconds <= end; seconds += every.Seconds() {
		at := noon.Add(time.Duration(seconds * float64(time.Second)))
		shown := look{at: at, truth: map[string]truth{}, snapshot: &coordinator.Snapshot{ReadAt: at, Complete: true}}
		for _, name := range names {
			node := coordinator.Node{Name: name, ReadAt: at, Err: fmt.Errorf("no answer within %v s", fresh)}
			for _, line := range slices.Backward(r.lines) {
				if line.seconds < seconds-2*fresh {
					// The lines are in order but for a second or so.
					break
				}
				if line.node.Name != name || line.seconds > seconds || line.seconds < seconds-fresh {
					continue
				}
				node, shown.phase = line.node, line.phase
				if node.Err == nil {
					shown.truth[name] = line.truth
				}
				break
			}
			shown.snapshot.Nodes = append(shown.snapshot.Nodes, node)
		}
		looks = append(looks, shown)
	}
	return looks
}

// find gives a look's reading of a node.
func (l look) find(name string) *coordinator.Node {
	for index := range l.snapshot.Nodes {
		if l.snapshot.Nodes[index].Name == name {
			return &l.snapshot.Nodes[index]
		}
	}
	return nil
}
