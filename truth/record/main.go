// Command record watches a coordinator as the plugin does and keeps what it
// answered, with times:
//
//	npm run record -- --settings settings.json --out name.jsonl.gz --for 3m
//
// settings.json is a data source's jsonData. Credentials come from the
// environment and are not kept: UNJAM_RECORD_PASSWORD, UNJAM_RECORD_TOKEN,
// UNJAM_RECORD_MESSAGING_PASSWORD. What a coordinator says of its jobs is kept
// as it is: look before you give a recording away.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/unjam/unjam-jobs-app/pkg/process"
	"github.com/unjam/unjam-jobs-app/truth/asking"
	"github.com/unjam/unjam-jobs-app/truth/recording"
)

// lookEvery keeps the watcher awake, and refreshes what is late.
const lookEvery = time.Second

const suffix = ".jsonl.gz"

type options struct {
	settings, out, engine, origin string
	during                        time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.settings, "settings", "", "file with the data source's jsonData")
	flag.StringVar(&o.out, "out", "", "file to write, *"+suffix)
	flag.StringVar(&o.engine, "engine", "", "what answers, with its version")
	flag.StringVar(&o.origin, "origin", string(recording.RealEngine), "real engine, or simulator")
	flag.DurationVar(&o.during, "for", 0, "how long; without it until interrupted")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "Nothing was recorded:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.settings == "" || !strings.HasSuffix(o.out, suffix) {
		return errors.New("--settings names the file with the data source's jsonData, --out the file to write (*" + suffix + ")")
	}
	if o.origin != string(recording.RealEngine) && o.origin != string(recording.Simulated) {
		return fmt.Errorf("--origin is %q; it is %q or %q", o.origin, recording.RealEngine, recording.Simulated)
	}
	settings, err := os.ReadFile(o.settings)
	if err != nil {
		return err
	}
	if !json.Valid(settings) {
		return fmt.Errorf("%s is not JSON", o.settings)
	}
	records, err := os.MkdirTemp("", "unjam-record-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(records) }()

	recorder := recording.NewRecorder()
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	location := "sqlite:" + filepath.Join(records, "unjam.db")
	shared := process.Open(ctx, location, location, logger, process.WithReads(recorder.Reads))
	source, err := asking.Open(ctx, shared, settings, secrets())
	if err != nil && !errors.Is(err, asking.ErrUnhealthy) {
		return errors.Join(err, shared.Close())
	}
	if err != nil {
		logger.Warn("Recording all the same", "error", err)
	}
	fmt.Println("Recording.")
	watchUntil(ctx, source, o.during, logger)
	source.Close()
	if err := shared.Close(); err != nil {
		return err
	}
	return write(o, recorder.Recording(strings.TrimSuffix(filepath.Base(o.out), suffix), o.engine, recording.Origin(o.origin), settings))
}

// watchUntil reads the jobs until it is over, as a panel would.
func watchUntil(ctx context.Context, source *asking.Source, during time.Duration, logger *slog.Logger) {
	if during > 0 {
		bounded, cancel := context.WithTimeout(ctx, during)
		defer cancel()
		ctx = bounded
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		jobs, err := source.Jobs(ctx)
		if err != nil && ctx.Err() == nil {
			if said != err.Error() {
				logger.Warn("The jobs are not known now", "error", err)
			}
			said = err.Error()
			continue
		}
		for _, job := range jobs {
			if job.Stuck || job.Cause != "" {
				logger.Debug("Finding", "job", job.ID, "cause", job.Cause, "outlook", job.Outlook)
			}
		}
	}
}

func write(o options, kept *recording.Recording) error {
	file, err := os.Create(o.out)
	if err != nil {
		return err
	}
	if err := errors.Join(kept.Write(file), file.Close()); err != nil {
		return err
	}
	fmt.Printf("%d answers in %s.\n", len(kept.Exchanges), o.out)
	return nil
}

func secrets() map[string]string {
	found := map[string]string{}
	for name, variable := range map[string]string{
		"password": "UNJAM_RECORD_PASSWORD", "token": "UNJAM_RECORD_TOKEN", "messagingPassword": "UNJAM_RECORD_MESSAGING_PASSWORD",
	} {
		if value := os.Getenv(variable); value != "" {
			found[name] = value
		}
	}
	return found
}
