package seatunnel

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxToken bounds one string or number while decoding, and the white space
// before it: the decoder has to hold them. The largest string that SeaTunnel
// sends is a DAG (2.3.8, ended jobs), with about 200 bytes a table.
const maxToken = 8 << 20

// maxQuoteBytes bounds what an error quotes of a value, before credentials are
// hidden in it and it is cut for people.
const maxQuoteBytes = 1 << 10

// maxDigits is the length of the largest job id, 9223372036854775807.
const maxDigits = 19

// shapeError is JSON that is broken or not of the shape that SeaTunnel gives.
type shapeError struct{ detail string }

func (e *shapeError) Error() string { return e.detail }

func shapef(format string, args ...any) error {
	return &shapeError{fmt.Sprintf(format, args...)}
}

// jsonReader walks through one JSON value as it arrives, without holding it.
// Duplicate names are allowed by the decoder (watching for them costs a third
// of its speed in the parts that are skipped); object refuses them for the
// fields that are read.
type jsonReader struct {
	decoder *jsontext.Decoder
	scratch []byte
	// secrets are hidden in every text that is read.
	secrets secrets
}

func newJSONReader(body io.Reader) *jsonReader {
	guard := &tokenGuard{reader: body}
	// Broken UTF-8 in a name or a message must not hide all jobs; it becomes
	// U+FFFD, as with encoding/json.
	guard.decoder = jsontext.NewDecoder(guard, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return &jsonReader{decoder: guard.decoder}
}

// hiding makes the reader hide credentials in every text that it reads.
func (r *jsonReader) hiding(s secrets) *jsonReader {
	r.secrets = s
	return r
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

// wrap makes a shapeError of the decoder's syntax errors and leaves errors of
// the connection as they are.
func (r *jsonReader) wrap(err error) error {
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		if r.decoder.InputOffset() == 0 {
			return shapef("the answer is empty")
		}
		return io.ErrUnexpectedEOF
	}
	if errors.As(err, &syntax) {
		return shapef("broken JSON near byte %d", syntax.ByteOffset)
	}
	return err
}

// kind names the next value's kind for people, and gives it.
func (r *jsonReader) kind() (jsontext.Kind, error) {
	kind := r.decoder.PeekKind()
	if kind == jsontext.KindInvalid {
		// The error is given by reading.
		_, err := r.decoder.ReadToken()
		if err == nil {
			err = shapef("broken JSON")
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

// expect reads the beginning of an object or a list.
func (r *jsonReader) expect(what string, want jsontext.Kind) error {
	kind, err := r.kind()
	if err != nil {
		return err
	}
	if kind != want {
		return shapef("%s is %s, not %s", what, kindName(kind), kindName(want))
	}
	_, err = r.decoder.ReadToken()
	return r.wrap(err)
}

// object reads an object; field is called for each member and must read its
// value and say that it did, else it is skipped. A member that was read must
// not come again.
func (r *jsonReader) object(what string, field func(name string) (read bool, err error)) error {
	return r.walk(what, true, field)
}

// repeating is object for those that may name a field more than once.
func (r *jsonReader) repeating(what string, field func(name string) (read bool, err error)) error {
	return r.walk(what, false, field)
}

// maxFields is the most fields that are read of any object.
const maxFields = 8

func (r *jsonReader) walk(what string, once bool, field func(name string) (read bool, err error)) error {
	if err := r.expect(what, '{'); err != nil {
		return err
	}
	// An array, since there is one for each of very many jobs.
	var names [maxFields]string
	count := 0
	for {
		kind, err := r.kind()
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
			if err := r.skip(); err != nil {
				return err
			}
		case once:
			if slices.Contains(names[:count], name) {
				return shapef("%s has %q twice", what, name)
			}
			if count < maxFields {
				names[count] = name
				count++
			}
		}
	}
}

// list reads a list; element is called before each element and must read it.
func (r *jsonReader) list(what string, element func() error) error {
	if err := r.expect(what, '['); err != nil {
		return err
	}
	for {
		kind, err := r.kind()
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
func (r *jsonReader) name() (string, error) {
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	return intern(r.unquote(value)), nil
}

// intern gives the names that every job has without allocating them anew:
// there are hundreds of thousands of them in a large list.
func intern(name []byte) string {
	switch string(name) {
	case "jobId":
		return "jobId"
	case "jobName":
		return "jobName"
	case "jobStatus":
		return "jobStatus"
	case "createTime":
		return "createTime"
	case "startTime":
		return "startTime"
	case "envOptions":
		return "envOptions"
	case "jobDag":
		return "jobDag"
	case "pluginJarsUrls":
		return "pluginJarsUrls"
	case "isStartWithSavePoint":
		return "isStartWithSavePoint"
	case "metrics":
		return "metrics"
	}
	return string(name)
}

// unquote gives a string's text in the scratch buffer.
func (r *jsonReader) unquote(value jsontext.Value) []byte {
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

func (r *jsonReader) skip() error { return r.wrap(r.decoder.SkipValue()) }

// text reads a string of at most limit bytes; longer ones are cut at a rune
// boundary. null gives "".
func (r *jsonReader) text(what string, limit int) (string, error) {
	kind, err := r.kind()
	if err != nil {
		return "", err
	}
	if kind != '"' && kind != 'n' {
		return "", shapef("%s is %s, not a string", what, kindName(kind))
	}
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	if kind == 'n' {
		return "", nil
	}
	return r.secrets.hideInName(r.unquote(value), limit), nil
}

// textOrNumber reads a string as text does, or a number's digits.
func (r *jsonReader) textOrNumber(what string, limit int) (string, error) {
	if kind, err := r.kind(); err != nil || kind != '0' {
		if err != nil {
			return "", err
		}
		return r.text(what, limit)
	}
	value, err := r.decoder.ReadValue()
	if err != nil {
		return "", r.wrap(err)
	}
	return cut(string(value), limit), nil
}

// jobID reads a job id, a string or a number, with all its digits.
func (r *jsonReader) jobID(what string) (string, error) {
	kind, err := r.kind()
	if err != nil {
		return "", err
	}
	if kind != '"' && kind != '0' {
		return "", shapef("%s is %s, not an id of digits", what, kindName(kind))
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
	if !isJobID(text) {
		return "", shapef("%s is %q, not an id of digits", what, oneLine(cut(text, maxQuoteBytes)))
	}
	return text, nil
}

// isJobID tells whether text is a SeaTunnel job id: a positive 64-bit number,
// without leading zeros.
func isJobID(text string) bool {
	if text == "" || len(text) > maxDigits || (text[0] == '0' && text != "0") {
		return false
	}
	return strings.Trim(text, "0123456789") == ""
}

// count reads a number that is not negative, or a string of one: /overview
// gives all values as strings.
func (r *jsonReader) count(what string) (int, error) {
	kind, err := r.kind()
	if err != nil {
		return 0, err
	}
	if kind != '"' && kind != '0' {
		return 0, shapef("%s is %s, not a number", what, kindName(kind))
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
			return 0, shapef("%s is %q, not a number", what, oneLine(cut(string(text), maxQuoteBytes)))
		}
		number = number*10 + int(b-'0')
	}
	if len(text) == 0 {
		return 0, shapef("%s is empty, not a number", what)
	}
	return number, nil
}

// end makes sure that nothing follows.
func (r *jsonReader) end() error {
	_, err := r.decoder.ReadToken()
	switch {
	case err == nil:
		return shapef("something follows after the end of the JSON")
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	default:
		return r.wrap(err)
	}
}
