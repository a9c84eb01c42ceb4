package seatunnel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cut shortens text to at most limit bytes, at a rune boundary.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// oneLine gives the first line of a message, without control characters: an
// engine's message can be a stack trace.
func oneLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
}
