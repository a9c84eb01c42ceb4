package timeline_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/unjam/unjam-jobs-app/pkg/timeline"
)

func TestUnsavedHistoryIsBounded(t *testing.T) {
	// Given a store that fails while jobs end by the thousands.
	const limit = 1000
	var u Unsaved
	until := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	u.Add(Changes{Opened: []Episode{{ID: "open"}}})
	for i := range limit + 100 {
		u.Add(Changes{Closed: []Episode{{ID: fmt.Sprint(i), Until: until}}, Events: []Event{{Member: fmt.Sprint(i)}}})
	}
	// Then the oldest ended ones and events go, and what lasts stays.
	if dropped := u.Trim(limit); dropped != 200 || len(u.Episodes) != limit+1 || len(u.Events) != limit {
		t.Errorf("dropped %d, %d episodes, %d events", dropped, len(u.Episodes), len(u.Events))
	}
	if u.Episodes[0].ID != "open" || u.Episodes[1].ID != "100" || u.Events[0].Member != "100" {
		t.Errorf("first: %+v", u.Episodes[:2])
	}
	u.Add(Changes{Updated: []Episode{{ID: "open", Name: "newer"}}})
	if u.Episodes[0].Name != "newer" {
		t.Error("the newest form of an episode must replace the older")
	}
}

func TestWhatCouldNotBeSavedIsKeptInItsNewestForm(t *testing.T) {
	var u Unsaved
	u.Add(Changes{Opened: []Episode{{ID: "1"}, {ID: "2"}}, Events: []Event{{Member: "first"}}})
	taken := u.Take()
	if !u.Empty() || taken.Empty() {
		t.Fatalf("left %+v, taken %+v", u, taken)
	}
	u.Add(Changes{Updated: []Episode{{ID: "2", Name: "newer"}}, Opened: []Episode{{ID: "3"}}, Events: []Event{{Member: "second"}}})
	u.PutBack(taken)
	if len(u.Episodes) != 3 || u.Episodes[1].Name != "newer" || u.Episodes[2].ID != "3" || len(u.Events) != 2 || u.Events[0].Member != "first" {
		t.Errorf("%+v", u)
	}
}
