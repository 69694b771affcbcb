package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/largebox/secretbox"
	xsecretbox "golang.org/x/crypto/nacl/secretbox"
)

// benchRounds is how often everything is measured. In a round, one figure comes
// right after the other that it is compared with.
const benchRounds = 3

// A memoryFigure is one operation at one size.
type memoryFigure struct {
	Op    string `json:"op"`
	Bytes int    `json:"bytes"`
	// In MiB/s: on one core, on all (from xsalsa20poly1305.ParallelSize on), and x/crypto.
	OneCore  float64  `json:"one_core"`
	AllCores *float64 `json:"all_cores"`
	XCrypto  float64  `json:"xcrypto"`
	// How many times x/crypto that is.
	OneCoreRatio  float64  `json:"one_core_ratio"`
	AllCoresRatio *float64 `json:"all_cores_ratio"`
}

var errEngineDiffers = errors.New("the engine and x/crypto do not agree: do not use largebox on this machine, and please report it")

// benchMemory measures Seal and Open of messages of these sizes.
func benchMemory(ctx context.Context, w io.Writer, sizes []int, each time.Duration) ([]memoryFigure, error) {
	cores := runtime.GOMAXPROCS(0)
	var key [largebox.KeySize]byte
	var nonce [largebox.NonceSize]byte
	rand.Read(key[:])

	fmt.Fprintf(w, "\nin memory, MiB/s%31s\n", "x/crypto")
	fmt.Fprintf(w, "            %12s%12s%10s\n", "1 core", fmt.Sprintf("%d cores", cores), "1 core")
	var all []memoryFigure
	for _, op := range []string{"seal", "open"} {
		for _, n := range sizes {
			message := make([]byte, n)
			rand.Read(message)
			out := make([]byte, 0, n+largebox.Overhead)
			box := xsecretbox.Seal(nil, message, &nonce, &key)
			ours := func() { secretbox.Seal(out, message, &nonce, &key) }
			theirs := func() { xsecretbox.Seal(out, message, &nonce, &key) }
			if op == "open" {
				ours = func() { secretbox.Open(out, box, &nonce, &key) }
				theirs = func() { xsecretbox.Open(out, box, &nonce, &key) }
			}
			if opened, ok := secretbox.Open(out, box, &nonce, &key); !ok || !bytes.Equal(opened, message) {
				return nil, errEngineDiffers
			}
			if !bytes.Equal(secretbox.Seal(out, message, &nonce, &key), box) {
				return nil, errEngineDiffers
			}

			var one, many, peer []float64
			for range benchRounds {
				if err := context.Cause(ctx); err != nil {
					return nil, err
				}
				one = append(one, onOneCore(func() float64 { return throughput(ctx, each/benchRounds, n, ours) }))
				peer = append(peer, throughput(ctx, each/benchRounds, n, theirs))
				if n >= xsalsa20poly1305.ParallelSize && cores > 1 {
					many = append(many, throughput(ctx, each/benchRounds, n, ours))
				}
			}
			f := memoryFigure{Op: op, Bytes: n, OneCore: median(one), XCrypto: median(peer), OneCoreRatio: ratio(one, peer)}
			together := "            "
			if len(many) > 0 {
				rate, times := median(many), ratio(many, peer)
				f.AllCores, f.AllCoresRatio = &rate, &times
				together = fmt.Sprintf("%6.0f%5.1fx", rate, times)
			}
			fmt.Fprintf(w, "%s %7s%6.0f%5.1fx%s%10.0f\n", op, exactly(int64(n)), f.OneCore, f.OneCoreRatio, together, f.XCrypto)
			all = append(all, f)
		}
	}
	return all, nil
}

func onOneCore(fn func() float64) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return fn()
}

// throughput calls fn, which does n bytes, for that long, or until a signal, and
// returns MiB/s.
func throughput(ctx context.Context, d time.Duration, n int, fn func()) float64 {
	batch := max(1, 64<<10/n) // so that looking at the clock does not count
	start := time.Now()
	for calls := batch; ; calls += batch {
		for range batch {
			fn()
		}
		if took := time.Since(start); took >= d || ctx.Err() != nil {
			return float64(calls) * float64(n) / (1 << 20) / max(took.Seconds(), least)
		}
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}

// ratio is the median of the ratios of the rounds.
func ratio(a, b []float64) float64 {
	var v []float64
	for i := range a {
		v = append(v, max(a[i], least)/max(b[i], least))
	}
	return median(v)
}
