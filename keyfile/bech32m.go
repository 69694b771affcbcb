package keyfile

import "bytes"

// Bech32m (BIP-350) for keys of 32 bytes. No branch and no address depends on a
// character of a key: each is looked up by comparison with all that there are.

const (
	charset       = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	checksumSize  = 6
	bech32mFactor = 0x2bc830a3
	groups        = (Size*8 + 4) / 5 // of five bits
	dataSize      = groups + checksumSize
)

// encode returns the typed text of key.
func encode(is kind, key *[Size]byte) []byte { return encodeAs(kinds[is].prefix, key) }

func encodeAs(prefix string, key *[Size]byte) []byte {
	values := onHeap(dataSize) // the last checksumSize are zero until the checksum is known
	defer clear(values)
	acc, bits, n := uint32(0), 0, 0
	for _, b := range key {
		acc, bits = acc<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			values[n] = byte(acc>>bits) & 31
			n++
		}
	}
	values[n] = byte(acc<<(5-bits)) & 31
	check := polymod(prefix, values) ^ bech32mFactor
	for i := range checksumSize {
		values[groups+i] = byte(check>>(5*(checksumSize-1-i))) & 31
	}
	text := onHeap(len(prefix) + 1 + dataSize)
	data := text[copy(text, prefix+"1"):]
	for i, v := range values {
		for c := range len(charset) {
			data[i] |= charset[c] & equal(v, byte(c))
		}
	}
	return text
}

// decode returns the kind of a typed key and the key. If text has the prefix of
// no kind, the kind is unknown. problem says what is wrong, and is empty if
// nothing is.
func decode(text []byte) (is kind, key *[Size]byte, problem string) {
	one := bytes.LastIndexByte(text, '1')
	if one < 1 {
		return unknown, nil, "it has no type"
	}
	for k := secret; k <= public; k++ {
		if bytes.EqualFold(text[:one], []byte(kinds[k].prefix)) {
			is = k
		}
	}
	if is == unknown {
		return unknown, nil, "its type is unknown"
	}
	var upper, lower byte
	for _, c := range text {
		upper |= within(c, 'A', 'Z')
		lower |= within(c, 'a', 'z')
	}
	if upper&lower != 0 {
		return is, nil, "it mixes upper and lower case"
	}
	data := text[one+1:]
	if len(data) != dataSize {
		return is, nil, "its length is wrong: characters are missing, or there are too many"
	}
	values := onHeap(dataSize)
	defer clear(values)
	known := byte(0xff)
	for i, c := range data {
		c |= 0x20 & upper & within(c, 'A', 'Z')
		found := byte(0)
		for v := range len(charset) {
			same := equal(c, charset[v])
			values[i] |= byte(v) & same
			found |= same
		}
		known &= found
	}
	if known != 0xff {
		return is, nil, "it contains a character that no key contains"
	}
	if polymod(kinds[is].prefix, values) != bech32mFactor {
		return is, nil, "its checksum is wrong, so there is a typing error in it"
	}
	key = (*[Size]byte)(onHeap(Size))
	acc, bits, n := uint32(0), 0, 0
	for _, v := range values[:groups] {
		acc, bits = acc<<5|uint32(v), bits+5
		if bits >= 8 {
			bits -= 8
			key[n] = byte(acc >> bits)
			n++
		}
	}
	if acc<<(8-bits)&0xff != 0 {
		clear(key[:])
		return is, nil, "it has stray bits at its end"
	}
	return is, key, ""
}

// polymod returns the checksum of prefix and values, a remainder over GF(32).
func polymod(prefix string, values []byte) uint32 {
	check := uint32(1)
	step := func(v byte) {
		top := check >> 25
		check = check&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			check ^= g & -(top >> i & 1)
		}
	}
	for i := range len(prefix) {
		step(prefix[i] >> 5)
	}
	step(0)
	for i := range len(prefix) {
		step(prefix[i] & 31)
	}
	for _, v := range values {
		step(v)
	}
	return check
}

// equal returns 0xff if a and b are the same, and 0 otherwise.
func equal(a, b byte) byte { return byte((uint32(a^b) - 1) >> 24) }

// within returns 0xff if c is between from and to, and 0 otherwise.
func within(c, from, to byte) byte { return byte((uint32(c-from) - uint32(to-from) - 1) >> 24) }

// onHeap returns n zero bytes on the heap, which the caller clears. On a stack
// that grows, a copy of them would stay behind.
//
//go:noinline
func onHeap(n int) []byte { return make([]byte, n) }
