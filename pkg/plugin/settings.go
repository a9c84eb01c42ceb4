package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/unjam/unjam-jobs-app/pkg/action"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
	"github.com/unjam/unjam-jobs-app/pkg/delivery"
	"github.com/unjam/unjam-jobs-app/pkg/diagnose"
	"github.com/unjam/unjam-jobs-app/pkg/watch"
)

// Keys of the data source's secure settings.
const (
	securePassword   = "password"
	secureCACert     = "tlsCACert"
	secureClientCert = "tlsClientCert"
	secureClientKey  = "tlsClientKey"
	secureToken      = "token"
	// secureMessagingPassword is for the nodes' messaging layer.
	secureMessagingPassword = "messagingPassword"

	defaultPoll         = 10
	leastPoll           = 2
	longestPoll         = 300
	defaultTimeout      = 5
	defaultDeadline     = 8
	longestDeadline     = 120
	defaultStuckAfter   = 180
	leastStuckAfter     = 10
	longestStuckAfter   = 7 * 24 * 3600
	maxAddresses        = 32
	maxAllowedLogins    = 1000
	defaultSavepointAge = 600
	// The bounds of what CloverDX's properties can sensibly be set to.
	mostEvents            = 100_000_000
	mostEventBytes        = 10_000_000
	longestInboundTimeout = 30 * 24 * 3600
	longestDetection      = 3600
)

// jsonData is the data source's jsonData as Grafana stores it. Durations are
// whole seconds. Pointers tell "not set" from 0.
type jsonData struct {
	Kind                string        `json:"kind"`
	ClusterID           string        `json:"clusterId"`
	URLs                []string      `json:"urls"`
	WorkerURLs          []string      `json:"workerUrls"`
	APIVersion          string        `json:"apiVersion"`
	ContextPath         string        `json:"contextPath"`
	Username            string        `json:"username"`
	TimeZone            string        `json:"timeZone"`
	PollIntervalSeconds *int          `json:"pollIntervalSeconds"`
	RequestTimeout      *int          `json:"requestTimeoutSeconds"`
	PollDeadline        *int          `json:"pollDeadlineSeconds"`
	ForceStopSupport    string        `json:"forceStopSupport"`
	StuckAfterSeconds   *int          `json:"stuckAfterSeconds"`
	TLSServerName       string        `json:"tlsServerName"`
	Detection           jsonDetection `json:"detection"`
	Actions             jsonActions   `json:"actions"`
	CloverDX            jsonCloverDX  `json:"cloverdx"`
	Messaging           jsonMessaging `json:"messaging"`

	// UIURL is read by itself: whatever it is, the coordinator is watched.
	UIURL json.RawMessage `json:"uiUrl"`

	// Grafana's own fields that must stay empty (design §7, the back door).
	OAuthPassThru bool `json:"oauthPassThru"`
}

type jsonActions struct {
	Enabled             bool     `json:"enabled"`
	MinRole             string   `json:"minRole"`
	AuditRole           string   `json:"auditRole"`
	AllowedLogins       []string `json:"allowedLogins"`
	MinCancelingAge     *int     `json:"minCancelingAgeSeconds"`
	MasterSettleSeconds *int     `json:"masterSettleSeconds"`
	SavepointStall      *int     `json:"savepointStallSeconds"`
	MaxForceStops       *int     `json:"maxForceStops"`
	MaxCancels          *int     `json:"maxCancels"`
	BudgetWindow        *int     `json:"budgetWindowSeconds"`
	SecondPerson        string   `json:"secondPerson"`
	IncidentBudget      *int     `json:"incidentBudget"`
}

// jsonCloverDX is how a CloverDX server is spoken to. What its documents do
// not say can be set.
type jsonCloverDX struct {
	API          string `json:"api"`
	AbortMethod  string `json:"abortMethod"`
	AbortPath    string `json:"abortPath"`
	ParentField  string `json:"parentField"`
	NodeField    string `json:"nodeField"`
	StatusFilter string `json:"statusFilter"`
	PageSize     int    `json:"pageSize"`
}

// jsonMessaging is how the nodes' messaging layer is read, and its limits.
type jsonMessaging struct {
	Source          string     `json:"source"`
	Nodes           []jsonNode `json:"nodes"`
	PrometheusURL   string     `json:"prometheusUrl"`
	Username        string     `json:"username"`
	Channel         string     `json:"channel"`
	Windows         bool       `json:"windows"`
	SentEventsLimit *int       `json:"sentEventsLimit"`
	EventBytes      *int       `json:"eventBytes"`
	InboundTimeout  *int       `json:"inboundTimeoutSeconds"`
	Detection       *int       `json:"detectionSeconds"`
}

type jsonNode struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Instance string `json:"instance"`
}

