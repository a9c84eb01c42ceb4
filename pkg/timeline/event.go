package timeline

import (
	"fmt"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// EventKind is what happened in the cluster.
type EventKind string

// The kinds of topology events. Other packages have kinds of their own (package
// delivery), which go the same way into a store.
const (
	EventMasterChanged EventKind = "master changed"
	EventMemberJoined  EventKind = "member joined"
	EventMemberLeft    EventKind = "member left"
	EventSplitBegan    EventKind = "split began"
	EventSplitEnded    EventKind = "split ended"
	EventNodeRestarted EventKind = "node restarted"
	EventRestoreBegan  EventKind = "restore began"
	EventRestoreEnded  EventKind = "restore ended"
)

// The kinds of events that are a job's.
const (
	// EventCancelSeen: a job began to be canceled. A store keeps it only where
	// none of Unjam's own requests explains it.
	EventCancelSeen EventKind = "cancel seen"
	// EventDiagnosisChanged: what is said of a job is another. One without a job
	// counts those that were too many to be told one by one.
	EventDiagnosisChanged EventKind = "diagnosis changed"
)

// Event is something that happened in the cluster at one moment. It names no
// persons.
type Event struct {
	At   time.Time
	Kind EventKind
	// Member is the node that it happened to; the new master for
	// EventMasterChanged, all masters that were named for EventSplitBegan, the
	// one that is left for EventSplitEnded, and the one that restores.
	Member string
	// Before is the earlier master for EventMasterChanged, and for
	// EventDiagnosisChanged what was said before; After is what is said since.
	// Both are empty for "nothing".
	Before string
	After  string
	// Peer is the other node where it happened between two; Job the job that it
	// is about. Both are empty where there is none.
	Peer string
	Job  coordinator.JobID
	// Episode is the one that the job was in; empty where that tells nothing.
	Episode string
	// Quality is how well At is known. QualityAtLeast: nobody looked before, so
	// it may have happened earlier. Empty for events that were kept before this
	// was known.
	Quality Quality
	// Sentence says it to people; empty where Text makes it from the rest.
	Sentence string
}

// Text is the event as a sentence.
func (e Event) Text() string {
	switch {
	case e.Sentence != "":
		return e.Sentence
	case e.Kind == EventMasterChanged && e.Before != "":
		return fmt.Sprintf("The active master changed from %s to %s.", e.Before, e.Member)
	case e.Kind == EventMasterChanged:
		return fmt.Sprintf("The active master is now %s.", e.Member)
	case e.Kind == EventMemberJoined:
		return fmt.Sprintf("%s joined the cluster.", e.Member)
	case e.Kind == EventMemberLeft:
		return fmt.Sprintf("%s left the cluster.", e.Member)
	case e.Kind == EventSplitBegan:
		return fmt.Sprintf("The configured masters name different active masters: %s.", e.Member)
	case e.Kind == EventSplitEnded:
		return fmt.Sprintf("No configured master that answers disagrees any more: the active master is %s.", e.Member)
	case e.Kind == EventNodeRestarted:
		return fmt.Sprintf("%s restarted.", e.Member)
	}
	return fmt.Sprintf("%s: %s.", e.Member, e.Kind)
}
