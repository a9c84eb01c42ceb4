package diagnose_test

import (
	"fmt"
	"testing"

	"github.com/unjam/unjam-jobs-app/pkg/coordinator"
	. "github.com/unjam/unjam-jobs-app/pkg/diagnose"
)

// What a view with many hung jobs costs: once for all its readers.
func BenchmarkJobs(b *testing.B) {
	for _, count := range []int{1000, 5000, 50_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			jobs := make([]Late, count)
			for i := range jobs {
				jobs[i] = canceling(func(l *Late) { l.Job = coordinator.JobID(fmt.Sprint(1176961102760000000 + i)) })
			}
			cluster := zeta()
			b.ReportAllocs()
			for b.Loop() {
				if found := Jobs(cluster, jobs); len(found) != count {
					b.Fatal(len(found))
				}
			}
		})
	}
}
