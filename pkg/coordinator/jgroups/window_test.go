package jgroups

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

func yes() *bool { keeps := true; return &keeps }
func no() *bool  { keeps := false; return &keeps }

func printed(t testing.TB, name string) string {
	t.Helper()
	var answer struct{ Value string }
	if err := json.Unmarshal([]byte(sampleFile(t, name)), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Value
}

func TestWindowsOfACapturedLoss(t *testing.T) {
	// Given nodeC, which was away while the others sent more than their buffers
	// hold. Its PendingRetransmissionRequests stood at 802.
	windows, err := parseWindows(printed(t, "emu-gclag300-stop45s.printMessages.node2.json"), yes())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]coordinator.Window{
		"nodeC": {Delivered: 1453, Received: 1453, Sent: 1453, Missing: 0},
		"nodeB": {Delivered: 481, Received: 2377, Sent: 2377, Missing: 296},
		"nodeA": {Delivered: 437, Received: 2326, Sent: 2326, Missing: 506},
	}
	if asJSON(windows) != asJSON(want) {
		t.Errorf("windows are %s, want %s", asJSON(windows), asJSON(want))
	}
	if sum := windows["nodeA"].Missing + windows["nodeB"].Missing; sum != 802 {
		t.Errorf("missing are %d, and the node counts 802", sum)
	}
	if held, ok := heldIn(windows); !ok || held != (2377-481-296)+(2326-437-506) {
		t.Errorf("held are %d, %v", held, ok)
	}
	// Without knowing whether delivered events are kept, nothing is said of it.
	windows, err = parseWindows(printed(t, "emu-gclag300-stop45s.printMessages.node2.json"), nil)
	if err != nil || windows["nodeA"].Missing != coordinator.NotKnown || windows["nodeC"].Missing != 0 {
		t.Errorf("windows are %s: %v", asJSON(windows), err)
	}
	if _, ok := heldIn(windows); ok {
		t.Error("held is told though what is missing is not known")
	}
	// And nodeA, which lost nothing, misses nothing, whatever "missing=" says.
	windows, err = parseWindows(printed(t, "emu-gclag300-stop45s.printMessages.node0.json"), yes())
	if err != nil || len(windows) != 3 || windows["nodeB"] != (coordinator.Window{Delivered: 2377, Received: 2377, Sent: 2377}) {
		t.Errorf("windows are %s: %v", asJSON(windows), err)
	}
}

func TestWindowsOfTheRecordings(t *testing.T) {
	for _, name := range []string{"jg2-window-printMessages.txt", "jg5-window-printMessages.txt"} {
		for i, line := range strings.Split(sampleFile(t, name), "\n") {
			_, text, _ := strings.Cut(line, "nodeA: ; ")
			text, rest, _ := strings.Cut(text, " | view ")
			printedView, _, _ := strings.Cut(rest, " | sent ")
			windows, err := parseWindows("nodeA:\n"+strings.ReplaceAll(text, " ; ", "\n")+"\n", yes())
			if err != nil || len(windows) < 2 {
				t.Errorf("%s line %d: %s, %v", name, i+1, asJSON(windows), err)
			}
			v, ok := parseView(printedView)
			if !ok || v.id == "" || len(v.members) < len(windows) {
				t.Errorf("%s line %d: the view %q is %+v, %v", name, i+1, printedView, v, ok)
			}
			for sender, w := range windows {
				if w.Missing > 2 || w.Missing < 0 {
					t.Errorf("%s line %d: of %s %d are missing", name, i+1, sender, w.Missing)
				}
			}
		}
	}
}

