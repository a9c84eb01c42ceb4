package truth

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/unjam/unjam-jobs-app/truth/recording"
)

// Score counts verdicts.
type Score struct {
	// Hung are the jobs that hung, Detected those of them that were flagged,
	// Right those whose cause and outlook were right, Wrongly the jobs that were
	// flagged while they did not hang.
	Hung, Detected, Right, Wrongly int
	// Worst is the longest delay, Sum all of them together. Excess is by how
	// much one is over what is allowed at most.
	Worst, Sum, Excess time.Duration
}

// Precision is the share of those flagged that hung, Recall the share of those
// that hung that were flagged, Accuracy the share of those that hung whose
// cause and outlook were right; 1 where there were none.
func (s Score) Precision() float64 { return share(s.Detected, s.Detected+s.Wrongly) }

// Recall is described at Precision.
func (s Score) Recall() float64 { return share(s.Detected, s.Hung) }

// Accuracy is described at Precision.
func (s Score) Accuracy() float64 { return share(s.Right, s.Hung) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func (s *Score) add(v Verdict) {
	if v.Wrongly >= 0 {
		s.Wrongly++
	}
	if v.True == nil {
		return
	}
	s.Hung++
	if v.CauseRight() {
		s.Right++
	}
	if v.Detected() {
		s.Detected++
		s.Sum += v.Delay
		s.Worst = max(s.Worst, v.Delay)
		s.Excess = max(s.Excess, v.Delay-v.Allowed)
	}
}

// Result is a recording with its verdicts.
type Result struct {
	*Case
	Verdicts []Verdict
	// Alarms are what alert rules would have said of a recording in which
	// nothing hung.
	Alarms []string
	// Missed are questions that the recording did not answer.
	Missed map[string]int
}

// Total is the score of all together, and by the true cause.
func Total(results []Result) (all Score, byCause map[string]Score) {
	byCause = map[string]Score{}
	for _, result := range results {
		for _, verdict := range result.Verdicts {
			all.add(verdict)
			if verdict.True != nil {
				of := byCause[verdict.True.Cause]
				of.add(verdict)
				byCause[verdict.True.Cause] = of
			}
		}
	}
	return all, byCause
}

// Print writes the recordings, and the score by cause.
func Print(to io.Writer, results []Result) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "recording\tanswered by\tlasting\tjobs hung\tdetected\tcause right\twrongly\tworst delay")
	origins := map[recording.Origin]int{}
	for _, result := range results {
		origins[result.Origin]++
		one, _ := Total([]Result{result})
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n", result.Name, result.Engine, result.Lasting().Round(time.Second), one.Hung, one.Detected, one.Right, one.Wrongly, delay(one.Worst, one.Detected))
	}
	all, byCause := Total(results)
	_, _ = fmt.Fprintln(table, "\ncause\tjobs hung\trecall\tcause right\tmean delay\tworst delay")
	causes := make([]string, 0, len(byCause))
	for cause := range byCause {
		causes = append(causes, cause)
	}
	slices.Sort(causes)
	for _, cause := range causes {
		score := byCause[cause]
		_, _ = fmt.Fprintf(table, "%s\t%d\t%.2f\t%.2f\t%s\t%s\n", cause, score.Hung, score.Recall(), score.Accuracy(), mean(score), delay(score.Worst, score.Detected))
	}
	_, _ = fmt.Fprintf(table, "all\t%d\t%.2f\t%.2f\t%s\t%s\n", all.Hung, all.Recall(), all.Accuracy(), mean(all), delay(all.Worst, all.Detected))
	_, _ = fmt.Fprintf(table, "\n%d recordings (%d of real engines, %d of the simulator): precision %.2f, recall %.2f, cause right %.2f. Delays count from the threshold.\n",
		len(results), origins[recording.RealEngine], origins[recording.Simulated], all.Precision(), all.Recall(), all.Accuracy())
	return table.Flush()
}

func delay(worst time.Duration, of int) string {
	if of == 0 {
		return "-"
	}
	return worst.Round(100 * time.Millisecond).String()
}

func mean(score Score) string {
	if score.Detected == 0 {
		return "-"
	}
	return (score.Sum / time.Duration(score.Detected)).Round(100 * time.Millisecond).String()
}
