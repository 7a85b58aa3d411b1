"""A stick that is no authenticator: what it sends is the test's to say."""

import contextlib
import os
import socket
import struct
import threading
import time

INIT, CBOR, KEEPALIVE = 0x86, 0x90, 0xbb
MAKE, INFO = 1, 4
CHANNEL = b"\0\0\0\x07"


def cbor(value):
    """RFC 8949, as much of it as a key says."""
    def head(major, n):
        if n < 24:
            return bytes([major << 5 | n])
        if n < 256:
            return bytes([major << 5 | 24, n])
        return bytes([major << 5 | 25]) + struct.pack(">H", n)
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(
        cbor(k) + cbor(v) for k, v in value.items())


INFO_IS = cbor({1: ["FIDO_2_0"], 3: bytes(16), 4: {"rk": False, "up": True}})


def frames(command, data):
    """CTAPHID: reports of 64 bytes."""
    out = [CHANNEL + bytes([command]) + struct.pack(">H", len(data)) +
           data[:57]]
    rest, seq = data[57:], 0
    while rest:
        out.append(CHANNEL + bytes([seq]) + rest[:59])
        rest, seq = rest[59:], seq + 1
    return [f.ljust(64, b"\0") for f in out]


def made(credential, more=b"", fmt="packed", statement=None):
    """authenticatorMakeCredential's answer."""
    cose = cbor({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    auth_data = (b"h" * 32 + b"\x41" + bytes(4) + bytes(16) +
                 struct.pack(">H", len(credential)) + credential + cose + more)
    if statement is None:
        statement = {"alg": -7, "sig": b"s" * 70}
    return b"\0" + cbor({1: fmt, 2: auth_data, 3: statement})


class Stick:
    """answer: what makes reports of one; None: it says nothing at all."""

    def __init__(self, bus, answer):
        self.path = f"{bus}/stick"
        self.answer = answer
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.server.bind(self.path)
        os.chmod(self.path, 0o666)
        self.server.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer = self.server.accept()[0]
                threading.Thread(target=self.talk, args=(peer,),
                                 daemon=True).start()

    def talk(self, peer):
        with contextlib.suppress(OSError), peer:
            while report := peer.recv(64):
                for out in self.answer(report) if self.answer else ():
                    peer.send(out)

    def end(self):
        self.server.close()
        os.unlink(self.path)


def opening(report):
    """What an honest key says until it is asked for something."""
    if report[4] == INIT:
        return [b"\xff\xff\xff\xff" + bytes([INIT]) + b"\0\x11" +
                report[7:15] + CHANNEL + b"\x02\0\0\0\x04" + bytes(40)]
    if report[4] == CBOR and report[7] == INFO:
        return frames(CBOR, b"\0" + INFO_IS)
    return None


def making(answer):
    """An honest key, but for what it makes."""
    def reports(report):
        out = opening(report)
        if out is None:
            out = (frames(CBOR, answer)
                   if report[4] == CBOR and report[7] == MAKE else [])
        return out
    return reports


def for_ever(report):
    """As fast as a port goes, which is one a millisecond."""
    while True:
        time.sleep(0.001)
        yield report()


def noise(_):
    return for_ever(lambda: os.urandom(64))


def alive_for_ever(report):
    """No wait for it ends by itself."""
    if report[4] == INIT:
        return opening(report)
    return for_ever(lambda: frames(KEEPALIVE, b"\x02")[0])
