//go:build unix

package main

import (
	"context"
	"path/filepath"
	"syscall"
)

// tmpfsMagic is Linux' number of the file system that is no disk.
const tmpfsMagic = 0x01021994

// sqliteStore is a file on the disk that is to be measured.
func sqliteStore(_ context.Context, b *bench) (keeper, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &stat); err == nil && int64(stat.Type) == tmpfsMagic {
		return keeper{}, notHere(b.dir + " is in memory; name a folder on a disk with --dir")
	}
	folder, err := b.folder()
	return keeper{name: "SQLite", location: "sqlite:" + filepath.Join(folder, "unjam.db"), limited: true, close: func() {}}, err
}
