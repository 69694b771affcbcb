"""Opens every frozen box with PyNaCl, and makes the boxes of the digests again.

Prints how many there are, or fails at the first that is wrong.
"""

import hashlib
import json
import pathlib

from nacl.public import Box, PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

frozen = pathlib.Path(__file__).parent / "frozen"
index = json.loads((frozen / "index.json").read_text())
keys = {name: bytes.fromhex(key) for name, key in index["keys"].items()}
bob = PrivateKey(keys["bob_private"])
boxes = {
    "secretbox": SecretBox(keys["secret"]),
    "box": Box(bob, PublicKey(keys["alice_public"])),
    "sealedbox": SealedBox(bob),
}


def message(n):
    return hashlib.shake_128(b"largebox").digest(n)


def check(right, what):
    if not right:
        raise SystemExit(f"{what} is wrong")


for entry in index["files"]:
    opened = boxes[entry["kind"]].decrypt((frozen / entry["file"]).read_bytes())
    check(opened == message(entry["bytes"]), entry["file"])

for entry in index["digests"]:
    sealed = boxes[entry["kind"]].encrypt(message(entry["bytes"]), bytes.fromhex(entry["nonce"]))
    check(hashlib.sha256(sealed).hexdigest() == entry["sha256"], entry)

print(len(index["files"]), "files,", len(index["digests"]), "digests")
