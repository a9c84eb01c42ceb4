package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/licenseclassifier/v2/assets"
)

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED
"AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS
BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

func TestIdentify(t *testing.T) {
	known, err := assets.DefaultClassifier()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"a licence":          {"Copyright (c) 2020 Somebody\n\n" + mit, []string{"MIT"}},
		"two in one file":    {mit + "\n\n" + text(t, "GPL-3.0"), []string{"GPL-3.0", "MIT"}},
		"AGPL":               {text(t, "AGPL-3.0"), []string{"AGPL-3.0"}},
		"LGPL":               {text(t, "LGPL-2.1"), []string{"LGPL-2.1"}},
		"no licence":         {"All rights reserved. Ask us.", nil},
		"a link is no grant": {"See https://opensource.org/licenses/MIT", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := identify(known, []byte(test.text)); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// text is a licence's whole text.
func text(t *testing.T, licence string) string {
	t.Helper()
	text, err := assets.ReadLicenseFile("License/" + licence + "/license.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNameReadsAListOfFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "LICENSE")
	if err := os.WriteFile(file, []byte(mit), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := name(strings.NewReader(`["`+file+`"]`), &out); err != nil {
		t.Fatal(err)
	}
	if want := `{"` + file + `":["MIT"]}` + "\n"; out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
	if err := name(strings.NewReader(`["`+file+`.gone"]`), &out); err == nil {
		t.Error("a file that is not there must be an error")
	}
}
