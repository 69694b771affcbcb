package xsalsa20poly1305

import (
	"errors"
	"fmt"
	"strings"
)

// Engines returns the names of the kernels that this processor has, best first.
// Engine returns the first of them, unless Use or the linker chose another.
func Engines() []string {
	var names []string
	for _, k := range available() {
		names = append(names, k.String())
	}
	return names
}

// Use makes the kernel of that name the one of boxes to come, until restore is
// called. It is for benchmarks and tests: nothing else of this package may be
// called at the same time. The error is errors.ErrUnsupported if this processor
// has no such kernel.
func Use(engine string) (restore func(), err error) {
	k, err := find(engine)
	if err != nil {
		return nil, err
	}
	return use(k), nil
}

// find returns the kernel of that name, if this processor has it.
func find(name string) (kernel, error) {
	for _, k := range available() {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("engine %q, which this processor does not have (it has %s): %w",
		name, strings.Join(Engines(), ", "), errors.ErrUnsupported)
}

// use is Use for a kernel that this processor has.
func use(k kernel) (restore func()) {
	before := active
	active = k
	return func() { active = before }
}
