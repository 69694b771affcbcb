//go:build !amd64 || purego

package xsalsa20poly1305

func available() []kernel { return []kernel{portable} }

func (b *Box) xorGroups(_, _ []byte, _ uint64) { panic("xsalsa20poly1305: no such kernel here") }

func hornerGroups(_ *[3 * lanes]uint64, _ *[5]uint64, _ []byte) {
	panic("xsalsa20poly1305: no such kernel here")
}
