package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/edsrzf/mmap-go"
	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
	"golang.org/x/crypto/nacl/secretbox"
	"golang.org/x/sys/unix"
)

// Articles recommend this recipe for a box larger than RAM: map the source, map an
// anonymous file as long as the result, give both to x/crypto's secretbox, and link.
// Like largebox, it gives no name to what did not verify, and finds a full disk before
// it writes. Unlike largebox, it maps both files whole, another process may change
// ciphertext between authentication and decryption, and SIGBUS kills it if the source
// is truncated meanwhile.

const recipeOverhead = largebox.NonceSize + secretbox.Overhead

var errRecipe = errors.New("not authentic")

func sealRecipe(dst, src string, nonce *[24]byte, key *[32]byte, durable bool) error {
	return recipe(dst, src, recipeOverhead, durable, func(out, message []byte) error {
		copy(out, nonce[:])
		secretbox.Seal(out[:len(nonce)], message, nonce, key)
		return nil
	})
}

func openRecipe(dst, src string, key *[32]byte, durable bool) error {
	return recipe(dst, src, -recipeOverhead, durable, func(out, box []byte) error {
		nonce := [24]byte(box)
		if _, ok := secretbox.Open(out[:0], box[len(nonce):], &nonce, key); !ok {
			return errRecipe
		}
		return nil
	})
}

// recipe makes dst, which is grow bytes longer than src. fill computes its content.
func recipe(dst, src string, grow int, durable bool, fill func(out, in []byte) error) error {
	source, err := os.Open(src)
	if err != nil {
		return err
	}
	defer source.Close()
	in, err := mmap.Map(source, mmap.RDONLY, 0)
	if err != nil {
		return err
	}
	defer in.Unmap()

	dir, err := os.Open(filepath.Dir(dst))
	if err != nil {
		return err
	}
	defer dir.Close()
	fd, err := unix.Openat(int(dir.Fd()), ".", unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return &fs.PathError{Op: "open an anonymous file in", Path: dir.Name(), Err: err}
	}
	f := os.NewFile(uintptr(fd), dst)
	defer f.Close()

	if err := fillMapped(f, int64(len(in)+grow), durable, func(out []byte) error { return fill(out, in) }); err != nil {
		return err
	}
	if durable {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	proc := fmt.Sprintf("/proc/self/fd/%d", fd)
	if err := unix.Linkat(unix.AT_FDCWD, proc, int(dir.Fd()), filepath.Base(dst), unix.AT_SYMLINK_FOLLOW); err != nil {
		return &os.LinkError{Op: "link", Old: proc, New: dst, Err: err}
	}
	if durable {
		return dir.Sync()
	}
	return nil
}

func fillMapped(f *os.File, n int64, durable bool, fill func(out []byte) error) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, n)
	for err == unix.EINTR { // on tmpfs, a signal of Go's scheduler interrupts it
		err = unix.Fallocate(int(f.Fd()), 0, 0, n)
	}
	if err != nil {
		return &fs.PathError{Op: "fallocate", Path: f.Name(), Err: err}
	}
	if err := f.Truncate(n); err != nil {
		return err
	}
	out, err := mmap.Map(f, mmap.RDWR, 0)
	if err != nil {
		return err
	}
	err = fill(out)
	if err == nil && durable {
		err = out.Flush()
	}
	return errors.Join(err, out.Unmap())
}

func TestRecipeAgrees(t *testing.T) {
	ctx, key := context.Background(), largebox.SecretKey(keyfile.SecretFromBytes(&testKey))
	page := os.Getpagesize()
	for _, n := range []int{1, page - recipeOverhead, page, page + 1, 1<<20 + 1} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			dir := t.TempDir()
			at := func(name string) string { return filepath.Join(dir, name) }
			if err := writeMessage(at("message"), size(n)); err != nil {
				t.Fatal(err)
			}

			err := sealRecipe(at("recipe.box"), at("message"), &testNonce, &testKey, true)
			if errors.Is(err, errors.ErrUnsupported) {
				testfs.Missing(t, "%v", err)
			} else if err != nil {
				t.Fatal(err)
			}
			if _, err := largebox.SealFile(ctx, at("largebox.box"), at("message"), largebox.UnsafeNonce(key, testNonce), largebox.Options{}); err != nil {
				t.Fatal(err)
			}
			box := read(t, at("largebox.box"))
			if !bytes.Equal(read(t, at("recipe.box")), box) {
				t.Error("the recipe's box differs from largebox's")
			}

			if err := openRecipe(at("opened"), at("largebox.box"), &testKey, true); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(read(t, at("opened")), read(t, at("message"))) {
				t.Error("the recipe opens to another message")
			}

			altered := slices.Clone(box)
			altered[len(altered)-1] ^= 1
			if err := os.WriteFile(at("altered.box"), altered, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := openRecipe(at("none"), at("altered.box"), &testKey, true); !errors.Is(err, errRecipe) {
				t.Errorf("an altered box: %v", err)
			}
			if _, err := os.Lstat(at("none")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an altered box was given a name: %v", err)
			}
		})
	}
}
