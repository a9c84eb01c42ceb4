package store

import (
	"context"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes that call for advice of their own; see "PostgreSQL Error
// Codes" in its documentation.
const (
	stateNoHBAEntry      = "28000"
	stateWrongPassword   = "28P01"
	stateNoDatabase      = "3D000"
	stateNoSchema        = "3F000"
	stateNoTable         = "42P01"
	stateNoRight         = "42501"
	stateReadOnly        = "25006"
	stateHeldTooLong     = "25P03"
	stateLockTimeout     = "55P03"
	stateCanceled        = "57014"
	stateStarting        = "57P03"
	stateTooManyClients  = "53300"
	stateDiskFull        = "53100"
	stateIOError         = "58030"
	stateSerialization   = "40001"
	stateDeadlock        = "40P01"
	classShutdown        = "57P"
	classConnection      = "08"
	classResources       = "53"
	classCorrupted       = "XX"
	stateInternalTrouble = "XX000" // of the class of corrupted data, and none
)

// explain makes a sentence of PostgreSQL's error; other errors stay as they
// are. What the driver says of a connection is used nowhere: it repeats the user
// and may repeat more of the location.
func (p *postgresServer) explain(err error) error {
	var connecting *connectError
	var lost *lostError
	var answer *pgconn.PgError
	answered := errors.As(err, &answer)
	switch {
	case errors.As(err, &connecting):
		return p.noConnection(connecting.cause)
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case answered && (answer.Code == stateHeldTooLong || strings.HasPrefix(answer.Code, classShutdown)),
		errors.As(err, &lost), errors.Is(err, driver.ErrBadConn):
		return p.unreachable("the connection to "+p.place()+" was lost", "It is made anew at the next use; look at the server and its log if this goes on")
	case errors.Is(err, context.DeadlineExceeded):
		return p.unreachable(p.place()+" did not answer in time", "Check the load of the server and the network")
	case answered:
		if problem := p.refused(answer); problem != nil {
			return problem
		}
		return fmt.Errorf("the store failed: %w", err)
	}
	return err
}

// noConnection explains why there is no connection.
func (p *postgresServer) noConnection(err error) error {
	var answer *pgconn.PgError
	var name *net.DNSError
	var timeout net.Error
	const address = "Check host and port in store, and that the server listens there"
	switch {
	case errors.As(err, &answer):
		return p.notLetIn(answer.Code)
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &name) && !name.IsTimeout:
		return p.unreachable("the host "+p.at.host+" is not known", "Check the host in store, and the name service of Grafana's machine")
	case errors.Is(err, syscall.ECONNREFUSED):
		return p.unreachable("no server accepts connections for "+p.place(), address)
	case isTLS(err):
		return p.unreachable("a connection with TLS to "+p.place()+" could not be made as sslmode demands",
			"Check that the server has ssl = on, that its certificate is for the host in store, and that sslrootcert names the authority that signed it")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return p.unreachable(fmt.Sprintf("%s did not answer within %s", p.place(), connectTimeout), address+", and that no firewall is between")
	}
	return p.unreachable("no connection to "+p.place()+" could be made", address+". The server's log may say more")
}

func isTLS(err error) bool {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) ||
		// The driver has no type for it.
		strings.Contains(err.Error(), "server refused TLS connection") || strings.Contains(err.Error(), "tls: ")
}

// notLetIn explains why a server ended a connection at its beginning.
func (p *postgresServer) notLetIn(state string) error {
	switch state {
	case stateWrongPassword:
		return p.unreachable("the server refused user or password for "+p.place(), "Check both in store; characters such as @ : / ? # % in them must be escaped")
	case stateNoHBAEntry:
		return p.unreachable("the server lets this user or this machine not into "+p.place(), "Check the user in store, pg_hba.conf of the server, and whether it demands TLS (sslmode)")
	case stateNoDatabase:
		return p.unreachable("there is no database "+p.at.database+" on "+p.at.host, "Create it, with the user of store as its owner")
	case stateNoRight:
		return p.unreachable("the user may not connect to "+p.place(), "Grant it CONNECT on the database")
	case stateStarting:
		return p.unreachable("the server of "+p.place()+" is starting or stopping", "Wait a moment")
	case stateTooManyClients:
		return p.unreachable("the server of "+p.place()+" has no connection left", "Raise max_connections; each Grafana uses up to "+fmt.Sprint(postgresConnections))
	}
	return p.unreachable("the server of "+p.place()+" refused the connection with SQLSTATE "+state, "Look at the server's log")
}

