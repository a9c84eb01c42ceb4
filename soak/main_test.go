package soak

import (
	"os"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
)

func TestMain(m *testing.M) {
	// The SDK's manager of instances says something at every question.
	backend.Logger = log.NewWithLevel(log.Error)
	os.Exit(m.Run())
}
