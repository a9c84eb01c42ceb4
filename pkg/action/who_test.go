package action_test

import (
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/action"
)

// S20, S21: who may act and who may read.
func TestS21_WhoMayActAndRead(t *testing.T) {
	for name, row := range map[string]struct {
		actor     *action.Actor
		allowList []string
		act, read bool
	}{
		"nobody signed in":            {nil, nil, false, false},
		"a user without login":        {&action.Actor{Role: "Admin"}, nil, false, false},
		"a login of blanks":           {&action.Actor{Login: "  ", Role: "Admin"}, nil, false, false},
		"public dashboard":            {&action.Actor{Login: "service", Role: "Admin"}, nil, false, false},
		"alert evaluation":            {&action.Actor{Login: "grafana_scheduler", Role: "Admin"}, nil, false, false},
		"service account":             {&action.Actor{Login: "sa-1-robot", Role: "Admin"}, nil, false, false},
		"service account, upper case": {&action.Actor{Login: "SA-1-robot", Role: "Admin"}, nil, false, false},
		"viewer":                      {&action.Actor{Login: "vera", Role: "Viewer"}, nil, false, false},
		"editor":                      {&action.Actor{Login: "egon", Role: "Editor"}, nil, false, true},
		"no role":                     {&action.Actor{Login: "nina", Role: "None"}, nil, false, false},
		"a role of tomorrow":          {&action.Actor{Login: "tom", Role: "Emperor"}, nil, false, false},
		"admin":                       {anna, nil, true, true},
		"admin on the list":           {anna, []string{"anna"}, true, true},
		"admin not on the list":       {anna, []string{"otto"}, false, true},
		"the list is exact":           {&action.Actor{Login: "ANNA", Role: "Admin"}, []string{"anna"}, false, true},
		"editor on the list":          {&action.Actor{Login: "egon", Role: "Editor"}, []string{"egon"}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			policy := action.DefaultPolicy()
			policy.AllowedLogins = row.allowList
			if refusal := action.May(row.actor, policy); (refusal == nil) != row.act {
				t.Errorf("act: %v", refusal)
			}
			if refusal := action.MayRead(row.actor, policy); (refusal == nil) != row.read {
				t.Errorf("read: %v", refusal)
			}
		})
	}
}
