"""The other side of the interoperability tests: seals and opens with PyNaCl.

Reads one job from each line of standard input, as words separated by blanks:

    seal|open secretbox KEY SRC DST
    seal|open box       PEER_PUBLIC PRIVATE SRC DST
    seal|open sealedbox PUBLIC PRIVATE SRC DST

Keys are hexadecimal. Answers each with a line: "ok", or what went wrong.
"""

import sys

from nacl.public import Box, PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox


def boxer(op, kind, keys):
    if kind == "secretbox":
        return SecretBox(keys[0])
    if kind == "box":
        return Box(PrivateKey(keys[1]), PublicKey(keys[0]))
    if kind == "sealedbox":
        return SealedBox(PublicKey(keys[0]) if op == "seal" else PrivateKey(keys[1]))
    raise ValueError(kind)


def work(op, kind, *words):
    *keys, src, dst = words
    boxed = boxer(op, kind, [bytes.fromhex(k) for k in keys])
    with open(src, "rb") as f:
        data = f.read()
    data = boxed.encrypt(data) if op == "seal" else boxed.decrypt(data)
    with open(dst, "wb") as f:
        f.write(bytes(data))


for line in sys.stdin:
    try:
        work(*line.split())
        print("ok", flush=True)
    except Exception as e:  # every failure is an answer
        print(type(e).__name__, e, flush=True)
