// Package soak lets the whole process of the plugin live through a day, with
// fake time, and looks whether it grows. It also proves what is promised for
// very many jobs (scenario S06).
package soak
