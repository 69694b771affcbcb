package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const version = "v1.2.3-test"

// TestRelease makes the archive of linux/amd64 twice, from the repository and from a
// copy of it in another place: they are the same. It unpacks one, and uses what is in
// it.
func TestRelease(t *testing.T) {
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "elsewhere")
	if out, err := exec.Command("cp", "-r", "..", elsewhere).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var archives [2][]byte
	name := "largebox-" + version + "-linux-amd64"
	for i, root := range []string{"..", elsewhere} {
		out := filepath.Join(dir, fmt.Sprint(i))
		if err := release(root, version, out, []string{"linux/amd64"}); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(out, name+".tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		archives[i] = content
		sums, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
		if want := fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256(content), name); err != nil || string(sums) != want {
			t.Errorf("SHA256SUMS is %q, want %q (%v)", sums, want, err)
		}
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("two runs made different archives")
	}
	if err := release("..", version, filepath.Join(dir, "0"), nil); err == nil {
		t.Error("an existing directory was used")
	}

	unpacked := unpack(t, archives[0])
	for _, want := range []struct{ name, content string }{
		{"LICENSE", "Redistribution"},
		{"README.md", "# largebox"},
		{"CHANGELOG.md", "# Changelog"},
		{"man/largebox.1", ".TH \"LARGEBOX\" \"1\""},
		{"man/largebox.1", "\n  3   not authentic or too short"},
		{"man/largebox-seal.1", "--recipient"},
		{"man/largebox-open.1", "LARGEBOX_KEY"},
		{"man/largebox-bench.1", "MiB/s"},
		{"completions/largebox.bash", "__start_largebox"},
		{"completions/_largebox", "#compdef largebox"},
		{"completions/largebox.fish", "complete -c largebox"},
		{"completions/largebox.ps1", "Register-ArgumentCompleter"},
	} {
		if got := unpacked[name+"/"+want.name]; !strings.Contains(string(got), want.content) {
			t.Errorf("%s does not contain %q", want.name, want.content)
		}
	}
	program := unpacked[name+"/largebox"]
	if here, err := filepath.Abs(".."); err != nil || bytes.Contains(program, []byte(here)) {
		t.Errorf("the program contains the path %s (%v)", here, err)
	}
	path := filepath.Join(dir, "largebox")
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program is not static: it has a segment %v", p.Type)
		}
	}
	use(t, dir, path)
}

// use seals and opens with the program.
func use(t *testing.T, dir, program string) {
	t.Helper()
	message := bytes.Repeat([]byte("message"), 300_000)
	if err := os.WriteFile(filepath.Join(dir, "message"), message, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"--version", "keygen -o key", "seal -k key message", "open -k key -o opened message.box"} {
		cmd := exec.Command(program, strings.Fields(args)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", args, err, out)
		}
		if args == "--version" && !strings.HasPrefix(string(out), "largebox "+version+", ") {
			t.Errorf("%s", out)
		}
	}
	if opened, err := os.ReadFile(filepath.Join(dir, "opened")); err != nil || !bytes.Equal(opened, message) {
		t.Errorf("%d bytes were opened, %v", len(opened), err)
	}
}

func unpack(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(modified) || h.Uname != "" || h.Uid != 0 {
			t.Errorf("%s has the time %v and the owner %q, %d", h.Name, h.ModTime, h.Uname, h.Uid)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// TestZip: Windows gets a zip.
func TestZip(t *testing.T) {
	content, err := archive("dir", "windows", []file{{"largebox.exe", 0o755, []byte("program")}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.File) != 1 || r.File[0].Name != "dir/largebox.exe" || !r.File[0].Modified.Equal(modified) {
		t.Fatalf("%+v", r.File)
	}
}

// TestVersions: a mistyped version makes nothing.
func TestVersions(t *testing.T) {
	for _, v := range []string{"", "1.2.3", "v1", "v1.2.3 ", "-x", "v1.2.3/../x"} {
		out := filepath.Join(t.TempDir(), "out")
		if err := release("..", v, out, hosts[:1]); err == nil {
			t.Errorf("%q is taken for a version", v)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%q: the directory was made", v)
		}
	}
	if err := release("..", version, filepath.Join(t.TempDir(), "out"), []string{"plan9/386"}); err == nil {
		t.Error("plan9/386 is taken for a host")
	}
}
