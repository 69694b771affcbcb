package eintr

import (
	"errors"
	"syscall"
	"testing"
)

func TestRetryUnlessDone(t *testing.T) {
	const interrupted, exists, absent, other = syscall.EINTR, syscall.EEXIST, syscall.ENOENT, syscall.EIO
	for _, c := range []struct {
		name    string
		replies []error
		done    bool
		want    error
	}{
		{"at once", []error{nil}, false, nil},
		{"interrupted", []error{interrupted, interrupted, nil}, false, nil},
		{"exists from the start", []error{exists}, true, exists},
		{"absent from the start", []error{absent}, true, absent},
		{"done, so it exists", []error{interrupted, exists}, true, nil},
		{"done, so it is absent", []error{interrupted, interrupted, absent}, true, nil},
		{"another's", []error{interrupted, exists}, false, exists},
		{"another's was removed", []error{interrupted, absent}, false, absent},
		{"broken", []error{interrupted, other}, true, other},
	} {
		replies := c.replies
		err := RetryUnlessDone(func() error {
			err := replies[0]
			replies = replies[1:]
			return err
		}, func() bool { return c.done })
		if !errors.Is(err, c.want) || len(replies) > 0 {
			t.Errorf("%s: %v with %d calls to go, want %v", c.name, err, len(replies), c.want)
		}
	}
}
