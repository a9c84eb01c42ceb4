package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// What a data source has when nothing else is said. The uid is the one of the
// provisioned dashboards and alert rules.
const (
	defaultUID  = "unjam-seatunnel"
	defaultName = "Unjam: SeaTunnel"
	defaultPage = "workbench/dist"
)

const usage = `Usage: npm run workbench -- --coordinator URL[,URL…] [options]

Unjam's pages, panel and data source in a browser, without Grafana. Listens on
127.0.0.1 only. Not for production: who is signed in is a switch on the page.

`

// options are the command line's.
type options struct {
	port    int
	page    string
	store   string
	sources []source
}

// source is a data source as Grafana stores it.
type source struct {
	UID            string            `json:"uid"`
	Name           string            `json:"name"`
	JSONData       map[string]any    `json:"jsonData"`
	SecureJSONData map[string]string `json:"secureJsonData"`
}

// readOptions reads the command line, and the settings file that it names. Its
// errors say what to change.
func readOptions(arguments []string, help io.Writer) (options, error) {
	var wanted options
	flags := flag.NewFlagSet("workbench", flag.ContinueOnError)
	flags.SetOutput(help)
	flags.Usage = func() {
		fmt.Fprint(help, usage)
		flags.PrintDefaults()
	}
	coordinators := flags.String("coordinator", "", "addresses of the coordinator's masters, separated by commas")
	workers := flags.String("worker", "", "addresses of workers that are asked for their tasks, separated by commas")
	name := flags.String("name", "", "name of the first data source, as the page shows it")
	settings := flags.String("settings", "", `JSON file with data sources: {"datasources": [{"uid", "name", "jsonData", "secureJsonData"}]}`)
	jsonData := flags.String("json-data", "", "JSON that is merged into the first data source's jsonData")
	flags.IntVar(&wanted.port, "port", 0, "the port; 0 takes a free one")
	flags.StringVar(&wanted.store, "store", "", "where records go, as sqlite:/absolute/path; by default a folder that is deleted at the end")
	flags.StringVar(&wanted.page, "page", defaultPage, "folder with the built page")
	if err := flags.Parse(arguments); err != nil {
		return wanted, err
	}
	if flags.NArg() > 0 {
		return wanted, fmt.Errorf("%q is not an option; every option begins with --", flags.Arg(0))
	}
	var err error
	if wanted.sources, err = readSettings(*settings); err != nil {
		return wanted, err
	}
	if len(wanted.sources) == 0 {
		if *coordinators == "" {
			return wanted, errors.New("no coordinator is given; use --coordinator URL or --settings FILE")
		}
		// Who starts a workbench wants to see the buttons.
		wanted.sources = []source{{JSONData: map[string]any{"actions": map[string]any{"enabled": true}}}}
	}
	first := &wanted.sources[0]
	if first.JSONData == nil {
		first.JSONData = map[string]any{}
	}
	if *coordinators != "" {
		first.JSONData["urls"] = strings.Split(*coordinators, ",")
	}
	if *workers != "" {
		first.JSONData["workerUrls"] = strings.Split(*workers, ",")
	}
	if *name != "" {
		first.Name = *name
	}
	if *jsonData != "" {
		var change map[string]any
		if err := json.Unmarshal([]byte(*jsonData), &change); err != nil {
			return wanted, fmt.Errorf("--json-data is not a JSON object: %w", err)
		}
		mergeInto(first.JSONData, change)
	}
	return wanted, nameSources(wanted.sources)
}

// readSettings reads the data sources of a settings file; none without a file.
func readSettings(file string) ([]source, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the settings file cannot be read: %w", err)
	}
	var content struct {
		Datasources []source `json:"datasources"`
	}
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("the settings file %s is not of the form {\"datasources\": […]}: %w", file, err)
	}
	if len(content.Datasources) == 0 {
		return nil, fmt.Errorf("the settings file %s names no data source in \"datasources\"", file)
	}
	return content.Datasources, nil
}

// mergeInto lays change over base: objects are merged, all else is replaced.
func mergeInto(base, change map[string]any) {
	for key, value := range change {
		into, isObject := base[key].(map[string]any)
		if object, ok := value.(map[string]any); ok && isObject {
			merged := maps.Clone(into)
			mergeInto(merged, object)
			value = merged
		}
		base[key] = value
	}
}

// nameSources gives each data source a uid and a name, and refuses two that
// could not be told apart.
func nameSources(sources []source) error {
	seen := map[string]bool{}
	for index := range sources {
		one := &sources[index]
		if one.UID == "" && len(sources) == 1 {
			one.UID = defaultUID
		}
		if one.Name == "" && len(sources) == 1 {
			one.Name = defaultName
		}
		if one.UID == "" || one.Name == "" {
			return fmt.Errorf("data source number %d needs a uid and a name, as there are several", index+1)
		}
		if seen["uid "+one.UID] || seen["name "+one.Name] {
			return fmt.Errorf("two data sources have the uid %q or the name %q", one.UID, one.Name)
		}
		seen["uid "+one.UID], seen["name "+one.Name] = true, true
	}
	return nil
}

// storeLocation gives where records go, and what deletes them where nobody
// asked to keep them.
func (o options) storeLocation() (location string, forget func(), err error) {
	if o.store != "" {
		return o.store, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "unjam-workbench-")
	if err != nil {
		return "", nil, fmt.Errorf("no folder for records can be made; name a place with --store: %w", err)
	}
	return "sqlite:" + filepath.Join(folder, "unjam.db"), func() { _ = os.RemoveAll(folder) }, nil
}
