package fallback

import (
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

func TestMain(m *testing.M) { testfs.Main(m) }
