package plugin

import (
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/timeline"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// diagnosesOf gives what is shown of the jobs of a view, for the history; false
// while the instance is being made. The watcher asks at each poll that answered,
// and only its newest instance: one that lingers after a save tells nothing.
func (d *Datasource) diagnosesOf(view *watch.View) ([]watch.Diagnosis, bool) {
	select {
	case <-d.made:
	default:
		return nil, false
	}
	shown := d.findings(view)
	told := make([]watch.Diagnosis, 0, len(shown))
	for id, finding := range shown {
		told = append(told, watch.Diagnosis{
			Job: id, Cause: string(finding.Cause), Outlook: string(finding.Outlook), Confidence: string(finding.Confidence),
			Advice: firstSentence(finding.Advice), Grave: finding.Outlook.Code(),
		})
	}
	return told, true
}

// firstSentence is a text up to its first full stop that ends a sentence.
func firstSentence(text string) string {
	if at := strings.Index(text, ". "); at >= 0 {
		return text[:at+1]
	}
	return text
}

// diagnosisSeverity is how grave a change of a diagnosis is: as what is said
// since.
func diagnosisSeverity(event timeline.Event, otherwise string) string {
	switch {
	case event.Job == "":
		return otherwise
	case event.After == "", strings.Contains(event.After, string(diagnose.WillRecover)):
		return severityInfo
	case strings.Contains(event.After, string(diagnose.CannotRecover)):
		return severityError
	}
	return otherwise
}
