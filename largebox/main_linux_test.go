package largebox

import (
	"testing"

	"github.com/largebox/largebox/internal/faultfs"
	"github.com/largebox/largebox/internal/testfs"
)

func TestMain(m *testing.M) {
	faultfs.Main()
	testfs.Main(m)
}
