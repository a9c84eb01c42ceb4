package coordinator

import "errors"

// ErrorClass is a kind of failure in one word that names no coordinator, for
// counting.
type ErrorClass string

// The classes of failures.
const (
	ClassUnreachable  ErrorClass = "unreachable"
	ClassUnauthorised ErrorClass = "unauthorised"
	ClassBadAnswer    ErrorClass = "bad_answer"
	// ClassOther is all else, "not found" and "not supported" too.
	ClassOther ErrorClass = "other"
)

// ClassOf gives the class of a Client's error; empty for nil.
func ClassOf(err error) ErrorClass {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrUnauthorised):
		return ClassUnauthorised
	case errors.Is(err, ErrBadAnswer):
		return ClassBadAnswer
	case errors.Is(err, ErrUnreachable):
		return ClassUnreachable
	}
	return ClassOther
}