// Settings is a data source's configuration, checked.
type Settings struct {
	Scope watch.Scope
	// Cluster is the coordinator identity (design §3).
	Cluster string
	// Kind is the kind of coordinator.
	Kind     string
	Interval time.Duration
	Deadline time.Duration
	// StuckAfter is what the thresholds of Detection are where they are not set.
	StuckAfter time.Duration
	Policy     action.Policy
	// Detection says from when on jobs count as stuck.
	Detection diagnose.Policy
	// ProxyFault says which of Grafana's own connection fields is set.
	ProxyFault string
	// UI is where a job is in the coordinator's own UI; empty where the settings
	// name nothing that may be linked to, and UIFault then says why.
	UI      uiTemplate
	UIFault string
	// Delivery are the limits of event delivery.
	Delivery   delivery.Settings
	connection connection
}

// loadSettings reads and checks a data source's settings. The error is one
// sentence that says what to set.
func loadSettings(orgID int64, raw backend.DataSourceInstanceSettings) (Settings, error) {
	settings := Settings{
		Scope: watch.Scope{OrgID: orgID, DataSourceUID: raw.UID}, Policy: action.DefaultPolicy(),
		Interval: defaultPoll * time.Second, StuckAfter: defaultStuckAfter * time.Second,
	}
	var stored jsonData
	if err := json.Unmarshal(raw.JSONData, &stored); len(raw.JSONData) > 0 && err != nil {
		return settings, fmt.Errorf("the data source's settings cannot be read: %w", settingsFault(err))
	}
	settings.ProxyFault = proxyFault(raw, stored)
	settings.Kind = orDefault(stored.Kind, kindSeaTunnel)
	urls, err := addresses("the coordinator's address", stored.URLs)
	if err != nil {
		return settings, err
	}
	if err := settings.readTimes(stored); err != nil {
		return settings, err
	}
	if err := settings.readMessaging(stored.Messaging); err != nil {
		return settings, err
	}
	timeout, err := seconds("requestTimeoutSeconds", stored.RequestTimeout, defaultTimeout, 1, int(settings.Deadline.Seconds()))
	if err != nil {
		return settings, err
	}
	if err := settings.readPolicy(stored.Actions); err != nil {
		return settings, err
	}
	if err := settings.readDetection(stored.Detection); err != nil {
		return settings, err
	}
	if settings.UI, err = readUI(stored.UIURL); err != nil {
		settings.UIFault = err.Error()
	}
	secrets := raw.DecryptedSecureJSONData
	settings.connection, err = connect(stored, wires{
		urls: urls, timeout: timeout, deadline: settings.Deadline, secrets: secrets,
		tls: upstream.TLS{CAPEM: secrets[secureCACert], CertPEM: secrets[secureClientCert], KeyPEM: secrets[secureClientKey], ServerName: stored.TLSServerName},
	})
	settings.Cluster = identityOf(stored.ClusterID, urls)
	return settings, err
}

// readMessaging reads the limits of event delivery that no coordinator tells.
func (s *Settings) readMessaging(stored jsonMessaging) error {
	limit, err := whole("messaging.sentEventsLimit", stored.SentEventsLimit, delivery.DefaultSentLimit, 1, mostEvents)
	if err != nil {
		return err
	}
	size, err := whole("messaging.eventBytes", stored.EventBytes, delivery.DefaultEventBytes, 1, mostEventBytes)
	if err != nil {
		return err
	}
	timeout, err := seconds("messaging.inboundTimeoutSeconds", stored.InboundTimeout, int(delivery.DefaultInboundTimeout.Seconds()), 1, longestInboundTimeout)
	if err != nil {
		return err
	}
	detection, err := seconds("messaging.detectionSeconds", stored.Detection, int(delivery.DefaultDetectionTime.Seconds()), 1, longestDetection)
	s.Delivery = delivery.Settings{SentLimit: int64(limit), EventBytes: int64(size), InboundTimeout: timeout, DetectionTime: detection}
	return err
}

func (s *Settings) readTimes(stored jsonData) error {
	var err error
	if s.Interval, err = seconds("pollIntervalSeconds", stored.PollIntervalSeconds, defaultPoll, leastPoll, longestPoll); err != nil {
		return err
	}
	if s.Deadline, err = seconds("pollDeadlineSeconds", stored.PollDeadline, defaultDeadline, 1, longestDeadline); err != nil {
		return err
	}
	s.StuckAfter, err = seconds("stuckAfterSeconds", stored.StuckAfterSeconds, defaultStuckAfter, leastStuckAfter, longestStuckAfter)
	return err
}

