package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/plugin"
)

const (
	pluginID = "unjam-coordinator-datasource"
	// orgID is the only organisation of the workbench.
	orgID = 1
)

// openSource is a data source with its running instance.
type openSource struct {
	source
	instance *plugin.Datasource
	settings backend.DataSourceInstanceSettings
}

// sourceList are all data sources, in the order of the settings.
type sourceList []*openSource

// openSources makes the instances as the SDK does when Grafana first uses a
// data source. Settings that cannot be used do not fail: the data source's
// health says what is wrong, as in Grafana.
func openSources(ctx context.Context, process *plugin.Process, sources []source) (sourceList, error) {
	var list sourceList
	for index, one := range sources {
		encoded, err := json.Marshal(one.JSONData)
		if err != nil {
			list.dispose()
			return nil, fmt.Errorf("the settings of %q cannot be written as JSON: %w", one.Name, err)
		}
		opened := &openSource{source: one, settings: backend.DataSourceInstanceSettings{
			ID: int64(index + 1), UID: one.UID, Type: pluginID, Name: one.Name, JSONData: encoded, DecryptedSecureJSONData: one.SecureJSONData,
		}}
		instance, err := process.NewDatasource(backend.WithPluginContext(ctx, opened.pluginContext(nil)), opened.settings)
		if err != nil {
			list.dispose()
			return nil, fmt.Errorf("the data source %q cannot be opened: %w", one.Name, err)
		}
		datasource, ok := instance.(*plugin.Datasource)
		if !ok {
			list.dispose()
			return nil, fmt.Errorf("the plugin made a %T for %q, and no data source", instance, one.Name)
		}
		opened.instance = datasource
		list = append(list, opened)
	}
	return list, nil
}

// dispose ends all instances.
func (l sourceList) dispose() {
	for _, one := range l {
		one.instance.Dispose()
	}
}

// find gives the data source with a uid; nil when there is none.
func (l sourceList) find(uid string) *openSource {
	for _, one := range l {
		if one.UID == uid {
			return one
		}
	}
	return nil
}

// pluginContext is what Grafana tells a plugin with each call.
func (s *openSource) pluginContext(user *backend.User) backend.PluginContext {
	//lint:ignore SA1019 Unjam's scope is the organisation
	return backend.PluginContext{OrgID: orgID, PluginID: pluginID, User: user, DataSourceInstanceSettings: &s.settings}
}
