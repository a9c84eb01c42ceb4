package upstream

import (
	"encoding/base64"
	"html"
	"strings"
	"testing"
)

// There are many ways to write a text in JSON, and a credential is hidden in
// all of them.
func TestCredentialsAreHiddenInEscapes(t *testing.T) {
	s := NewSecrets(Credentials{Username: "operator", Password: `p/a"ss&wörd`})
	for _, text := range []string{
		`p/a"ss&wörd`, `p\/a\"ss\u0026wörd`, `\u0070/a\u0022ss&w\u00F6rd`, `p%2fa%22ss%26w%c3%b6rd`, `p%2Fa%22ss&w%C3%B6rd`, base64.StdEncoding.EncodeToString([]byte(`p/a"ss&wörd`)),
		`p/a&quot;ss&amp;wörd`, `p&#47;a&#x22;ss&amp;w&ouml;rd`, `p\/a&#34;ss&amp;w\u00f6rd`,
	} {
		for _, whole := range []bool{true, false} {
			got := s.HideIn(`{"message":"`+text+`"}`, whole, 1000)
			if strings.Contains(html.UnescapeString(unescape(got)), `ss&w`) || strings.Contains(got, text) || whole && !strings.Contains(got, Mask) {
				t.Errorf("%s became %s", text, got)
			}
		}
	}
	if got := s.HideIn(`{"path":"C:\\jobs\\u","x":"\u00fc"}`, true, 1000); got != `{"path":"C:\\jobs\\u","x":"\u00fc"}` {
		t.Errorf("a harmless text became %s", got)
	}
}
