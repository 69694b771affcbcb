package xsalsa20poly1305

import (
	"errors"
	"fmt"
)

// Engines names the kernels that this processor has, best first. The first is
// the one in use, unless Use has changed that.
func Engines() []string {
	var names []string
	for _, k := range available() {
		names = append(names, k.String())
	}
	return names
}

// Use makes the kernel of that name the one of boxes to come, until restore is
// called. It is for benchmarks and tests: nothing else of this package may be
// called at the same time.
func Use(engine string) (restore func(), err error) {
	for _, k := range available() {
		if k.String() == engine {
			return use(k), nil
		}
	}
	return nil, fmt.Errorf("no engine %q on this processor: %w", engine, errors.ErrUnsupported)
}

func use(k kernel) (restore func()) {
	before := active
	active = k
	return func() { active = before }
}
