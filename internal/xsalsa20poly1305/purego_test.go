//go:build purego

package xsalsa20poly1305

const withAssembly = false
