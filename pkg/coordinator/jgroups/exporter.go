package jgroups

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	"github.com/unjam/unjam-jobs-app/pkg/coordinator/upstream"
)

const (
	// exporterBody bounds an answer: an exporter on an application server gives
	// all its MBeans, a few MB. Only our lines are kept.
	exporterBody = 16 << 20
	// exporterKept bounds the lines that are kept, exporterLine one line.
	exporterKept = 4 << 20
	exporterLine = 1 << 20
	// exporterAccept asks for the plain text format, not for OpenMetrics.
	exporterAccept = "text/plain;version=0.0.4;q=1,text/plain;q=0.5"
)

// exporterNode reads one node by its Prometheus JMX exporter.
type exporterNode struct {
	target
	server  *upstream.Server
	channel string
	now     func() time.Time
}

// read reads the node once, with one request.
func (n *exporterNode) read(ctx context.Context) reading {
	var r reading
	call := upstream.Call{Address: n.address, Path: n.path, Route: n.path, Limit: exporterBody, PlainText: true, Accept: exporterAccept}
	err := n.server.Get(ctx, call, func(a *upstream.Answer) error {
		all, err := decodeExposition(a.Body)
		if err != nil {
			return err
		}
		if r, err = readSeries(n.target, all, n.channel, "JMX exporter"); err != nil {
			return err
		}
		r.node.ReadAt = a.Got
		return nil
	})
	if err != nil {
		return reading{node: coordinator.Node{Name: n.name, Address: n.address, ReadAt: n.now(), Err: hideIn(err, n.server.Secrets())}}
	}
	r.node.Address = n.address
	return r
}

// decodeExposition reads Prometheus' text format and gives the series that this
// package reads.
func decodeExposition(body io.Reader) ([]series, error) {
	kept, err := ourLines(body)
	if err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(kept))
	if err != nil {
		var parse expfmt.ParseError
		if errors.As(err, &parse) {
			return nil, upstream.Shapef("a line of JGroups' metrics is not readable: %s", upstream.OneLine(upstream.Cut(parse.Msg, upstream.MaxQuoteBytes)))
		}
		return nil, upstream.Shapef("JGroups' metrics are not readable")
	}
	var all []series
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			all = append(all, series{name: name, labels: labelsOf(metric), value: metric.GetUntyped().GetValue()})
		}
	}
	return all, nil
}

// ourLines keeps the lines that are read: an exporter gives thousands of others.
// Types and descriptions are left out, so that every value is untyped: rules
// give one metric different types.
func ourLines(body io.Reader) ([]byte, error) {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 4096), exporterLine)
	lines.Split(wholeLines)
	var kept bytes.Buffer
	exposition := false
	for lines.Scan() {
		line := lines.Bytes()
		exposition = exposition || looksExposed(line)
		if !isOurs(line) {
			continue
		}
		if kept.Len()+len(line) > exporterKept {
			return nil, upstream.Shapef("JGroups' metrics are larger than %d MB", exporterKept>>20)
		}
		kept.Write(line)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, upstream.Shapef("a line is larger than %d kB", exporterLine>>10)
	case err != nil:
		return nil, err
	case !exposition:
		return nil, upstream.Shapef("the answer has no metric in Prometheus' text format")
	}
	return kept.Bytes(), nil
}

// wholeLines splits into lines with their ends, so that a last line that breaks
// off stays recognisable.
func wholeLines(data []byte, atEnd bool) (advance int, line []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEnd && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// looksExposed tells whether a line may be one of the format.
func looksExposed(line []byte) bool {
	return bytes.HasPrefix(line, []byte("# ")) || bytes.ContainsAny(line, " {")
}

// isOurs tells whether a line has a metric that is read. One that breaks off
// within its name is ours if it may be.
func isOurs(line []byte) bool {
	// Most lines are others', and there are many.
	if len(line) == 0 || !strings.ContainsRune("jJpP", rune(line[0])) {
		return false
	}
	name := string(bytes.ToLower(line[:min(len(line), len(metricStartMillis)+1)]))
	return strings.HasPrefix(name, metricPrefix) || strings.HasPrefix(name, metricStartSeconds) || strings.HasPrefix(name, metricStartMillis)
}

func labelsOf(metric *dto.Metric) map[string]string {
	labels := make(map[string]string, len(metric.GetLabel()))
	for _, pair := range metric.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}
