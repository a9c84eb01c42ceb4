package upstream

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxToken bounds one string or number while decoding, and the white space
// before it: the decoder has to hold them. The largest string that SeaTunnel
// sends is a DAG (2.3.8, ended jobs), with about 200 bytes a table.
const maxToken = 8 << 20

// MaxQuoteBytes bounds what an error quotes of a value, before credentials are
// hidden in it and it is cut for people.
const MaxQuoteBytes = 1 << 10

// ShapeError is JSON that is broken or not of the shape that the coordinator gives.
type ShapeError struct{ Detail string }

// Error says what is wrong.
func (e *ShapeError) Error() string { return e.Detail }

// Shapef makes a ShapeError.
func Shapef(format string, args ...any) error {
	return &ShapeError{Detail: fmt.Sprintf(format, args...)}
}

// Reader walks through one JSON value as it arrives, without holding it.
// Duplicate names are allowed by the decoder (watching for them costs a third
// of its speed in the parts that are skipped); Object refuses them for the
// fields that are read. Its errors are *ShapeError, io.ErrUnexpectedEOF, or
// the connection's: Server.JSON makes sentences of them.
type Reader struct {
	decoder *jsontext.Decoder
	scratch []byte
	// secrets are hidden in every text that is read.
	secrets Secrets
	// names are the members' names that came before.
	names map[string]string
}

// NewReader gives a reader that hides credentials in every text that it reads.
func NewReader(body io.Reader, secrets Secrets) *Reader {
	guard := &tokenGuard{reader: body}
	// Broken UTF-8 in a name or a message must not hide all jobs; it becomes
	// U+FFFD, as with encoding/json.
	guard.decoder = jsontext.NewDecoder(guard, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return &Reader{decoder: guard.decoder, secrets: secrets, names: map[string]string{}}
}

// tokenGuard keeps the decoder's buffer bounded: it refuses to give more of a
// token that is larger than maxToken.
type tokenGuard struct {
	reader  io.Reader
	decoder *jsontext.Decoder
	given   int64
}

func (g *tokenGuard) Read(p []byte) (int, error) {
	if g.given-g.decoder.InputOffset() > maxToken {
		return 0, &tooLargeError{what: "a single value in the answer", bytes: maxToken}
	}
	n, err := g.reader.Read(p)
	g.given += int64(n)
	return n, err
}

// wrap makes a ShapeError of the decoder's syntax errors and leaves errors of
// the connection as they are.
func (r *Reader) wrap(err error) error {
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		if r.decoder.InputOffset() == 0 {
			return Shapef("the answer is empty")
		}
		return io.ErrUnexpectedEOF
	}
	if errors.As(err, &syntax) {
		return Shapef("broken JSON near byte %d", syntax.ByteOffset)
	}
	return err
}

// Kind names the next value's kind for people, and gives it.
func (r *Reader) Kind() (jsontext.Kind, error) {
	kind := r.decoder.PeekKind()
	if kind == jsontext.KindInvalid {
		// The error is given by reading.
		_, err := r.decoder.ReadToken()
		if err == nil {
			err = Shapef("broken JSON")
		}
		return kind, r.wrap(err)
	}
	return kind, nil
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
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	default:
		return "nothing"
	}
}

// Expect reads the beginning of an object or a list.
func (r *Reader) Expect(what string, want jsontext.Kind) error {
	kind, err := r.Kind()
	if err != nil {
		return err
	}
	if kind != want {
		return Shapef("%s is %s, not %s", what, kindName(kind), kindName(want))
	}
	_, err = r.decoder.ReadToken()
	return r.wrap(err)
}

// Object reads an object; field is called for each member and must read its
// value and say that it did, else it is skipped. A member that was read must
// not come again.
func (r *Reader) Object(what string, field func(name string) (read bool, err error)) error {
	return r.walk(what, true, field)
}

// Repeating is object for those that may name a field more than once.
func (r *Reader) Repeating(what string, field func(name string) (read bool, err error)) error {
	return r.walk(what, false, field)
}

// maxFields is the most fields that are read of any object.
const maxFields = 16

func (r *Reader) walk(what string, once bool, field func(name string) (read bool, err error)) error {
	if err := r.Expect(what, '{'); err != nil {
		return err
	}
	// An array, since there is one for each of very many jobs.
	var names [maxFields]string
	count := 0
	for {
		kind, err := r.Kind()
		if err != nil {
			return err
		}
		if kind == '}' {
			_, err = r.decoder.ReadToken()
			return r.wrap(err)
		}
		name, err := r.name()
		if err != nil {
			return err
		}
		read, err := field(name)
		switch {
		case err != nil:
			return err
		case !read:
			if err := r.Skip(); err != nil {
				return err
			}
		case once:
			if slices.Contains(names[:count], name) {
				return Shapef("%s has %q twice", what, name)
			}
			if count < maxFields {
				names[count] = name
				count++
			}
		}
	}
}

// List reads a list; element is called before each element and must read it.
func (r *Reader) List(what string, element func() error) error {
	if err := r.Expect(what, '['); err != nil {
		return err
	}
	for {
		kind, err := r.Kind()
		if err != nil {
			return err
		}
		if kind == ']' {
			_, err = r.decoder.ReadToken()
			return r.wrap(err)
		}
		if err := element(); err != nil {
			return err
		}
	}
}

