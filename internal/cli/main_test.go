package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"largebox": func() { Main() }, "largebox-peak": mainWithPeak, visible: mainVisible})
}

// TestScripts runs testdata/*.txt; each says in its first lines what it guards.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			for _, name := range []string{"XDG_CONFIG_HOME", "AppData"} { // the second for Windows
				e.Setenv(name, filepath.Join(e.WorkDir, "config"))
			}
			key := "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
			for name, content := range map[string]string{"key": key + "\n", "other.key": "ff" + key[2:]} {
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), []byte(content), 0o600); err != nil {
					return err
				}
			}
			// Three windows and a bit, of bytes that differ.
			big := make([]byte, 1600_001)
			for i := range big {
				big[i] = byte(i) ^ byte(i>>8) ^ byte(i>>16)
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "big"), big, 0o644)
		},
		Condition: func(cond string) (bool, error) {
			if cond == "shm" {
				return isTmpfs("/dev/shm"), nil
			}
			return cond == runtime.GOOS, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":  cmdStatus,
			"flip":    cmdFlip,
			"mode":    cmdMode,
			"hidden":  cmdHidden,
			"empty":   cmdEmpty,
			"getsize": cmdSize,
			"sparse":  cmdSparse,
			"peak":    cmdPeak,
			"typo":    cmdTypo,
			"hold":    cmdHold,
			"release": cmdRelease,

			"for_each_form":  cmdForEachForm,
			"for_empty_flag": cmdForEmptyFlag,
		},
	})
}
