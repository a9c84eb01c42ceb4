package jgroups

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestNoSource(t *testing.T) {
	for _, kind := range []Kind{"", KindNone} {
		s, err := New(Config{Kind: kind})
		if s != nil || err != nil {
			t.Fatalf("%q gives %v, %v", kind, s, err)
		}
		// And nothing is read of it.
		addresses, warnings := s.Probe(context.Background())
		if nodes := s.Read(context.Background()); nodes != nil || addresses != nil || warnings != nil {
			t.Errorf("%v, %v, %v", nodes, addresses, warnings)
		}
		s.Close()
	}
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	one := func(change func(*Config)) Config {
		c := Config{Kind: KindJolokia, Nodes: []NodeConfig{{Name: "a", URL: "http://a:8778/jolokia"}}}
		change(&c)
		return c
	}
	cases := map[string]struct {
		config Config
		want   string
	}{
		"another kind":       {Config{Kind: "jmx"}, `"jmx" of the messaging layer is not known: choose none, jolokia, exporter or prometheus`},
		"no nodes":           {one(func(c *Config) { c.Nodes = nil }), "no node of the messaging layer is set"},
		"too many":           {one(func(c *Config) { c.Nodes = slices.Repeat(c.Nodes, 200) }), "200 nodes of the messaging layer are set: at most 128"},
		"no name":            {one(func(c *Config) { c.Nodes[0].Name = " " }), "node 1 of the messaging layer: it has no name"},
		"a long name":        {one(func(c *Config) { c.Nodes[0].Name = strings.Repeat("x", 300) }), "its name has 300 bytes"},
		"no address":         {one(func(c *Config) { c.Nodes[0].URL = "" }), `the address of "a": "" has no scheme`},
		"with credentials":   {one(func(c *Config) { c.Nodes[0].URL = "http://u:pa55@a/" }), `the address of "a": it contains credentials`},
		"twice":              {one(func(c *Config) { c.Nodes = append(c.Nodes, NodeConfig{Name: "a", URL: "http://b"}) }), `the node "a" is set twice`},
		"one address twice":  {one(func(c *Config) { c.Nodes = append(c.Nodes, NodeConfig{Name: "b", URL: "http://A:8778/jolokia/"}) }), `the nodes "a" and "b" of the messaging layer have the same address`},
		"no instance":        {one(func(c *Config) { c.Kind = KindPrometheus; c.PrometheusURL = "http://p" }), `"a" has no instance`},
		"no Prometheus":      {one(func(c *Config) { c.Kind = KindPrometheus; c.Nodes[0].Instance = "x" }), "the address of the Prometheus server"},
		"a password alone":   {one(func(c *Config) { c.Password = "pa55" }), "a password is set without a user name"},
		"a timeout too long": {one(func(c *Config) { c.RequestTimeout = time.Hour }), "the request timeout is 1h0m0s"},
		"a broken CA":        {one(func(c *Config) { c.TLS.CAPEM = "x" }), "the CA certificate is not readable"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := New(test.config)
			if s != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New gives %v, want %q", err, test.want)
			}
			if err != nil {
				checkSecrets(t, err.Error())
			}
		})
	}
}

func TestAddressesAsPeopleWriteThem(t *testing.T) {
	for _, test := range []struct {
		kind                Kind
		url, address, path_ string
	}{
		{KindJolokia, "http://A:8778/jolokia/", "http://a:8778/jolokia", "/"},
		{KindJolokia, "http://a:8778/jolokia", "http://a:8778/jolokia", "/"},
		{KindExporter, "http://a:9404", "http://a:9404", "/metrics"},
		{KindExporter, "http://a:9404/metrics", "http://a:9404", "/metrics"},
		{KindExporter, "http://a/node1/metrics/", "http://a/node1", "/metrics"},
	} {
		targets, err := Config{Kind: test.kind, Nodes: []NodeConfig{{Name: "a", URL: test.url}}}.withDefaults().check()
		if err != nil || targets[0].address != test.address || targets[0].path != test.path_ {
			t.Errorf("%s %s is %+v, %v", test.kind, test.url, targets, err)
		}
	}
}

// manyNodes gives 30 nodes of 2.x, named like the configured ones.
func manyNodes(t testing.TB, count int) ([]*fake, []*jvm) {
	var fakes []*fake
	var jvms []*jvm
	var members []string
	for i := range count {
		members = append(members, nodeName(i))
	}
	for i := range count {
		v := jvm2(t)
		v.set(mbeanChannel, "Address", asJSON(nodeName(i)))
		v.set(mbeanChannel, "View", asJSON("["+members[0]+"|7] ["+strings.Join(members, ", ")+"]"))
		v.set(mbeanNAKACK, "CurrentSeqno", fmt.Sprint(1000+i))
		jvms = append(jvms, v)
		fakes = append(fakes, newFake(t, v.ServeHTTP))
	}
	return fakes, jvms
}

