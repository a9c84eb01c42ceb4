// Command gpx_unjam_coordinator is the backend of Unjam's data source. All
// that is shared by the process is built here and passed down.
package main

import (
	"context"
	"os"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/plugin"
	"github.com/unjam/unjam-jobs-app/pkg/store"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

const (
	pluginID = "unjam-coordinator-datasource"
	// storeVariable is how Grafana hands over `store` of the section
	// [plugin.unjam-coordinator-datasource] in grafana.ini. The server's
	// administrator decides where records go, not an organisation's.
	storeVariable = "GF_PLUGIN_STORE"
	// openPatience bounds the opening of the store, so that a locked file
	// cannot keep the plugin from starting.
	openPatience = 20 * time.Second
)

func main() {
	os.Exit(run())
}

func run() int {
	// A location that cannot be opened is not repeated anywhere: it may hold a
	// password.
	location, shown := os.Getenv(storeVariable), "set in grafana.ini"
	if location == "" {
		location, shown = store.DefaultLocation, store.DefaultLocation
	}
	process := &plugin.Process{StoreLocation: shown, Log: log.DefaultLogger, Now: time.Now, Timing: action.DefaultTiming()}
	var timelines watch.Store
	ctx, cancel := context.WithTimeout(context.Background(), openPatience)
	opened, err := store.Open(ctx, location)
	cancel()
	if err != nil {
		// Monitoring goes on without a store; actions are refused, and the
		// health check says so.
		process.StoreErr = err
		log.DefaultLogger.Error("The store could not be opened", "store", process.StoreLocation, "error", err.Error())
	} else {
		defer opened.Close()
		process.Store, timelines, process.StoreLocation = opened, opened, opened.Location()
	}
	process.Registry = watch.NewRegistry(watch.Options{Store: timelines, Logger: log.DefaultLogger, Now: time.Now})
	// Before the store: running acts still record what they learn.
	defer process.Registry.Close()
	if err := datasource.Manage(pluginID, process.NewDatasource, datasource.ManageOpts{}); err != nil {
		log.DefaultLogger.Error("The plugin ended", "error", err.Error())
		return 1
	}
	return 0
}
