//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/sync/errgroup"
)

// idlePerHost keeps connections open, as ours are.
const idlePerHost = 8

// theirs is the yardstick of a poll: the same requests in the same order, the
// list's pages one after the other and the nodes beside them, decoded with
// encoding/json into structs of the needed fields. It checks nothing, hides no
// secrets, and reads neither views nor windows.
type theirs struct{ client *http.Client }

func newTheirs() theirs {
	return theirs{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: idlePerHost}}}
}

func (t theirs) close() { t.client.CloseIdleConnections() }

// poll sends the requests of a poll again, and gives how many executions and
// nodes were read, and the bytes.
func (t theirs) poll(ctx context.Context, exchanges []exchange) (executions, nodes int, read int64, err error) {
	group, ctx := errgroup.WithContext(ctx)
	bytes := make([]int64, len(exchanges))
	group.Go(func() error {
		for index, one := range exchanges {
			if one.kind != askedList {
				continue
			}
			var list theirList
			var err error
			if bytes[index], err = t.decode(ctx, one, &list); err != nil {
				return err
			}
			executions += len(list.Members)
		}
		return nil
	})
	for index, one := range exchanges {
		switch one.kind {
		case askedList:
			continue
		case askedNode:
			nodes++
			group.Go(func() error {
				var entries []theirEntry
				var err error
				if bytes[index], err = t.decode(ctx, one, &entries); err != nil {
					return err
				}
				return decodeEntries(entries)
			})
		default:
			group.Go(func() (err error) {
				bytes[index], err = t.decode(ctx, one, nil)
				return err
			})
		}
	}
	err = group.Wait()
	for _, part := range bytes {
		read += part
	}
	return executions, nodes, read, err
}

type theirList struct {
	Total   int `json:"@totalItems"`
	Members []struct {
		RunID       int64  `json:"runId"`
		SandboxCode string `json:"sandboxCode"`
		JobFile     string `json:"jobFile"`
		Status      string `json:"status"`
		Node        string `json:"node"`
		SubmitTime  string `json:"submitTime"`
	} `json:"members"`
}

type theirEntry struct {
	Status int             `json:"status"`
	Value  json.RawMessage `json:"value"`
}

// theirValues are the figures of all MBeans of a node.
type theirValues struct {
	CurrentSeqno, GcLag, PendingRetransmissionRequests             *int64
	XmitReqsReceived, XmitRspsSent, XmitReqsSent, XmitRspsReceived *int64
	StartTime                                                      *int64
	View, Address, Version, Members                                string
}

func decodeEntries(entries []theirEntry) error {
	var values theirValues
	for _, entry := range entries {
		into := any(&values)
		if strings.HasPrefix(string(entry.Value), `"`) {
			into = new(string)
		}
		if err := json.Unmarshal(entry.Value, into); err != nil || entry.Status != http.StatusOK {
			return fmt.Errorf("an entry of status %d: %w", entry.Status, err)
		}
	}
	return nil
}

// decode sends a request and reads its answer into a value; nil for text. It
// gives the bytes read.
func (t theirs) decode(ctx context.Context, one exchange, into any) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, one.method, one.url, strings.NewReader(one.body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("X-Requested-By", "benchmark")
	response, err := t.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s was answered by %s", one.url, response.Status)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(body, into)
	}
	return int64(len(body)), err
}
