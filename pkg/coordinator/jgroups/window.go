package jgroups

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
)

// Lines of printMessages. 2.x prints
//
//	nodeA: [137 : 437 (2326) (size=1683, missing=644, highest stability=137)]
//
// that is low, delivered and received, and in parentheses, unless the table is
// empty, how many events it holds. Its "missing" also counts the places of
// events that were purged or sent before the node joined (1004 in a healthy
// window), so it is not read. 3.6 to 5.x print
//
//	nodeC: [329 | 329 | 337] (6 elements, 2 missing)
//
// that is low, delivered and received, the events that wait for a missing one,
// and the missing ones. These are what follows the sender's name.
var (
	window2 = regexp.MustCompile(`^: \[(\d+) : (\d+) \((\d+)\)(?: \(size=(\d+), missing=\d+, highest stability=\d+\))?\]$`)
	window5 = regexp.MustCompile(`^: \[(\d+) \| (\d+) \| (\d+)\] \((\d+) elements, (-?\d+) missing\)$`)
)

// errWindows is a text of printMessages that is none.
var errWindows = errors.New("printMessages gave a text that is not known")

// parseWindows reads the text of printMessages: a line of the node itself, then
// one of each sender. Either all windows are understood, or none is given.
//
// keepsDelivered tells whether the node of 2.x keeps delivered events in its
// table until all have them (DiscardDeliveredMsgs false); nil where that is not
// known. Without it, what is missing of a 2.x window with a gap is NotKnown.
func parseWindows(text string, keepsDelivered *bool) (map[string]coordinator.Window, error) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > maxMembers+1 || !strings.HasSuffix(lines[0], ":") {
		return nil, errWindows
	}
	windows := make(map[string]coordinator.Window, len(lines)-1)
	for i, line := range lines[1:] {
		sender, window, err := parseWindow(line, keepsDelivered)
		if err != nil {
			return nil, fmt.Errorf("%w, in line %d", errWindows, i+2)
		}
		if _, twice := windows[sender]; twice || len(sender) > maxNodeNameBytes {
			return nil, fmt.Errorf("%w, in line %d", errWindows, i+2)
		}
		windows[sender] = window
	}
	return windows, nil
}

func parseWindow(line string, keepsDelivered *bool) (sender string, window coordinator.Window, err error) {
	// The last one: a name may have the same signs.
	end := strings.LastIndex(line, ": [")
	if end <= 0 {
		return "", window, errWindows
	}
	sender, line = line[:end], line[end:]
	match := window2.FindStringSubmatch(line)
	old := match != nil
	if !old {
		if match = window5.FindStringSubmatch(line); match == nil {
			return "", window, errWindows
		}
	}
	// Low, delivered, received, held and, in 3.6 to 5.x, missing.
	var numbers [5]int64
	for i, text := range match[1:] {
		if text == "" {
			numbers[i] = coordinator.NotKnown
			continue
		}
		if numbers[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return "", window, errWindows
		}
	}
	low, delivered, received, held, missing := numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
	if low > delivered || delivered > received {
		return "", window, errWindows
	}
	gap := received - delivered
	if old {
		missing = missing2(low, delivered, received, held, keepsDelivered)
	} else if missing < 0 || missing > gap {
		// The line is printed without a lock around it, while events arrive.
		missing = coordinator.NotKnown
	}
	return sender, coordinator.Window{Delivered: delivered, Received: received, Sent: received, Missing: missing}, nil
}

// missing2 counts what is missing in a window of 2.x: what lies between the end
// of what was purged (or delivered, where delivered events are not kept) and
// the highest received, without what the table holds. While nothing was purged
// yet (low 0), the window may have begun later than at 0, and it is NotKnown.
// Checked with a recording: the sums are PendingRetransmissionRequests.
func missing2(low, delivered, received, held int64, keepsDelivered *bool) int64 {
	if delivered == received {
		return 0
	}
	if held == coordinator.NotKnown || keepsDelivered == nil {
		return coordinator.NotKnown
	}
	from := low
	if !*keepsDelivered {
		from = delivered
	} else if low == 0 {
		return coordinator.NotKnown
	}
	missing := received - from - held
	if missing < 0 || missing > received-delivered {
		return coordinator.NotKnown
	}
	return missing
}

// heldIn counts the events that wait for missing ones in all windows; ok is
// false where a window does not tell.
func heldIn(windows map[string]coordinator.Window) (held int64, ok bool) {
	if windows == nil {
		return 0, false
	}
	for _, w := range windows {
		if w.Missing == coordinator.NotKnown {
			return 0, false
		}
		held += w.Received - w.Delivered - w.Missing
	}
	return held, true
}
