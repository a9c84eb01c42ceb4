package truth

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/truth/recording"
)

// shown is when the coordinator's own answers first told that a job was in the
// state that it hung in: what is replayed cannot tell it earlier. It is read
// from the answers as they are, without any part of the plugin; negative where
// they never told it.
func shown(one *Case, job JobTrue) time.Duration {
	tells := tellsEnding
	if one.clover() {
		tells = tellsEndOfChild
	}
	exchanges := slices.SortedFunc(slices.Values(one.Exchanges), func(a, b recording.Exchange) int { return int(a.At - b.At) })
	before := false
	for _, exchange := range exchanges {
		is, was := tells(exchange, job.ID)
		before = before || was
		// What it told before may be of an earlier time in the state.
		if is && exchange.At+exchange.Took >= seconds(job.Since) && (before || job.Since == 0) {
			return exchange.At
		}
	}
	return -1
}

// The lists of jobs of SeaTunnel, and of running executions of CloverDX.
const (
	listOfJobs       = "/running-jobs"
	listOfExecutions = "/executions?"
)

func asksForJobs(url string) bool {
	return strings.Contains(url, listOfJobs) || strings.Contains(url, listOfExecutions)
}

// tellsEnding reads SeaTunnel's list of jobs: whether it shows the job on its
// way to an end, and whether it shows it otherwise.
func tellsEnding(exchange recording.Exchange, id string) (is, was bool) {
	if !strings.Contains(exchange.URL, listOfJobs) {
		return false, false
	}
	type told struct {
		ID     string `json:"jobId"`
		Status string `json:"jobStatus"`
	}
	var page struct{ Data []told }
	var list []told
	if json.Unmarshal([]byte(exchange.Body), &list) != nil && json.Unmarshal([]byte(exchange.Body), &page) == nil {
		list = page.Data
	}
	for _, job := range list {
		if job.ID == id {
			is = job.Status == "CANCELING" || job.Status == "FAILING"
			return is, !is
		}
	}
	return false, false
}

// tellsEndOfChild reads CloverDX's list of running executions: whether the
// parent is there without a child, and whether it is there with one.
func tellsEndOfChild(exchange recording.Exchange, id string) (is, was bool) {
	if !strings.Contains(exchange.URL, listOfExecutions) {
		return false, false
	}
	var page struct {
		Members []struct {
			RunID  json.Number `json:"runId"`
			Parent json.Number `json:"parentRunId"`
		} `json:"members"`
	}
	if json.Unmarshal([]byte(exchange.Body), &page) != nil {
		return false, false
	}
	parent := false
	for _, execution := range page.Members {
		parent = parent || execution.RunID.String() == id
		was = was || execution.Parent.String() == id
	}
	return parent && !was, was
}
