package upstream

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mask stands for a credential in a text.
const Mask = "[hidden]"

// Secrets hides the credentials in whatever comes back from a server: some
// echo the request's header in their error pages, and nobody can say where
// else.
type Secrets struct {
	replacer *strings.Replacer
	// longest is the length of the longest form of a credential.
	longest int
	// inNames are the forms that are hidden in names, too, and shortestInName
	// is the length of the shortest of them.
	inNames        [][]byte
	shortestInName int
}

// leastInNames is the length from which a password is hidden in names of jobs
// and hosts. A shorter one may be a word that occurs in them by chance, and
// hiding it would show everybody which word it is.
const leastInNames = 12

// NewSecrets gives the secrets of credentials: the password, the token, and
// user and password as basic authentication writes them.
func NewSecrets(credentials Credentials) Secrets {
	if credentials.None() {
		return Secrets{replacer: strings.NewReplacer()}
	}
	var forms, inNames []string
	if credentials.Username != "" || credentials.Password != "" {
		forms = inBase64(credentials.Username + ":" + credentials.Password)
		inNames = slices.Clone(forms)
	}
	for _, secret := range []string{credentials.Password, credentials.Token} {
		if secret == "" {
			continue
		}
		alone := written(secret)
		forms = append(forms, alone...)
		if len(secret) >= leastInNames {
			inNames = append(inNames, alone...)
		}
	}
	s := Secrets{}
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, Mask)
		s.longest = max(s.longest, len(form))
	}
	s.replacer = strings.NewReplacer(pairs...)
	for _, form := range inNames {
		s.inNames = append(s.inNames, []byte(form))
		if s.shortestInName == 0 || len(form) < s.shortestInName {
			s.shortestInName = len(form)
		}
	}
	return s
}

// written gives the ways in which servers write a text back.
func written(text string) []string {
	quoted, _ := json.Marshal(text) // a string always can be
	forms := append(inBase64(text), text, strings.Trim(string(quoted), `"`))
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text)} {
		forms = append(forms, escaped, percent.ReplaceAllStringFunc(escaped, strings.ToLower))
	}
	return forms
}

// percent is a byte as URLs write it; some servers write small letters.
var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

func inBase64(text string) []string {
	return []string{base64.StdEncoding.EncodeToString([]byte(text)), base64.RawStdEncoding.EncodeToString([]byte(text)), base64.URLEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text))}
}

// HideInName replaces the credentials in a name, which is seldom needed and
// done very often, and gives at most limit bytes of it.
func (s Secrets) HideInName(name []byte, limit int) string {
	beginning := name[:min(len(name), limit+s.longest)]
	for _, form := range s.inNames {
		if len(beginning) < s.shortestInName {
			break
		}
		if bytes.Contains(beginning, form) {
			return s.HideIn(string(beginning), len(beginning) == len(name), limit)
		}
	}
	if len(name) > limit {
		return Cut(string(name[:limit+1]), limit)
	}
	return string(name)
}

// Hide replaces the credentials in text.
func (s Secrets) Hide(text string) string { return s.replacer.Replace(text) }

// HideIn replaces the credentials in the beginning of a text and gives at most
// limit bytes of it. Unless the beginning is the whole text, its end may be a
// part of a credential, which is left out. Where a credential is still there
// when JSON's and HTML's escapes are read (there are many ways to write one),
// nothing of the text is given.
func (s Secrets) HideIn(beginning string, whole bool, limit int) string {
	hidden := s.Hide(beginning)
	read := unescape(hidden)
	for _, read := range []string{read, html.UnescapeString(read)} {
		if s.Hide(read) != read {
			return Mask
		}
	}
	if !whole {
		hidden = hidden[:max(0, len(hidden)-s.longest)]
	}
	return Cut(hidden, limit)
}

var unicodeEscape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)

// unescape reads JSON's escapes wherever they stand.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	text = unicodeEscape.ReplaceAllStringFunc(text, func(escape string) string {
		code, _ := strconv.ParseUint(escape[2:], 16, 16) // four digits always can be
		return string(rune(code))
	})
	return strings.NewReplacer(`\/`, `/`, `\"`, `"`, `\\`, `\`).Replace(text)
}
