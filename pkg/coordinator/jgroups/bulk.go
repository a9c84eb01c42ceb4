package jgroups

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// operation is a Jolokia request's type.
type operation string

const (
	operationRead   operation = "read"
	operationSearch operation = "search"
	operationExec   operation = "exec"
)

// ask is one request within a bulk request.
type ask struct {
	Type      operation `json:"type"`
	MBean     string    `json:"mbean"`
	Attribute []string  `json:"attribute,omitempty"`
	Operation string    `json:"operation,omitempty"`
}

// entry is one answer within a bulk answer. Jolokia answers HTTP 200 for all of
// them: each has its own status.
type entry struct {
	value jsontext.Value
	// err is why there is no value; nil with status 200.
	err *entryError
}

// entryError is an entry's failure.
type entryError struct {
	status int
	// class is the exception's name, text its message; both bounded.
	class, text string
}

// maxMessageBytes bounds an exception's name and message each.
const maxMessageBytes = 200

func (e *entryError) Error() string {
	if e.text == "" {
		return "answered " + e.class
	}
	return e.text
}

// refused tells whether Jolokia's policy forbids it; it will tomorrow as well.
func (e *entryError) refused() bool {
	return e.status == http.StatusForbidden || e.status == http.StatusUnauthorized
}

// gone tells whether the MBean is not there any more.
func (e *entryError) gone() bool {
	return strings.HasSuffix(e.class, "InstanceNotFoundException")
}

// failure makes an error for people of it.
func (e *entryError) failure(t target, what string) error {
	failure := &coordinator.Error{Kind: coordinator.ErrBadAnswer, Address: t.address, Path: t.path, Detail: what + ": " + e.Error(), Err: e}
	switch {
	case e.refused():
		failure.Kind = coordinator.ErrUnauthorised
		failure.Advice = "Let Jolokia's policy allow the commands read and search."
	case e.gone():
		failure.Advice = "The channel may have been closed; it is looked for again."
	}
	return failure
}

// rawEntry is an entry as it is written.
type rawEntry struct {
	Request struct {
		Type  string         `json:"type"`
		MBean jsontext.Value `json:"mbean"`
	} `json:"request"`
	Value     jsontext.Value `json:"value"`
	Status    int            `json:"status"`
	Class     jsontext.Value `json:"error_type"`
	ErrorText jsontext.Value `json:"error"`
}

// decodeBulk reads the answer to a bulk request: a list with one entry for each
// thing asked, in the same order. Credentials are hidden in messages.
func decodeBulk(body []byte, asked []ask, secrets upstream.Secrets) ([]entry, error) {
	kind := jsontext.Value(body).Kind()
	if kind == '{' {
		return nil, decodeRefusal(body, secrets)
	}
	if kind == jsontext.KindInvalid && strings.TrimSpace(string(body)) == "" {
		return nil, upstream.Shapef("the answer is empty")
	}
	if kind != '[' {
		return nil, upstream.Shapef("the answer is %s, not a list", anyKindName(kind))
	}
	var raw []rawEntry
	if err := unmarshal(body, &raw); err != nil {
		return nil, broken(err, ofJolokia)
	}
	if len(raw) != len(asked) {
		return nil, upstream.Shapef("%d answers came for %d requests", len(raw), len(asked))
	}
	entries := make([]entry, len(raw))
	for i, r := range raw {
		if err := r.answers(asked[i]); err != nil {
			return nil, err
		}
		if r.Status == http.StatusOK {
			entries[i].value = r.Value
			continue
		}
		entries[i].err = r.failure(secrets)
	}
	return entries, nil
}

// answers checks that an entry is the answer to what was asked. An error's
// entry may lack the request.
func (r *rawEntry) answers(asked ask) error {
	if r.Status == 0 {
		return upstream.Shapef("an entry has no status")
	}
	if r.Request.Type == "" && r.Status != http.StatusOK {
		return nil
	}
	mbean := text(r.Request.MBean, maxObjectNameBytes)
	if r.Request.Type != string(asked.Type) || (mbean != asked.MBean && !sameName(mbean, asked.MBean)) {
		return upstream.Shapef("an entry answers another request than the one in its place")
	}
	return nil
}

func (r *rawEntry) failure(secrets upstream.Secrets) *entryError {
	// Hidden before it is cut: half a credential is one too much.
	message := func(value jsontext.Value) string {
		whole := text(value, len(value))
		beginning := upstream.Cut(whole, upstream.MaxQuoteBytes)
		return upstream.OneLine(secrets.HideIn(beginning, len(beginning) == len(whole), maxMessageBytes))
	}
	return &entryError{status: r.Status, class: message(r.Class), text: message(r.ErrorText)}
}

// decodeRefusal reads an answer that refuses the request as a whole.
func decodeRefusal(body []byte, secrets upstream.Secrets) error {
	var raw rawEntry
	if err := unmarshal(body, &raw); err != nil {
		return broken(err, ofJolokia)
	}
	if raw.Status == 0 || raw.Status == http.StatusOK {
		return upstream.Shapef("the answer is an object, not a list")
	}
	return raw.failure(secrets)
}

// broken says in few words what is wrong with JSON. whose names the interface.
func broken(err error, whose string) error {
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	if errors.As(err, &syntax) {
		return upstream.Shapef("broken JSON near byte %d", syntax.ByteOffset)
	}
	return upstream.Shapef("the answer's JSON is not of %s shape", whose)
}

// ofJolokia names the interface in sentences.
const ofJolokia = "Jolokia's"

func anyKindName(kind jsontext.Kind) string {
	if kind == jsontext.KindInvalid {
		return "no JSON"
	}
	return kindName(kind)
}
