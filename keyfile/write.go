package keyfile

import (
	"context"

	"github.com/largebox/largebox/publish"
)

// writeAndWipe writes text to a new file at path, and clears text in any case. A
// file whose directory cannot be synced stays, although that is an error: another
// process may have sealed with the key by then.
func writeAndWipe(path string, text []byte) error {
	defer clear(text)
	_, err := publish.WriteFile(context.Background(), path, text, publish.Options{KeepOnSyncError: true})
	return redactPath(err)
}
