package plugin

import (
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
)

const leastSettings = `"urls":["http://master:8080"]`

func TestSettings_Defaults(t *testing.T) {
	settings, err := loadSettings(7, backend.DataSourceInstanceSettings{UID: "ds", JSONData: []byte("{" + leastSettings + "}")})
	if err != nil {
		t.Fatal(err)
	}
	if settings.Scope.OrgID != 7 || settings.Scope.DataSourceUID != "ds" || settings.Cluster != "http://master:8080" {
		t.Errorf("%+v", settings)
	}
	if settings.Policy.Enabled || settings.Policy.MinRole != "Admin" || settings.Interval != 10*time.Second || settings.StuckAfter != 3*time.Minute {
		t.Errorf("the defaults are not careful: %+v", settings)
	}
}

// The policy of the guard: what is set is in force, what is not is careful.
func TestSettings_SecondPersonAndIncidentBudget(t *testing.T) {
	for name, row := range map[string]struct {
		json     string
		second   action.SecondPerson
		incident int
	}{
		"not set":            {`{}`, action.SecondPersonOff, 50},
		"empty":              {`{"secondPerson":""}`, action.SecondPersonOff, 50},
		"off":                {`{"secondPerson":"off","incidentBudget":1000}`, action.SecondPersonOff, 1000},
		"for force stops":    {`{"secondPerson":"force-stop","incidentBudget":20}`, action.SecondPersonForceStop, 20},
		"for all":            {`{"secondPerson":"all"}`, action.SecondPersonAll, 50},
		"no incident budget": {`{"incidentBudget":0}`, action.SecondPersonOff, 0},
	} {
		settings, err := loadSettings(1, backend.DataSourceInstanceSettings{JSONData: []byte(`{"actions":` + row.json + `,` + leastSettings + `}`)})
		if err != nil || settings.Policy.SecondPerson != row.second || settings.Policy.IncidentBudget != row.incident {
			t.Errorf("%s: %v, %q and %d", name, err, settings.Policy.SecondPerson, settings.Policy.IncidentBudget)
		}
	}
}

// Bad input: each fault gives one sentence that says what to set, and no fault
// repeats a secret.
func TestSettings_Faults(t *testing.T) {
	for name, row := range map[string]struct{ json, says string }{
		"not JSON":                  {`{`, "not valid JSON"},
		"a wrong type":              {`{"urls":"http://master"}`, "urls must not be a string"},
		"no address":                {`{}`, "add the address of a master"},
		"blank addresses":           {`{"urls":["  "]}`, "add the address of a master"},
		"a password in the address": {`{"urls":["http://u:s3cret@master:8080"]}`, "holds a user or password"},
		"not a URL":                 {`{"urls":["http://u:s3cret@mas ter:%zz"]}`, "is not a URL"},
		"unknown kind":              {`{"kind":"spark",` + leastSettings + `}`, `"spark" is not known`},
		"unknown zone":              {`{"timeZone":"Mars/Base",` + leastSettings + `}`, "time zone"},
		"interval too short":        {`{"pollIntervalSeconds":1,` + leastSettings + `}`, "use 2 to 300"},
		"interval negative":         {`{"pollIntervalSeconds":-5,` + leastSettings + `}`, "use 2 to 300"},
		"timeout above deadline":    {`{"requestTimeoutSeconds":60,"pollDeadlineSeconds":8,` + leastSettings + `}`, "use 1 to 8"},
		"threshold without sense":   {`{"stuckAfterSeconds":0,` + leastSettings + `}`, "stuckAfterSeconds is 0"},
		"unknown role":              {`{"actions":{"minRole":"Owner"},` + leastSettings + `}`, "use Viewer, Editor or Admin"},
		"unknown second person":     {`{"actions":{"secondPerson":"sometimes"},` + leastSettings + `}`, `secondPerson is "sometimes": use off, force-stop or all`},
		"second person as a switch": {`{"actions":{"secondPerson":true},` + leastSettings + `}`, "actions.secondPerson must not be a bool"},
		"incident budget negative":  {`{"actions":{"incidentBudget":-1},` + leastSettings + `}`, "incidentBudget is -1: use 0 to 1000"},
		"incident budget too large": {`{"actions":{"incidentBudget":5000},` + leastSettings + `}`, "incidentBudget is 5000: use 0 to 1000"},
		"incident budget in words":  {`{"actions":{"incidentBudget":"many"},` + leastSettings + `}`, "incidentBudget must not be a string"},
		"no such threshold":         {`{"detection":{"pendingSeconds":5},` + leastSettings + `}`, "detection.pendingSeconds is 5; use 10 to 604800 seconds, or 0 for never"},
		"force as a faster cancel":  {`{"actions":{"minCancelingAgeSeconds":1},` + leastSettings + `}`, "minCancelingAgeSeconds is 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadSettings(1, backend.DataSourceInstanceSettings{JSONData: []byte(row.json)})
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Fatalf("got %v, want a sentence with %q", err, row.says)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error repeats a secret: %v", err)
			}
		})
	}
}

