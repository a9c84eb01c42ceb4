package jgroups

import (
	"math"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func TestNumbersInEveryKind(t *testing.T) {
	nothing := int64(-1)
	for text, want := range map[string]int64{
		`1333`: 1333, ` 1333 `: 1333, `"1333"`: 1333, `" 7 "`: 7, `0`: 0, `"0"`: 0, `9223372036854775807`: math.MaxInt64, `1.5E3`: 1500, `161.0`: 161,
		`{"andDecrement":1,"opaque":0,"andIncrement":0,"plain":0,"acquire":0}`: 0,
		`{"andDecrement":8,"opaque":7,"andIncrement":7,"plain":7,"acquire":7}`: 7,
		`{"andDecrement":8,"opaque":8,"andIncrement":7,"plain":7,"acquire":7}`: 7,
		`{"andDecrement":8,"opaque":7,"andIncrement":7,"plain":8,"acquire":9}`: nothing,
		`{"andDecrement":8,"andIncrement":7}`:                                  nothing,
		`{"plain":7}`:                                                          nothing,
		`{"plain":"7","opaque":[7],"acquire":null}`:                            nothing,
		`{"plain":-7,"opaque":-7}`:                                             nothing,
		`null`:                                                                 nothing,
		`-1`:                                                                   nothing,
		`"-1"`:                                                                 nothing,
		`0.5`:                                                                  nothing,
		`1e300`:                                                                nothing,
		`"NaN"`:                                                                nothing,
		`"Infinity"`:                                                           nothing,
		``:                                                                     nothing,
		`{}`:                                                                   nothing,
		`{"count":7,"average":1.5}`:                                            nothing,
		`9223372036854775808`:                                                  nothing,
	} {
		got, err := count("x", jsontext.Value(text))
		switch {
		case err != nil:
			t.Errorf("%s: %v", text, err)
		case want == nothing && got != nil:
			t.Errorf("%s is %d, and it tells no number", text, *got)
		case want != nothing && (got == nil || *got != want):
			t.Errorf("%s is %v, want %d", text, got, want)
		}
	}
	for _, text := range []string{`true`, `[1]`, `"abc"`, `"ERROR: no"`, `""`, `"1,333"`} {
		if got, err := count("CurrentSeqno", jsontext.Value(text)); err == nil || got != nil {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestALimitOfNothingIsNone(t *testing.T) {
	for text, want := range map[string]bool{"0": false, "-1": false, "1": true} {
		told, _, err := generation2.decodeProtocol(jsontext.Value(`{"GcLag":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		node := coordinator.Node{}
		if told.into(&node); (node.SentLimit != nil) != want {
			t.Errorf("a limit of %s is %v", text, node.SentLimit)
		}
	}
}

func TestStartTimes(t *testing.T) {
	for milliseconds, want := range map[int64]string{1795365000123: "2026-11-22T16:30:00.123Z", 0: "", 253_402_300_800_000: "", math.MaxInt64: ""} {
		text := ""
		if got := startTime(&milliseconds); got != nil {
			text = got.Format("2006-01-02T15:04:05.000Z")
		}
		if text != want {
			t.Errorf("%d is %q, want %q", milliseconds, text, want)
		}
	}
	if startTime(nil) != nil {
		t.Error("no number is a time")
	}
}

func TestObjectNames(t *testing.T) {
	for text, cluster := range map[string]string{
		mbeanNAKACK: "cloverCluster",
		`jgroups:type=protocol,cluster="a,b=c",protocol=NAKACK`: "a,b=c",
		`jgroups:type=protocol,cluster="a\"b\\c\*\?\nd"`:        "a\"b\\c*?\nd",
		`jgroups:cluster=plain,type=channel`:                    "plain",
	} {
		name, ok := parseObjectName(text)
		if !ok || name.domain != "jgroups" || name.properties["cluster"] != cluster {
			t.Errorf("%s is %+v, %v", text, name, ok)
		}
		if quotedName, ok := parseObjectName("jgroups:cluster=" + quoted(cluster)); !ok || quotedName.properties["cluster"] != cluster {
			t.Errorf("%s is quoted as %s", cluster, quoted(cluster))
		}
	}
	for _, text := range []string{"", "jgroups", "jgroups:", "jgroups:x", "jgroups:=x", `jgroups:a="x`, `jgroups:a="x"y,b=c`, `jgroups:a="x\`, "jgroups:a=b,a=c", "jgroups:a=b,"} {
		if name, ok := parseObjectName(text); ok {
			t.Errorf("%q is %+v", text, name)
		}
	}
	for label, want := range map[string]string{`"name"`: "name", "name": "name", `"name`: `"name`, `"na"me`: `"na"me`, "": ""} {
		if got := unquoted(label); got != want {
			t.Errorf("%s is %s, want %s", label, got, want)
		}
	}
}
