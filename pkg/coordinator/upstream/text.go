package upstream

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Cut shortens text to at most limit bytes, at a rune boundary.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// OneLine gives the first line of a message, without control characters: an
// engine's message can be a stack trace.
func OneLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
}

// Sentence gives an error's text with a full stop.
func Sentence(err error) string {
	text := err.Error()
	if last := text[len(text)-1]; last != '.' && last != '?' {
		text += "."
	}
	return text
}

// Detail gives an error's cause in a few words.
func Detail(err error) string {
	var failure *coordinator.Error
	if errors.As(err, &failure) {
		return failure.Detail
	}
	return err.Error()
}

// Worst picks the error that an operator must hear first: refused credentials,
// then a bad answer, then an unreachable server. failed has at least one.
func Worst(failed []error) error {
	for _, kind := range []error{coordinator.ErrUnauthorised, coordinator.ErrBadAnswer} {
		for _, err := range failed {
			if errors.Is(err, kind) {
				return err
			}
		}
	}
	return failed[0]
}
