#!/usr/bin/python3
"""sshsig.py SIGNED KEY.pub OUT: what agent.py recorded, as a file for
ssh-keygen -Y verify (OpenSSH, PROTOCOL.sshsig). Prints the namespace."""
import base64
import struct
import sys


def string(b):
    return struct.pack(">I", len(b)) + b


def take(b):
    n, = struct.unpack(">I", b[:4])
    return b[4:4 + n], b[4 + n:]


with open(sys.argv[1], "rb") as f:
    reply, request = take(f.read())
signature, left = take(reply[1:])
key, rest = take(request[1:])
data, flags = take(rest)
namespace, rest = take(data[6:])
reserved, rest = take(rest)
algorithm, rest = take(rest)
with open(sys.argv[2], encoding="utf-8") as f:
    assert base64.b64decode(f.read().split()[1]) == key
assert reply[0] == 14 and left == b"" and data[:6] == b"SSHSIG"
blob = b"SSHSIG" + struct.pack(">I", 1) + string(key) + string(namespace) \
    + string(reserved) + string(algorithm) + string(signature)
text = base64.encodebytes(blob).decode()
with open(sys.argv[3], "w", encoding="utf-8") as f:
    f.write("-----BEGIN SSH SIGNATURE-----\n" + text +
            "-----END SSH SIGNATURE-----\n")
print(namespace.decode())
