package jgroups

import (
	"regexp"
	"strconv"
	"strings"
)

// view is the membership as a node prints it.
type view struct {
	// id names the view ("nodeB|3"); empty where the text tells none.
	id string
	// members are all members in the view's order; nil where the text names
	// none, or not all.
	members []string
	// cut is true where the text names only the first members: JGroups from 3.x
	// on prints 20 and "..." (system property max.list.print_size).
	cut bool
}

// maxMembers bounds a membership.
const maxMembers = 1024

// viewText is a view as all generations print it:
//
//	[nodeB|3] [nodeB, nodeA]                                       2.x
//	[nodeB|3] (2) [nodeB, nodeA]                                   3.x to 5.x
//	MergeView::[nodeB|4] [nodeB, nodeA, nodeC], subgroups=[[…      2.x
//	MergeView::[nodeC|4] (3) [nodeC, …], 2 subgroups: [nodeB|3] …  3.x to 5.x
//	[nodeA|2]                                                      the id alone (GMS of 2.x and 3.x)
var viewText = regexp.MustCompile(`^(MergeView::)?\[([^\[\]]+\|\d+)\](?: \((\d+)\))?(?: \[([^\[\]]*)\](.*))?$`)

// parseView reads a view's text; ok is false where it is none. Nothing is told
// by the texts that stand for "no view yet" ("n/a", "null").
func parseView(text string) (v view, ok bool) {
	text = strings.TrimSpace(text)
	if text == "n/a" || text == "null" || text == "" {
		return view{}, true
	}
	match := viewText.FindStringSubmatch(text)
	if match == nil || len(match[2]) > 2*maxNodeNameBytes {
		return view{}, false
	}
	merge, id, count, list, rest := match[1] != "", match[2], match[3], match[4], match[5]
	if rest != "" && (!merge || !strings.HasPrefix(rest, ", ")) {
		return view{}, false
	}
	v.id = id
	if list == "" && count == "" {
		return v, true
	}
	v.members, v.cut, ok = parseMembers(list, count, ", ")
	return v, ok
}

// parseMembership reads the members that GMS tells: "[nodeA, nodeB]" (2.x),
// "(2) nodeA,nodeB" (3.x and 4.x).
func parseMembership(text string) (v view, ok bool) {
	text = strings.TrimSpace(text)
	if list, bracketed := strings.CutPrefix(text, "["); bracketed {
		list, closed := strings.CutSuffix(list, "]")
		if !closed || strings.ContainsAny(list, "[]") {
			return view{}, false
		}
		v.members, v.cut, ok = parseMembers(list, "", ", ")
		return v, ok
	}
	count, list, found := strings.Cut(text, ") ")
	count, counted := strings.CutPrefix(count, "(")
	if !found || !counted {
		return view{}, false
	}
	v.members, v.cut, ok = parseMembers(list, count, ",")
	return v, ok
}

// parseMembers splits a list of members. Where a count stands beside it, it
// must be kept: a name with the separator inside makes more of it.
func parseMembers(list, count, separator string) (members []string, cut, ok bool) {
	if strings.HasSuffix(list, " ...") {
		return nil, true, true
	}
	if strings.TrimSpace(list) == "" {
		return nil, false, count == "" || count == "0"
	}
	members = strings.Split(list, separator)
	if len(members) > maxMembers {
		return nil, false, false
	}
	for _, member := range members {
		if member == "" || len(member) > maxNodeNameBytes || strings.TrimSpace(member) != member {
			return nil, false, false
		}
	}
	if count != "" {
		if told, err := strconv.Atoi(count); err != nil || told != len(members) {
			return nil, false, false
		}
	}
	return members, false, true
}
