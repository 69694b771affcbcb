package scratch

import "testing"

// TestZeroed fills what it borrows and looks at it after it has returned it, and
// at what it borrows next.
func TestZeroed(t *testing.T) {
	var pool Pool[[100]byte]
	for range 100 {
		v := pool.Get()
		if *v != ([100]byte{}) {
			t.Fatal("Get returned what is not zero")
		}
		for i := range v {
			v[i] = 0xff
		}
		pool.Put(v)
		if *v != ([100]byte{}) {
			t.Fatal("Put left something behind")
		}
	}
}