func nodeName(i int) string { return fmt.Sprintf("node%02d", i) }

func named(fakes []*fake) func(*Config) {
	return func(c *Config) {
		c.Nodes = nil
		// In another order than by name.
		for i := len(fakes) - 1; i >= 0; i-- {
			c.Nodes = append(c.Nodes, NodeConfig{Name: nodeName(i), URL: fakes[i].URL})
		}
	}
}

func TestThirtyNodesTakeOneRequestEach(t *testing.T) {
	const count = 30
	fakes, _ := manyNodes(t, count)
	s := newTestSource(t, KindJolokia, named(fakes))
	for poll := range 3 {
		nodes := s.Read(context.Background())
		if len(nodes) != count {
			t.Fatalf("%d nodes", len(nodes))
		}
		for i, n := range nodes {
			if n.Err != nil || n.Name != nodeName(i) || *n.Sent != int64(1000+i) || len(n.View) != count {
				t.Errorf("node %d is %s", i, told(n))
			}
		}
		for i, f := range fakes {
			want := 1
			if poll == 0 {
				want = 2
			}
			if requests := f.log(); len(requests) != want {
				t.Errorf("poll %d: node %d got %d requests, want %d", poll, i, len(requests), want)
			}
		}
	}
}

func TestAFrozenNodeHoldsUpNobody(t *testing.T) {
	// Given 30 nodes, of which one is frozen after the first poll.
	fakes, _ := manyNodes(t, 30)
	s := newTestSource(t, KindJolokia, func(c *Config) { named(fakes)(c); c.RequestTimeout = 2 * time.Second })
	s.Read(context.Background())
	fakes[7].answer(fakes[7].hang)
	// When they are read, then that takes the time of one request, the frozen one
	// has no figure, and all others have theirs.
	for range 2 {
		began := time.Now()
		nodes := s.Read(context.Background())
		if took := time.Since(began); took > 2*time.Second+testSlack {
			t.Errorf("reading took %v", took)
		}
		for i, n := range nodes {
			if i != 7 && (n.Err != nil || *n.Sent != int64(1000+i)) {
				t.Errorf("node %d is %s", i, told(n))
			}
		}
		wantError(t, nodes[7].Err, coordinator.ErrUnreachable, fakes[7].URL)
		checkEmpty(t, nodes[7])
	}
	// And the caller's own deadline is kept.
	ctx, cancel := context.WithTimeout(context.Background(), shortTimeout)
	defer cancel()
	began := time.Now()
	nodes := s.Read(ctx)
	if took := time.Since(began); took > shortTimeout+time.Second {
		t.Errorf("reading took %v", took)
	}
	wantError(t, nodes[7].Err, coordinator.ErrUnreachable)
	// And when it thaws, its figures are there again.
	fakes[7].answer(func() *jvm { v := jvm2(t); v.set(mbeanChannel, "Address", `"node07"`); return v }().ServeHTTP)
	if n := s.Read(context.Background())[7]; n.Err != nil || *n.Sent != 1333 {
		t.Errorf("node is %s", told(n))
	}
}

func TestReadingsBesideEachOther(t *testing.T) {
	fakes, _ := manyNodes(t, 3)
	s := newTestSource(t, KindJolokia, named(fakes))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, n := range s.Read(context.Background()) {
				if n.Err != nil {
					t.Error(n.Err)
				}
			}
			s.Probe(context.Background())
		})
	}
	group.Wait()
}

func TestNamesThatDiffer(t *testing.T) {
	// Given nodes that JGroups knows by other names than the settings.
	fakes, jvms := manyNodes(t, 3)
	for i, v := range jvms {
		v.set(mbeanChannel, "Address", asJSON(fmt.Sprintf("host-%d", i)))
		v.set(mbeanChannel, "View", `"[host-0|7] [host-0, host-1, host-2, stranger]"`)
		v.change(func() {
			v.operation = "host-0:\nhost-1: [1 : 2 (2)]\nhost-2: [1 : 3 (3)]\nstranger: [1 : 4 (4)]\n"
		})
	}
	s := newTestSource(t, KindJolokia, func(c *Config) { named(fakes)(c); c.Windows = true })
	for _, n := range s.Read(context.Background()) {
		if n.Err != nil || !slices.Equal(n.View, []string{"node00", "node01", "node02", "stranger"}) || n.Windows["node02"].Sent != 3 || n.Windows["stranger"].Sent != 4 {
			t.Errorf("node is %s", told(n))
		}
	}
	// And when one does not answer, the others' views still name it as configured.
	fakes[2].answer(answering(503, "text/plain", ""))
	nodes := s.Read(context.Background())
	if !slices.Equal(nodes[0].View, []string{"node00", "node01", "node02", "stranger"}) || nodes[2].Err == nil {
		t.Errorf("nodes are %s, %s", told(nodes[0]), told(nodes[2]))
	}
}

