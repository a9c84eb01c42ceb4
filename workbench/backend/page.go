package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// contentPolicy lets the page talk to the workbench alone, and no other site
// put it into a frame. Styles are made by scripts (emotion).
const contentPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// themeCookie holds "dark" or "light"; the page's switch sets it
// (workbench/page/theme.ts).
const themeCookie = "unjam-workbench-theme"

// servePage serves the built page: its files, and index.html for every other
// address, since the page has addresses of its own.
func servePage(page fs.FS) http.Handler {
	files := http.FileServerFS(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			writeMessage(w, http.StatusMethodNotAllowed, "The page can only be read.")
			return
		}
		w.Header().Set("Content-Security-Policy", contentPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		// The next build has the same names.
		w.Header().Set("Cache-Control", "no-cache")
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if strings.HasPrefix(name, "public/") {
			files.ServeHTTP(w, r)
			return
		}
		if _, err := fs.Stat(page, "index.html"); err != nil {
			http.Error(w, "The page is not built. Run: npm run workbench:build", http.StatusNotFound)
			return
		}
		http.ServeFileFS(w, r, page, "index.html")
	})
}

// boot is the script that tells the page who is signed in and which data
// sources there are. In Grafana, the server writes the same into its page.
func (l sourceList) boot(w http.ResponseWriter, r *http.Request) {
	theme := "dark"
	if cookie, err := r.Cookie(themeCookie); err == nil && cookie.Value == "light" {
		theme = "light"
	}
	user := map[string]any{"isSignedIn": false, "login": "", "name": "", "email": "", "orgId": orgID, "orgRole": "", "theme": theme, "timezone": "browser"}
	if person := signedIn(r); person != nil {
		user["isSignedIn"], user["login"], user["name"], user["email"], user["orgRole"] = true, person.Login, person.Name, person.Email, person.Role
	}
	logins := []map[string]string{}
	for _, person := range people() {
		logins = append(logins, map[string]string{"login": person.Login, "role": person.Role})
	}
	sources := make([]map[string]any, 0, len(l))
	for _, one := range l {
		sources = append(sources, one.public())
	}
	encoded, err := json.Marshal(map[string]any{"user": user, "people": append(logins, map[string]string{"login": nobody, "role": ""}), "datasources": sources})
	if err != nil {
		http.Error(w, "The settings could not be written as JSON.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("window.unjamWorkbench = " + string(encoded) + ";\n"))
}
