// Command annotate fills in annotations of an alert rule as Grafana does for
// one alert: templates of Go's text/template, which is what Grafana uses, with
// the alert's labels and the function externalURL. It knows none of Grafana's
// other functions (humanizeDuration and the like), and fails on them.
//
// It reads {"externalURL", "labels": {}, "annotations": {}} from its input, and
// writes the annotations.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

// definitions are what Grafana puts before each template.
const definitions = "{{- $labels := .Labels -}}"

type alert struct {
	ExternalURL string            `json:"externalURL"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var one alert
	if err := json.NewDecoder(os.Stdin).Decode(&one); err != nil {
		return fmt.Errorf("the input: %w", err)
	}
	for name, text := range one.Annotations {
		filled, err := fill(name, text, one)
		if err != nil {
			return err
		}
		one.Annotations[name] = filled
	}
	return json.NewEncoder(os.Stdout).Encode(one.Annotations)
}

func fill(name, text string, of alert) (string, error) {
	functions := template.FuncMap{"externalURL": func() string { return of.ExternalURL }}
	parsed, err := template.New(name).Funcs(functions).Option("missingkey=error").Parse(definitions + text)
	if err != nil {
		return "", err
	}
	var filled strings.Builder
	if err := parsed.Execute(&filled, map[string]any{"Labels": of.Labels}); err != nil {
		return "", err
	}
	return filled.String(), nil
}
