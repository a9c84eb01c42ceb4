package jgroups

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// benchNodes is the scale target.
const benchNodes = 30

// theirs is what encoding/json decodes the same answer into.
type theirs struct {
	Status int             `json:"status"`
	Value  json.RawMessage `json:"value"`
}

type theirs2 struct {
	CurrentSeqno, GcLag, PendingRetransmissionRequests             *int64
	XmitReqsReceived, XmitRspsSent, XmitReqsSent, XmitRspsReceived *int64
	View, Address, Version, Members                                string
	StartTime                                                      *int64
}

// BenchmarkJolokia30Nodes decodes one poll of 30 nodes with windows, and
// compares with encoding/json decoding the same bytes into structs of the same
// fields (which neither checks an answer nor reads views and windows).
func BenchmarkJolokia30Nodes(b *testing.B) {
	v := newJVM(b, "jg2-jolokia-read-NAKACK.json", "jg2-jolokia-read-GMS.json", "jg2-jolokia-read-channel.json", "emu-gclag300-stop45s.printMessages.node2.json")
	known := &found{generation: &generation2, cluster: "cloverCluster", protocol: mbeanNAKACK, channel: mbeanChannel, members: mbeanGMS}
	asks := known.asks(habits{}, true)
	body := []byte(asJSON(v.answerAll(asks)))
	none := upstream.NewSecrets(upstream.Credentials{})
	var ours, other time.Duration
	b.SetBytes(int64(len(body) * benchNodes))
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		for range benchNodes {
			entries, err := decodeBulk(body, asks, none)
			if err != nil {
				b.Fatal(err)
			}
			if r, _, err := known.decode(target{name: "nodeA"}, entries); err != nil || *r.node.Sent != 1333 || len(r.node.Windows) != 3 {
				b.Fatal(err)
			}
		}
		ours += time.Since(began)
		began = time.Now()
		for range benchNodes {
			var all []theirs
			if err := json.Unmarshal(body, &all); err != nil {
				b.Fatal(err)
			}
			for i, e := range all {
				var err error
				if i == atWindows {
					var text string
					err = json.Unmarshal(e.Value, &text)
				} else {
					var into theirs2
					err = json.Unmarshal(e.Value, &into)
				}
				if err != nil || e.Status != 200 {
					b.Fatal(err)
				}
			}
		}
		other += time.Since(began)
	}
	b.ReportMetric(float64(ours)/float64(other), "ratio")
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs/poll")
}

// BenchmarkPrometheus30Nodes is the same for the answer of a Prometheus server
// that scrapes 30 nodes every 15 s.
func BenchmarkPrometheus30Nodes(b *testing.B) {
	now := promNow()
	var all []scraped
	for i := range benchNodes {
		all = append(all, scrapedSample(b, "jg2-exporter-rules.prom", nodeName(i), every(15*time.Second, time.Second))...)
	}
	body := []byte(promAnswerOf(now, all...))
	var ours, other time.Duration
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		instances, err := decodeProm(body)
		if err != nil || len(instances) != benchNodes {
			b.Fatal(err)
		}
		ours += time.Since(began)
		began = time.Now()
		var into struct {
			Status string
			Data   struct {
				ResultType string
				Result     []struct {
					Metric map[string]string
					Values [][2]any
				}
			}
		}
		if err := json.Unmarshal(body, &into); err != nil {
			b.Fatal(err)
		}
		other += time.Since(began)
	}
	b.ReportMetric(float64(ours)/float64(other), "ratio")
}

// BenchmarkRead30Nodes polls 30 servers over HTTP.
func BenchmarkRead30Nodes(b *testing.B) {
	fakes, _ := manyNodes(b, benchNodes)
	s := newTestSource(b, KindJolokia, named(fakes))
	s.Read(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		if nodes := s.Read(context.Background()); nodes[0].Err != nil {
			b.Fatal(nodes[0].Err)
		}
	}
}
