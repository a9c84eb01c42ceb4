package generic

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// maxIDBytes is the contract's longest id.
	maxIDBytes = 128
	// maxWordBytes bounds words for states, versions and names of products.
	maxWordBytes = 64
	// maxAddressBytes: the longest host name is 253 bytes.
	maxAddressBytes = 255 + len("[]:65535")
	// maxTimeBytes is more than RFC 3339 with nine digits needs (35).
	maxTimeBytes = 64
	// maxNodes bounds the members kept for one job.
	maxNodes = 1000
	// maxKnown bounds the texts that are shared between jobs.
	maxKnown = 4096
	// readErrorBytes is how much of an ended job's message is looked at: more
	// than is kept, so that a credential at the cut is seen whole and hidden.
	readErrorBytes = 2 * coordinator.MaxErrorBytes
	// The years that a time can be in: an earlier one is a zero that was
	// written as a time, a later one JSON cannot hold.
	minYear, maxYear = 1970, 9999
)

// decoder reads the contract's things from JSON. Fields that may be left out
// may be null as well.
type decoder struct {
	*upstream.Reader
	secrets upstream.Secrets
	// known are texts that come with many jobs: states, words, nodes.
	known map[string]string
}

func newDecoder(r *upstream.Reader, secrets upstream.Secrets) *decoder {
	return &decoder{Reader: r, secrets: secrets, known: map[string]string{}}
}

// shared reads a text that comes again and again, keeping it once.
func (d *decoder) shared(what string, limit int) (string, error) {
	text, err := d.Text(what, limit)
	if err != nil {
		return "", err
	}
	if known, found := d.known[text]; found {
		return known, nil
	}
	if len(d.known) < maxKnown {
		d.known[text] = text
	}
	return text, nil
}

// id reads a job id; null and "" are ids that are not told.
func (d *decoder) id(what string) (coordinator.JobID, error) {
	text, err := d.Text(what, maxIDBytes+1)
	if err != nil || text == "" {
		return "", err
	}
	if !isID(text) {
		return "", upstream.Shapef("%s is %q, not an id: letters, digits and . _ : ~ - without a dot at the beginning, at most %d", what, upstream.OneLine(text), maxIDBytes)
	}
	return coordinator.JobID(text), nil
}

// isID tells whether text is an id by the contract's pattern. Such an id can
// stand in a path as it is.
func isID(text string) bool {
	if text == "" || len(text) > maxIDBytes || text[0] == '.' {
		return false
	}
	for i := range len(text) {
		b := text[i]
		if (b|0x20 < 'a' || b|0x20 > 'z') && (b < '0' || b > '9') && !strings.ContainsRune("._:~-", rune(b)) {
			return false
		}
	}
	return true
}

// time reads a time, in UTC; null and "" are times that are not told.
func (d *decoder) time(what string) (time.Time, error) {
	text, err := d.Text(what, maxTimeBytes)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, upstream.Shapef("%s is %q, not a time with a zone like 2026-01-02T15:04:05Z", what, upstream.OneLine(text))
	}
	parsed = parsed.UTC()
	if parsed.Year() < minYear || parsed.Year() > maxYear {
		return time.Time{}, upstream.Shapef("%s is %q: leave a time out that is not known", what, upstream.OneLine(text))
	}
	return parsed, nil
}

// timeIfTold reads a time; nil where it is not told.
func (d *decoder) timeIfTold(what string) (*time.Time, error) {
	told, err := d.time(what)
	if err != nil || told.IsZero() {
		return nil, err
	}
	return &told, nil
}

// count reads a number that is not negative; nil where it is null.
func (d *decoder) count(what string) (*int64, error) {
	if null, err := d.Null(); null || err != nil {
		return nil, err
	}
	if kind, err := d.Kind(); err != nil || kind == '"' {
		if err == nil {
			err = upstream.Shapef("%s is a string, not a number", what)
		}
		return nil, err
	}
	text, err := d.TextOrNumber(what, upstream.MaxQuoteBytes)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		// Some languages write a whole number as 5.0.
		float, floatErr := strconv.ParseFloat(text, 64)
		if floatErr != nil || float != math.Trunc(float) || math.Abs(float) > 1<<53 {
			return nil, upstream.Shapef("%s is %s, not a whole number", what, text)
		}
		number = int64(float)
	}
	if number < 0 {
		return nil, upstream.Shapef("%s is %s: a count is never negative; leave it out where it is not known", what, text)
	}
	return &number, nil
}

// flag reads true or false; null is false.
func (d *decoder) flag(what string) (bool, error) {
	if null, err := d.Null(); null || err != nil {
		return false, err
	}
	return d.Bool(what)
}

// job reads a job.
func (d *decoder) job() (coordinator.Job, error) {
	var job coordinator.Job
	var message, state string
	err := d.Object("a job", func(name string) (bool, error) {
		var err error
		switch name {
		case "id":
			job.ID, err = d.id(name)
		case "name":
			job.Name, err = d.Text(name, coordinator.MaxNameBytes)
		case "state":
			state, err = d.shared(name, maxWordBytes)
		case "word":
			job.Word, err = d.shared(name, maxWordBytes)
		case "createdAt":
			job.CreateTime, err = d.time(name)
		case "endedAt":
			job.FinishTime, err = d.time(name)
		case "nodes":
			job.Nodes, err = d.nodes(name)
		case "parent":
			job.Parent, err = d.id(name)
		case "error":
			message, err = d.Text(name, readErrorBytes)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return coordinator.Job{}, err
	case job.ID == "":
		return coordinator.Job{}, upstream.Shapef("a job has no id")
	case state == "":
		return coordinator.Job{}, upstream.Shapef("job %s has no state", job.ID)
	case job.CreateTime.IsZero():
		return coordinator.Job{}, upstream.Shapef("job %s has no createdAt, which tells it from another job of that id", job.ID)
	}
	job.State = stateOf(state)
	if job.Word == "" {
		job.Word = state
	}
	job.Error = d.secrets.HideIn(message, len(message) < readErrorBytes-utf8.UTFMax, coordinator.MaxErrorBytes)
	return job, nil
}

// stateOf gives the state of the contract's word; unknown for all others.
func stateOf(word string) coordinator.State {
	state := coordinator.State(word)
	if state == coordinator.StateLost || !slices.Contains(coordinator.States(), state) {
		return coordinator.StateUnknown
	}
	return state
}

func (d *decoder) nodes(what string) ([]string, error) {
	if null, err := d.Null(); null || err != nil {
		return nil, err
	}
	var nodes []string
	err := d.List(what, func() error {
		if len(nodes) == maxNodes {
			return d.Skip()
		}
		node, err := d.shared("one of "+what, maxAddressBytes)
		if err == nil && node != "" {
			nodes = append(nodes, node)
		}
		return err
	})
	slices.Sort(nodes)
	return slices.Compact(nodes), err
}
