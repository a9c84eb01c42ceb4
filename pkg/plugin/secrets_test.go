package plugin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// marked are secrets that must not turn up anywhere but in requests.
type marked struct {
	password, clientKey, clientCert, storePassword string
}

// forms gives what to look for: each secret as it is, in JSON, in base64 and
// URL-encoded, and the header that is made of user and password.
func (m marked) forms() map[string]string {
	forms := map[string]string{}
	for name, secret := range map[string]string{"password": m.password, "store password": m.storePassword, "basic authentication": "unjam:" + m.password} {
		quoted, _ := json.Marshal(secret)
		forms[name] = secret
		forms[name+" in JSON"] = strings.Trim(string(quoted), `"`)
		forms[name+" in base64"] = strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")
		forms[name+" in base64 for URLs"] = base64.RawURLEncoding.EncodeToString([]byte(secret))
		forms[name+" in a query"] = url.QueryEscape(secret)
		forms[name+" in a path"] = url.PathEscape(secret)
	}
	// Any line of a key gives it away in part.
	for name, text := range map[string]string{"client key": m.clientKey, "client certificate": m.clientCert} {
		for i, line := range strings.Split(text, "\n") {
			if len(line) > 20 && !strings.HasPrefix(line, "-----") {
				forms[fmt.Sprintf("%s, line %d", name, i)] = line
				forms[fmt.Sprintf("%s, line %d, for URLs", name, i)] = url.QueryEscape(line)
			}
		}
	}
	return forms
}

