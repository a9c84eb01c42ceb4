package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestItSaysWhereItIsAndEndsCompletely(t *testing.T) {
	// Given a workbench on a free port, that keeps its records nowhere
	double := newCoordinatorDouble(t)
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--coordinator", double.server.URL, "--page", t.TempDir()}, writer, io.Discard)
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready struct{ URL, Store string }
	if err := json.Unmarshal([]byte(line), &ready); err != nil {
		t.Fatalf("%q is not the line that was promised: %v", line, err)
	}
	// Then it answers there, on this machine alone, and says that its page is
	// not built
	if !strings.HasPrefix(ready.URL, "http://127.0.0.1:") {
		t.Errorf("it listens at %s", ready.URL)
	}
	response, err := http.Get(ready.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if !strings.Contains(string(text), "npm run workbench:build") {
		t.Errorf("it says %q", text)
	}
	file := strings.TrimPrefix(ready.Store, "sqlite:")
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the records are not where it says: %v", err)
	}
	// When it is told to end, then it does, and nothing is left
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it did not end")
	}
	if _, err := os.Stat(filepath.Dir(file)); !os.IsNotExist(err) {
		t.Errorf("the folder of its records is left: %v", err)
	}
}

func TestAPortThatIsTakenIsSaid(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	err = run(t.Context(), []string{"--coordinator", "http://127.0.0.1:1", "--port", port}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "choose another with --port") {
		t.Errorf("it says %v", err)
	}
}

func TestOptions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "settings.json")
	settings := `{"datasources":[{"uid":"a","name":"A","jsonData":{"urls":["http://a"],"actions":{"enabled":true,"minRole":"Editor"}}},{"uid":"b","name":"B","jsonData":{"urls":["http://b"]}}]}`
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		arguments []string
		// want is the data sources' JSON, or fault a part of the error.
		want, fault string
	}{
		"addresses alone": {
			arguments: []string{"--coordinator", "http://a,http://b", "--worker", "http://w"},
			want:      `[{"uid":"unjam-seatunnel","name":"Unjam: SeaTunnel","jsonData":{"actions":{"enabled":true},"urls":["http://a","http://b"],"workerUrls":["http://w"]},"secureJsonData":null}]`,
		},
		"JSON is merged": {
			arguments: []string{"--coordinator", "http://a", "--json-data", `{"actions":{"minRole":"Viewer"},"pollIntervalSeconds":2}`},
			want:      `[{"uid":"unjam-seatunnel","name":"Unjam: SeaTunnel","jsonData":{"actions":{"enabled":true,"minRole":"Viewer"},"pollIntervalSeconds":2,"urls":["http://a"]},"secureJsonData":null}]`,
		},
		"a file with flags over it": {
			arguments: []string{"--settings", file, "--coordinator", "http://c", "--json-data", `{"actions":{"minRole":"Admin"}}`},
			want:      `[{"uid":"a","name":"A","jsonData":{"actions":{"enabled":true,"minRole":"Admin"},"urls":["http://c"]},"secureJsonData":null},{"uid":"b","name":"B","jsonData":{"urls":["http://b"]},"secureJsonData":null}]`,
		},
		"no coordinator":     {fault: "use --coordinator URL"},
		"no such file":       {arguments: []string{"--settings", file + "x"}, fault: "cannot be read"},
		"JSON that is none":  {arguments: []string{"--coordinator", "http://a", "--json-data", "[]"}, fault: "--json-data"},
		"a forgotten --name": {arguments: []string{"http://a"}, fault: `"http://a" is not an option`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readOptions(test.arguments, io.Discard)
			if test.fault != "" {
				if err == nil || !strings.Contains(err.Error(), test.fault) {
					t.Errorf("it says %v, want %q", err, test.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if encoded, _ := json.Marshal(got.sources); string(encoded) != test.want {
				t.Errorf("\n got %s\nwant %s", encoded, test.want)
			}
		})
	}
}
