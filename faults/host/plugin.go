//go:build unix

// Package host plays Grafana towards the plugin's program: it starts it with
// the same handshake, and calls it over gRPC with the same messages, so that
// what is proven here holds for the program that users run.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

// PluginID is the data source's.
const PluginID = "unjam-coordinator-datasource"

const (
	// startPatience is how long a program may take to be ready, on a machine
	// that is busy with other tests.
	startPatience = 60 * time.Second
	// endPatience is how long a killed program may take to be gone.
	endPatience = 20 * time.Second
)

// Plugin is a running program of the plugin.
type Plugin struct {
	client      *plugin.Client
	pid         int
	resources   grpcplugin.ResourceClient
	queries     grpcplugin.DataClient
	diagnostics grpcplugin.DiagnosticsClient
}

// Start runs a program and waits until it can be called. Its log goes to log.
func Start(command *exec.Cmd, log io.Writer) (*Plugin, error) {
	client := plugin.NewClient(&plugin.ClientConfig{
		Cmd: command,
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: grpcplugin.ProtocolVersion, MagicCookieKey: grpcplugin.MagicCookieKey, MagicCookieValue: grpcplugin.MagicCookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{grpcplugin.ProtocolVersion: {
			"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{}, "resource": &grpcplugin.ResourceGRPCPlugin{}, "data": &grpcplugin.DataGRPCPlugin{},
		}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		StartTimeout:     startPatience,
		Logger:           hclog.NewNullLogger(),
		Stderr:           log,
	})
	p := &Plugin{client: client}
	if err := p.connect(); err != nil {
		client.Kill()
		return nil, fmt.Errorf("start the plugin: %w", err)
	}
	return p, nil
}

func (p *Plugin) connect() error {
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	p.pid = p.client.ReattachConfig().Pid
	for _, one := range []struct {
		name string
		take func(served any) bool
	}{
		{"resource", func(served any) (ok bool) { p.resources, ok = served.(grpcplugin.ResourceClient); return ok }},
		{"data", func(served any) (ok bool) { p.queries, ok = served.(grpcplugin.DataClient); return ok }},
		{"diagnostics", func(served any) (ok bool) { p.diagnostics, ok = served.(grpcplugin.DiagnosticsClient); return ok }},
	} {
		served, err := protocol.Dispense(one.name)
		if err != nil {
			return err
		}
		if !one.take(served) {
			return fmt.Errorf("it serves a %T as %s", served, one.name)
		}
	}
	return nil
}

// Kill ends the program as kill -9 does, and returns when it is gone.
func (p *Plugin) Kill() error {
	if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("kill the plugin: %w", err)
	}
	return p.WaitForEnd(context.Background())
}

// Signal kills the program without waiting for its end.
func (p *Plugin) Signal() { _ = syscall.Kill(p.pid, syscall.SIGKILL) }

// WaitForEnd returns when the program is gone; an error when it lives on.
func (p *Plugin) WaitForEnd(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	for !p.client.Exited() {
		select {
		case <-ctx.Done():
			return errors.New("the plugin's program goes on")
		case <-time.After(time.Millisecond):
		}
	}
	p.client.Kill() // what is left of the connection
	return nil
}

// Stop asks the program to end, and returns when it is gone.
func (p *Plugin) Stop() { p.client.Kill() }