// clientPair makes a client's certificate and key.
func clientPair(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "unjam"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

// heap is everything that left the plugin.
type heap struct {
	t     *testing.T
	texts map[string]string
}

func (h *heap) add(name, text string) { h.texts[name] += text + "\n" }

// search looks for every form of every secret.
func (h *heap) search(secrets marked) {
	h.t.Helper()
	for where, text := range h.texts {
		for what, form := range secrets.forms() {
			if at := strings.Index(text, form); at >= 0 {
				h.t.Errorf("%s holds the %s: …%.300q", where, what, text[max(0, at-100):])
			}
		}
	}
}

// collect asks everything that can be asked.
func (h *heap) collect(r *rig, phase string) {
	h.t.Helper()
	queries := []backend.DataQuery{{RefID: "jobs", JSON: []byte(`{"queryType":"jobs"}`)}, {RefID: "wrong", JSON: []byte(`{"queryType":"none"}`)}}
	for _, entry := range catalogue() {
		queries = append(queries, backend.DataQuery{RefID: entry.Name, JSON: []byte(`{"queryType":"metric","metric":"` + entry.Name + `"}`)})
	}
	for name, headers := range map[string]map[string]string{"panel": nil, "alert": fromAlert} {
		response, err := r.datasource.QueryData(h.t.Context(), &backend.QueryDataRequest{PluginContext: pluginContext(nil), Headers: headers, Queries: queries})
		if err != nil {
			h.t.Fatal(err)
		}
		for ref, one := range response.Responses {
			text, err := one.MarshalJSON()
			if err != nil {
				h.t.Fatal(err)
			}
			h.add(phase+": frames of "+ref+" for "+name, string(text)+fmt.Sprint(one.Error))
		}
	}
	result, err := r.datasource.CheckHealth(h.t.Context(), &backend.CheckHealthRequest{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.add(phase+": health", result.Message+string(result.JSONDetails))
	for _, route := range routeCases() {
		r.later.Add(int64(10 * time.Second))
		got := r.call(admin, route.method, route.path, route.body, intent(route.intent))
		h.add(phase+": "+route.method+" "+route.path, got.raw+fmt.Sprint(got.headers))
	}
	h.add(phase+": export as JSON lines", r.call(admin, "GET", "/audit/export?format=jsonl", "", nil).raw)
}

// echoes are the ways in which a coordinator gives back what it was sent.
func echoes(secrets marked) map[string]func(w http.ResponseWriter, r *http.Request) bool {
	all := func(r *http.Request) string {
		header := r.Header.Get("Authorization")
		encoded := base64.StdEncoding.EncodeToString([]byte(secrets.password))
		return strings.Join([]string{header, secrets.password, encoded, url.QueryEscape(secrets.password), url.PathEscape(secrets.password)}, " ")
	}
	jsonError := func(status int) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Echo", r.Header.Get("Authorization"))
			w.WriteHeader(status)
			writeJSON(w, map[string]string{"status": "fail", "message": all(r)})
			return true
		}
	}
	return map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"500": jsonError(500), "401": jsonError(401), "404": jsonError(404), "503": jsonError(503),
		"a redirect": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header()["Location"] = []string{"http://unjam:" + url.QueryEscape(secrets.password) + "@elsewhere.example/" + url.PathEscape(secrets.password) + "?token=" + url.QueryEscape(secrets.password)}
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		},
		"an encoding": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header()["Content-Encoding"] = []string{strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")}
			_, _ = w.Write([]byte("{}"))
			return true
		},
		"broken JSON": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"projectVersion":%q,"workers":%q,"jobId":%q}`, all(r), secrets.password, secrets.password)
			return true
		},
		"HTML": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(500)
			_, _ = w.Write([]byte("<html>" + all(r)))
			return true
		},
	}
}

// Marked secrets never leave: not in frames, errors, health, plans, the audit
// trail, exports, logs, traces or the store's file, also when the coordinator
// echoes them in names, bodies, headers and redirects.
func TestSecretsNeverLeave(t *testing.T) {
	secrets := marked{password: `Pa55-MARK+w/ö"<&%rd`, storePassword: "St0re-MARK+w/rd"}
	secrets.clientCert, secrets.clientKey = clientPair(t)
	double := newCoordinatorDouble(t)
	double.server.Close()
	double.server = httptest.NewUnstartedServer(http.HandlerFunc(double.serve))
	double.server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	double.server.StartTLS()
	t.Cleanup(double.server.Close)
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: double.server.Certificate().Raw}))

	r := newRig(t, quiet)
	r.double = double
	settings := map[string]any{
		"urls": []string{double.server.URL}, "workerUrls": []string{double.server.URL}, "clusterId": "lake", "username": "unjam", "pollIntervalSeconds": 2, "requestTimeoutSeconds": 2, "pollDeadlineSeconds": 2,
		"actions": map[string]any{"enabled": true, "minCancelingAgeSeconds": 30, "masterSettleSeconds": 10},
	}
	secure := func(raw *backend.DataSourceInstanceSettings) {
		raw.DecryptedSecureJSONData = map[string]string{"password": secrets.password, "tlsCACert": authority, "tlsClientCert": secrets.clientCert, "tlsClientKey": secrets.clientKey}
	}
	r.datasource.Dispose()
	r.datasource = r.openWith(settings, secure)
	h := &heap{t: t, texts: map[string]string{}}

	// A name with everything in it, and a stop whose answer repeats it.
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("unjam:"+secrets.password))
	double.set(func(c *coordinatorDouble) {
		c.name = secrets.password + " " + basic + " " + url.QueryEscape(secrets.password)
		c.extra = func(w http.ResponseWriter, r *http.Request) bool {
			anonymous := r.Header.Get("Authorization") == "" && r.Method == "GET" // the health check tries it
			if !anonymous && r.Header.Get("Authorization") != basic || len(r.TLS.PeerCertificates) != 1 {
				t.Errorf("the request came without credentials: %v", r.Header)
			}
			if r.URL.Path != "/stop-job" {
				return false
			}
			w.Header().Set("X-Echo", basic)
			c.requests = append(c.requests, "stop")
			_, _ = fmt.Fprintf(w, `{"jobId":%q,"received":%q,"password":%q}`, stuckJob, basic, secrets.password)
			c.state = "CANCELED"
			return true
		}
	})
	r.waitForState("RUNNING")
	r.settleMaster()
	plan := r.makePlan("cancel")
	h.add("plan", plan.raw)
	h.add("refused confirm", r.call(admin, "POST", "/actions/"+plan.body["id"].(string)+"/confirm", `{"phrase":"wrong","reason":"stuck since the deploy","acknowledged":[]}`, intent("cancel")).raw)
	h.add("confirm", r.confirmPlan(plan).raw)
	h.add("action", r.follow(plan.body["id"].(string)).raw)
	h.collect(r, "echo in names")

	for name, echo := range echoes(secrets) {
		double.set(func(c *coordinatorDouble) { c.extra, c.state = echo, "RUNNING" })
		// Another deadline is another connection: it is polled at once.
		settings["pollDeadlineSeconds"] = settings["pollDeadlineSeconds"].(int) + 1
		r.datasource.Dispose()
		r.datasource = r.openWith(settings, secure)
		r.waitFor("a failed poll: "+name, func(view *watch.View) bool { return view.PollErrors > 0 })
		h.collect(r, name)
	}

	// Settings that cannot be used, and a store that cannot be opened.
	for name, change := range map[string]func(*backend.DataSourceInstanceSettings){
		"a key that is none": func(raw *backend.DataSourceInstanceSettings) {
			secure(raw)
			raw.DecryptedSecureJSONData["tlsClientKey"] = strings.ReplaceAll(secrets.clientKey, "PRIVATE", "PUBLIC")
		},
		"a password in the address": func(raw *backend.DataSourceInstanceSettings) {
			raw.JSONData = []byte(`{"urls":["https://unjam:` + url.PathEscape(secrets.password) + `@master:8080"]}`)
		},
		"a password in place of an address": func(raw *backend.DataSourceInstanceSettings) {
			encoded, _ := json.Marshal(map[string]any{"urls": []string{secrets.password}})
			raw.JSONData = encoded
		},
	} {
		result := r.health(settings, change)
		h.add("health with "+name, result.Message+string(result.JSONDetails))
		if result.Status != backend.HealthStatusError && name != "a password in place of an address" {
			t.Errorf("%s is healthy: %s", name, result.Message)
		}
	}
	location := "postgres://unjam:" + url.QueryEscape(secrets.storePassword) + "@127.0.0.1:1/unjam"
	opened, err := store.Open(t.Context(), location)
	if err == nil {
		t.Fatalf("a store was opened where none is: %s", opened.Location())
	}
	h.add("the store's error", err.Error()+" "+store.Redact(location))
	before := r.process
	r.changeProcess(func(p *Process) { p.Store, p.StoreErr, p.StoreLocation = nil, err, store.Redact(location) })
	r.datasource.Dispose()
	r.datasource = r.openWith(settings, secure)
	h.collect(r, "without a store")
	r.process = before

	h.add("log", r.log.text())
	folder := filepath.Dir(strings.TrimPrefix(r.store.Location(), "sqlite:"))
	files, err := os.ReadDir(folder)
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		h.add("the store's file "+file.Name(), string(content))
	}
	for _, span := range r.spans.GetSpans() {
		h.add("traces", fmt.Sprintf("%+v", span))
	}
	for _, name := range []string{"unjam.poll", "unjam.plan", "unjam.confirm", "unjam.act", "GET /running-jobs", "POST /stop-job"} {
		if !strings.Contains(h.texts["traces"], "Name:"+name+" ") {
			t.Errorf("no span %s was made", name)
		}
	}
	h.add("metrics", r.ownMetrics())
	if len(h.texts["log"]) < 100 || len(h.texts["echo in names: frames of jobs for panel"]) < 100 || !strings.Contains(h.texts["echo in names: GET /audit"], "[hidden]") || !strings.Contains(h.texts["500: health"], "500") {
		t.Error("the run has not shown what it was to show")
	}
	if !strings.Contains(h.texts["echo in names: GET /audit"], string(action.AuditAnswer)) {
		t.Error("there is no answer in the audit trail")
	}
	h.search(secrets)
}
