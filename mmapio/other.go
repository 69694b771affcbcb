//go:build !linux

package mmapio

import (
	"errors"
	"os"
)

// The functions that create these types return errors.ErrUnsupported on this
// host, so no method is ever reached.
type (
	Source  struct{}
	Cursor  struct{}
	Mapping struct{}
	Buffer  struct{}
)

func NewSource(*os.File) (*Source, error)                { return nil, errors.ErrUnsupported }
func (*Source) Size() int64                              { return 0 }
func (*Source) Cursor(int) *Cursor                       { return nil }
func (*Cursor) View([]byte, int64, func(p []byte)) error { return errors.ErrUnsupported }
func (*Cursor) Close() error                             { return errors.ErrUnsupported }

func (*File) Buffer(int) (*Buffer, error) { return nil, errors.ErrUnsupported }

func Map(*os.File) (*Mapping, error) { return nil, errors.ErrUnsupported }
func (*Mapping) Bytes() []byte       { return nil }
func (*Mapping) Close() error        { return errors.ErrUnsupported }

func (*Buffer) Bytes() []byte       { return nil }
func (*Buffer) Commit([]byte) error { return errors.ErrUnsupported }
func (*Buffer) Close() error        { return errors.ErrUnsupported }
