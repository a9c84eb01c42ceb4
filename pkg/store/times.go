package store

import (
	"math"
	"time"
)

// The times that fit a stored number: nanoseconds since 1970 in 64 bits.
var (
	earliestStored = time.Unix(0, math.MinInt64)
	latestStored   = time.Unix(0, math.MaxInt64)
)

// toStored gives a time as nanoseconds since 1970 (UTC); 0 stands for the zero
// time. Times outside of 1677 to 2262, which only a broken clock gives, become
// the nearest that can be stored.
func toStored(t time.Time) int64 {
	switch {
	case t.IsZero():
		return 0
	case t.Before(earliestStored):
		return math.MinInt64
	case t.After(latestStored):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// fromStored is the inverse of toStored, in UTC.
func fromStored(nanoseconds int64) time.Time {
	if nanoseconds == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds).UTC()
}
