package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCheckFile(t *testing.T) {
	for name, test := range map[string]struct {
		imports string
		code    string
		want    []string
	}{
		"a file is opened":                     {`"os"`, `os.Open("x")`, []string{ruleFiles}},
		"under another name":                   {`system "os"`, `system.ReadFile("x")`, []string{ruleFiles}},
		"a function that is passed on":         {`"os"`, `use(os.ReadFile)`, []string{ruleFiles}},
		"a walk":                               {`"path/filepath"`, `filepath.WalkDir("x", nil)`, []string{ruleFiles}},
		"io/fs":                                {`"io/fs"`, `fs.ReadFile(nil, "x")`, []string{ruleFiles}},
		"a dot import hides what is used":      {`. "os"`, `Open("x")`, []string{ruleFiles}},
		"the whole environment":                {`"os"`, `os.Environ()`, []string{ruleEnvironment}},
		"a variable of the machine":            {`"os"`, `os.Getenv("HOME")`, []string{ruleVariable}},
		"a variable that is not known":         {`"os"`, `os.LookupEnv(name())`, []string{ruleVariable}},
		"a system call":                        {`"syscall"`, `syscall.Kill(1, 2)`, []string{ruleSyscall}},
		"golang.org/x/sys":                     {`"golang.org/x/sys/unix"`, `unix.Getpid()`, []string{ruleSyscall}},
		"printing":                             {`"fmt"`, `fmt.Println("x")`, []string{rulePrint}},
		"a variable of Grafana's":              {`"os"`, `os.Getenv("GF_PLUGIN_STORE")`, nil},
		"the same by a constant":               {`"os"`, "const v = \"GF_PLUGIN_STORE\"\nos.Getenv(v)", nil},
		"a constant of the machine":            {`"os"`, "const v = \"HOME\"\nos.Getenv(v)", []string{ruleVariable}},
		"the end of the process":               {`"os"`, `os.Exit(1)`, nil},
		"a text is made, not printed":          {`"fmt"`, `_ = fmt.Sprintf("os.Open(x)")`, nil},
		"a path is joined, nothing is touched": {`"path/filepath"`, `filepath.Join("a", "b")`, nil},
		"a variable that is called os":         {`"fmt"`, "os := thing{}\nos.Open(fmt.Sprint(1))", nil},
		"an error to compare with":             {`"io/fs"`, `is(fs.ErrNotExist)`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			source := "package p\n\nimport " + test.imports + "\n\nfunc f() {\n" + test.code + "\n}\n"
			faults, err := checkFile("p.go", []byte(source))
			if err != nil {
				t.Fatal(err)
			}
			if len(faults) != len(test.want) {
				t.Fatalf("got %v, want %v", faults, test.want)
			}
			for i, fault := range faults {
				if fault.Rule != test.want[i] {
					t.Errorf("got %v, want %v", fault, test.want[i])
				}
			}
		})
	}
}

func TestCheckFolderLeavesTestsOutAndNamesTheLine(t *testing.T) {
	folder := t.TempDir()
	bad := "package p\n\nimport \"os\"\n\nvar _ = os.Getpagesize\n\nvar _, _ = os.Open(\"x\")\n"
	for _, name := range []string{"a.go", "a_test.go"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	faults, err := checkFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.ToSlash(filepath.Join(folder, "a.go")) + ":7: os.Open is not allowed"
	if len(faults) != 1 || faults[0].Fault != want {
		t.Errorf("got %v, want %s", faults, want)
	}
}
