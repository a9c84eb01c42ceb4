package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// postgresConnector makes connections of one pool. They differ from the
// driver's own in what lets one SQL and one code serve both databases:
//   - parameters are written as ?,
//   - a transaction begins with the statements of its pool, as SQLite's begin
//     with the lock, and its commit is not given up halfway,
//   - texts may hold every byte,
//   - each answer is waited for a bounded time, and a lost connection is told
//     from a refused statement.
type postgresConnector struct {
	inner driver.Connector
	// first is run before a connection is made; nil for nothing.
	first func(ctx context.Context) error
	// begin is what begins a transaction that may write.
	begin string
	// repeatable is set where statements outside of a transaction only read:
	// one whose connection was lost can be sent again.
	repeatable bool
	// patience bounds the wait for an answer, beyond the server's own bounds: a
	// server that is cut off answers nothing at all.
	patience time.Duration
	// numbered has each statement with numbered parameters: they are a few
	// dozen, and the long ones cost more to translate than to run.
	numbered sync.Map
}

// beginSnapshot begins a transaction that reads one state of the database.
const beginSnapshot = "begin isolation level repeatable read read only"

// connectError is the failure to get a connection.
type connectError struct{ cause error }

func (e *connectError) Error() string { return "connect: " + e.cause.Error() }
func (e *connectError) Unwrap() error { return e.cause }

// lostError is the failure of a connection in use.
type lostError struct{ cause error }

func (e *lostError) Error() string { return "connection lost: " + e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// Connect makes a connection.
func (c *postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.first != nil {
		if err := c.first(ctx); err != nil {
			return nil, err
		}
	}
	inner, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, &connectError{err}
	}
	conn, ok := inner.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver gave a %T", inner), inner.Close())
	}
	return &postgresConn{inner: conn, postgresConnector: c}, nil
}

// Driver gives pgx's driver, which package database/sql asks for nothing.
func (c *postgresConnector) Driver() driver.Driver { return c.inner.Driver() }

type postgresConn struct {
	*postgresConnector
	inner *stdlib.Conn
	inTx  bool
}

var (
	_ driver.ConnBeginTx        = (*postgresConn)(nil)
	_ driver.ConnPrepareContext = (*postgresConn)(nil)
	_ driver.ExecerContext      = (*postgresConn)(nil)
	_ driver.QueryerContext     = (*postgresConn)(nil)
	_ driver.NamedValueChecker  = (*postgresConn)(nil)
	_ driver.SessionResetter    = (*postgresConn)(nil)
	_ driver.Validator          = (*postgresConn)(nil)
)

func (c *postgresConn) lost() bool { return c.inner.Conn().IsClosed() }

// failure tells a lost connection from a refused statement. A wait that was
// given up costs the connection too, but is no loss.
func (c *postgresConn) failure(err error) error {
	if err == nil || !c.lost() || errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &lostError{err}
}

// again is failure for what may be sent again on another connection, which
// package database/sql does for ErrBadConn.
func (c *postgresConn) again(err error) error {
	err = c.failure(err)
	var lost *lostError
	if errors.As(err, &lost) {
		return driver.ErrBadConn
	}
	return err
}

// command runs statements without parameters and gives the tag of the last.
func (c *postgresConn) command(ctx context.Context, statements string) (tag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	results, err := c.inner.Conn().PgConn().Exec(ctx, statements).ReadAll()
	if err == nil && len(results) > 0 {
		tag = results[len(results)-1].CommandTag.String()
	}
	return tag, err
}

// Begin begins a transaction.
func (c *postgresConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx begins a transaction: one that only reads sees one state of the
// database; each statement of another one sees what was committed before it,
// which is all that there is once the lock is held.
func (c *postgresConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if options.Isolation != 0 {
		return nil, errors.New("the isolation of transactions is not a caller's choice")
	}
	begin := c.begin
	if options.ReadOnly {
		begin = beginSnapshot
	}
	if _, err := c.command(ctx, begin); err != nil {
		if !c.lost() {
			_, _ = c.command(context.WithoutCancel(ctx), "rollback")
		}
		return nil, c.again(err)
	}
	c.inTx = true
	return (*postgresTx)(c), nil
}

// postgresTx is the transaction that is open on a connection.
type postgresTx postgresConn

// Commit is waited for even if the caller gives up: it must know how it ended.
func (tx *postgresTx) Commit() error {
	tag, err := tx.end("commit")
	if err == nil && tag != "COMMIT" {
		return fmt.Errorf("the server answered the commit with %q", tag)
	}
	return err
}

// Rollback undoes the transaction.
func (tx *postgresTx) Rollback() error {
	_, err := tx.end("rollback")
	return err
}

func (tx *postgresTx) end(how string) (tag string, err error) {
	c := (*postgresConn)(tx)
	c.inTx = false
	tag, err = c.command(context.Background(), how)
	return tag, c.failure(err)
}

// ExecContext runs a statement; several, if there are no parameters.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	result, err := c.inner.ExecContext(ctx, c.translate(query, args), args)
	return result, c.failure(err)
}

