package jgroups

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// figure is one thing that a protocol's MBean tells.
type figure int

const (
	figureSent figure = iota
	figureLimit
	figureGaps
	figureHeld
	figureRequestsReceived
	figureResponsesSent
	figureRequestsSent
	figureResponsesReceived
	figures
)

// attribute is an MBean's attribute that is read as a figure. XmitTableSize and
// xmit_table_capacity are none of them: the first counts the delivered events of
// all members, the second is the table's allocated size. No fill follows from
// either.
type attribute struct {
	name   string
	figure figure
}

// discardsDelivered is an attribute of 2.x that is no figure.
const discardsDelivered = "DiscardDeliveredMsgs"

// generation is a line of JGroups' versions with the same names.
type generation struct {
	// protocol names the protocol that retransmits, as in its MBean's name.
	protocol string
	// versions names them for people.
	versions   string
	attributes []attribute
	// What the channel's MBean calls the view, the node's own name, JGroups'
	// version and the node's own id, and GMS the members.
	view, self, version, id, members string
}

// The generations, by the protocol that they are told by. See doc.go.
var (
	generation2 = generation{
		protocol: "NAKACK", versions: "2.x",
		attributes: []attribute{
			{"CurrentSeqno", figureSent}, {"GcLag", figureLimit}, {"PendingRetransmissionRequests", figureGaps},
			{"XmitReqsReceived", figureRequestsReceived}, {"XmitRspsSent", figureResponsesSent},
			{"XmitReqsSent", figureRequestsSent}, {"XmitRspsReceived", figureResponsesReceived},
		},
		view: "View", self: "Address", version: "Version", id: "Address (UUID)", members: "Members",
	}
	generation3 = generation{
		protocol: "NAKACK2", versions: "3.x to 5.x",
		attributes: []attribute{
			{"current_seqno", figureSent}, {"xmit_table_missing_messages", figureGaps}, {"xmit_table_undelivered_msgs", figureHeld},
			{"xmit_reqs_received", figureRequestsReceived}, {"xmit_rsps_sent", figureResponsesSent},
			{"xmit_reqs_sent", figureRequestsSent}, {"xmit_rsps_received", figureResponsesReceived},
		},
		view: "view", self: "address", version: "version", id: "address_uuid", members: "members",
	}
)

// generations gives all of them.
func generations() []*generation { return []*generation{&generation2, &generation3} }

// names gives the names of the attributes to ask the protocol's MBean for.
func (g *generation) names() []string {
	names := make([]string, 0, len(g.attributes)+1)
	for _, a := range g.attributes {
		names = append(names, a.name)
	}
	if g == &generation2 {
		names = append(names, discardsDelivered)
	}
	return names
}

// readings are the figures that were told; nil where one was not.
type readings [figures]*int64

// into sets a node's figures.
func (r readings) into(node *coordinator.Node) {
	node.Sent, node.Gaps, node.Held = r[figureSent], r[figureGaps], r[figureHeld]
	node.RequestsReceived, node.ResponsesSent = r[figureRequestsReceived], r[figureResponsesSent]
	node.RequestsSent, node.ResponsesReceived = r[figureRequestsSent], r[figureResponsesReceived]
	// A limit of nothing is none: a buffer without room could not work.
	if limit := r[figureLimit]; limit != nil && *limit > 0 {
		node.SentLimit = limit
	}
}

// maxExact is the largest number up to which a float holds every whole number.
const maxExact = 1 << 53

// wholeNumber gives a float as a number of events; nil where it is none
// (negative, not finite, with a fraction, too large to be exact).
func wholeNumber(value float64) *int64 {
	if value < 0 || value > maxExact || value != math.Trunc(value) {
		return nil
	}
	number := int64(value)
	return &number
}

// count reads a counter's value: a number (2.x), an object of an AtomicLong's
// getters (3.6, by Jolokia), or a string (4.x and 5.x). nil without an error:
// the node does not tell it (null, a negative number).
func count(name string, value jsontext.Value) (*int64, error) {
	switch value.Kind() {
	case 'n', jsontext.KindInvalid:
		return nil, nil
	case '0':
		return countText(name, string(bytes.TrimSpace(value)))
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			return nil, upstream.Shapef("%s is not readable", name)
		}
		return countText(name, string(text))
	case '{':
		return countAtomic(name, value)
	default:
		return nil, upstream.Shapef("%s is %s, not a number", name, kindName(value.Kind()))
	}
}

func countText(name, text string) (*int64, error) {
	text = strings.TrimSpace(text)
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		if number < 0 {
			return nil, nil
		}
		return &number, nil
	}
	// Some JSON writers write large numbers with an exponent.
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, upstream.Shapef("%s is %q, not a number", name, upstream.OneLine(upstream.Cut(text, upstream.MaxQuoteBytes)))
	}
	return wholeNumber(number), nil
}

// countAtomic reads an AtomicLong or AtomicInteger whose getters Jolokia has
// called all: getAndIncrement and getAndDecrement too, so that their values are
// one off. Plain, opaque and acquire are the value itself; they may have been
// called between the other two, so two of them must agree.
func countAtomic(name string, value jsontext.Value) (*int64, error) {
	var getters struct {
		Plain   jsontext.Value `json:"plain"`
		Opaque  jsontext.Value `json:"opaque"`
		Acquire jsontext.Value `json:"acquire"`
	}
	if err := unmarshal(value, &getters); err != nil {
		return nil, upstream.Shapef("%s is an object that is not readable", name)
	}
	var told []int64
	for _, getter := range []jsontext.Value{getters.Plain, getters.Opaque, getters.Acquire} {
		if getter.Kind() != '0' {
			continue
		}
		number, err := countText(name, string(getter))
		if err != nil {
			return nil, err
		}
		if number == nil {
			continue
		}
		for _, other := range told {
			if other == *number {
				return number, nil
			}
		}
		told = append(told, *number)
	}
	return nil, nil
}

// startTime gives a JVM's start (java.lang:type=Runtime, StartTime) in
// milliseconds since 1970 as a time; nil where it is none.
func startTime(milliseconds *int64) *time.Time {
	// The end of the year 9999, the last that JSON can hold.
	const last = 253_402_300_799_999
	if milliseconds == nil || *milliseconds <= 0 || *milliseconds > last {
		return nil
	}
	started := time.UnixMilli(*milliseconds).UTC()
	return &started
}

// text gives a string's text, at most limit bytes; "" where the value is none.
func text(value jsontext.Value, limit int) string {
	if value.Kind() != '"' {
		return ""
	}
	read, _ := jsontext.AppendUnquote(nil, value) // broken UTF-8 is replaced
	return upstream.Cut(string(read), limit)
}

// unmarshal decodes JSON as this package does everywhere: broken UTF-8 in a name
// must not hide all figures, it becomes U+FFFD.
func unmarshal(body []byte, into any) error {
	return json.Unmarshal(body, into, jsontext.AllowInvalidUTF8(true))
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	default:
		return "null"
	}
}
