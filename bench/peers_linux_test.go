package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

var peers = []workspace{
	{
		name: "recipe",
		seal: func(dst, src string) error { return sealRecipe(dst, src, &testNonce, &testKey, *durable) },
		open: func(dst, src string) error { return openRecipe(dst, src, &testKey, *durable) },
	},
	{
		name: "cp",
		seal: copyFile, // nothing is sealed: the yardstick
	},
}

func copyFile(dst, src string) error {
	out, err := exec.Command("cp", "--reflink=never", src, dst).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
	} else if err != nil {
		return fmt.Errorf("cp: %w: %s", err, out)
	}
	if !*durable {
		return nil
	}
	return errors.Join(syncPath(dst), syncPath(filepath.Dir(dst)))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
