package plugin

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

func TestMetric_MastersDisagree(t *testing.T) {
	entry, known := findMetric("masters_disagree")
	if !known {
		t.Fatal("the catalogue does not have it")
	}
	says := func(address, master string) coordinator.MasterView {
		return coordinator.MasterView{Address: address, Master: master}
	}
	silent := coordinator.MasterView{Address: "http://m2:8080", Err: errors.New("refused")}
	cases := []struct {
		name    string
		masters []coordinator.MasterView
		// want is the value, or -1 where nothing is exposed.
		want float64
	}{
		{"one is configured: there is nothing to compare", []coordinator.MasterView{says("http://m1:8080", "10.0.0.1:5801")}, -1},
		{"two agree", []coordinator.MasterView{says("http://m1:8080", "10.0.0.1:5801"), says("http://m2:8080", "10.0.0.1:5801")}, 0},
		{"one of two does not answer", []coordinator.MasterView{says("http://m1:8080", "10.0.0.1:5801"), silent}, 0},
		{"one of two names nobody", []coordinator.MasterView{says("http://m1:8080", "10.0.0.1:5801"), says("http://m2:8080", "")}, 0},
		{"nobody names anybody", []coordinator.MasterView{says("http://m1:8080", ""), silent}, 0},
		{"each names itself", []coordinator.MasterView{says("http://m1:8080", "10.0.0.1:5801"), says("http://m2:8080", "10.0.0.2:5801")}, 1},
		{"three name three", []coordinator.MasterView{says("a", "x:1"), says("b", "y:1"), says("c", "z:1")}, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := reading{view: &watch.View{Snapshot: &coordinator.Snapshot{Masters: c.masters}}, cluster: "zeta"}
			samples, lacks := entry.samples(r), entry.notExposed(r)
			if c.want < 0 {
				if len(samples) != 0 || len(lacks) == 0 {
					t.Errorf("%v with reasons %v, want no sample and a reason", samples, lacks)
				}
				return
			}
			if len(samples) != 1 || samples[0].value != c.want || len(lacks) != 0 {
				t.Errorf("%v with reasons %v, want %v", samples, lacks, c.want)
			}
		})
	}
	t.Run("before the first reading nothing is exposed", func(t *testing.T) {
		r := reading{view: &watch.View{}}
		if samples, lacks := entry.samples(r), entry.notExposed(r); len(samples) != 0 || len(lacks) == 0 {
			t.Errorf("%v with reasons %v", samples, lacks)
		}
	})
}

// The texts of alerts and docs/metrics.md name causes by their codes.
func TestCatalogue_CausesMatchTheEditors(t *testing.T) {
	raw, err := os.ReadFile("../../src/model/causes.json")
	if err != nil {
		t.Fatal(err)
	}
	var named []diagnose.Cause
	if err := json.Unmarshal(raw, &named); err != nil {
		t.Fatal(err)
	}
	if own := diagnose.Causes(); !slices.Equal(named, own) {
		t.Errorf("src/model/causes.json says\n%v, and pkg/diagnose\n%v", named, own)
	}
}
