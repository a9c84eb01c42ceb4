// Command gpx_unjam_coordinator is the backend of Unjam's data source. All
// that is shared by the process is built here and passed down.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"

	"github.com/unjam/unjam-jobs-app/pkg/process"
	"github.com/unjam/unjam-jobs-app/pkg/store"
)

const (
	pluginID = "unjam-coordinator-datasource"
	// storeVariable is how Grafana hands over `store` of the section
	// [plugin.unjam-coordinator-datasource] in grafana.ini. The server's
	// administrator decides where records go, not an organisation's.
	storeVariable = "GF_PLUGIN_STORE"
	// garbagePercent trades CPU time for memory: every poll makes the list of
	// jobs anew, and with Go's 100 % a coordinator with 50,000 of them would take
	// twice the memory that is kept. The soft limit of process.WithMemoryLimit
	// does the rest. npm run bench holds what both come to.
	garbagePercent = 30
)

func main() {
	os.Exit(run())
}

func run() int {
	debug.SetGCPercent(garbagePercent)
	location := os.Getenv(storeVariable)
	if location == "" {
		location = store.DefaultLocation
	}
	// It may hold a password.
	shared := process.Open(context.Background(), location, store.Redact(location), log.DefaultLogger,
		// The SDK answers Grafana's CollectMetrics from the default registry, and
		// makes its own tracer of this one once Grafana has told where traces go.
		process.WithMetrics(prometheus.DefaultRegisterer), process.WithTracer(otel.Tracer(pluginID)), process.WithMemoryLimit(debug.SetMemoryLimit))
	defer shared.Close()
	if err := datasource.Manage(pluginID, shared.NewDatasource, datasource.ManageOpts{}); err != nil {
		log.DefaultLogger.Error("The plugin ended", "error", err.Error())
		return 1
	}
	return 0
}
