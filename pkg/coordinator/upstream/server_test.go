package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// seen is a request that a test's server received.
type seen struct {
	method, uri, body string
	header            http.Header
}

// serve starts a server that answers so and logs requests.
func serve(t *testing.T, status int, kind, body string) (*httptest.Server, *[]seen) {
	t.Helper()
	log := &[]seen{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		*log = append(*log, seen{r.Method, r.RequestURI, string(read), r.Header.Clone()})
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server, log
}

func newServer(t *testing.T, change func(*Options)) *Server {
	t.Helper()
	options := Options{Name: "Example", RequestTimeout: time.Second}
	if change != nil {
		change(&options)
	}
	s := New(options)
	t.Cleanup(s.Close)
	return s
}

func TestServer_SendsWhatIsConfigured(t *testing.T) {
	web, log := serve(t, 200, "application/json", `{"a":"1"}`)
	s := newServer(t, func(o *Options) {
		o.Headers = map[string]string{"X-Requested-By": "unjam"}
		o.Credentials = Credentials{Username: "operator", Token: "token-0123456789"}
	})
	read := func(_ *Answer, r *Reader) error {
		return r.Object("the answer", func(string) (bool, error) {
			number, err := r.Int64("a")
			if number != 1 {
				t.Errorf("a is %d", number)
			}
			return true, err
		})
	}
	if err := s.JSON(context.Background(), Call{Address: web.URL, Path: "/x?y=1", Limit: 100}, read); err != nil {
		t.Fatal(err)
	}
	if err := s.JSON(context.Background(), Call{Address: web.URL, Path: "/bulk", Limit: 100, Body: []byte(`[1]`), Anonymous: true}, read); err != nil {
		t.Fatal(err)
	}
	first, second := (*log)[0], (*log)[1]
	if first.method != "GET" || first.uri != "/x?y=1" || first.header.Get("Authorization") != "Bearer token-0123456789" || first.header.Get("X-Requested-By") != "unjam" || first.header.Get("Accept") != "application/json" || first.header.Get("Content-Type") != "" {
		t.Errorf("%+v", first)
	}
	if second.method != "POST" || second.body != `[1]` || second.header.Get("Authorization") != "" || second.header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v", second)
	}
}

func TestServer_ErrorsNameTheCoordinatorAndHideTheToken(t *testing.T) {
	const token = "token-0123456789"
	web, _ := serve(t, 404, "application/json", `{"message":"no route for `+token+`"}`)
	s := newServer(t, func(o *Options) { o.Credentials.Token = token })
	err := s.Get(context.Background(), Call{Address: web.URL, Path: "/x", Limit: 100}, nil)
	if !errors.Is(err, coordinator.ErrBadAnswer) || StatusOf(err) != 404 || !strings.Contains(err.Error(), "Is this the address of Example?") || !strings.Contains(err.Error(), "no route for [hidden]") || strings.Contains(err.Error(), token) {
		t.Errorf("error is %v", err)
	}
	denied, _ := serve(t, 401, "text/plain", "")
	err = s.Get(context.Background(), Call{Address: denied.URL, Path: "/x", Limit: 100}, nil)
	if !errors.Is(err, coordinator.ErrUnauthorised) || !strings.Contains(err.Error(), "Check the token in the settings.") {
		t.Errorf("error is %v", err)
	}
	page, _ := serve(t, 200, "text/html", "<html>")
	err = s.Get(context.Background(), Call{Address: page.URL, Limit: 100, PlainText: true}, nil)
	if !errors.Is(err, ErrHTML) || !strings.Contains(err.Error(), "answered HTML, not plain text") {
		t.Errorf("error is %v", err)
	}
}

func TestLines_AreBounded(t *testing.T) {
	web, _ := serve(t, 200, "text/plain", "one\r\ntwo\n\n"+strings.Repeat("x", 2000))
	var lines []string
	err := newServer(t, nil).Lines(context.Background(), Call{Address: web.URL, Limit: 10_000}, 1024, func(_ *Answer, line string) error {
		lines = append(lines, line)
		return nil
	})
	if !errors.Is(err, coordinator.ErrBadAnswer) || !strings.Contains(err.Error(), "a line in the answer larger than 1 kB") || strings.Join(lines, ",") != "one,two," {
		t.Errorf("%q, %v", lines, err)
	}
}

