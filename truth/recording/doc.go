// Package recording keeps what a coordinator answered, with times, and gives it
// again: to a plugin that cannot tell it from the coordinator. What is asked is
// not decided here; a recording is as good as the questions of the plugin that
// made it.
package recording
