package delivery_test

import (
	"encoding/json"
	"testing"
)

// A memory of 30 nodes is written often: its size is bounded.
func TestAMemoryOf30NodesIsSmall(t *testing.T) {
	for name, lost := range map[string]bool{"all reachable": false, "parted in halves": true} {
		packed, err := json.Marshal(cluster(lost).tracker.Memory())
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d kB", name, len(packed)/1000)
		if len(packed) > 600_000 {
			t.Errorf("%s: %d bytes", name, len(packed))
		}
	}
}