// An address that nobody may be led to is left out, with the reason, and stops
// nothing else.
func TestSettings_WrongUI(t *testing.T) {
	for name, row := range map[string]struct{ json, says string }{
		"a script":    {`{"uiUrl":"javascript:alert(1)",` + leastSettings + `}`, "uiUrl must begin with http:// or https://"},
		"a password":  {`{"uiUrl":"https://u:s3cret@ui.example/{jobId}",` + leastSettings + `}`, "uiUrl holds a user or password"},
		"a number":    {`{"uiUrl":8080,` + leastSettings + `}`, "uiUrl is not a text"},
		"none at all": {`{"uiUrl":null,` + leastSettings + `}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			settings, err := loadSettings(1, backend.DataSourceInstanceSettings{JSONData: []byte(row.json)})
			if err != nil || settings.UI != "" || settings.connection.hash == "" {
				t.Errorf("the coordinator is not watched, or linked to: %v, %q", err, settings.UI)
			}
			if fault := settings.UIFault; !strings.HasPrefix(fault, row.says) || (row.says == "") != (fault == "") || strings.Contains(fault, "s3cret") {
				t.Errorf("got %q, want a sentence with %q", fault, row.says)
			}
		})
	}
}

// Two data sources on one cluster share its identity, however they write it.
func TestSettings_CoordinatorIdentity(t *testing.T) {
	identity := func(json string) string {
		settings, err := loadSettings(1, backend.DataSourceInstanceSettings{JSONData: []byte(json)})
		if err != nil {
			t.Fatal(err)
		}
		return settings.Cluster
	}
	if a, b := identity(`{"urls":["http://B:8080/","http://a:8080"]}`), identity(`{"urls":["http://a:8080","http://b:8080","http://b:8080/"]}`); a != b {
		t.Errorf("%q and %q are one cluster", a, b)
	}
	if id := identity(`{"clusterId":" lake ",` + leastSettings + `}`); id != "lake" {
		t.Errorf("identity %q", id)
	}
}

// The watcher is replaced when the connection changes, and only then.
func TestSettings_ConnectionHash(t *testing.T) {
	hash := func(json string, password string) string {
		settings, err := loadSettings(1, backend.DataSourceInstanceSettings{JSONData: []byte(json), DecryptedSecureJSONData: map[string]string{"password": password}})
		if err != nil {
			t.Fatal(err)
		}
		return settings.connection.hash
	}
	base := hash(`{`+leastSettings+`}`, "a")
	if hash(`{"actions":{"enabled":true},"stuckAfterSeconds":60,"detection":{"cancelingSeconds":90},`+leastSettings+`}`, "a") != base {
		t.Error("a change of policy replaces the watcher")
	}
	for name, other := range map[string]string{
		"password": hash(`{`+leastSettings+`}`, "b"),
		"address":  hash(`{"urls":["http://other:8080"]}`, "a"),
		"zone":     hash(`{"timeZone":"Asia/Shanghai",`+leastSettings+`}`, "a"),
	} {
		if other == base {
			t.Errorf("a change of the %s keeps the watcher", name)
		}
	}
}

// S44: Grafana's own connection fields open a back door.
func TestS44_ProxyFault(t *testing.T) {
	for name, raw := range map[string]backend.DataSourceInstanceSettings{
		"url":           {URL: "http://master:8080"},
		"user":          {User: "u"},
		"basicAuth":     {BasicAuthEnabled: true},
		"basicAuthUser": {BasicAuthUser: "u"},
		"oauthPassThru": {JSONData: []byte(`{"oauthPassThru":true,` + leastSettings + `}`)},
	} {
		if raw.JSONData == nil {
			raw.JSONData = []byte("{" + leastSettings + "}")
		}
		settings, err := loadSettings(1, raw)
		if err != nil || !strings.Contains(settings.ProxyFault, name) {
			t.Errorf("%s: %v, %q", name, err, settings.ProxyFault)
		}
	}
}
