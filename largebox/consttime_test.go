package largebox

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTagCompare reads the source of all packages that handle tags. They compare tags
// in one place, Box.Verify, with crypto/subtle, which takes constant time. The test
// measures no time; it finds a second comparison of any kind.
func TestTagCompare(t *testing.T) {
	compared := 0
	for _, dir := range []string{".", "box", "secretbox", "../internal/xsalsa20poly1305", "../internal/sealedbox"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			n, wrong := comparisons(t, path, text)
			compared += n
			for _, what := range wrong {
				t.Error(what)
			}
		}
	}
	if compared != 1 {
		t.Errorf("tags are compared in %d places", compared)
	}
}

// comparers are functions that stop at the first byte that differs.
var comparers = []string{
	"bytes.Equal", "bytes.Compare", "bytes.HasPrefix", "bytes.HasSuffix", "bytes.Contains", "bytes.Index",
	"slices.Equal", "slices.Compare", "slices.EqualFunc", "reflect.DeepEqual", "cmp.Compare", "strings.Compare",
}

// comparisons counts the uses of subtle.ConstantTimeCompare in a file. It also returns
// what else may compare a tag: comparers, and == or != of anything that is named a tag
// or converted to an array or a string.
func comparisons(t *testing.T, path string, text []byte) (n int, wrong []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	name := func(e ast.Expr) string {
		if s, ok := e.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				return x.Name + "." + s.Sel.Name
			}
		}
		return ""
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch e := node.(type) {
		case *ast.CallExpr:
			if f := name(e.Fun); f == "subtle.ConstantTimeCompare" {
				n++
			} else if slices.Contains(comparers, f) {
				wrong = append(wrong, files.Position(e.Pos()).String()+": "+f)
			}
		case *ast.BinaryExpr:
			if e.Op == token.EQL || e.Op == token.NEQ {
				for _, side := range []ast.Expr{e.X, e.Y} {
					if mayBeTag(side) {
						wrong = append(wrong, files.Position(e.Pos()).String()+": "+e.Op.String())
					}
				}
			}
		}
		return true
	})
	return n, wrong
}

// mayBeTag reports whether e is named a tag, or is converted to an array or a string.
func mayBeTag(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.Contains(strings.ToLower(e.Name), "tag")
	case *ast.SelectorExpr:
		return mayBeTag(e.Sel)
	case *ast.StarExpr:
		return mayBeTag(e.X)
	case *ast.IndexExpr:
		return mayBeTag(e.X)
	case *ast.SliceExpr:
		return true // Go compares a slice only with nil
	case *ast.CallExpr:
		_, array := e.Fun.(*ast.ArrayType)
		f, _ := e.Fun.(*ast.Ident)
		return array || f != nil && f.Name == "string"
	}
	return false
}

// TestComparisons: TestTagCompare can fail.
func TestComparisons(t *testing.T) {
	for text, want := range map[string]int{
		"tag == other": 1, "*tag != want": 1, "bytes.Equal(a, b)": 1, "[16]byte(a) == b": 1, "string(a) == string(b)": 2,
		"tag[i] == b": 1, "b.tag != c": 1, "n == 1": 0, "subtle.ConstantTimeCompare(a, b) == 1": 0,
	} {
		n, wrong := comparisons(t, "x.go", []byte("package x\nvar _ = "+text))
		if len(wrong) != want || n != strings.Count(text, "subtle") {
			t.Errorf("%s: %v, %d", text, wrong, n)
		}
	}
}
