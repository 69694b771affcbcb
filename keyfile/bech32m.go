package keyfile

import "bytes"

// Bech32m, as BIP-350 has it, for 32 bytes. The characters of a key are looked
// up by comparison with each, not by address: a cache does not see which.

const (
	charset       = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	checksumSize  = 6
	bech32mFactor = 0x2bc830a3
	groups        = (Size*8 + 4) / 5 // of five bits
)

// encode returns the text form of key behind prefix.
func encode(prefix string, key *[Size]byte) string {
	values := make([]byte, 0, groups+checksumSize)
	acc, bits := uint32(0), 0
	for _, b := range key {
		acc, bits = acc<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			values = append(values, byte(acc>>bits)&31)
		}
	}
	values = append(values, byte(acc<<(5-bits))&31)
	check := polymod(prefix, append(values, make([]byte, checksumSize)...)) ^ bech32mFactor
	for i := range checksumSize {
		values = append(values, byte(check>>(5*(checksumSize-1-i)))&31)
	}
	text := []byte(prefix + "1")
	for _, v := range values {
		c := byte(0)
		for i := range len(charset) {
			c |= charset[i] & equal(v, byte(i))
		}
		text = append(text, c)
	}
	clear(values)
	return string(text)
}

// decode takes text apart. The prefix is that of a type, or empty; problem is
// what is wrong, and empty if nothing is. No copy of text is left behind.
func decode(text []byte) (prefix string, key *[Size]byte, problem string) {
	lower, upper := bytes.ToLower(text), bytes.ToUpper(text)
	defer clear(lower)
	defer clear(upper)
	one := bytes.LastIndexByte(lower, '1')
	if one < 1 {
		return "", nil, "it has no type"
	}
	for _, k := range kinds[secret:] {
		if string(lower[:one]) == k.prefix {
			prefix = k.prefix
		}
	}
	if prefix == "" {
		return "", nil, "it has an unknown type"
	}
	data := lower[one+1:]
	if !bytes.Equal(text, lower) && !bytes.Equal(text, upper) {
		return prefix, nil, "it mixes upper and lower case"
	}
	if len(data) != groups+checksumSize {
		return prefix, nil, "it has another length: some of it is missing, or there is too much"
	}
	values := make([]byte, len(data))
	defer clear(values)
	known := byte(0xff)
	for i := range len(data) {
		var found byte
		for v := range len(charset) {
			same := equal(data[i], charset[v])
			values[i] |= byte(v) & same
			found |= same
		}
		known &= found
	}
	if known != 0xff {
		return prefix, nil, "it has a character that no key has"
	}
	if polymod(prefix, values) != bech32mFactor {
		return prefix, nil, "its checksum is wrong: there is a typing error in it"
	}
	key = new([Size]byte)
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
		return prefix, nil, "it has stray bits at its end"
	}
	return prefix, key, ""
}

// polymod is the checksum of prefix and values, a remainder over GF(32).
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

// equal is 0xff where a and b are the same, and 0 elsewhere.
func equal(a, b byte) byte { return byte((uint32(a^b) - 1) >> 24) }
