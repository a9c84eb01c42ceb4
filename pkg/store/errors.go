package store

import "errors"

// The ways in which a store fails. Test with errors.Is.
var (
	// ErrLocation: the configured location cannot be understood.
	ErrLocation = errors.New("the store location is not usable")
	// ErrOpen: the database could not be opened or created.
	ErrOpen = errors.New("the store could not be opened")
	// ErrUnreachable: the database's server does not answer, or does not let us
	// in. It comes together with ErrOpen or ErrNotWritable.
	ErrUnreachable = errors.New("the store's server cannot be reached")
	// ErrForeign: the file or schema belongs to another program.
	ErrForeign = errors.New("what is at the location is not a store of Unjam")
	// ErrNewer: a newer version of Unjam wrote the store.
	ErrNewer = errors.New("the store is newer than this version of Unjam")
	// ErrNotWritable: no record can be made now.
	ErrNotWritable = errors.New("the store cannot be written")
	// ErrDamaged: what is stored contradicts itself or cannot be read.
	ErrDamaged = errors.New("the store is damaged")
)

// Problem is a failure of the store with what an administrator needs to act on
// it. It never holds a secret of the location.
type Problem struct {
	// Kind is one of the sentinels above.
	Kind error
	// Detail is the cause in a few words.
	Detail string
	// Advice is what to do now, without a full stop; may be empty.
	Advice string
	// Err is the cause, for errors.Is and the log; may be nil.
	Err error
}

// Error gives what happened and what to do.
func (p *Problem) Error() string {
	text := p.Kind.Error()
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if p.Advice != "" {
		text += ". " + p.Advice
	}
	return text
}

// Unwrap gives the kind and the cause.
func (p *Problem) Unwrap() []error {
	if p.Err == nil {
		return []error{p.Kind}
	}
	return []error{p.Kind, p.Err}
}
