package jgroups

import "strings"

// objectName is the name of an MBean: a domain and properties.
type objectName struct {
	// text is the name as the server gave it, to be sent back as it is.
	text       string
	domain     string
	properties map[string]string
}

// maxObjectNameBytes bounds an MBean's name; those of JGroups have 70.
const maxObjectNameBytes = 1 << 10

// parseObjectName reads a name as javax.management.ObjectName writes it, with
// values in quotes where they are (JGroups quotes its cluster's name); ok is
// false where it is none.
func parseObjectName(text string) (name objectName, ok bool) {
	domain, rest, found := strings.Cut(text, ":")
	if !found || rest == "" || len(text) > maxObjectNameBytes {
		return objectName{}, false
	}
	name = objectName{text: text, domain: domain, properties: map[string]string{}}
	for {
		var key, value string
		key, rest, found = strings.Cut(rest, "=")
		if !found || key == "" {
			return objectName{}, false
		}
		if strings.HasPrefix(rest, `"`) {
			if value, rest, ok = cutQuoted(rest); !ok || (rest != "" && rest[0] != ',') {
				return objectName{}, false
			}
		} else {
			end := strings.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			value, rest = rest[:end], rest[end:]
		}
		if _, twice := name.properties[key]; twice {
			return objectName{}, false
		}
		name.properties[key] = value
		if rest == "" {
			return name, true
		}
		rest = rest[1:]
	}
}

// cutQuoted takes a value in quotes from the beginning of text and gives it
// without them, with the escapes of ObjectName.quote read.
func cutQuoted(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			if i++; i >= len(text) {
				return "", "", false
			}
			if text[i] == 'n' {
				b.WriteByte('\n')
				continue
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	return "", "", false
}

// unquoted gives a cluster's name as people write it: exporters give it as a
// label with the quotes of the MBean's name, unless a rule takes them away.
func unquoted(label string) string {
	if strings.HasPrefix(label, `"`) {
		if value, rest, ok := cutQuoted(label); ok && rest == "" {
			return value
		}
	}
	return label
}

// sameName tells whether two texts name the same MBean.
func sameName(a, b string) bool {
	first, ok := parseObjectName(a)
	second, too := parseObjectName(b)
	return ok && too && first.same(second)
}

// same tells whether two names name the same MBean: the order of properties
// does not matter.
func (n objectName) same(other objectName) bool {
	if n.domain != other.domain || len(n.properties) != len(other.properties) {
		return false
	}
	for key, value := range n.properties {
		if got, has := other.properties[key]; !has || got != value {
			return false
		}
	}
	return true
}
