package timeline

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

const (
	// zoneStep is the smallest difference between two time zones in use.
	zoneStep = 15 * time.Minute
	// zoneSpan is the greatest: UTC-12 to UTC+14.
	zoneSpan = 26 * time.Hour
	// idLength is how many hex digits of the hash name an episode: 64 bits,
	// so that even 10 million episodes of one cluster hardly ever collide.
	idLength = 16
)

// sameJob tells whether two create times read under one job id belong to one
// job. A create time that one reading did not tell cannot tell them apart.
// Coordinators print create times without a zone, and each member prints its
// own: where zoneMayDiffer, times that differ by a possible difference of
// zones are the same. Otherwise any difference is another job.
func sameJob(a, b time.Time, zoneMayDiffer bool) bool {
	if a.IsZero() || b.IsZero() || a.Equal(b) {
		return true
	}
	if !zoneMayDiffer {
		return false
	}
	difference := a.Sub(b).Abs()
	return difference <= zoneSpan && difference%zoneStep == 0
}

// episodeID names an episode from what makes it one. Where it began belongs to
// it beside Since: after the masters A, B and A again, the third episode has
// the first one's Since by inheritance and must not be taken for it.
func episodeID(e Episode, began time.Time) string {
	text := strings.Join([]string{
		string(e.Job),
		strconv.FormatInt(e.CreateTime.Unix(), 10),
		string(e.State),
		strconv.FormatInt(e.Since.UnixNano(), 10),
		e.Master,
		strconv.FormatInt(began.UnixNano(), 10),
	}, "\n")
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:idLength]
}
