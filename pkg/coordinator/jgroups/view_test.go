package jgroups

import (
	"slices"
	"strings"
	"testing"
)

func TestViewsOfAllGenerations(t *testing.T) {
	cases := map[string]struct {
		text    string
		id      string
		members []string
		cut     bool
	}{
		"2.x":                     {"[nodeB|3] [nodeB, nodeA]", "nodeB|3", []string{"nodeB", "nodeA"}, false},
		"2.x, alone":              {"[nodeB|0] [nodeB]", "nodeB|0", []string{"nodeB"}, false},
		"2.x, merged":             {"MergeView::[nodeB|4] [nodeB, nodeA, nodeC], subgroups=[[nodeC|3] [nodeC], [nodeB|3] [nodeB, nodeA]]", "nodeB|4", []string{"nodeB", "nodeA", "nodeC"}, false},
		"3.6":                     {"[nodeB|2] (3) [nodeB, nodeC, nodeA]", "nodeB|2", []string{"nodeB", "nodeC", "nodeA"}, false},
		"5.x, merged":             {"MergeView::[nodeC|4] (3) [nodeC, nodeA, nodeB], 2 subgroups: [nodeB|3] (2) [nodeB, nodeA], [nodeB|2] (3) [nodeB, nodeC, nodeA]", "nodeC|4", []string{"nodeC", "nodeA", "nodeB"}, false},
		"the id alone":            {"[nodeA|2]", "nodeA|2", nil, false},
		"names with many signs":   {"[host-1.example:7800|12] (2) [host-1.example:7800, node 2|x]", "host-1.example:7800|12", []string{"host-1.example:7800", "node 2|x"}, false},
		"cut after 20":            {"[a|1] (30) [" + strings.Repeat("a, ", 19) + "a ...]", "a|1", nil, true},
		"cut, from a real node":   {"[nodeB|1] (2) [nodeB ...]", "nodeB|1", nil, true},
		"cut without its size":    {"[a|1] [" + strings.Repeat("a, ", 19) + "a ...]", "a|1", nil, true},
		"not connected":           {"n/a", "", nil, false},
		"no view yet":             {"null", "", nil, false},
		"no text":                 {"", "", nil, false},
		"white space":             {" [nodeB|3] [nodeB, nodeA]\n", "nodeB|3", []string{"nodeB", "nodeA"}, false},
		"a merge that breaks off": {"MergeView::[nodeB|4] [nodeB, nodeA, nodeC], subgroups=[[node", "nodeB|4", []string{"nodeB", "nodeA", "nodeC"}, false},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			v, ok := parseView(test.text)
			if !ok || v.id != test.id || !slices.Equal(v.members, test.members) || v.cut != test.cut {
				t.Errorf("%q is %+v, %v", test.text, v, ok)
			}
		})
	}
}

func TestViewsThatAreNone(t *testing.T) {
	for _, text := range []string{
		"hello", "[nodeB]", "[nodeB|x] [nodeB]", "[nodeB|1] (3) [nodeB, nodeA]", "[nodeB|1] (2) [nodeB, ]", "[nodeB|1] [nodeB,  nodeA]",
		"[nodeB|1] [nodeB, nodeA] and more", "[nodeB|1] (2) [nodeB, nodeA", "[|1] [a]", "[nodeB|1] (99999999999999999999) [nodeB]",
		"[nodeB|1] (2) []", "MergeView::[nodeB|1] [nodeB] subgroups", "[a|1] [" + strings.Repeat("x", maxNodeNameBytes+1) + "]",
		"[a|1] [" + strings.Repeat("x, ", maxMembers) + "x]", "[" + strings.Repeat("x", 1000) + "|1]",
	} {
		if v, ok := parseView(text); ok {
			t.Errorf("%.80q is a view: %+v", text, v)
		}
	}
}

func TestMembershipsOfAllGenerations(t *testing.T) {
	want := []string{"nodeA", "nodeB", "nodeC"}
	for _, text := range []string{"[nodeA, nodeB, nodeC]", "(3) nodeA,nodeB,nodeC"} {
		if v, ok := parseMembership(text); !ok || !slices.Equal(v.members, want) {
			t.Errorf("%q is %+v, %v", text, v, ok)
		}
	}
	for _, text := range []string{"(30) a,b ...", "(2) nodeB ...", "[a, b ...]"} {
		if v, ok := parseMembership(text); !ok || !v.cut || v.members != nil {
			t.Errorf("%q is not cut: %+v, %v", text, v, ok)
		}
	}
	for _, text := range []string{"", "nodeA", "(2) nodeA", "[nodeA", "[[a]]", "(x) nodeA", "3) nodeA"} {
		if v, ok := parseMembership(text); ok {
			t.Errorf("%q is a membership: %+v", text, v)
		}
	}
}

func TestIDs(t *testing.T) {
	// Given the channel and GMS of one node of 5.x, then they name it alike.
	id := parseID("1515a16d-9720-43df-b537-0250ff34f43e")
	ids := membersByID([]byte(`{"members":[{"mostSignificantBits":1519297941366391775,"leastSignificantBits":-5388835882223209410}]}`))
	if len(ids) != 1 || ids[0] != id || id == (memberID{}) {
		t.Errorf("%x is not %x", ids, id)
	}
	for _, text := range []string{"", "nodeA", "1515a16d-9720-43df-b537-0250ff34f43", "1515a16d-9720-43df-b537-0250ff34f43g"} {
		if parseID(text) != (memberID{}) {
			t.Errorf("%q is an id", text)
		}
	}
	for _, text := range []string{`{}`, `[]`, `{"members":[{}]}`, `{"members":[{"mostSignificantBits":1e30}]}`, `{"members":"x"}`} {
		if ids := membersByID([]byte(text)); ids != nil {
			t.Errorf("%s gives %x", text, ids)
		}
	}
}
