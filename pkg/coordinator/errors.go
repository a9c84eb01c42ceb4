package coordinator

import (
	"errors"
	"fmt"
)

// The ways in which a coordinator fails. Every error of a Client wraps one of
// them; test with errors.Is.
var (
	// ErrUnreachable: no connection, TLS failure, or no answer in time.
	ErrUnreachable = errors.New("coordinator unreachable")
	// ErrUnauthorised: the coordinator refused the credentials (401, 403).
	ErrUnauthorised = errors.New("coordinator refused the credentials")
	// ErrBadAnswer: the answer is not what this coordinator's interface gives:
	// HTML, truncated or endless JSON, a wrong type, a redirect.
	ErrBadAnswer = errors.New("coordinator gave a bad answer")
	// ErrNotFound: the coordinator does not know the job.
	ErrNotFound = errors.New("job not found in the coordinator")
	// ErrNotSupported: this coordinator, or its version, cannot do it.
	ErrNotSupported = errors.New("not supported by this coordinator")
)

// Error is a coordinator's failure with what an operator needs to act on it.
type Error struct {
	// Kind is one of the sentinels above.
	Kind error
	// Address is the configured address that failed, without credentials.
	Address string
	// Path is the interface's path that was asked; empty when it was none.
	Path string
	// Detail is the cause in a few words, without secrets.
	Detail string
	// Advice is what to do now, a sentence; may be empty.
	Advice string
	// Err is the cause, for the log; may be nil.
	Err error
}

// Error gives one sentence: what happened, where, and what to do.
func (e *Error) Error() string {
	text := e.Kind.Error()
	if e.Address != "" {
		text = fmt.Sprintf("%s: %s%s", text, e.Address, e.Path)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Advice != "" {
		text += ". " + e.Advice
	}
	return text
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Delivered is what is known about a stop request that failed.
type Delivered string

// What can be known about a failed request.
const (
	// DeliveredNo: it certainly did not reach the coordinator (no connection).
	DeliveredNo Delivered = "no"
	// DeliveredRefused: the coordinator answered that it will not do it.
	DeliveredRefused Delivered = "refused"
	// DeliveredUnknown: it left, or may have left, and no answer came. It must
	// never be sent again; only reading can tell.
	DeliveredUnknown Delivered = "unknown"
)

// StopError is why a stop request gave no accepting answer.
type StopError struct {
	Delivered Delivered
	// Answer is what came back, if anything did.
	Answer StopAnswer
	Err    error
}

// Error gives the cause's sentence.
func (e *StopError) Error() string {
	return fmt.Sprintf("stop request (delivered: %s): %v", e.Delivered, e.Err)
}

// Unwrap gives the cause.
func (e *StopError) Unwrap() error { return e.Err }
