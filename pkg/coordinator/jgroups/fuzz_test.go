package jgroups

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// The decoders face whatever stands at a configured address. For every body they
// never panic; what they give is bounded and can be written as JSON; a node with
// an error has no figure; an error is a coordinator.Error of a bounded length.

// bodies answers the n-th request with the n-th body, the last one for ever,
// without a network.
type bodies struct{ all [][]byte }

func (b *bodies) RoundTrip(request *http.Request) (*http.Response, error) {
	body := b.all[0]
	if len(b.all) > 1 {
		b.all = b.all[1:]
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Request: request,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// fuzzNow is a fixed clock, so that samples stay as old as they are.
func fuzzNow() time.Time { return time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC) }

// fuzzRead reads one node to which the bodies are answered.
func fuzzRead(t testing.TB, kind Kind, all ...[]byte) coordinator.Node {
	t.Helper()
	s, err := New(Config{Kind: kind, PrometheusURL: "http://p", Nodes: []NodeConfig{{Name: "nodeA", URL: "http://a", Instance: "a:9404"}}, Windows: true, Username: testUser, Password: testPassword})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.config.Now = fuzzNow
	s.use(upstream.New(upstream.Options{Name: sourceName, Credentials: s.config.credentials(), RequestTimeout: testTimeout, Reads: func(http.RoundTripper) http.RoundTripper { return &bodies{all} }, Now: fuzzNow}))
	return read1(t, s)
}

// longestError is far more than any sentence of ours with an address, a path
// and what it quotes.
const longestError = 1500

func checkError(t testing.TB, err error) {
	t.Helper()
	var failure *coordinator.Error
	text := err.Error()
	switch {
	case !errors.As(err, &failure):
		t.Errorf("the error is no coordinator.Error: %T %v", err, err)
	case len(text) > longestError:
		t.Errorf("the error has %d bytes: %.200q…", len(text), text)
	case !utf8.ValidString(text):
		t.Errorf("the error is no UTF-8: %q", text)
	case strings.ContainsAny(text, "\x00\x1b\r\n"):
		t.Errorf("the error has control characters: %q", text)
	}
}

// checkNode checks what holds for every reading.
func checkNode(t testing.TB, n coordinator.Node) {
	t.Helper()
	if n.Err != nil {
		checkError(t, n.Err)
		checkEmpty(t, n)
		return
	}
	if _, err := json.Marshal(n); err != nil {
		t.Errorf("a node cannot be written: %v", err)
	}
	for _, figure := range []*int64{n.Sent, n.SentLimit, n.Gaps, n.Held, n.RequestsReceived, n.ResponsesSent, n.RequestsSent, n.ResponsesReceived} {
		if figure != nil && *figure < 0 {
			t.Errorf("a figure is negative: %s", told(n))
		}
	}
	if len(n.View) > maxMembers || len(n.Windows) > maxMembers || len(n.ViewID) > 3*maxNodeNameBytes || len(n.Dialect) > 2*maxNodeNameBytes {
		t.Errorf("a node is not bounded: %s", told(n))
	}
	for _, member := range n.View {
		if member == "" || len(member) > maxNodeNameBytes+100 {
			t.Errorf("a member is %q", member)
		}
	}
	checkWindows(t, n.Windows)
}

func checkWindows(t testing.TB, windows map[string]coordinator.Window) {
	t.Helper()
	for sender, w := range windows {
		if w.Delivered < 0 || w.Delivered > w.Received || w.Received > w.Sent || w.Missing < coordinator.NotKnown || w.Missing > w.Received-w.Delivered {
			t.Errorf("the window of %q is %+v", sender, w)
		}
	}
}

func FuzzJolokiaBulk(f *testing.F) {
	search := []byte(`[{"request":{"type":"search","mbean":"jgroups:*"},"status":200,"value":[` +
		strings.Join([]string{asJSON(mbeanNAKACK), asJSON(mbeanGMS), asJSON(mbeanChannel)}, ",") + `]}]`)
	two := &found{generation: &generation2, cluster: "cloverCluster", protocol: mbeanNAKACK, channel: mbeanChannel, members: mbeanGMS}
	v := jvm2(f)
	v.operation = "nodeA:\nnodeA: [137 : 437 (2326) (size=1683, missing=644, highest stability=137)]\n"
	whole := asJSON(v.answerAll(two.asks(habits{}, true)))
	f.Add([]byte(whole))
	f.Add([]byte(whole[:len(whole)/2]))
	f.Add(search)
	f.Add([]byte(`{"status":403,"error":"no","error_type":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		checkNode(t, fuzzRead(t, KindJolokia, search, body))
		checkNode(t, fuzzRead(t, KindJolokia, body, []byte(whole)))
	})
}

// FuzzJolokiaAttributes fuzzes the values of the newest generation, which has
// most kinds of them.
func FuzzJolokiaAttributes(f *testing.F) {
	for _, name := range []string{"jg5-jolokia-read-NAKACK2.json", "jg36-jolokia-bulk-NAKACK2-FD_ALL.json", "jg5-jolokia-read-GMS.json", "jg5-jolokia-read-channel.json"} {
		content := strings.TrimPrefix(sampleFile(f, name), "[")
		var e rawEntry
		decoder := json.NewDecoder(strings.NewReader(content))
		var read struct{ Value json.RawMessage }
		if err := decoder.Decode(&read); err != nil {
			f.Fatal(err)
		}
		e.Value = []byte(read.Value)
		f.Add([]byte(e.Value))
	}
	five := &found{generation: &generation3, cluster: "c", protocol: mbeanNAKACK2}
	f.Fuzz(func(t *testing.T, value []byte) {
		entries := []entry{{value: []byte(`{"StartTime":1}`)}, {value: value}, {value: value}, {value: value}, {value: value}}
		r, _, err := five.decode(target{name: "nodeA"}, entries)
		if err != nil {
			return
		}
		r.hideNames(upstream.NewSecrets(upstream.Credentials{}))
		all := []reading{r}
		newNames().resolve(all)
		checkNode(t, all[0].node)
	})
}

func FuzzExporterText(f *testing.F) {
	for _, name := range []string{"jg2-exporter-rules.prom", "jg5-exporter-rules.prom"} {
		content := sampleFile(f, name) + "\n"
		f.Add([]byte(content))
		f.Add([]byte(content[:len(content)/2]))
	}
	f.Add([]byte(unruled))
	f.Fuzz(func(t *testing.T, body []byte) { checkNode(t, fuzzRead(t, KindExporter, body)) })
}

func FuzzPromQLAnswer(f *testing.F) {
	good := promBody("a:9404", fuzzNow(), "jg2-exporter-rules.prom", f)
	f.Add([]byte(good))
	f.Add([]byte(good[:len(good)/2]))
	f.Add([]byte(`{"status":"error","errorType":"bad_data","error":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) { checkNode(t, fuzzRead(t, KindPrometheus, body)) })
}

func FuzzView(f *testing.F) {
	for _, text := range []string{"[nodeB|3] [nodeB, nodeA]", "[a|1] (2) [a, b ...]", "(3) a,b,c", "MergeView::[nodeC|4] (1) [nodeC], 2 subgroups: [nodeB|3]", "[nodeA, nodeB]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, parse := range map[string]func(string) (view, bool){"view": parseView, "membership": parseMembership} {
			v, ok := parse(text)
			if !ok && v.members != nil || v.cut && v.members != nil || len(v.members) > maxMembers {
				t.Errorf("%s: %q is %+v, %v", name, text, v, ok)
			}
			if !ok || v.members == nil || strings.Contains(strings.Join(v.members, ""), ", ") {
				continue
			}
			// What was read is read again from what it says.
			again, ok := parseMembership("[" + strings.Join(v.members, ", ") + "]")
			if name == "view" && (!ok || len(again.members) != len(v.members)) && !strings.HasSuffix(text, "...]") {
				t.Errorf("%q is read again as %+v", text, again)
			}
		}
	})
}

func FuzzWindows(f *testing.F) {
	names, _ := filepath.Glob(filepath.Join("testdata", "*printMessages*.json"))
	for _, name := range names {
		f.Add(printed(f, filepath.Base(name)), true)
	}
	f.Fuzz(func(t *testing.T, text string, keeps bool) {
		windows, err := parseWindows(text, &keeps)
		if (err == nil) != (windows != nil) {
			t.Errorf("%q: %v and %v", text, windows, err)
		}
		checkWindows(t, windows)
		if held, ok := heldIn(windows); ok && held < 0 {
			t.Errorf("%q: %d are held", text, held)
		}
	})
}
