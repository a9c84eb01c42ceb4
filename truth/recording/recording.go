package recording

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Format is the version of the files that this package writes.
const Format = 1

// longestLine bounds a line of a file: the greatest answer and its wrapping.
const longestLine = 64 << 20

// Origin is who answered.
type Origin string

// The origins.
const (
	// RealEngine: released engines, as on Maven Central.
	RealEngine Origin = "real engine"
	// Simulated: our own simulator.
	Simulated Origin = "simulator"
)

// Header is the first line of a file.
type Header struct {
	Format int    `json:"format"`
	Name   string `json:"name"`
	// Origin and Engine are who answered: "SeaTunnel Zeta 2.3.13 over REST v2".
	Origin Origin `json:"origin"`
	Engine string `json:"engine"`
	// Settings is the data source's jsonData with which it was recorded. It
	// holds no credentials: these are not part of jsonData.
	Settings json.RawMessage `json:"settings"`
	// Began and Ended are when recording began and ended.
	Began time.Time `json:"began"`
	Ended time.Time `json:"ended"`
}

// Failure is why there was no answer, or not all of it.
type Failure string

// The failures.
const (
	// Answered: there was none.
	Answered Failure = ""
	// Silent: no answer in the time that the asker gave.
	Silent Failure = "silent"
	// Refused: nobody listens there.
	Refused Failure = "refused"
	// Broken: the connection ended before the answer did.
	Broken Failure = "broken"
)

// Exchange is one question with its answer.
type Exchange struct {
	// At is when it was asked, since Header.Began, and Took how long until the
	// answer had begun (or until it was given up).
	At   time.Duration `json:"at"`
	Took time.Duration `json:"took"`
	// Method, URL and Asked (the body) are the question. Its headers are not
	// kept: they carry credentials.
	Method string `json:"method"`
	URL    string `json:"url"`
	Asked  string `json:"asked,omitempty"`
	// Failure is set where there is no whole answer. Status is 0 where none began.
	Failure Failure `json:"failure,omitempty"`
	Status  int     `json:"status,omitempty"`
	// Header holds those of keptHeaders that were sent.
	Header map[string]string `json:"header,omitempty"`
	// Body is the answer as far as it was read. Same is the place, from 1, of an
	// earlier exchange with the very same body; then Body is empty.
	Body string `json:"body,omitempty"`
	Same int    `json:"same,omitempty"`
}

// Recording is a header and its exchanges, in the order in which they ended.
type Recording struct {
	Header
	Exchanges []Exchange
}

// ErrFormat is in the chain of errors about files that are no recordings.
var ErrFormat = errors.New("this is no recording that this version reads")

// Write writes a recording: gzipped lines of JSON, the header first.
func (r *Recording) Write(to io.Writer) error {
	packed, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("write a recording: %w", err)
	}
	lines := json.NewEncoder(packed)
	if err := lines.Encode(r.Header); err != nil {
		return fmt.Errorf("write a recording: %w", err)
	}
	seen := map[string]int{}
	for i, exchange := range r.Exchanges {
		if first, known := seen[exchange.Body]; known && exchange.Body != "" {
			exchange.Body, exchange.Same = "", first
		} else {
			seen[exchange.Body] = i + 1
		}
		if err := lines.Encode(exchange); err != nil {
			return fmt.Errorf("write a recording: %w", err)
		}
	}
	if err := packed.Close(); err != nil {
		return fmt.Errorf("write a recording: %w", err)
	}
	return nil
}

// Read reads what Write wrote. Errors have ErrFormat in their chain where it is
// something else.
func Read(from io.Reader) (*Recording, error) {
	packed, err := gzip.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	lines := bufio.NewScanner(packed)
	lines.Buffer(nil, longestLine)
	r := &Recording{}
	for lines.Scan() {
		if r.Format == 0 {
			if err := json.Unmarshal(lines.Bytes(), &r.Header); err != nil || r.Format != Format {
				return nil, fmt.Errorf("%w: it begins with no header of format %d", ErrFormat, Format)
			}
			continue
		}
		var exchange Exchange
		if err := json.Unmarshal(lines.Bytes(), &exchange); err != nil {
			return nil, fmt.Errorf("%w: exchange %d: %w", ErrFormat, len(r.Exchanges)+1, err)
		}
		if exchange.Same > len(r.Exchanges) || exchange.Same < 0 {
			return nil, fmt.Errorf("%w: exchange %d refers to %d", ErrFormat, len(r.Exchanges)+1, exchange.Same)
		}
		if exchange.Same > 0 {
			exchange.Body, exchange.Same = r.Exchanges[exchange.Same-1].Body, 0
		}
		r.Exchanges = append(r.Exchanges, exchange)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if r.Format == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrFormat)
	}
	return r, nil
}
