package store

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// What coordinators and people write is kept byte for byte, as SQLite does, but
// PostgreSQL's texts cannot hold a zero byte or what is not UTF-8. Such a byte
// is stored as textEscape and two hexadecimal digits, and so is textEscape
// itself. Equal texts stay equal, so that they can be keys.
const textEscape = '\x1a' // ASCII's "substitute"

// storableText gives a text as PostgreSQL can hold it.
func storableText(text string) string {
	if utf8.ValidString(text) && !strings.ContainsAny(text, "\x00"+string(textEscape)) {
		return text
	}
	var stored strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == 0 || r == textEscape || r == utf8.RuneError && size == 1 {
			const digits = "0123456789abcdef"
			stored.Write([]byte{textEscape, digits[text[0]>>4], digits[text[0]&0xf]})
		} else {
			stored.WriteString(text[:size])
		}
		text = text[size:]
	}
	return stored.String()
}

// originalText is the inverse of storableText. An escape that is none, which
// only another program can have written, stays as it is.
func originalText(stored string) string {
	if strings.IndexByte(stored, textEscape) < 0 {
		return stored
	}
	var text strings.Builder
	for {
		before, after, found := strings.Cut(stored, string(textEscape))
		text.WriteString(before)
		if !found {
			return text.String()
		}
		stored = after
		if len(after) >= 2 {
			if b, err := strconv.ParseUint(after[:2], 16, 8); err == nil {
				text.WriteByte(byte(b))
				stored = after[2:]
				continue
			}
		}
		text.WriteByte(textEscape)
	}
}
