// Package upstream is what every adapter needs to speak HTTP to a coordinator
// that may be in trouble, misconfigured or hostile.
//
// A Server sends requests to configured addresses and nowhere else: TLS 1.2 or
// newer, no redirects, no cookies, no proxy from the environment, bodies and
// times that are bounded, credentials hidden in whatever comes back. What fails
// is a *coordinator.Error with a sentence for people. A request to stop a job
// is sent once and never again (Server.Stop).
//
// It knows no coordinator: its name is a parameter. Adapters import it; it
// imports the contract (package coordinator) alone.
package upstream