// postgresConnections is how many connections a Store uses at most.
const postgresConnections = 1 + timelinePool + readers + 2

// refused explains why a server refused a statement; nil where there is no
// advice.
func (p *postgresServer) refused(answer *pgconn.PgError) error {
	problem := func(detail, advice string) error {
		return &Problem{Kind: ErrNotWritable, Detail: detail, Advice: advice, Err: sqlState(answer.Code)}
	}
	switch answer.Code {
	case stateReadOnly:
		return problem(p.place()+" can be read only: it is a standby, or was set read only", "Name the primary in store, or take default_transaction_read_only away")
	case stateNoRight:
		return problem("the user may not make or use the schema "+postgresSchema+" in "+p.place(),
			"As an administrator of the database: CREATE SCHEMA "+postgresSchema+" AUTHORIZATION the user of store; where it is there already, make that user the owner of all in it")
	case stateLockTimeout:
		return problem(fmt.Sprintf("others have held a lock in %s for more than %s", p.place(), busyTimeout),
			"Look for a session (a backup, an SQL shell, another Grafana) that has a transaction open there, and try again")
	case stateCanceled:
		return problem(p.place()+" did not answer in time", "Check the load of the server")
	case stateSerialization, stateDeadlock:
		return problem("another session was in the way in "+p.place(), "Try again")
	case stateDiskFull:
		return problem("the disk of the server of "+p.place()+" is full", "Free space there")
	case stateIOError:
		return problem("the disk of the server of "+p.place()+" failed to read or write", "Check the disk and the server's log")
	case stateNoSchema, stateNoTable:
		return problem("tables of Unjam are missing in the schema "+postgresSchema+" of "+p.place(), "Restore the database from a backup, or drop what is left of the schema and restart Grafana to begin a new one")
	case stateInternalTrouble:
	default:
		switch {
		case strings.HasPrefix(answer.Code, classConnection):
			return p.unreachable("the connection to "+p.place()+" was lost", "It is made anew at the next use")
		case strings.HasPrefix(answer.Code, classResources):
			return problem("the server of "+p.place()+" is short of memory or connections", "Check the load of the server and its log")
		case strings.HasPrefix(answer.Code, classCorrupted):
			return &Problem{Kind: ErrDamaged, Detail: "the server cannot read the data of " + p.place() + " any more", Advice: "Look at the server's log, and restore the database from a backup", Err: sqlState(answer.Code)}
		}
	}
	return nil
}

// sqlState is the kind of a server's refusal.
type sqlState string

// Error names it.
func (s sqlState) Error() string { return "SQLSTATE " + string(s) }

func (p *postgresServer) unreachable(detail, advice string) error {
	return &Problem{Kind: ErrNotWritable, Detail: detail, Advice: advice, Err: ErrUnreachable}
}

func (p *postgresServer) foreign() error {
	return &Problem{Kind: ErrForeign, Detail: "the schema " + postgresSchema + " of " + p.place() + " was left as it is, since another program created it",
		Advice: "Choose another database. " + postgresExample}
}

func (p *postgresServer) newer(version, known int) error {
	return &Problem{Kind: ErrNewer, Detail: fmt.Sprintf("%s has schema %d, and this version of Unjam knows up to %d", p.place(), version, known),
		Advice: "Install the newer version of Unjam again, or choose another database. " + postgresExample}
}