// name reads a member's name.
func (r *Reader) name() (string, error) {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	return r.intern(r.unquote(value)), nil
}

// The names that are kept by a reader, at most: names repeat with every job,
// and allocating them anew takes longer than reading them.
const (
	maxKnownNames    = 64
	maxKnownNameSize = 64
)

// intern gives a name without allocating it anew where it came before.
func (r *Reader) intern(name []byte) string {
	if known, found := r.names[string(name)]; found {
		return known
	}
	text := string(name)
	if len(r.names) < maxKnownNames && len(text) <= maxKnownNameSize {
		r.names[text] = text
	}
	return text
}

// unquote gives a string's text in the scratch buffer.
func (r *Reader) unquote(value jsontext.Value) []byte {
	if len(value) >= 2 && value[0] == '"' && !hasEscape(value) {
		return value[1 : len(value)-1]
	}
	// ReadValue has checked the syntax; only broken UTF-8 can be reported, and
	// it is replaced.
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], value)
	return r.scratch
}

func hasEscape(value []byte) bool {
	for _, b := range value {
		if b == '\\' || b >= 0x80 {
			return true
		}
	}
	return false
}

func (r *Reader) Skip() error { return r.wrap(r.decoder.SkipValue()) }

// Text reads a string of at most limit bytes; longer ones are cut at a rune
// boundary. null gives "".
func (r *Reader) Text(what string, limit int) (string, error) {
	kind, err := r.Kind()
	if err != nil {
		return "", err
	}
	if kind != '"' && kind != 'n' {
		return "", Shapef("%s is %s, not a string", what, kindName(kind))
	}
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	if kind == 'n' {
		return "", nil
	}
	return r.secrets.HideInName(r.unquote(value), limit), nil
}

// TextOrNumber reads a string as text does, or a number's digits.
func (r *Reader) TextOrNumber(what string, limit int) (string, error) {
	if kind, err := r.Kind(); err != nil || kind != '0' {
		if err != nil {
			return "", err
		}
		return r.Text(what, limit)
	}
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	return Cut(string(value), limit), nil
}

// ID reads an id, a string or a number, with all its digits. is tells whether a
// text is one, and shape names what it should be ("an id of digits").
func (r *Reader) ID(what, shape string, is func(string) bool) (string, error) {
	kind, err := r.Kind()
	if err != nil {
		return "", err
	}
	if kind != '"' && kind != '0' {
		return "", Shapef("%s is %s, not %s", what, kindName(kind), shape)
	}
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	var text string
	if kind == '"' {
		text = string(r.unquote(value))
	} else {
		text = string(value)
	}
	if !is(text) {
		return "", Shapef("%s is %q, not %s", what, OneLine(Cut(text, MaxQuoteBytes)), shape)
	}
	return text, nil
}

// Count reads a number that is not negative, or a string of one: /overview
// gives all values as strings.
func (r *Reader) Count(what string) (int, error) {
	kind, err := r.Kind()
	if err != nil {
		return 0, err
	}
	if kind != '"' && kind != '0' {
		return 0, Shapef("%s is %s, not a number", what, kindName(kind))
	}
	value, err := r.decoder.ReadValue()
	if err != nil {
		return 0, r.wrap(err)
	}
	text := value
	if kind == '"' {
		text = r.unquote(value)
	}
	number := 0
	for _, b := range text {
		if b < '0' || b > '9' || number > 1e9 {
			return 0, Shapef("%s is %q, not a number", what, OneLine(Cut(string(text), MaxQuoteBytes)))
		}
		number = number*10 + int(b-'0')
	}
	if len(text) == 0 {
		return 0, Shapef("%s is empty, not a number", what)
	}
	return number, nil
}

// Int64 reads a whole number of 64 bits, or a string of one.
func (r *Reader) Int64(what string) (int64, error) {
	text, err := r.TextOrNumber(what, MaxQuoteBytes)
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, Shapef("%s is %q, not a whole number", what, OneLine(text))
	}
	return number, nil
}

// Bool reads true or false.
func (r *Reader) Bool(what string) (bool, error) {
	kind, err := r.Kind()
	if err != nil {
		return false, err
	}
	if kind != 't' && kind != 'f' {
		return false, Shapef("%s is %s, not true or false", what, kindName(kind))
	}
	token, err := r.decoder.ReadToken()
	if err != nil {
		return false, r.wrap(err)
	}
	return token.Bool(), nil
}

// Null reads a null, and tells whether there was one. Nothing is read
// otherwise.
func (r *Reader) Null() (bool, error) {
	kind, err := r.Kind()
	if err != nil || kind != 'n' {
		return false, err
	}
	_, err = r.decoder.ReadToken()
	return true, r.wrap(err)
}

// End makes sure that nothing follows.
func (r *Reader) End() error {
	_, err := r.decoder.ReadToken()
	switch {
	case err == nil:
		return Shapef("something follows after the end of the JSON")
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	default:
		return r.wrap(err)
	}
}
