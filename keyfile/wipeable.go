package keyfile

import "sync"

// A wipeable holds the bytes of a secret until they are wiped. Several goroutines
// may use and wipe it at once.
type wipeable struct {
	mu    sync.Mutex
	bytes []byte
	gone  error // why there are no bytes
}

// get returns a copy of the bytes on the heap, which the caller clears. A caller
// that had the bytes themselves could read zeros while another goroutine wipes
// them. After a wipe, get returns the reason for it.
func (w *wipeable) get() ([]byte, error) {
	if w == nil {
		return nil, ErrNoKey
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone != nil {
		return nil, w.gone
	}
	copied := onHeap(len(w.bytes))
	copy(copied, w.bytes)
	return copied, nil
}

// wipe clears the bytes. The first reason stays.
func (w *wipeable) wipe(reason error) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.bytes)
	if w.gone == nil {
		w.gone = reason
	}
}
