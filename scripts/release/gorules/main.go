// Command gorules finds what Grafana's catalogue forbids in a plugin's Go
// code: access to files, to the environment, to system calls, and printing. It
// reads the syntax tree with each import's name, so that a package called os by
// another name is found, and a variable called os is not.
//
// It takes folders, leaves tests out, and writes a JSON list of faults.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Fault is one place that breaks a rule.
type Fault struct {
	Rule  string `json:"rule"`
	Fault string `json:"fault"`
}

// The names of the rules, as grafana/plugin-validator has them in
// pkg/analysis/passes/coderules/semgrep-rules.yaml.
const (
	ruleEnvironment = "access-os-environment"
	ruleVariable    = "access-forbidden-os-environment"
	ruleFiles       = "access-file-system"
	ruleSyscall     = "access-syscall"
	rulePrint       = "fmt-print-logging"
)

// allowedVariable begins the names that Grafana gives to plugins.
const allowedVariable = "GF_PLUGIN_"

// forbidden has, for each package, the functions of each rule. "*" stands for
// all.
var forbidden = map[string]map[string][]string{
	"os": {
		ruleEnvironment: {"Environ", "Clearenv", "ExpandEnv", "Expand"},
		ruleFiles: {
			"Chdir", "Chmod", "Chown", "Chtimes", "CopyFS", "Create", "CreateTemp", "DirFS", "Getwd", "IsExist", "IsNotExist",
			"IsPermission", "Lchown", "Link", "Lstat", "Mkdir", "MkdirAll", "MkdirTemp", "NewFile", "Open", "OpenFile",
			"OpenInRoot", "OpenRoot", "ReadDir", "ReadFile", "Readlink", "Remove", "RemoveAll", "Rename", "SameFile", "Stat",
			"Symlink", "TempDir", "Truncate", "UserCacheDir", "UserConfigDir", "UserHomeDir", "WriteFile",
		},
	},
	"syscall":               {ruleSyscall: {"*"}},
	"golang.org/x/sys/unix": {ruleSyscall: {"*"}},
	"io/fs":                 {ruleFiles: {"*"}},
	"io/ioutil":             {ruleFiles: {"*"}},
	"path/filepath":         {ruleFiles: {"Walk", "WalkDir", "VolumeName", "EvalSymlinks", "Glob"}},
	"fmt":                   {rulePrint: {"Print", "Printf", "Println"}},
}

// variableReaders take the name of a variable as their first argument.
var variableReaders = map[string][]string{
	"os":      {"Getenv", "LookupEnv", "Setenv", "Unsetenv"},
	"syscall": {"Getenv", "Setenv", "Unsetenv"},
}

func main() {
	faults := []Fault{}
	for _, folder := range os.Args[1:] {
		found, err := checkFolder(folder)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		faults = append(faults, found...)
	}
	if err := json.NewEncoder(os.Stdout).Encode(faults); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// checkFolder checks all Go files below a folder but tests.
func checkFolder(folder string) ([]Fault, error) {
	var faults []Fault
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		found, err := checkFile(name, text)
		faults = append(faults, found...)
		return err
	})
	return faults, err
}

// checkFile checks one file.
func checkFile(name string, text []byte) ([]Fault, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, 0)
	if err != nil {
		return nil, err
	}
	packages := importedNames(file)
	constants := textConstants(file)
	var faults []Fault
	report := func(node ast.Node, rule, what string) {
		line := files.Position(node.Pos()).Line
		faults = append(faults, Fault{Rule: rule, Fault: fmt.Sprintf("%s:%d: %s", filepath.ToSlash(name), line, what)})
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if of, function, ok := packageMember(call.Fun, packages); ok && slices.Contains(variableReaders[of], function) {
				if variable, known := textOf(call.Args, constants); !known || !strings.HasPrefix(variable, allowedVariable) {
					report(node, ruleVariable, fmt.Sprintf("%s.%s(%q): only %s… may be read", of, function, variable, allowedVariable))
				}
			}
		}
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, member, ok := packageMember(selector, packages)
		if !ok {
			return true
		}
		// A function that is not called but passed on is used, too.
		for rule, members := range forbidden[of] {
			isVariable := slices.Contains(variableReaders[of], member)
			if (slices.Contains(members, "*") && !isVariable && !isErrorOrType(of, member)) || slices.Contains(members, member) {
				report(node, rule, fmt.Sprintf("%s.%s is not allowed", of, member))
			}
		}
		return true
	})
	for _, spec := range file.Imports {
		if spec.Name != nil && spec.Name.Name == "." && forbidden[importPath(spec)] != nil {
			report(spec, ruleFiles, fmt.Sprintf("a dot import of %s cannot be checked", importPath(spec)))
		}
	}
	return faults, nil
}

// isErrorOrType tells what of a wholly forbidden package is no access: an error
// to compare with, or a signal.
func isErrorOrType(of, member string) bool {
	return (of == "io/fs" && (strings.HasPrefix(member, "Err") || member == "FS")) ||
		(of == "syscall" && (strings.HasPrefix(member, "SIG") || strings.HasPrefix(member, "E") && member == strings.ToUpper(member)))
}

// importedNames gives the path of each package by the name that the file uses.
func importedNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range file.Imports {
		path := importPath(spec)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}

func importPath(spec *ast.ImportSpec) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return path
}

// packageMember resolves pkg.Member; a local variable hides a package.
func packageMember(node ast.Expr, packages map[string]string) (of, member string, ok bool) {
	selector, isSelector := node.(*ast.SelectorExpr)
	if !isSelector {
		return "", "", false
	}
	ident, isIdent := selector.X.(*ast.Ident)
	if !isIdent || ident.Obj != nil {
		return "", "", false
	}
	of, ok = packages[ident.Name]
	return of, selector.Sel.Name, ok
}

// textConstants gives the file's constants that are texts.
func textConstants(file *ast.File) map[string]string {
	constants := map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			if i < len(spec.Values) && name.Obj != nil && name.Obj.Kind == ast.Con {
				if text, ok := literal(spec.Values[i]); ok {
					constants[name.Name] = text
				}
			}
		}
		return true
	})
	return constants
}

// textOf is the first argument where it is a text, or a constant of the file.
func textOf(arguments []ast.Expr, constants map[string]string) (string, bool) {
	if len(arguments) == 0 {
		return "", false
	}
	if ident, ok := arguments[0].(*ast.Ident); ok {
		text, known := constants[ident.Name]
		return text, known
	}
	return literal(arguments[0])
}

func literal(node ast.Expr) (string, bool) {
	value, ok := node.(*ast.BasicLit)
	if !ok || value.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(value.Value)
	return text, err == nil
}
