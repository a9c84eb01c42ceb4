//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// eventsPerStep is what every node sends from one poll to the next.
	eventsPerStep = 20
	// sentBefore is what every node had sent before the first poll.
	sentBefore = 100_000
	// pathRESTList ends the path of CloverDX's list of executions.
	pathRESTList = "/clover/api/rest/v1/executions"
	// pathStates tells the nodes' states, pathJolokia is where Jolokia is.
	pathStates  = "/clover/simpleHttpApi/cluster_status"
	pathJolokia = "/jolokia"
	// wordRunning and wordEnded are CloverDX's words for what runs and has ended.
	wordRunning, wordEnded = "RUNNING", "FINISHED_OK"
)

// kindOfRequest is what is counted apart.
type kindOfRequest string

const (
	askedList   kindOfRequest = "list"
	askedStates kindOfRequest = "states"
	askedNode   kindOfRequest = "node"
	askedOne    kindOfRequest = "one execution"
	askedOther  kindOfRequest = "other"
)

// exchange is one request, to be sent again.
type exchange struct {
	kind              kindOfRequest
	method, url, body string
}

// cloverCluster is a CloverDX cluster with a local server for each node: the
// REST API, the nodes' states by the simple HTTP API, and Jolokia, in the
// shapes of CloverDX's documents and of recordings of JGroups 2.12.3. What it
// answers is made before it is asked for, so that its own work hardly counts.
type cloverCluster struct {
	names   []string
	servers map[string]*httptest.Server

	mutex sync.Mutex
	// executions are the members of the REST API's list, by status.
	executions map[string][]string
	// pages are answers by their query, nodes those of Jolokia by node and place.
	pages map[string]string
	nodes map[string]map[string]string
	sent  int64
	// exchanges are the requests since forget; last is when the newest came.
	exchanges []exchange
	last      time.Time
}

// newCloverCluster starts a cluster of which all nodes see each other.
func newCloverCluster(nodes, running, history int) *cloverCluster {
	c := &cloverCluster{servers: map[string]*httptest.Server{}, executions: map[string][]string{}, pages: map[string]string{}, sent: sentBefore}
	for index := range nodes {
		name := fmt.Sprintf("node%02d", index+1)
		c.names, c.servers[name] = append(c.names, name), httptest.NewServer(nodeServer{c, name})
	}
	for index := range history + running {
		status := wordEnded
		if index >= history {
			status = wordRunning
		}
		c.executions[status] = append(c.executions[status], fmt.Sprintf(
			`{"@self":"/clover/api/rest/v1/executions/%[1]d","@type":"Execution","runId":%[1]d,"sandboxCode":"dwh","jobFile":"graph/load-%[2]d.grf","status":"%[3]s","node":"%[4]s","submitTime":"2026-11-22T10:00:00.000+0000","durationString":"5 s","user":{"name":"clover"}}`,
			500_000+index, index%500, status, c.names[index%nodes]))
	}
	c.step(false)
	return c
}

func (c *cloverCluster) close() {
	for _, server := range c.servers {
		server.Close()
	}
}

// serverOf and jolokiaOf are a node's addresses.
func (c *cloverCluster) serverOf(name string) string  { return c.servers[name].URL + "/clover" }
func (c *cloverCluster) jolokiaOf(name string) string { return c.servers[name].URL + pathJolokia }

// step lets every node send, and makes their answers. Parted, the first half of
// the nodes and the second have lost each other.
func (c *cloverCluster) step(parted bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.sent += eventsPerStep
	half := len(c.names) / 2
	c.nodes = make(map[string]map[string]string, len(c.names))
	for index, name := range c.names {
		members, view := c.names, 2
		if parted {
			members, view = c.names[:half], 3
			if index >= half {
				members = c.names[half:]
			}
		}
		c.nodes[name] = c.tell(name, members, view)
	}
}

// tell gives a node's values by what is asked.
func (c *cloverCluster) tell(name string, members []string, view int) map[string]string {
	windows := name + ":\n"
	for _, member := range members {
		windows += fmt.Sprintf("%s: [%d : %[3]d (%[3]d) (size=400, missing=1, highest stability=%[2]d)]\n", member, c.sent-400, c.sent)
	}
	list := "[" + strings.Join(members, ", ") + "]"
	return map[string]string{
		"search":  `["jgroups:cluster=\"cloverCluster\",protocol=NAKACK,type=protocol","jgroups:cluster=\"cloverCluster\",protocol=GMS,type=protocol","jgroups:cluster=\"cloverCluster\",type=channel"]`,
		"runtime": `{"StartTime":1795365000123}`,
		"sent": fmt.Sprintf(`{"CurrentSeqno":%d,"GcLag":10000,"PendingRetransmissionRequests":0,"XmitReqsReceived":1,"XmitRspsSent":1,"XmitReqsSent":0,"XmitRspsReceived":0,"DiscardDeliveredMsgs":false}`,
			c.sent),
		"channel": fmt.Sprintf(`{"View":"[%s|%d] %s","Address":%q,"Address (UUID)":"ba14e776-5152-b28d-4c3a-%012x","Version":"JGroups 2.12.3.Final"}`,
			members[0], view, list, name, slices.Index(c.names, name)),
		"members": fmt.Sprintf(`{"Members":%q}`, list),
		"windows": strconv.Quote(windows),
	}
}

