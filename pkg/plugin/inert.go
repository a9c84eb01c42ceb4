package plugin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// inert gives a foreign text (a job's name, a host's, a reason, a login, what a
// coordinator answered) so that it can be shown anywhere and does nothing
// there: control characters, line breaks, marks of writing direction and
// characters that cannot be seen are written out as in a JSON string, and
// broken UTF-8 becomes U+FFFD. HTML stays as it is: escaping it is the business
// of whoever writes HTML, and doing it twice would show it wrongly.
//
// It is applied where text leaves for people (frames, bodies, notices, errors,
// the health check, CSV), and nowhere before: records keep what was said. The
// adapters bound the length.
func inert(text string) string {
	if strings.IndexFunc(text, hidden) < 0 && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, char := range strings.ToValidUTF8(text, string(utf8.RuneError)) {
		switch {
		case char == '\n':
			b.WriteString(`\n`)
		case char == '\r':
			b.WriteString(`\r`)
		case char == '\t':
			b.WriteString(`\t`)
		case hidden(char):
			for _, unit := range utf16.AppendRune(nil, char) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(char)
		}
	}
	return b.String()
}

// hidden tells whether a character does something, or hides, instead of being
// seen.
func hidden(char rune) bool {
	switch char {
	case '\u200b', '\u2028', '\u2029', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsControl(char) || unicode.Is(unicode.Bidi_Control, char) || tags(char)
}

// tags are copies of ASCII that no screen shows.
func tags(char rune) bool { return char >= 0xe0000 && char <= 0xe007f }

func inertAll(texts []string) []string {
	shown := make([]string, 0, len(texts))
	for _, text := range texts {
		shown = append(shown, inert(text))
	}
	return shown
}

// inertError is an error whose sentence is inert; what it wraps stays.
type inertError struct{ error }

func (e inertError) Error() string { return inert(e.error.Error()) }

func (e inertError) Unwrap() error { return e.error }