func TestWindowsByLine(t *testing.T) {
	cases := map[string]struct {
		line  string
		keeps *bool
		want  coordinator.Window
	}{
		"2.x, empty table":            {"n: [12 : 12 (12)]", yes(), coordinator.Window{Delivered: 12, Received: 12, Sent: 12}},
		"2.x, empty table and a gap":  {"n: [12 : 12 (15)]", yes(), coordinator.Window{Delivered: 12, Received: 15, Sent: 15, Missing: coordinator.NotKnown}},
		"2.x, joined later":           {"n: [0 : 475 (475) (size=469, missing=7, highest stability=0)]", yes(), coordinator.Window{Delivered: 475, Received: 475, Sent: 475}},
		"2.x, joined later, a gap":    {"n: [0 : 475 (480) (size=470, missing=11, highest stability=0)]", yes(), coordinator.Window{Delivered: 475, Received: 480, Sent: 480, Missing: coordinator.NotKnown}},
		"2.x, discards, a gap":        {"n: [10 : 20 (30) (size=4, missing=27, highest stability=10)]", no(), coordinator.Window{Delivered: 20, Received: 30, Sent: 30, Missing: 6}},
		"2.x, sizes that do not fit":  {"n: [10 : 20 (30) (size=40, missing=0, highest stability=10)]", yes(), coordinator.Window{Delivered: 20, Received: 30, Sent: 30, Missing: coordinator.NotKnown}},
		"5.x":                         {"n: [329 | 329 | 337] (6 elements, 2 missing)", nil, coordinator.Window{Delivered: 329, Received: 337, Sent: 337, Missing: 2}},
		"2.x, not delivered yet":      {"n: [10 : 20 (30) (size=20, missing=11, highest stability=10)]", yes(), coordinator.Window{Delivered: 20, Received: 30, Sent: 30}},
		"5.x, more than fits":         {"n: [1 | 2 | 3] (0 elements, 5 missing)", nil, coordinator.Window{Delivered: 2, Received: 3, Sent: 3, Missing: coordinator.NotKnown}},
		"5.x, printed while it moves": {"n: [1 | 2 | 3] (2 elements, -1 missing)", nil, coordinator.Window{Delivered: 2, Received: 3, Sent: 3, Missing: coordinator.NotKnown}},
		"5.x, a name with colons":     {"a: b: [1 | 2 | 3] (0 elements, 1 missing)", nil, coordinator.Window{Delivered: 2, Received: 3, Sent: 3, Missing: 1}},
		"5.x, of a large number":      {"n: [0 | 9223372036854775807 | 9223372036854775807] (0 elements, 0 missing)", nil, coordinator.Window{Delivered: 1<<63 - 1, Received: 1<<63 - 1, Sent: 1<<63 - 1}},
		"3.6, purged behind delivery": {"n: [0 | 120 | 120] (0 elements, 0 missing)", nil, coordinator.Window{Delivered: 120, Received: 120, Sent: 120}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			windows, err := parseWindows("me:\n"+test.line+"\n", test.keeps)
			if err != nil || len(windows) != 1 {
				t.Fatalf("%s: %v", asJSON(windows), err)
			}
			for _, got := range windows {
				if got != test.want {
					t.Errorf("%s is %+v, want %+v", test.line, got, test.want)
				}
			}
		})
	}
}

func TestWindowsThatAreNone(t *testing.T) {
	good := "n: [1 | 2 | 3] (0 elements, 1 missing)\n"
	for name, text := range map[string]string{
		"nothing":             "",
		"no head":             good,
		"other words":         "me:\nhello\n",
		"a line that is cut":  "me:\n" + good + "m: [1 | 2 |",
		"twice":               "me:\n" + good + good,
		"backwards":           "me:\nn: [3 | 2 | 1] (0 elements, 0 missing)\n",
		"a number too large":  "me:\nn: [1 | 2 | 99999999999999999999] (0 elements, 5 missing)\n",
		"an empty line":       "me:\n\n" + good,
		"too many":            "me:\n" + strings.Repeat(good, maxMembers+1),
		"a name too long":     "me:\n" + strings.Repeat("x", maxNodeNameBytes) + good,
		"a negative number":   "me:\nn: [-1 | 2 | 3] (0 elements, 1 missing)\n",
		"2.x with other text": "me:\nn: [1 : 2 (3) (size=1)]\n",
	} {
		if windows, err := parseWindows(text, yes()); err == nil || windows != nil {
			t.Errorf("%s: %.80q gives %s", name, text, asJSON(windows))
		}
	}
	if windows, err := parseWindows("me:\n", yes()); err != nil || len(windows) != 0 {
		t.Errorf("a node without senders: %v, %v", windows, err)
	}
}
