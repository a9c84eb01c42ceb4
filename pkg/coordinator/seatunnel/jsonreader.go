package seatunnel

import (
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

// maxDigits is the length of the largest job id, 9223372036854775807.
const maxDigits = 19

// jsonReader reads SeaTunnel's things from JSON.
type jsonReader struct{ *upstream.Reader }

// reader gives a reader of an answer.
func (c *client) reader(a *upstream.Answer) *jsonReader {
	return &jsonReader{upstream.NewReader(a.Body, c.server.Secrets())}
}

// jobID reads a job id, a string or a number, with all its digits.
func (r *jsonReader) jobID(what string) (string, error) {
	return r.ID(what, "an id of digits", isJobID)
}

// isJobID tells whether text is a SeaTunnel job id: a positive 64-bit number,
// without leading zeros.
func isJobID(text string) bool {
	if text == "" || len(text) > maxDigits || (text[0] == '0' && text != "0") {
		return false
	}
	return strings.Trim(text, "0123456789") == ""
}
