package plugin

import (
	"fmt"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/timeline"
)

// mostBeginnings is how many beginnings a description names.
const mostBeginnings = 10

// beginnings says of a job's newest states since when they last, and how well
// that is known. It is the description of the field: a third field would be one
// more row of Grafana's state timeline for each job, and another value would
// break the colours and every mapping that a panel has.
func beginnings(episodes []timeline.Episode) string {
	var said []string
	for i := len(episodes) - 1; i >= 0 && len(said) < mostBeginnings; i-- {
		episode := episodes[i]
		if episode.Quality == "" {
			continue
		}
		said = append(said, fmt.Sprintf("%s since %s (%s)", episode.State, episode.Since.UTC().Format(time.RFC3339), episode.Quality))
	}
	return strings.Join(said, "; ")
}