func TestAddressesOfAnotherNode(t *testing.T) {
	// Given two nodes whose addresses are swapped, then none of their figures is
	// taken for the other's.
	fakes, _ := manyNodes(t, 3)
	s := newTestSource(t, KindJolokia, func(c *Config) {
		named(fakes)(c)
		c.Nodes[0].URL, c.Nodes[1].URL = c.Nodes[1].URL, c.Nodes[0].URL
	})
	nodes := s.Read(context.Background())
	if nodes[0].Err != nil {
		t.Error(nodes[0].Err)
	}
	wantError(t, nodes[1].Err, coordinator.ErrBadAnswer, `says that it is "node02", not "node01"`, "Correct the nodes' addresses")
	checkEmpty(t, nodes[1])
	checkEmpty(t, nodes[2])
	// And two addresses of one node are no two nodes.
	fakes, jvms := manyNodes(t, 2)
	for _, v := range jvms {
		v.set(mbeanChannel, "Address", `"host"`)
	}
	for _, n := range newTestSource(t, KindJolokia, named(fakes)).Read(context.Background()) {
		wantError(t, n.Err, coordinator.ErrBadAnswer, `several of the configured addresses answer as the node "host"`)
	}
}

func TestAViewOfMoreThanTwentyMembers(t *testing.T) {
	// Given 25 nodes of 5.x, whose view names the first 20.
	const count = 25
	var fakes []*fake
	var ids, names []string
	for i := range count {
		ids = append(ids, fmt.Sprintf(`{"mostSignificantBits":%d,"leastSignificantBits":-%d}`, i+1, i+1))
		names = append(names, nodeName(i))
	}
	for i := range count {
		v := jvm5(t)
		v.set(mbeanChannel, "address", asJSON(nodeName(i)))
		v.set(mbeanChannel, "address_uuid", asJSON(fmt.Sprintf("00000000-0000-%04x-ffff-%012x", i+1, uint64(1<<48-i-1))))
		v.set(mbeanChannel, "view", asJSON("[node00|9] (25) ["+strings.Join(names[:20], ", ")+" ...]"))
		v.set(mbeanGMS, "members", `{"members":[`+strings.Join(ids, ",")+`]}`)
		fakes = append(fakes, newFake(t, v.ServeHTTP))
	}
	s := newTestSource(t, KindJolokia, named(fakes))
	// Then the view is all of them, made of their ids.
	for _, n := range s.Read(context.Background()) {
		if n.Err != nil || !slices.Equal(n.View, names) || n.ViewID != "node00|9" {
			t.Errorf("node is %s", told(n))
		}
	}
	// And of a node that was never read since its start, nobody can tell whether
	// it is in the view: then it is not told.
	fakes[3].answer(answering(503, "text/plain", ""))
	s = newTestSource(t, KindJolokia, named(fakes))
	if n := s.Read(context.Background())[0]; n.Err != nil || n.View != nil || n.ViewID != "node00|9" {
		t.Errorf("node is %s", told(n))
	}
	if _, warnings := s.Probe(context.Background()); !strings.Contains(strings.Join(warnings, "\n"), "-Dmax.list.print_size=1000") {
		t.Errorf("warnings are %q", warnings)
	}
}

func TestProbe(t *testing.T) {
	fakes, _ := manyNodes(t, 2)
	fakes[1].answer(answering(401, "text/plain", ""))
	s := newTestSource(t, KindJolokia, named(fakes))
	addresses, warnings := s.Probe(context.Background())
	if len(addresses) != 2 || addresses[0].Address != fakes[0].URL || addresses[0].Err != nil || addresses[1].Role != RoleMessaging {
		t.Fatalf("addresses are %+v", addresses)
	}
	wantError(t, addresses[1].Err, coordinator.ErrUnauthorised, "401", "Check user and password")
	if text := strings.Join(warnings, "\n"); !strings.Contains(text, "is not https: user and password go over the network unencrypted") {
		t.Errorf("warnings are %s", text)
	}
	// Nodes of 5.x have no limit to tell.
	_, warnings = newTestSource(t, KindJolokia, nil, newFake(t, jvm5(t).ServeHTTP)).Probe(context.Background())
	if text := strings.Join(warnings, "\n"); !strings.Contains(text, "No node tells the limit of its sent events buffer") {
		t.Errorf("warnings are %s", text)
	}
}
