//go:build !amd64 || purego

package xsalsa20poly1305

const absent = "xsalsa20poly1305: no such kernel here"

func available() []kernel { return []kernel{portable} }

type powers struct{}

func (*powers) set(kernel, clamped) {}

func (*powers) wipe() {}

func (*Box) setInputs() {}

func (b *Box) keystream8(*start, uint64) { panic(absent) }

func (b *Box) beginAVX512(*start, int, *[KeySize]byte, *[NonceSize]byte) { panic(absent) }

func (b *Box) xorGroups(_, _ []byte, _ uint64) { panic(absent) }

func (b *Box) absorbGroups(*Part, []byte, int64) { panic(absent) }

func (b *Box) sealGroups(_ *Part, _, _ []byte, _ int64) { panic(absent) }

func (b *Box) openGroups(_ *Part, _, _ []byte, _ int64) { panic(absent) }
