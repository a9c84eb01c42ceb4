//go:build unix

package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is one line of the table.
type figure struct {
	name   string
	values []value
	// limit is the most that one of the values may be; nil for none.
	limit *limit
}

// value is a number with its label ("p95") and its unit ("ms").
type value struct {
	label  string
	number float64
	unit   string
}

// limit is the most that the value of a label may be.
type limit struct {
	label string
	most  float64
}

// over tells whether the limit is exceeded, or its value missing.
func (f figure) over() bool {
	if f.limit == nil {
		return false
	}
	index := slices.IndexFunc(f.values, func(v value) bool { return v.label == f.limit.label })
	return index < 0 || f.values[index].number > f.limit.most
}

func (f figure) verdict() string {
	switch {
	case f.limit == nil:
		return ""
	case f.over():
		return "OVER"
	}
	return "ok"
}

func (f figure) limitText() string {
	if f.limit == nil {
		return ""
	}
	unit := ""
	for _, v := range f.values {
		if v.label == f.limit.label {
			unit = " " + v.unit
		}
	}
	return fmt.Sprintf("%s ≤ %g%s", f.limit.label, f.limit.most, unit)
}

// row is a figure of a measure.
type row struct {
	measure string
	figure  figure
}

func printTable(out io.Writer, rows []row) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "measure\twhat\tfigures\tlimit\t")
	for _, row := range rows {
		var values []string
		for _, v := range row.figure.values {
			values = append(values, strings.TrimSpace(fmt.Sprintf("%s %s %s", v.label, number(v.number), v.unit)))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", row.measure, row.figure.name, strings.Join(values, " · "), row.figure.limitText(), row.figure.verdict())
	}
}

// number writes three digits that count.
func number(n float64) string {
	switch {
	case n == math.Trunc(n):
		return fmt.Sprintf("%.0f", n)
	case n >= 100:
		return fmt.Sprintf("%.0f", n)
	case n >= 10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}

// percentiles are those of durations, in milliseconds.
func percentiles(took []time.Duration) []value {
	var values []value
	for _, share := range []int{50, 95, 99} {
		values = append(values, value{fmt.Sprint("p", share), milliseconds(percentile(took, share)), "ms"})
	}
	return append(values, value{"of", float64(len(took)), "runs"})
}

// percentile is the smallest duration that a share (in percent) of all does
// not exceed; zero without any.
func percentile(took []time.Duration, share int) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[max(0, (len(sorted)*share+99)/100-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
