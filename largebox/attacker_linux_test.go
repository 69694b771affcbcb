package largebox

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An attacker is another process. It has a file open and mapped, and changes and
// restores it, over and over, while this process works on it.
type attacker struct {
	cmd      *exec.Cmd
	orders   io.WriteCloser
	answers  io.Reader
	contract *contract
}

// A contract is in memory that both processes have mapped.
type contract struct {
	stop    atomic.Uint32 // the round is over
	attacks atomic.Uint32 // in all
	// The longest that the attacker waits before it restores the file (hold) and
	// before it attacks again (pause), in looks at stop; or untilEnd.
	hold, pause atomic.Uint32
}

// attacks are the ways to change a file that others have open.
var attacks = map[string]func(*victim) (restore func() error, err error){
	"write":    (*victim).write,
	"map":      (*victim).store,
	"truncate": (*victim).truncate,
	"extend":   (*victim).extend,
	"replace":  (*victim).replace,
	"all": func(v *victim) (func() error, error) {
		all := []func(*victim) (func() error, error){(*victim).write, (*victim).store, (*victim).truncate, (*victim).extend, (*victim).replace}
		return all[rand.N(len(all))](v)
	},
}

const attackEnv = "LARGEBOX_TEST_ATTACK"

// newAttacker starts the process that attacks path.
func newAttacker(t *testing.T, path, attack string) *attacker {
	t.Helper()
	shared := write(t, filepath.Join(t.TempDir(), "contract"), make([]byte, os.Getpagesize()))
	cmd := exec.Command(os.Args[0], "-test.run=^TestAttackerProcess$")
	cmd.Env = append(os.Environ(), attackEnv+"="+attack, "LARGEBOX_TEST_VICTIM="+path, "LARGEBOX_TEST_CONTRACT="+shared, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	orders, toChild, err1 := os.Pipe()
	fromChild, answers, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{orders, answers}
	a := &attacker{cmd, toChild, fromChild, mapContract(t, shared)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	orders.Close()
	answers.Close()
	t.Cleanup(func() {
		toChild.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the attacker: %v", err)
		}
		fromChild.Close()
	})
	return a
}

func mapContract(t *testing.T, path string) *contract {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := unix.Mmap(int(f.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(m) })
	return (*contract)(unsafe.Pointer(&m[0]))
}

const untilEnd = math.MaxUint32

// begin starts a round, and returns when the file has been changed for the first time.
// The attacker goes on until end; with once, it soon restores the file and attacks no
// more.
func (a *attacker) begin(t *testing.T, once bool) {
	a.contract.stop.Store(0)
	a.contract.hold.Store(1 << rand.N(17))
	a.contract.pause.Store(1 << rand.N(17))
	if once {
		a.contract.hold.Store(1 << rand.N(10))
		a.contract.pause.Store(untilEnd)
	}
	if _, err := a.orders.Write([]byte{'g'}); err != nil {
		t.Fatal(err)
	}
	a.hear(t)
}

// end ends a round, and returns when the file is restored.
func (a *attacker) end(t *testing.T) {
	a.contract.stop.Store(1)
	a.hear(t)
}

func (a *attacker) hear(t *testing.T) {
	if _, err := io.ReadFull(a.answers, make([]byte, 1)); err != nil {
		t.Fatalf("the attacker does not answer: %v", err)
	}
}

// TestAttackerProcess runs in the other process.
func TestAttackerProcess(t *testing.T) {
	attack := attacks[os.Getenv(attackEnv)]
	if attack == nil {
		t.Skip("this is a part of another test")
	}
	c := mapContract(t, os.Getenv("LARGEBOX_TEST_CONTRACT"))
	v := &victim{path: os.Getenv("LARGEBOX_TEST_VICTIM")}
	if err := v.open(); err != nil {
		t.Fatal(err)
	}
	orders, answers := os.NewFile(3, "orders"), os.NewFile(4, "answers")
	wait := func(most uint32) {
		for n := rand.N(most); n > 0 && c.stop.Load() == 0; {
			if most != untilEnd {
				n--
			} else {
				time.Sleep(time.Microsecond) // leave the processors to the others
			}
		}
	}
	for {
		if _, err := io.ReadFull(orders, make([]byte, 1)); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		for first := true; first || c.stop.Load() == 0; first = false {
			restore, err := attack(v)
			if err != nil {
				t.Fatal(err)
			}
			c.attacks.Add(1)
			if first {
				answers.Write([]byte{'a'})
			}
			wait(c.hold.Load())
			if err := restore(); err != nil {
				t.Fatal(err)
			}
			wait(c.pause.Load())
		}
		answers.Write([]byte{'d'})
	}
}

// A victim is the file that is attacked, with its good content. An attack replaces a
// byte by its complement.
type victim struct {
	path   string
	f      *os.File
	mapped []byte
	good   []byte
}

func (v *victim) open() (err error) {
	if v.f != nil {
		unix.Munmap(v.mapped)
		v.f.Close()
	}
	if v.f, err = os.OpenFile(v.path, os.O_RDWR, 0); err != nil {
		return err
	}
	if v.good == nil {
		if v.good, err = os.ReadFile(v.path); err != nil {
			return err
		}
	}
	v.mapped, err = unix.Mmap(int(v.f.Fd()), 0, len(v.good), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return err
}

// anywhere returns an offset in the file, often near one of its ends.
func (v *victim) anywhere() int {
	n := len(v.good)
	switch rand.N(4) {
	case 0:
		return rand.N(100)
	case 1:
		return n - 1 - rand.N(os.Getpagesize())
	}
	return rand.N(n)
}

func (v *victim) write() (func() error, error) {
	at := v.anywhere()
	put := func(b byte) error {
		_, err := v.f.WriteAt([]byte{b}, int64(at))
		return err
	}
	return func() error { return put(v.good[at]) }, put(^v.good[at])
}

func (v *victim) store() (func() error, error) {
	at := v.anywhere()
	v.mapped[at] = ^v.good[at]
	return func() error { v.mapped[at] = v.good[at]; return nil }, nil
}

func (v *victim) truncate() (func() error, error) {
	size := int64(v.anywhere())
	return func() error {
		_, err := v.f.WriteAt(v.good[size:], size)
		return err
	}, v.f.Truncate(size)
}

func (v *victim) extend() (func() error, error) {
	n := int64(len(v.good))
	_, err := v.f.WriteAt(bytes.Repeat([]byte{extension}, 1+rand.N(10000)), n)
	return func() error { return v.f.Truncate(n) }, err
}

const extension = 'x'

// replace renames an altered copy over the file; restore renames a good one over it.
func (v *victim) replace() (func() error, error) {
	bad := bytes.Clone(v.good)
	bad[v.anywhere()] ^= 0xff
	return func() error { return errors.Join(os.Rename(v.path+".good", v.path), v.open()) }, errors.Join(
		os.WriteFile(v.path+".good", v.good, 0o600),
		os.WriteFile(v.path+".bad", bad[:len(bad)-rand.N(2)], 0o600),
		os.Rename(v.path+".bad", v.path))
}
