// Command backend serves Unjam's pages, panel and data source to a browser
// without Grafana, for development and demonstrations. It calls the data
// source's own handlers in process. Nothing here protects anything: whoever
// reaches it chooses who he is.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/process"
)

const (
	// loopback is the only address that the workbench listens on.
	loopback = "127.0.0.1"
	// endPatience is how long requests that are being answered may take at the
	// end.
	endPatience = 3 * time.Second
	// headerPatience is how long a browser may take to say what it wants.
	headerPatience = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "The workbench did not start:", err)
		stop()
		os.Exit(1)
	}
}

// run serves until ctx ends, and then closes all that it opened. When it can be
// used it writes one line of JSON to ready: where it is, and where records go.
func run(ctx context.Context, arguments []string, ready, logs io.Writer) (err error) {
	wanted, err := readOptions(arguments, logs)
	if err != nil {
		return err
	}
	location, forget, err := wanted.storeLocation()
	if err != nil {
		return err
	}
	defer forget()
	logger := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelInfo}))
	shared := process.Open(ctx, location, "given by --store", logger)
	defer func() { err = errors.Join(err, shared.Close()) }()
	sources, err := openSources(ctx, shared.Process, wanted.sources)
	if err != nil {
		return err
	}
	defer sources.dispose()

	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(wanted.port)))
	if err != nil {
		return fmt.Errorf("port %d of %s cannot be used; choose another with --port, or 0 for a free one: %w", wanted.port, loopback, err)
	}
	server := &http.Server{
		Handler: newHandler(sources, os.DirFS(wanted.page)), ReadHeaderTimeout: headerPatience,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if err := json.NewEncoder(ready).Encode(map[string]string{"url": "http://" + listener.Addr().String(), "store": shared.StoreLocation}); err != nil {
		return errors.Join(err, server.Close(), ignoreClosed(<-ended))
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// The signal's context is over; ending has its own patience.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endPatience)
	defer cancel()
	if server.Shutdown(last) != nil {
		// A request that would not end is cut off.
		_ = server.Close()
	}
	return ignoreClosed(<-ended)
}

// ignoreClosed drops the error by which a server says that it was told to end.
func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
