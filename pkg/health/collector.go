package health

import "github.com/prometheus/client_golang/prometheus"

// The gauges: their values are asked for at each look.
var (
	descWatchers = gauge("watchers", "Coordinators that are watched at present, by all data sources of this process.")
	descJobs     = gauge("snapshot_jobs", "Open jobs in the newest snapshots of all watchers together.")
	descNodes    = gauge("snapshot_nodes", "Members or nodes in the newest snapshots of all watchers together.")
	descOpen     = gauge("open_intents", "Recorded actions without a proven end, of all data sources, as of their last reconciliation (every minute).")
)

func gauge(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, nil, nil)
}

// collector is what a registry asks. It is one for all metrics, so that they
// are registered together or not at all.
type collector struct {
	metrics *Metrics
	sizer   Sizer
}

func (c collector) parts() []prometheus.Collector {
	m := c.metrics
	return []prometheus.Collector{m.polls, m.pollDuration, m.pollErrors, m.queries, m.queryDuration, m.storeFailures, m.refused}
}

// Describe names all metrics.
func (c collector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, part := range c.parts() {
		part.Describe(descriptions)
	}
	for _, description := range []*prometheus.Desc{descWatchers, descJobs, descNodes, descOpen} {
		descriptions <- description
	}
}

// Collect gives their values.
func (c collector) Collect(values chan<- prometheus.Metric) {
	for _, part := range c.parts() {
		part.Collect(values)
	}
	totals := c.sizer.Totals()
	for description, value := range map[*prometheus.Desc]int{
		descWatchers: totals.Watchers, descJobs: totals.Jobs, descNodes: totals.Nodes, descOpen: c.metrics.openIntents(),
	} {
		values <- prometheus.MustNewConstMetric(description, prometheus.GaugeValue, float64(value))
	}
}
