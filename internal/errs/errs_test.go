package errs

import (
	"errors"
	"io/fs"
	"testing"
)

func TestSpace(t *testing.T) {
	for _, errno := range noSpace {
		err := Space(&fs.PathError{Op: "write", Path: "file", Err: errno})
		var path *fs.PathError
		if !errors.Is(err, ErrNoSpace) || !errors.Is(err, errno) || !errors.As(err, &path) {
			t.Errorf("%v: kind, errno or path is lost", err)
		}
		if err.Error() != path.Error() {
			t.Errorf("the text of %q became %q", path, err)
		}
	}
	for _, err := range []error{nil, fs.ErrExist, errors.New("no space left on device")} {
		if Space(err) != err || errors.Is(Space(err), ErrNoSpace) {
			t.Errorf("%v is taken for a lack of space", err)
		}
	}
}
