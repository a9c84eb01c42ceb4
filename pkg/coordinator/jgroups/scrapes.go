package jgroups

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// scrapes is what Prometheus keeps of one instance, by job: two jobs may scrape
// one instance.
type scrapes struct{ jobs map[string]*jobScrapes }

// jobScrapes is what one job scraped of one instance.
type jobScrapes struct {
	job string
	// newest is the time of the newest sample, by Prometheus' clock.
	newest time.Time
	// interval is the time between the last two scrapes; 0: not known.
	interval time.Duration
	series   []sampled
	// up is Prometheus' own series on the scrapes; nil where it is not there.
	up *sampled
	// ours is true where a series tells a figure of JGroups.
	ours bool
}

// sampled is a series with its newest sample.
type sampled struct {
	series
	at time.Time
}

// promAnswer is the answer of Prometheus' HTTP API to a query with a range.
type promAnswer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Type   string       `json:"resultType"`
		Result []promSeries `json:"result"`
	} `json:"data"`
}

type promSeries struct {
	Metric map[string]string   `json:"metric"`
	Values [][2]jsontext.Value `json:"values"`
}

// decodeProm reads an answer and gives what was scraped, by instance.
func decodeProm(body []byte) (map[string]*scrapes, error) {
	if len(body) == 0 {
		return nil, upstream.Shapef("the answer is empty")
	}
	var answer promAnswer
	if err := unmarshal(body, &answer); err != nil {
		return nil, broken(err, "Prometheus'")
	}
	if answer.Status != "success" {
		return nil, upstream.Shapef("the query failed: %s", upstream.OneLine(upstream.Cut(answer.Error, upstream.MaxQuoteBytes)))
	}
	if answer.Data.Type != "matrix" {
		return nil, upstream.Shapef("the answer's resultType is %q, not a matrix", upstream.OneLine(upstream.Cut(answer.Data.Type, upstream.MaxQuoteBytes)))
	}
	result := map[string]*scrapes{}
	for i := range answer.Data.Result {
		if err := add(result, &answer.Data.Result[i]); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// add sorts a series to its instance and job.
func add(result map[string]*scrapes, s *promSeries) error {
	if len(s.Values) == 0 {
		return nil
	}
	last, err := sample(s.Values[len(s.Values)-1])
	if err != nil {
		return err
	}
	instance, job := s.Metric[labelInstance], s.Metric[labelJob]
	if result[instance] == nil {
		result[instance] = &scrapes{jobs: map[string]*jobScrapes{}}
	}
	j := result[instance].jobs[job]
	if j == nil {
		j = &jobScrapes{job: job}
		result[instance].jobs[job] = j
	}
	last.series.name, last.series.labels = s.Metric[labelName], s.Metric
	if last.at.After(j.newest) {
		j.newest = last.at
	}
	if len(s.Values) > 1 {
		before, err := sample(s.Values[len(s.Values)-2])
		if err != nil {
			return err
		}
		// The least of all: a series may have been away for some scrapes.
		if between := last.at.Sub(before.at); between > 0 && (j.interval == 0 || between < j.interval) {
			j.interval = between
		}
	}
	if last.name == metricUp {
		if j.up == nil || last.at.After(j.up.at) {
			j.up = &last
		}
		return nil
	}
	kind, _, _ := last.meaning()
	j.ours = j.ours || kind == seriesFigure
	j.series = append(j.series, last)
	return nil
}

// sample reads [seconds, "value"].
func sample(value [2]jsontext.Value) (sampled, error) {
	seconds, err := strconv.ParseFloat(string(value[0]), 64)
	// The end of the year 9999.
	const last = 253_402_300_799
	if value[0].Kind() != '0' || err != nil || seconds < 0 || seconds > last {
		return sampled{}, upstream.Shapef("a sample's time is not a number of seconds")
	}
	number, err := strconv.ParseFloat(text(value[1], maxNodeNameBytes), 64)
	if value[1].Kind() != '"' || err != nil {
		return sampled{}, upstream.Shapef("a sample's value is not a number in quotes")
	}
	whole, part := math.Modf(seconds)
	return sampled{series: series{value: number}, at: time.Unix(int64(whole), int64(part*1e9)).UTC()}, nil
}

// chosen is the job to read: the one with JGroups' figures, else one that could
// not be scraped, since it may have them; of several the one scraped last.
func (s *scrapes) chosen() *jobScrapes {
	var all []*jobScrapes
	for _, j := range s.jobs {
		all = append(all, j)
	}
	return slices.MaxFunc(all, func(a, b *jobScrapes) int {
		switch {
		case a.ours != b.ours:
			if a.ours {
				return 1
			}
			return -1
		case a.down() != b.down():
			if a.down() {
				return 1
			}
			return -1
		case !a.newest.Equal(b.newest):
			return a.newest.Compare(b.newest)
		case a.job < b.job:
			return 1
		default:
			return -1
		}
	})
}

// down tells whether the newest scrape failed.
func (j *jobScrapes) down() bool {
	return j.up != nil && j.up.value == 0 && j.newest.Sub(j.up.at) <= scrapeSpread
}

// staleAfter is the age from which the newest sample is no present value.
func (j *jobScrapes) staleAfter() time.Duration {
	return max(staleAfter, 2*j.interval)
}

// present gives the series of the newest scrape. A series that only older
// scrapes have is gone: the former view, an MBean of a closed channel.
func (j *jobScrapes) present() []series {
	var all []series
	for _, s := range j.series {
		if j.newest.Sub(s.at) <= scrapeSpread {
			all = append(all, s.series)
		}
	}
	return all
}
