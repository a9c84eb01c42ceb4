package seatunnel

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// mask stands for a credential in a text.
const mask = "[hidden]"

// secrets hides the credentials in whatever comes back from a server: some
// echo the request's header in their error pages.
type secrets struct {
	replacer *strings.Replacer
	// longest is the length of the longest form of a credential.
	longest int
}

func newSecrets(username, password string) secrets {
	if username == "" && password == "" {
		return secrets{replacer: strings.NewReplacer()}
	}
	pair := username + ":" + password
	forms := []string{
		base64.StdEncoding.EncodeToString([]byte(pair)),
		base64.RawStdEncoding.EncodeToString([]byte(pair)),
		base64.URLEncoding.EncodeToString([]byte(pair)),
	}
	if password != "" {
		quoted, _ := json.Marshal(password) // a string always can be
		forms = append(forms, password, strings.Trim(string(quoted), `"`), url.QueryEscape(password), url.PathEscape(password))
	}
	s := secrets{}
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, mask)
		s.longest = max(s.longest, len(form))
	}
	s.replacer = strings.NewReplacer(pairs...)
	return s
}

// hide replaces the credentials in text.
func (s secrets) hide(text string) string { return s.replacer.Replace(text) }

// hideIn replaces the credentials in the beginning of a text and gives at most
// limit bytes of it. Unless the beginning is the whole text, its end may be a
// part of a credential, which is left out.
func (s secrets) hideIn(beginning string, whole bool, limit int) string {
	hidden := s.hide(beginning)
	if !whole {
		hidden = hidden[:max(0, len(hidden)-s.longest)]
	}
	return cut(hidden, limit)
}
