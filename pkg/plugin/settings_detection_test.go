package plugin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

func detectionSettings(detection string) (Settings, error) {
	return loadSettings(1, backend.DataSourceInstanceSettings{JSONData: []byte(`{"detection":` + detection + `,` + leastSettings + `}`)})
}

// What is set is in force, and what is not follows stuckAfterSeconds, the only
// threshold of former versions.
func TestDetection_Thresholds(t *testing.T) {
	stuckAfter := func(json string) string { return json + `,"stuckAfterSeconds":60` }
	for name, row := range map[string]struct {
		detection string
		want      diagnose.Policy
		least     time.Duration
	}{
		"not set": {`{}`, diagnose.Policy{Canceling: 3 * time.Minute, Failing: 3 * time.Minute, Savepointing: 10 * time.Minute, ParentWaiting: 3 * time.Minute}, 3 * time.Minute},
		"as before": {stuckAfter(`{}`),
			diagnose.Policy{Canceling: time.Minute, Failing: time.Minute, Savepointing: 10 * time.Minute, ParentWaiting: time.Minute}, time.Minute},
		"each its own": {stuckAfter(`{"cancelingSeconds":120,"failingSeconds":240,"savepointingSeconds":3600,"pendingSeconds":1800,"parentWaitingSeconds":300}`),
			diagnose.Policy{Canceling: 2 * time.Minute, Failing: 4 * time.Minute, Savepointing: time.Hour, Pending: 30 * time.Minute, ParentWaiting: 5 * time.Minute}, 2 * time.Minute},
		"never": {`{"cancelingSeconds":0,"failingSeconds":0,"savepointingSeconds":0,"pendingSeconds":0,"parentWaitingSeconds":0}`, diagnose.Policy{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			settings, err := detectionSettings(row.detection)
			if err != nil {
				t.Fatal(err)
			}
			got := settings.Detection
			if got.Settle != time.Minute || got.SavepointStall != 10*time.Minute || got.Least() != row.least {
				t.Errorf("%+v, least %s", got, got.Least())
			}
			got.Settle, got.SavepointStall = 0, 0
			if fmt.Sprint(got) != fmt.Sprint(row.want) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestDetection_Maintenance(t *testing.T) {
	settings, err := detectionSettings(`{"maintenance":[
		{"from":"2026-11-22T22:00:00+01:00","to":"2026-11-23T04:00:00Z","reason":" upgrade to 2.3.13 "},
		{"days":["Mon","fri","mon"],"from":"22:00","to":"04:00","timeZone":"Europe/Berlin","reason":"backup"}
	]}`)
	if err != nil || len(settings.Detection.Maintenance) != 2 {
		t.Fatalf("%+v, %v", settings.Detection, err)
	}
	first, second := settings.Detection.Maintenance[0], settings.Detection.Maintenance[1]
	if first.Reason != "upgrade to 2.3.13" || first.To.Sub(first.From) != 7*time.Hour || first.Weekly != nil {
		t.Errorf("%+v", first)
	}
	if weekly := second.Weekly; weekly == nil || fmt.Sprint(weekly.Days) != "[Monday Friday]" || weekly.From != 22*60 || weekly.To != 4*60 || weekly.Zone.String() != "Europe/Berlin" {
		t.Errorf("%+v", second.Weekly)
	}
}

// Each fault gives one sentence that says what to set.
func TestDetection_Faults(t *testing.T) {
	window := func(json string) string { return `{"maintenance":[` + json + `]}` }
	weekly := func(change string) string {
		return window(`{"days":["mon"],"from":"02:00","to":"04:00","timeZone":"UTC","reason":"backup"` + change + `}`)
	}
	everyDay := `"days":["mon","tue","wed","thu","fri","sat","sun"],"timeZone":"UTC","reason":"x"`
	for name, row := range map[string]struct{ json, says string }{
		"too short":                 {`{"cancelingSeconds":9}`, "detection.cancelingSeconds is 9; use 10 to 604800 seconds, or 0 for never"},
		"negative":                  {`{"failingSeconds":-1}`, "detection.failingSeconds is -1"},
		"too long":                  {`{"parentWaitingSeconds":604801}`, "detection.parentWaitingSeconds is 604801"},
		"in words":                  {`{"savepointingSeconds":"long"}`, "detection.savepointingSeconds must not be a string"},
		"too many windows":          {window(strings.Repeat(`{"from":"","to":"","reason":"x"},`, 20) + `{}`), "has 21 windows; use at most 20"},
		"no reason":                 {weekly(`,"reason":" "`), "maintenance window 1 of detection.maintenance: its reason has 0 characters"},
		"a long reason":             {weekly(`,"reason":"` + strings.Repeat("ä", 201) + `"`), "its reason has 201 characters; say in 1 to 200"},
		"without a zone":            {window(`{"from":"2026-11-22T02:00:00","to":"2026-11-22T04:00:00","reason":"x"}`), "write a time with its zone like 2026-11-22T02:00:00+01:00"},
		"an end that is no time":    {window(`{"from":"2026-11-22T02:00:00Z","to":"tomorrow","reason":"x"}`), `its to is "tomorrow"`},
		"ends before it begins":     {window(`{"from":"2026-11-22T04:00:00Z","to":"2026-11-22T02:00:00Z","reason":"x"}`), "must be before its to"},
		"ends as it begins":         {window(`{"from":"2026-11-22T03:00:00+01:00","to":"2026-11-22T02:00:00Z","reason":"x"}`), "must be before its to"},
		"a wrong year":              {window(`{"from":"2026-11-22T02:00:00Z","to":"2027-11-22T02:00:00Z","reason":"x"}`), "lasts longer than 31 days"},
		"a zone without days":       {window(`{"from":"2026-11-22T02:00:00Z","to":"2026-11-22T04:00:00Z","timeZone":"UTC","reason":"x"}`), "it has a time zone and no days"},
		"a day that is not known":   {weekly(`,"days":["mon","thursday"]`), `the day "thursday" is not known; use sun, mon, tue, wed, thu, fri, sat`},
		"a zone that is not known":  {weekly(`,"timeZone":"Mars/Base"`), `the time zone "Mars/Base" is not known; use a name such as Europe/Berlin`},
		"no zone":                   {weekly(`,"timeZone":""`), `the time zone "" is not known`},
		"this machine's zone":       {weekly(`,"timeZone":"Local"`), `the time zone "Local" is not known`},
		"not a time of day":         {weekly(`,"from":"2am"`), `its from is "2am"; write a time of day like 02:00`},
		"no such time of day":       {weekly(`,"to":"24:00"`), `its to is "24:00"; write a time of day`},
		"one digit":                 {weekly(`,"from":"2:00"`), `its from is "2:00"`},
		"no time at all":            {weekly(`,"to":"02:00"`), "its from and to are both 02:00"},
		"windows for the whole day": {window(`{` + everyDay + `,"from":"00:00","to":"12:00"},{` + everyDay + `,"from":"12:00","to":"00:00"}`), "leave no time free"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := detectionSettings(row.json)
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Fatalf("got %v, want a sentence with %q", err, row.says)
			}
		})
	}
}