// QueryContext runs a statement that gives rows.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	rows, err := c.inner.QueryContext(ctx, c.translate(query, args), args)
	if err != nil {
		cancel()
		if c.repeatable && !c.inTx {
			return nil, c.again(err)
		}
		return nil, c.failure(err)
	}
	return &postgresRows{Rows: rows, conn: c, cancel: cancel}, nil
}

// CheckNamedValue turns parameters into those of a driver, and texts into those
// that PostgreSQL can hold.
func (c *postgresConn) CheckNamedValue(parameter *driver.NamedValue) error {
	value, err := driver.DefaultParameterConverter.ConvertValue(parameter.Value)
	if err != nil {
		return err
	}
	if text, isText := value.(string); isText {
		value = storableText(text)
	}
	parameter.Value = value
	return nil
}

// Prepare gives a statement.
func (c *postgresConn) Prepare(query string) (driver.Stmt, error) {
	return &postgresStmt{conn: c, query: query}, nil
}

// PrepareContext gives a statement. The server prepares it at its first use, as
// it does with every statement of a connection.
func (c *postgresConn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return c.Prepare(query)
}

// ResetSession refuses a connection that cannot be used again.
func (c *postgresConn) ResetSession(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return c.inner.ResetSession(ctx)
}

// IsValid tells whether the connection can go back to its pool.
func (c *postgresConn) IsValid() bool { return !c.lost() }

// Close ends the connection.
func (c *postgresConn) Close() error { return c.inner.Close() }

type postgresStmt struct {
	conn  *postgresConn
	query string
}

var (
	_ driver.StmtExecContext  = (*postgresStmt)(nil)
	_ driver.StmtQueryContext = (*postgresStmt)(nil)
)

// Close has nothing to do: the connection keeps its statements for their next
// use.
func (s *postgresStmt) Close() error { return nil }

// NumInput leaves it to the server to count the parameters.
func (s *postgresStmt) NumInput() int { return -1 }

// Exec is for those who have no context.
func (s *postgresStmt) Exec(args []driver.Value) (driver.Result, error) {
	return s.ExecContext(context.Background(), named(args))
}

// Query is for those who have no context.
func (s *postgresStmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.QueryContext(context.Background(), named(args))
}

// ExecContext runs the statement.
func (s *postgresStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

// QueryContext runs the statement.
func (s *postgresStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

func named(args []driver.Value) []driver.NamedValue {
	parameters := make([]driver.NamedValue, len(args))
	for n, value := range args {
		parameters[n] = driver.NamedValue{Ordinal: n + 1, Value: value}
	}
	return parameters
}

type postgresRows struct {
	driver.Rows
	conn   *postgresConn
	cancel context.CancelFunc
}

// Next reads a row.
func (r *postgresRows) Next(row []driver.Value) error {
	if err := r.Rows.Next(row); err != nil {
		return r.conn.failure(err)
	}
	for n, value := range row {
		if text, isText := value.(string); isText {
			row[n] = originalText(text)
		}
	}
	return nil
}

// Close ends the reading.
func (r *postgresRows) Close() error {
	defer r.cancel()
	return r.Rows.Close()
}

// translate gives a statement as PostgreSQL reads it. One without parameters
// stays as it is: a migration may quote in ways that withNumbers does not know.
func (c *postgresConnector) translate(query string, args []driver.NamedValue) string {
	if len(args) == 0 {
		return query
	}
	if known, found := c.numbered.Load(query); found {
		if translated, isText := known.(string); isText {
			return translated
		}
	}
	translated := withNumbers(query)
	c.numbered.Store(query, translated)
	return translated
}

// withNumbers gives a statement with $1, $2 … for its ? parameters. What stands in
// quotes or comments stays as it is.
func withNumbers(query string) string {
	var out strings.Builder
	parameters := 0
	for rest := query; rest != ""; {
		length := 1
		switch {
		case rest[0] == '\'', rest[0] == '"':
			length = 1 + lengthTo(rest[1:], rest[:1])
		case strings.HasPrefix(rest, "--"):
			length = lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			length = lengthTo(rest, "*/")
		}
		if rest[0] == '?' {
			parameters++
			fmt.Fprintf(&out, "$%d", parameters)
		} else {
			out.WriteString(rest[:length])
		}
		rest = rest[length:]
	}
	return out.String()
}

// lengthTo gives the length of a text up to and with what ends a part of it, or
// the whole length.
func lengthTo(text, end string) int {
	if at := strings.Index(text, end); at >= 0 {
		return at + len(end)
	}
	return len(text)
}
