package main

import (
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const (
	// personCookie holds the login of who is signed in. The page's switch sets
	// it (workbench/page/person.ts); only the workbench reads it.
	personCookie = "unjam-workbench-person"
	// nobody is the cookie's value for a visitor who is not signed in.
	nobody = "nobody"
)

// people are those whom the switch offers. Their roles are Grafana's.
func people() []backend.User {
	return []backend.User{
		{Login: "ada", Name: "Ada", Email: "ada@example.org", Role: "Admin"},
		{Login: "eddie", Name: "Eddie", Email: "eddie@example.org", Role: "Editor"},
		{Login: "vera", Name: "Vera", Email: "vera@example.org", Role: "Viewer"},
	}
}

// signedIn gives who a request is from: the first of people where it does not
// say, and nil for nobody or for somebody unknown.
func signedIn(r *http.Request) *backend.User {
	all := people()
	cookie, err := r.Cookie(personCookie)
	if err != nil {
		return &all[0]
	}
	for index := range all {
		if all[index].Login == cookie.Value {
			return &all[index]
		}
	}
	return nil
}
