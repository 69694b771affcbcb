//go:build !linux

package mmapio

import (
	"errors"
	"os"
)

// Nothing here can be had on this host: the functions that make these types
// return errors.ErrUnsupported, so that no method is ever reached.
type (
	Source  struct{}
	Cursor  struct{}
	File    struct{}
	Mapping struct{}
	Buffer  struct{}
)

func NewSource(*os.File) (*Source, error)                { return nil, errors.ErrUnsupported }
func (*Source) Size() int64                              { return 0 }
func (*Source) Cursor(int) *Cursor                       { return nil }
func (*Cursor) View([]byte, int64, func(p []byte)) error { return errors.ErrUnsupported }
func (*Cursor) Close() error                             { return errors.ErrUnsupported }

func Create(*os.File, Options) (*File, error)    { return nil, errors.ErrUnsupported }
func (*File) WriteAt([]byte, int64) (int, error) { return 0, errors.ErrUnsupported }
func (*File) Truncate(int64) error               { return errors.ErrUnsupported }
func (*File) Reveal() error                      { return errors.ErrUnsupported }
func (*File) OSFile() *os.File                   { return nil }
func (*File) Close() error                       { return errors.ErrUnsupported }
func (*File) Buffer(int) (*Buffer, error)        { return nil, errors.ErrUnsupported }

func Map(*os.File) (*Mapping, error) { return nil, errors.ErrUnsupported }
func (*Mapping) Bytes() []byte       { return nil }
func (*Mapping) Close() error        { return errors.ErrUnsupported }

func (*Buffer) Bytes() []byte       { return nil }
func (*Buffer) Commit([]byte) error { return errors.ErrUnsupported }
func (*Buffer) Close() error        { return errors.ErrUnsupported }
