package watch

import "fmt"

// Scope is whose data a row is: one process serves many organisations. Every
// store method takes it and no query goes without it.
type Scope struct {
	OrgID int64
	// DataSourceUID is Grafana's uid of the data source.
	DataSourceUID string
}

// String gives "org/uid", for logs.
func (s Scope) String() string { return fmt.Sprintf("%d/%s", s.OrgID, s.DataSourceUID) }