func TestStop_ByGETOnAConnectionOfItsOwn(t *testing.T) {
	web, log := serve(t, 200, "text/plain", "ABORTED")
	s := newServer(t, nil)
	for _, odd := range []string{"", "not so"} {
		answer, err := s.Stop(context.Background(), StopCall{Address: web.URL, Path: "/kill?id=1", Method: http.MethodGet, Odd: func(status int, body []byte) string {
			if status != 200 || string(body) != "ABORTED" {
				t.Errorf("%d %s", status, body)
			}
			return odd
		}})
		var failed *coordinator.StopError
		if (err == nil) != (odd == "") || err != nil && (!errors.As(err, &failed) || failed.Delivered != coordinator.DeliveredUnknown || !strings.Contains(err.Error(), "answered 200, but not so")) || answer.Body != "ABORTED" {
			t.Errorf("%+v, %v", answer, err)
		}
	}
	for _, request := range *log {
		if request.header.Get("Connection") != "close" || request.body != "" {
			t.Errorf("%+v", request)
		}
	}
	if len(*log) != 2 {
		t.Errorf("%d requests", len(*log))
	}
}

func TestCredentials_Faults(t *testing.T) {
	for _, bad := range []Credentials{{Password: "hunter2"}, {Username: "a:b", Password: "hunter2"}, {Token: "hunter2 \n"}} {
		faults := bad.Faults()
		if len(faults) != 1 || strings.Contains(faults[0].Error(), "hunter2") {
			t.Errorf("%v", faults)
		}
	}
	if faults := (Credentials{Username: "operator", Password: "p w"}).Faults(); faults != nil {
		t.Errorf("%v", faults)
	}
	if got := (Credentials{Token: "x"}).Unencrypted("http://a"); got != "http://a is not https: the token goes over the network unencrypted." {
		t.Error(got)
	}
	if got := (Credentials{Token: "x"}).Unencrypted("https://a") + (Credentials{}).Unencrypted("http://a"); got != "" {
		t.Error(got)
	}
}

func TestOrder_TheOneThatAnsweredComesFirst(t *testing.T) {
	order := NewOrder([]string{"a", "b", "c"})
	if got := strings.Join(order.List(), ""); got != "abc" {
		t.Error(got)
	}
	order.Prefer("b")
	if got := strings.Join(order.List(), ""); got != "bac" {
		t.Error(got)
	}
}

func TestAskInTurn_TheWorstIsTold(t *testing.T) {
	failing := map[string]error{
		"down":    Unreachable("down", "", "", "", nil),
		"denied":  &coordinator.Error{Kind: coordinator.ErrUnauthorised},
		"unknown": &coordinator.Error{Kind: coordinator.ErrNotFound},
	}
	cases := map[string]struct {
		candidates []string
		want       error
		by         string
	}{
		"one answers":         {[]string{"down", "good"}, nil, "good"},
		"not found by one":    {[]string{"unknown", "down"}, coordinator.ErrNotFound, ""},
		"found by the other":  {[]string{"unknown", "good"}, nil, "good"},
		"refused is the word": {[]string{"down", "denied"}, coordinator.ErrUnauthorised, ""},
	}
	for name, test := range cases {
		_, by, err := AskInTurn(context.Background(), test.candidates, func(_ context.Context, one string) (int, error) { return 1, failing[one] })
		if !errors.Is(err, test.want) || by != test.by {
			t.Errorf("%s: %q, %v", name, by, err)
		}
	}
}

func TestReader_NumbersAndTruth(t *testing.T) {
	read := func(text string) *Reader { return NewReader(strings.NewReader(text), Secrets{}) }
	for text, want := range map[string]int64{`9223372036854775807`: 9223372036854775807, `"-5"`: -5} {
		if got, err := read(text).Int64("x"); err != nil || got != want {
			t.Errorf("%s is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{`1.5`, `"x"`, `{}`, `null`, `9223372036854775808`, `true`} {
		if _, err := read(text).Int64("x"); err == nil {
			t.Errorf("%s is a number", text)
		}
	}
	if got, err := read(`true`).Bool("x"); err != nil || !got {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := read(`"true"`).Bool("x"); err == nil {
		t.Error("a string is true")
	}
	if null, err := read(`null`).Null(); err != nil || !null {
		t.Errorf("%v, %v", null, err)
	}
	if null, err := read(`1`).Null(); err != nil || null {
		t.Errorf("%v, %v", null, err)
	}
}

func TestSecrets_OfATokenAndAPassword(t *testing.T) {
	s := NewSecrets(Credentials{Username: "operator", Password: "short", Token: "long-token-123"})
	if got := s.HideInName([]byte("job long-token-123"), 100); got != "job [hidden]" {
		t.Error(got)
	}
	// a short password may be a word that occurs in names
	if got := s.HideInName([]byte("a short job"), 100); got != "a short job" {
		t.Error(got)
	}
	if got := s.Hide("a short job with long-token-123"); got != "a [hidden] job with [hidden]" {
		t.Error(got)
	}
}
