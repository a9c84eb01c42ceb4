package jgroups

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// jolokiaBody bounds an answer. That of a node among 30 has 10 kB.
	jolokiaBody = 4 << 20
	// findAgain is how often a node is probed again because an entry of its
	// answer failed: a lasting failure must not double its requests.
	findAgain = time.Minute
	// runtimeMBean tells the JVM's start; startAttribute is in milliseconds.
	runtimeMBean   = "java.lang:type=Runtime"
	startAttribute = "StartTime"
	// windowsOperation prints the windows of all senders; with parentheses for
	// MBeans that have several operations of the name.
	windowsOperation        = "printMessages"
	windowsOperationExactly = "printMessages()"
)

// jolokiaNode reads one node by its Jolokia. It is safe for concurrent use.
type jolokiaNode struct {
	target
	server  *upstream.Server
	channel string
	windows bool
	now     func() time.Time

	mutex sync.Mutex
	// found is what the last probe found; nil: probe first.
	found *found
	// probedAt is when that was.
	probedAt time.Time
	// started is the JVM's start at the last reading.
	started *time.Time
	learnt  habits
}

// habits are what a node was learnt to want.
type habits struct {
	// wholeProtocol, wholeChannel and wholeMembers: reading single attributes of
	// that MBean failed, so all of them are read.
	wholeProtocol, wholeChannel, wholeMembers bool
	// exactly: the operation's name needs its parentheses.
	exactly bool
}

// read reads the node once: one request, and one more before it where it is not
// known yet which MBeans there are.
func (n *jolokiaNode) read(ctx context.Context) reading {
	n.mutex.Lock()
	known, learnt := n.found, n.learnt
	n.mutex.Unlock()
	if known == nil {
		var err error
		if known, err = n.probe(ctx); err != nil {
			return n.failed(err)
		}
	}
	asked := known.asks(learnt, n.windows)
	var entries []entry
	got, err := n.post(ctx, asked, func(body []byte) (err error) {
		entries, err = decodeBulk(body, asked, n.server.Secrets())
		return err
	})
	if err != nil {
		n.forget()
		return n.failed(err)
	}
	r, change, err := known.decode(n.target, entries)
	if err != nil {
		// The next poll looks for the MBeans anew, but not each one.
		change.again = true
		n.doubt(change)
		return n.failed(n.failure(ctx, err))
	}
	r.node.Address, r.node.ReadAt = n.address, got
	n.keep(r.node.StartedAt, change)
	return r
}

// probe looks for the MBeans.
func (n *jolokiaNode) probe(ctx context.Context) (*found, error) {
	asked := []ask{{Type: operationSearch, MBean: searchMBeans}}
	var result *found
	_, err := n.post(ctx, asked, func(body []byte) error {
		entries, err := decodeBulk(body, asked, n.server.Secrets())
		if err != nil {
			return err
		}
		result, err = find(n.target, entries[0], n.channel)
		return err
	})
	if err != nil {
		return nil, err
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.found, n.probedAt = result, n.now()
	return result, nil
}

// post sends one bulk request and gives when its answer came.
func (n *jolokiaNode) post(ctx context.Context, asked []ask, decode func(body []byte) error) (time.Time, error) {
	request, err := json.Marshal(asked)
	if err != nil {
		return time.Time{}, n.failure(ctx, err)
	}
	var got time.Time
	call := upstream.Call{Address: n.address, Path: n.path, Route: n.path, Limit: jolokiaBody, Body: request}
	err = n.server.Get(ctx, call, func(a *upstream.Answer) error {
		got = a.Got
		body, err := io.ReadAll(a.Body)
		if err != nil {
			return err
		}
		if err := decode(body); err != nil {
			return n.failure(ctx, err)
		}
		return nil
	})
	return got, err
}

// failure makes a coordinator.Error of what was wrong with an answer.
func (n *jolokiaNode) failure(ctx context.Context, err error) error {
	var refusal *entryError
	if errors.As(err, &refusal) {
		var told *coordinator.Error
		if !errors.As(err, &told) {
			err = refusal.failure(n.target, "the request")
		}
	}
	return hideIn(n.server.Failure(ctx, n.address, n.path, err), n.server.Secrets())
}

// failed is a reading without figures. What was found is doubtful after it,
// unless the caller knows better.
func (n *jolokiaNode) failed(err error) reading {
	return reading{node: coordinator.Node{Name: n.name, Address: n.address, ReadAt: n.now(), Err: err}}
}

// forget makes the next reading probe first.
func (n *jolokiaNode) forget() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.found = nil
}

// doubt remembers what a failure taught, and makes the next reading probe first
// unless that was done a short while ago.
func (n *jolokiaNode) doubt(change change) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.learn(change)
}

// learn is doubt for those who hold the lock.
func (n *jolokiaNode) learn(change change) {
	n.learnt = change.learn(n.learnt)
	if age := n.now().Sub(n.probedAt); change.again && (age < 0 || age >= findAgain) {
		n.found = nil
	}
}

// keep remembers a reading. A JVM that was started anew may have other MBeans.
func (n *jolokiaNode) keep(started *time.Time, change change) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.learn(change)
	if started == nil {
		return
	}
	if n.started != nil && !n.started.Equal(*started) {
		n.found = nil
	}
	n.started = started
}
