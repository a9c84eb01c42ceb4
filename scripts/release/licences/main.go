// Command licences names the licences that texts are, by Google's
// licenseclassifier, which go-licenses uses, too. It reads a JSON list of files
// from its input and writes a JSON object: for each file its licences as SPDX
// identifiers.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	classifier "github.com/google/licenseclassifier/v2"
	"github.com/google/licenseclassifier/v2/assets"
)

func main() {
	if err := name(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// name reads names of files and writes what their texts are.
func name(in io.Reader, out io.Writer) error {
	var files []string
	if err := json.NewDecoder(in).Decode(&files); err != nil {
		return fmt.Errorf("the list of files cannot be read: %w", err)
	}
	known, err := assets.DefaultClassifier()
	if err != nil {
		return fmt.Errorf("the known licences cannot be loaded: %w", err)
	}
	found := make(map[string][]string, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		found[file] = identify(known, text)
	}
	return json.NewEncoder(out).Encode(found)
}

// identify gives the licences of a text, sorted; none where it is not known.
// The short form that stands atop of files counts like the licence itself.
func identify(known *classifier.Classifier, text []byte) []string {
	ids := []string{}
	for _, match := range known.Match(text).Matches {
		isLicence := match.MatchType == "License" || match.MatchType == "Header"
		if isLicence && !slices.Contains(ids, match.Name) {
			ids = append(ids, match.Name)
		}
	}
	slices.Sort(ids)
	return ids
}
