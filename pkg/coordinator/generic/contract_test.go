package generic

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// contract is what the tests need of contract/coordinator.yaml.
type contract struct {
	Paths      map[string]any
	Components struct {
		Schemas map[string]struct {
			Enum       []string
			Pattern    string
			Properties map[string]any
		}
	}
}

func readContract(t *testing.T) contract {
	t.Helper()
	text, err := os.ReadFile("../../../contract/coordinator.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c contract
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestContract_EveryFieldIsRead(t *testing.T) {
	// Given the contract's fields, each in turn with a value of a wrong type
	notRead := map[string]string{"Info.startedAt": "for people who read /info"}
	schemas := readContract(t).Components.Schemas
	for schema, around := range map[string]struct{ path, before, after string }{
		"Info":         {"/info", `{`, `}`},
		"Capabilities": {"/info", `{"capabilities":{`, `}}`},
		"Members":      {"/members", `{`, `}`},
		"Member":       {"/members", `{"members":[{`, `}]}`},
		"JobPage":      {"/jobs", `{`, `}`},
		"Job":          {"/jobs", `{"jobs":[{`, `}]}`},
		"Deliveries":   {"/delivery", `{`, `}`},
		"Delivery":     {"/delivery", `{"deliveries":[{`, `}]}`},
	} {
		fields := schemas[schema].Properties
		if len(fields) == 0 {
			t.Errorf("the contract has no %s", schema)
		}
		for field := range fields {
			if notRead[schema+"."+field] != "" {
				continue
			}
			// When it comes, then the adapter names the field: it reads it.
			f := newFake(t).on(around.path, answer(200, around.before+`"`+field+`":[[["wrong"]]]`+around.after))
			got, err := newTestClient(t, nil, f).Snapshot(t.Context())
			said := ""
			if err != nil {
				said = err.Error()
			} else {
				said = strings.Join(got.Notes, " ")
			}
			// A list is read into its elements, which are then of a wrong type.
			isList := slices.Contains([]string{"members", "jobs", "deliveries", "nodes", "restoring"}, field)
			if !strings.Contains(said, field+" is a list") && (!isList || !strings.Contains(said, "is a list, not")) {
				t.Errorf("%s.%s is not read: %s", schema, field, said)
			}
		}
	}
}

func TestContract_StatesAndIDs(t *testing.T) {
	schemas := readContract(t).Components.Schemas
	words := schemas["State"].Enum
	for _, word := range words {
		if word != string(stateOf(word)) {
			t.Errorf("the state %s is read as %s", word, stateOf(word))
		}
	}
	for _, state := range coordinator.States() {
		if state != coordinator.StateLost && !slices.Contains(words, string(state)) {
			t.Errorf("the contract has no word for %s", state)
		}
	}
	if schemas["Id"].Pattern != "^[A-Za-z0-9_:~-][A-Za-z0-9._:~-]*$" {
		t.Errorf("the contract's pattern of ids is %s: look at isID", schemas["Id"].Pattern)
	}
	for _, id := range []string{"", ".", "..", ".a", "a/b", "a b", "a%2f", "ä", "a\x00", "a?b", "a#b", "@", "[", "`", "{"} {
		if isID(id) {
			t.Errorf("%q is no id", id)
		}
	}
	for _, id := range []string{"0", "a", "Z", "_", ":", "~", "-", "a.", "9.z:Z~_-"} {
		if !isID(id) {
			t.Errorf("%q is an id", id)
		}
	}
}

func TestContract_Routes(t *testing.T) {
	paths := readContract(t).Paths
	for _, path := range []string{pathInfo, pathMembers, pathJobs, pathJobs + "/{id}", pathJobs + "/{id}" + pathCancel, pathJobs + "/{id}" + pathForceStop, pathDelivery} {
		if paths[path] == nil {
			t.Errorf("the contract has no route %s", path)
		}
	}
	if len(paths) != 7 {
		t.Errorf("the contract has %d routes", len(paths))
	}
}
