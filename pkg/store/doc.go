// Package store keeps Unjam's records in a database: timelines for package
// watch (watch.Store), plans, actions and the audit trail for package action
// (action.Store).
//
// The database is SQLite in one file, by a pure Go driver, so that the plugin
// stays a static binary, or PostgreSQL, for several Grafanas. The statements
// are written once; what only one of them does stands in sqlite.go,
// postgres.go and the files named after these, and its tables in migrations.
//
// Every row carries its scope. The only statements without a scope are those
// that guard a coordinator, which several data sources may show: the action in
// flight for a job, and the budget.
package store
