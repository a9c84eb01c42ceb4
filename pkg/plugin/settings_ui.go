package plugin

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// uiJobID is the mark in the address of a coordinator's own UI for which the id
// of a job is put.
const uiJobID = "{jobId}"

// longestUI bounds that address.
const longestUI = 2000

// uiTemplate is the address of a job in the coordinator's own UI; empty for
// none. It is for people's browsers: Unjam itself never contacts it.
type uiTemplate string

// readUI reads the address that the settings name. Whoever gets an error goes on
// without links: an address for people's browsers must not stop the watching.
func readUI(raw json.RawMessage) (uiTemplate, error) {
	var text string
	if err := json.Unmarshal(raw, &text); len(raw) > 0 && err != nil {
		return "", errors.New("uiUrl is not a text; write it like https://coordinator:8080/#/jobs/{jobId}")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	address, err := url.Parse(strings.ReplaceAll(text, uiJobID, "0"))
	switch {
	case err != nil || len(text) > longestUI:
		// The parser's error quotes the text, which may hold a password.
		return "", errors.New("uiUrl is not a URL; write it like https://coordinator:8080/#/jobs/{jobId}")
	case address.Scheme != "http" && address.Scheme != "https" || address.Host == "":
		return "", errors.New("uiUrl must begin with http:// or https:// and a host, like https://coordinator:8080/#/jobs/{jobId}")
	case address.User != nil:
		return "", errors.New("uiUrl holds a user or password; leave them out, everybody who sees a job sees the link")
	case strings.Contains(authority(text), "{"):
		return "", errors.New("uiUrl has {jobId} in its host; a job's id may stand in the path, the query or the fragment")
	}
	return uiTemplate(text), nil
}

// authority is what stands between the scheme and the path.
func authority(text string) string {
	_, rest, _ := strings.Cut(text, "//")
	if end := strings.IndexAny(rest, `/\?#`); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// of is the address for one job.
func (t uiTemplate) of(id coordinator.JobID) string {
	// A query's escapes are right in a path and a fragment too, but for the blank.
	escaped := strings.ReplaceAll(url.QueryEscape(string(id)), "+", "%20")
	return strings.ReplaceAll(string(t), uiJobID, escaped)
}
