//go:build unix

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of CPU times in /proc; Linux has it fixed for programs.
const clockTick = 10 * time.Millisecond

// The fields of /proc/PID/stat after the program's name: its CPU time in its
// own code and in the kernel.
const (
	statUser   = 11
	statSystem = 12
)

// cpuOf is the CPU time of a process so far, to clockTick; 0 where it cannot be
// told.
func cpuOf(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after)
	if len(fields) <= statSystem {
		return 0
	}
	user, _ := strconv.ParseInt(fields[statUser], 10, 64)
	system, _ := strconv.ParseInt(fields[statSystem], 10, 64)
	return time.Duration(user+system) * clockTick
}