func (s *Settings) readPolicy(stored jsonActions) error {
	policy := &s.Policy
	policy.Enabled = stored.Enabled
	policy.MinRole = action.Role(orDefault(stored.MinRole, string(policy.MinRole)))
	policy.AuditRole = action.Role(orDefault(stored.AuditRole, string(policy.AuditRole)))
	for _, login := range stored.AllowedLogins {
		if login = strings.TrimSpace(login); login != "" {
			policy.AllowedLogins = append(policy.AllowedLogins, login)
		}
	}
	if len(policy.AllowedLogins) > maxAllowedLogins {
		return fmt.Errorf("actions.allowedLogins has %d entries; use at most %d, or a role", len(policy.AllowedLogins), maxAllowedLogins)
	}
	setSeconds(&policy.MinCancelingAge, stored.MinCancelingAge)
	setSeconds(&policy.MasterSettleTime, stored.MasterSettleSeconds)
	setSeconds(&policy.SavepointStall, stored.SavepointStall)
	setSeconds(&policy.BudgetWindow, stored.BudgetWindow)
	if stored.MaxForceStops != nil {
		policy.MaxForceStops = *stored.MaxForceStops
	}
	if stored.MaxCancels != nil {
		policy.MaxCancels = *stored.MaxCancels
	}
	policy.SecondPerson = action.SecondPerson(orDefault(stored.SecondPerson, string(policy.SecondPerson)))
	if stored.IncidentBudget != nil {
		policy.IncidentBudget = *stored.IncidentBudget
	}
	return policy.Validate()
}

// proxyFault names the fields by which Grafana's own data source proxy would
// let any Viewer send requests to the coordinator (seen on Grafana 12.4).
func proxyFault(raw backend.DataSourceInstanceSettings, stored jsonData) string {
	var set []string
	for name, isSet := range map[string]bool{
		"url": raw.URL != "", "user": raw.User != "", "basicAuth": raw.BasicAuthEnabled, "basicAuthUser": raw.BasicAuthUser != "",
		"oauthPassThru": stored.OAuthPassThru, "basicAuthPassword": raw.DecryptedSecureJSONData["basicAuthPassword"] != "",
	} {
		if isSet {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		return ""
	}
	slices.Sort(set)
	return fmt.Sprintf("Grafana's own connection fields are set on this data source (%s): through Grafana's data source proxy, any Viewer could send requests to the coordinator past Unjam's guard. Actions are refused.", strings.Join(set, ", "))
}

// identityOf is the coordinator identity: the configured id, else the sorted
// normalised addresses, so that two data sources on one cluster share locks
// and budgets.
func identityOf(clusterID string, urls []string) string {
	if id := strings.TrimSpace(clusterID); id != "" {
		return id
	}
	sorted := slices.Clone(urls)
	slices.Sort(sorted)
	return strings.Join(slices.Compact(sorted), ",")
}

// addresses normalises configured addresses: lower-case scheme and host, no
// slash at the end, no duplicates. The adapter checks them further.
func addresses(what string, raw []string) ([]string, error) {
	var result []string
	for _, text := range raw {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		address, err := url.Parse(text)
		if err != nil {
			// The parser's error quotes the text, which may hold a password.
			return nil, fmt.Errorf("%s number %d is not a URL; write it like http://host:8080", what, len(result)+1)
		}
		if address.User != nil {
			return nil, fmt.Errorf("%s %s holds a user or password; use the fields for them, they are stored encrypted", what, address.Redacted())
		}
		address.Scheme, address.Host = strings.ToLower(address.Scheme), strings.ToLower(address.Host)
		if normal := strings.TrimRight(address.String(), "/"); !slices.Contains(result, normal) {
			result = append(result, normal)
		}
	}
	if len(result) > maxAddresses {
		return nil, fmt.Errorf("%d addresses are set; use at most %d", len(result), maxAddresses)
	}
	return result, nil
}

func seconds(name string, set *int, normal, least, most int) (time.Duration, error) {
	value := normal
	if set != nil {
		value = *set
	} else if value > most {
		value = most
	}
	if value < least || value > most {
		return 0, fmt.Errorf("%s is %d; use %d to %d seconds", name, value, least, most)
	}
	return time.Duration(value) * time.Second, nil
}

// whole reads a whole number within bounds.
func whole(name string, set *int, normal, least, most int) (int, error) {
	value := normal
	if set != nil {
		value = *set
	}
	if value < least || value > most {
		return 0, fmt.Errorf("%s is %d; use %d to %d", name, value, least, most)
	}
	return value, nil
}

func setSeconds(target *time.Duration, set *int) {
	if set != nil {
		*target = time.Duration(*set) * time.Second
	}
}

func orDefault(text, normal string) string {
	if text == "" {
		return normal
	}
	return text
}

// settingsFault turns a JSON error into words about the field.
func settingsFault(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return fmt.Errorf("%s must not be a %s", wrongType.Field, wrongType.Value)
	}
	return errors.New("they are not valid JSON")
}
