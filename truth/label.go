// Package truth replays recordings of coordinators through the whole plugin and
// compares what it said of each job with what was true.
package truth

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unjam/unjam-jobs-app/truth/recording"
)

const (
	recordingSuffix = ".jsonl.gz"
	labelSuffix     = ".truth.json"
)

// Label is what was true in a recording: who made it knows, since they provoked
// it. Jobs that it does not name were never stuck.
type Label struct {
	// Story is what happened, in a sentence or two.
	Story string    `json:"story"`
	Jobs  []JobTrue `json:"jobs"`
}

// JobTrue is what was true of a job.
type JobTrue struct {
	ID string `json:"id"`
	// Cause and Outlook are what the diagnosis should say in the end.
	Cause   string `json:"cause"`
	Outlook string `json:"outlook"`
	// Since is when the job came into the state that it hung in (the cancel, or
	// for a parent the end of the child), Until when it left it, in seconds
	// since the recording began. Until is 0 where it hung to the end.
	Since float64 `json:"since"`
	Until float64 `json:"until,omitempty"`
	// ThresholdSeconds is from which age on it counts as stuck. It is written
	// down beside the settings so that a slip in one of them shows.
	ThresholdSeconds float64 `json:"thresholdSeconds"`
}

// onset is when the job should begin to count as stuck, end when it stops to;
// both since the recording began, which lasted lasting.
func (j JobTrue) onset() time.Duration { return seconds(j.Since + j.ThresholdSeconds) }

func (j JobTrue) end(lasting time.Duration) time.Duration {
	if j.Until == 0 {
		return lasting
	}
	return seconds(j.Until)
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }

// Case is a recording with its label.
type Case struct {
	*recording.Recording
	Label
	// Interval is how often its data source polls.
	Interval time.Duration
}

// clover tells whether it is of a CloverDX, or else of a SeaTunnel.
func (c *Case) clover() bool { return strings.Contains(string(c.Settings), `"cloverdx"`) }

// Lasting is how long it was recorded.
func (c *Case) Lasting() time.Duration { return c.Ended.Sub(c.Began) }

// Load reads every recording of a folder, by name.
func Load(folder string) ([]*Case, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"+recordingSuffix))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	cases := make([]*Case, 0, len(files))
	for _, file := range files {
		one, err := load(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		cases = append(cases, one)
	}
	return cases, nil
}

func load(file string) (*Case, error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	recorded, err := recording.Read(opened)
	if err != nil {
		return nil, err
	}
	one := &Case{Recording: recorded}
	told, err := os.ReadFile(strings.TrimSuffix(file, recordingSuffix) + labelSuffix)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(told, &one.Label); err != nil {
		return nil, fmt.Errorf("its label: %w", err)
	}
	var settings struct {
		PollIntervalSeconds float64 `json:"pollIntervalSeconds"`
	}
	if err := json.Unmarshal(recorded.Settings, &settings); err != nil || settings.PollIntervalSeconds == 0 {
		return nil, fmt.Errorf("its settings name no poll interval")
	}
	one.Interval = seconds(settings.PollIntervalSeconds)
	for _, job := range one.Jobs {
		// Two polls must be able to see it; else nobody could.
		if job.end(one.Lasting())-job.onset() < 2*one.Interval {
			return nil, fmt.Errorf("job %s counts as stuck for less than two polls of %s", job.ID, one.Interval)
		}
	}
	return one, nil
}
