package main

import (
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
)

// newHandler serves what of Grafana's HTTP API the pages use, and the page.
func newHandler(sources sourceList, page fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/ds/query", sources.query)
	mux.HandleFunc("GET /api/datasources", sources.list)
	mux.HandleFunc("GET /api/datasources/uid/{uid}", sources.settingsOf)
	mux.HandleFunc("GET /api/datasources/uid/{uid}/health", sources.health)
	mux.HandleFunc("/api/datasources/uid/{uid}/resources/{path...}", sources.resource)
	mux.HandleFunc("GET /api/search", searchDashboards)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeMessage(w, http.StatusNotFound, "The workbench does not have this part of Grafana.")
	})
	mux.HandleFunc("GET /workbench/boot.js", sources.boot)
	mux.Handle("/", servePage(page))
	// The standard library's check by Sec-Fetch-Site and Origin: nothing but our
	// own page may send what changes something.
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeMessage(w, http.StatusForbidden, "This request comes from another site; the workbench answers its own page alone.")
	}))
	return ownHostOnly(crossOrigin.Handler(mux))
}

// ownHostOnly refuses requests under another name than this machine's own. A
// site whose name was made to point here (DNS rebinding) is such a name, and
// for the browser it would be our own origin.
func ownHostOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if host != loopback && host != "localhost" {
			writeMessage(w, http.StatusMisdirectedRequest, "The workbench answers at 127.0.0.1 and localhost alone.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// searchDashboards is Grafana's search. The workbench has one dashboard, the
// page with the panel, under the uid of the provisioned one.
func searchDashboards(w http.ResponseWriter, r *http.Request) {
	dashboards := []map[string]any{}
	if tag := r.URL.Query().Get("tag"); tag == "" || tag == "unjam" {
		dashboards = append(dashboards, map[string]any{
			"uid": "unjam-stuck-jobs", "title": "Unjam: stuck jobs", "type": "dash-db", "tags": []string{"unjam"}, "url": "/d/unjam-stuck-jobs/stuck-jobs",
		})
	}
	writeJSON(w, http.StatusOK, dashboards)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		status, encoded = http.StatusInternalServerError, []byte(`{"message":"The answer could not be written as JSON."}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// A browser that is gone is no fault of ours.
	_, _ = w.Write(encoded)
}

// writeMessage answers an error in Grafana's form.
func writeMessage(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}
