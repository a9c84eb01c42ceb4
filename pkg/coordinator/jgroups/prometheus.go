package jgroups

import (
	"context"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// instancesAQuery is how many nodes one query asks for: the query is a part
	// of the URL, and proxies allow about 8 kB of it.
	instancesAQuery = 40
	// prometheusBody bounds an answer: 40 nodes with 12 series, scraped every
	// second, give 3 MB.
	prometheusBody = 16 << 20
	// prometheusPath is the instant query of Prometheus' HTTP API.
	prometheusPath = "/api/v1/query"
	// lookBack is how far back samples are asked for: two scrapes of the longest
	// usual interval, which is Prometheus' default of a minute, and something for
	// the time that they take. A plain instant query would look back for
	// 5 minutes and give old values as present ones, without their times.
	lookBack = 150 * time.Second
	// staleAfter is the age from which a sample is no present value where the
	// interval cannot be told from the samples: two scrapes of the common
	// interval of 30 s. Where it can be told, twice the interval counts, if that
	// is longer.
	staleAfter = time.Minute
	// scrapeSpread is by how much samples of one scrape may differ in time. They
	// have one time, unless something in between rounds it.
	scrapeSpread = time.Second
)

// Labels that Prometheus adds to what it scrapes, and its own metric about the
// scrape.
const (
	labelName     = "__name__"
	labelInstance = "instance"
	labelJob      = "job"
	metricUp      = "up"
)

// prometheus reads all nodes from a Prometheus server.
type prometheus struct {
	server  *upstream.Server
	targets []target
	channel string
	now     func() time.Time
}

// read reads all nodes, with one request for each instancesAQuery of them.
func (p *prometheus) read(ctx context.Context) []reading {
	result := make([]reading, len(p.targets))
	var group sync.WaitGroup
	for begin := 0; begin < len(p.targets); begin += instancesAQuery {
		end := min(begin+instancesAQuery, len(p.targets))
		group.Go(func() { p.readSome(ctx, p.targets[begin:end], result[begin:end]) })
	}
	group.Wait()
	return result
}

func (p *prometheus) readSome(ctx context.Context, targets []target, result []reading) {
	address := targets[0].address
	var scraped map[string]*scrapes
	var clock coordinator.Clock
	var got time.Time
	query := url.Values{"query": {promQL(targets)}}
	call := upstream.Call{Address: address, Path: prometheusPath + "?" + query.Encode(), Route: prometheusPath, Limit: prometheusBody}
	err := p.server.Get(ctx, call, func(a *upstream.Answer) error {
		body, err := io.ReadAll(a.Body)
		if err != nil {
			return err
		}
		got, clock = a.Got, upstream.DateClock(a)
		scraped, err = decodeProm(body)
		return err
	})
	for i, t := range targets {
		if err != nil {
			result[i] = reading{node: coordinator.Node{Name: t.name, Address: address, ReadAt: p.now(), Err: p.clean(err)}}
			continue
		}
		r, fault := p.reading(t, scraped[t.instance], got, clock)
		if fault != nil {
			fault = p.clean(p.server.Failure(ctx, address, prometheusPath, fault))
			r = reading{node: coordinator.Node{Name: t.name, ReadAt: got, Err: fault}}
		}
		r.node.Address = address
		result[i] = r
	}
}

// clean takes the query, which is long, and credentials out of an error.
func (p *prometheus) clean(err error) error {
	err = hideIn(err, p.server.Secrets())
	var told *coordinator.Error
	if errors.As(err, &told) {
		told.Path, _, _ = strings.Cut(told.Path, "?")
	}
	return err
}

// reading makes a node's reading of what was scraped of it. A node whose newest
// scrape failed, or is too old, was not read.
func (p *prometheus) reading(t target, s *scrapes, got time.Time, clock coordinator.Clock) (reading, error) {
	t.path = prometheusPath
	if s == nil {
		return reading{}, upstream.Unreachable(t.address, t.path, "it has no sample of the instance "+strconv.Quote(t.instance)+" of the last "+lookBack.String(),
			"Check that Prometheus scrapes this node, and the instance in the settings.", nil)
	}
	j := s.chosen()
	age := got.Add(clock.Skew).Sub(j.newest)
	switch {
	case j.down():
		return reading{}, upstream.Unreachable(t.address, t.path, "Prometheus could not scrape the instance "+strconv.Quote(t.instance)+" at its last try", "Look at the node and its exporter.", nil)
	case age > j.staleAfter():
		return reading{}, upstream.Unreachable(t.address, t.path, "the newest sample of the instance "+strconv.Quote(t.instance)+" is "+age.Round(time.Second).String()+" old, which is no present value", "Check that Prometheus scrapes this node.", nil)
	}
	r, err := readSeries(t, j.present(), p.channel, "Prometheus")
	if err != nil {
		return reading{}, err
	}
	// In our clock, and not later than the answer: the Date header has seconds.
	r.node.ReadAt = got.Add(-max(age, 0))
	return r, nil
}

// promQL asks for all samples of the last lookBack of the nodes' series. Names
// are listed in the spellings that exporters give them (original or small
// letters, counters with _total), so that Prometheus need not look at all names.
func promQL(targets []target) string {
	var attributes, instances []string
	for _, g := range generations() {
		for _, a := range g.attributes {
			attributes = append(attributes, a.name)
			if small := strings.ToLower(a.name); small != a.name {
				attributes = append(attributes, small)
			}
		}
	}
	for _, t := range targets {
		instances = append(instances, regexp.QuoteMeta(t.instance))
	}
	names := strings.Join([]string{
		"jgroups_(nakack|nakack2|NAKACK|NAKACK2|protocol)_(" + strings.Join(attributes, "|") + ")(_total)?",
		metricView, metricStartSeconds, "java_lang_(Runtime_StartTime|runtime_starttime)", metricUp,
	}, "|")
	return "{" + labelName + "=~" + strconv.Quote(names) + "," + labelInstance + "=~" + strconv.Quote(strings.Join(instances, "|")) + "}[" +
		strconv.Itoa(int(lookBack/time.Second)) + "s]"
}
