//go:build unix && !race

package faults_test

// raceDetector tells that the test has it.
const raceDetector = false