// end ends the first running executions.
func (c *cloverCluster) end(count int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, one := range c.executions[wordRunning][:count] {
		c.executions[wordEnded] = append(c.executions[wordEnded], strings.Replace(one, wordRunning, wordEnded, 1))
	}
	c.executions[wordRunning] = c.executions[wordRunning][count:]
	clear(c.pages)
}

// forget empties the log of requests.
func (c *cloverCluster) forget() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.exchanges = nil
}

// log gives the requests since forget, and when the newest came.
func (c *cloverCluster) log() ([]exchange, time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Clone(c.exchanges), c.last
}

// nodeServer is one node's server.
type nodeServer struct {
	cluster *cloverCluster
	name    string
}

// ServeHTTP answers, and notes what was asked.
func (n nodeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := n.cluster
	body, _ := io.ReadAll(r.Body)
	asked := exchange{kind: askedOther, method: r.Method, url: "http://" + r.Host + r.URL.RequestURI(), body: string(body)}
	answer := ""
	switch {
	case strings.TrimSuffix(r.URL.Path, "/") == pathJolokia:
		asked.kind, answer = askedNode, c.bulk(n.name, body)
	case r.URL.Path == pathRESTList:
		asked.kind, answer = askedList, c.page(r.URL.Query())
	case strings.HasPrefix(r.URL.Path, pathRESTList+"/"):
		asked.kind, answer = askedOne, c.one(strings.TrimPrefix(r.URL.Path, pathRESTList+"/"))
	case r.URL.Path == pathStates:
		asked.kind, answer = askedStates, c.states()
	}
	c.mutex.Lock()
	c.exchanges, c.last = append(c.exchanges, asked), time.Now()
	c.mutex.Unlock()
	switch {
	case answer == "":
		http.NotFound(w, r)
		return
	case asked.kind == askedStates:
		w.Header().Set("Content-Type", "text/plain")
	default:
		w.Header().Set("Content-Type", "application/json")
	}
	_, _ = io.WriteString(w, answer)
}

// page is a part of the list of executions; without a status, of all.
func (c *cloverCluster) page(query url.Values) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	key := query.Encode()
	if made, ok := c.pages[key]; ok {
		return made
	}
	all := c.executions[query.Get("status")]
	if !query.Has("status") {
		all = slices.Concat(c.executions[wordEnded], c.executions[wordRunning]) // the history first
	}
	start, _ := strconv.Atoi(query.Get("startIndex"))
	size, _ := strconv.Atoi(query.Get("pageSize"))
	members := all[min(start, len(all)):min(start+size, len(all))]
	c.pages[key] = fmt.Sprintf(`{"@self":"%s","@type":"ExecutionCollection","@totalItems":%d,"@startIndex":%d,"@pageItems":%d,"members":[%s]}`,
		pathRESTList, len(all), start, len(members), strings.Join(members, ","))
	return c.pages[key]
}

// one is the execution of a run id; "" for none.
func (c *cloverCluster) one(id string) string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, status := range []string{wordRunning, wordEnded} {
		all := c.executions[status]
		if at := slices.IndexFunc(all, func(one string) bool { return strings.Contains(one, `"runId":`+id+",") }); at >= 0 {
			return all[at]
		}
	}
	return ""
}

// states is cluster_status: name|URL|load|status.
func (c *cloverCluster) states() string {
	var lines strings.Builder
	for _, name := range c.names {
		fmt.Fprintf(&lines, "%s|%s|0.1|READY\n", name, c.serverOf(name))
	}
	return lines.String()
}

// ask is one thing asked within a bulk request.
type ask struct {
	Type      string   `json:"type"`
	MBean     string   `json:"mbean"`
	Attribute []string `json:"attribute,omitempty"`
	Operation string   `json:"operation,omitempty"`
}

// place is where its value stands among a node's.
func (a ask) place() string {
	switch {
	case a.Type == "search":
		return "search"
	case a.Type == "exec":
		return "windows"
	case strings.Contains(a.MBean, "type=Runtime"):
		return "runtime"
	case strings.Contains(a.MBean, "type=channel"):
		return "channel"
	case strings.Contains(a.MBean, "protocol=GMS"):
		return "members"
	}
	return "sent"
}

// bulk answers as Jolokia does; "" for what is no bulk request to a node.
func (c *cloverCluster) bulk(node string, body []byte) string {
	var asked []ask
	c.mutex.Lock()
	values := c.nodes[node]
	c.mutex.Unlock()
	if json.Unmarshal(body, &asked) != nil || values == nil {
		return ""
	}
	entries := make([]string, 0, len(asked))
	for _, one := range asked {
		request, err := json.Marshal(one)
		if err != nil {
			return ""
		}
		entries = append(entries, fmt.Sprintf(`{"request":%s,"value":%s,"status":200,"timestamp":1795365960}`, request, values[one.place()]))
	}
	return "[" + strings.Join(entries, ",") + "]"
}
