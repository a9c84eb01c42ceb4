package jgroups

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// reading is what one node said, before the cluster's names are known.
type reading struct {
	node coordinator.Node
	// told is the generation that the node speaks; nil where it did not say.
	told *generation
	// self is the node's own name in JGroups; id its id there.
	self string
	id   memberID
	// ids are the members by their ids; nil where they were not told.
	ids []memberID
	// cut: the view names only the first members.
	cut bool
	// notes say what was not told and why, in sentences without a full stop.
	notes []string
}

func (r *reading) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// memberID is a JGroups address (a UUID); its zero value is none.
type memberID struct{ high, low uint64 }

// parseID reads an address as the channel prints it, in five groups of hex
// digits; the zero value where it is none.
func parseID(text string) memberID {
	digits := strings.ReplaceAll(text, "-", "")
	const half = 16
	if len(digits) != 2*half {
		return memberID{}
	}
	high, errHigh := strconv.ParseUint(digits[:half], 16, 64)
	low, errLow := strconv.ParseUint(digits[half:], 16, 64)
	if errHigh != nil || errLow != nil {
		return memberID{}
	}
	return memberID{high, low}
}

// membersByID reads the members as 5.x tells them: an object with a list of
// addresses, each as two numbers. nil where they are not readable.
func membersByID(value jsontext.Value) []memberID {
	var told struct {
		Members []struct {
			High int64 `json:"mostSignificantBits"`
			Low  int64 `json:"leastSignificantBits"`
		} `json:"members"`
	}
	if err := unmarshal(value, &told); err != nil || len(told.Members) > maxMembers {
		return nil
	}
	var ids []memberID
	for _, m := range told.Members {
		id := memberID{uint64(m.High), uint64(m.Low)}
		if id == (memberID{}) {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// hideNames takes credentials out of the texts that a node told.
func (r *reading) hideNames(secrets upstream.Secrets) {
	hide := func(text string) string { return secrets.HideInName([]byte(text), max(len(text), maxNodeNameBytes)) }
	for i, member := range r.node.View {
		r.node.View[i] = hide(member)
	}
	if r.node.Windows != nil {
		windows := make(map[string]coordinator.Window, len(r.node.Windows))
		for sender, window := range r.node.Windows {
			windows[hide(sender)] = window
		}
		r.node.Windows = windows
	}
	r.self, r.node.ViewID, r.node.Dialect = hide(r.self), hide(r.node.ViewID), hide(r.node.Dialect)
	for i, note := range r.notes {
		r.notes[i] = upstream.OneLine(secrets.Hide(note))
	}
}

// hideIn takes credentials out of an error's words: Jolokia's messages may quote
// what was sent.
func hideIn(err error, secrets upstream.Secrets) error {
	var told *coordinator.Error
	if !errors.As(err, &told) {
		return err
	}
	clean := *told
	clean.Detail = upstream.OneLine(upstream.Cut(secrets.Hide(told.Detail), 2*upstream.MaxDetailBytes))
	if cause := told.Err; cause != nil && secrets.Hide(cause.Error()) != cause.Error() {
		clean.Err = errors.New(secrets.Hide(cause.Error()))
	}
	return &clean
}
