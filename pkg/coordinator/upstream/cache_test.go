package upstream

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// A cache in between goes on answering when the coordinator is away: its answers
// must not stand for the present.
func TestAnswersOfACacheAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		age     string
		refused bool
	}{
		"no cache":            {"", false},
		"passed through":      {"0", false},
		"a slow way":          {"2", false},
		"kept":                {"3", true},
		"kept for hours":      {" 7200 ", true},
		"no number":           {"old", false},
		"longer than a life":  {"99999999999999999999", true},
		"before it was asked": {"-5", false},
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r.Header.Get("Cache-Control")
				w.Header().Set("Age", row.age)
				_, _ = io.WriteString(w, `[]`)
			}))
			defer away.Close()
			server := New(Options{Name: "SeaTunnel", RequestTimeout: time.Minute})
			defer server.Close()
			err := server.Get(t.Context(), Call{Address: away.URL, Path: "/running-jobs", Limit: 100}, func(a *Answer) error {
				_, err := io.ReadAll(a.Body)
				return err
			})
			if refused := errors.Is(err, coordinator.ErrBadAnswer) && strings.Contains(err.Error(), "comes from a cache"); refused != row.refused || !refused && err != nil {
				t.Errorf("got %v", err)
			}
			if asked != "no-cache" {
				t.Errorf("a cache was not asked to let it through: %q", asked)
			}
		})
	}
}
