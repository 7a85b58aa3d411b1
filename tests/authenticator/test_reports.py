#!/usr/bin/env python3
"""The software authenticator's reports, byte by byte: CTAPHID, several
programs at once, and what the programs of libfido2 never send."""

import hashlib
import os
import socket
import struct
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from key import PATIENCE, Usb  # noqa: E402

BROADCAST = 0xffffffff
PING, INIT, WINK, CBOR, CANCEL = 0x81, 0x86, 0x88, 0x90, 0x91
KEEPALIVE, ERROR = 0xbb, 0xbf
(INVALID_COMMAND, INVALID_LENGTH, INVALID_SEQ, TIMEOUT, BUSY,
 INVALID_CHANNEL) = 1, 3, 4, 5, 6, 11
MAKE, PROVE, INFO, CLIENT_PIN, RESET, SELECTION = 1, 2, 4, 6, 7, 11
RP = "host.example"
HASH = hashlib.sha256(b"challenge").digest()


def cbor(value):
    """The few kinds that requests are made of; maps as they come."""
    def head(kind, n):
        if n < 24:
            return bytes([kind << 5 | n])
        if n < 256:
            return bytes([kind << 5 | 24, n])
        return bytes([kind << 5 | 25]) + struct.pack(">H", n)

    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(
        cbor(k) + cbor(v) for k, v in value.items())


def make_request(**more):
    """As CTAP numbers it; more: by number, as _8=b""."""
    params = {1: HASH, 2: {"id": RP, "name": "host"},
              3: {"id": b"taro", "name": "taro"},
              4: [{"alg": -7, "type": "public-key"}]}
    params.update({int(k[1:]): v for k, v in more.items()})
    return bytes([MAKE]) + cbor(params)


def prove_request(credential, **more):
    params = {1: RP, 2: HASH, 3: [{"id": credential, "type": "public-key"}]}
    params.update({int(k[1:]): v for k, v in more.items()})
    return bytes([PROVE]) + cbor(params)


class Program:
    """One that has the device open."""

    def __init__(self, key):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(key.path)
        self.channel = BROADCAST
        nonce = os.urandom(8)
        command, reply = self.ask(INIT, nonce)
        assert (command, reply[:8]) == (INIT, nonce)
        self.channel, = struct.unpack(">I", reply[8:12])
        self.said = reply[12:]

    def send(self, command, data=b"", length=None):
        first = struct.pack(">IBH", self.channel, command,
                            len(data) if length is None else length)
        self.report(first + data[:57])
        data, seq = data[57:], 0
        while data:
            self.report(struct.pack(">IB", self.channel, seq) + data[:59])
            data, seq = data[59:], seq + 1

    def report(self, data):
        self.socket.send(data.ljust(64, b"\0"))

    def receive(self):
        """The next message of our channel: command, data."""
        while True:
            report = self.socket.recv(100)
            assert len(report) == 64, report
            channel, command, length = struct.unpack(">IBH", report[:7])
            if channel == self.channel:
                break
        data, seq = report[7:], 0
        while len(data) < length:
            report = self.socket.recv(100)
            assert report[:5] == struct.pack(">IB", self.channel, seq)
            data, seq = data + report[5:], seq + 1
        return command, data[:length]

    def ask(self, command, data=b"", length=None):
        self.send(command, data, length)
        return self.answer()

    def answer(self):
        command, data = self.receive()
        while command == KEEPALIVE:
            command, data = self.receive()
        return command, data


class Reports(unittest.TestCase):
    def setUp(self):
        self.usb = Usb()
        self.addCleanup(self.usb.done)
        self.key = self.usb.key()

    def program(self):
        program = Program(self.key)
        self.addCleanup(program.socket.close)
        return program

    def test_each_program_has_a_channel(self):
        programs = [self.program() for _ in range(5)]
        self.assertEqual(5, len({p.channel for p in programs}))
        for p in programs:
            self.assertEqual((PING, b"hello"), p.ask(PING, b"hello"))
            self.assertEqual(b"\x02\x01\x00\x00\x0d", p.said)

    def test_ping_of_every_size(self):
        p = self.program()
        for size in 0, 1, 57, 58, 116, 117, 1024, 7609:
            data = os.urandom(size)
            self.assertEqual((PING, data), p.ask(PING, data))

    def test_what_makes_no_message(self):
        p = self.program()
        self.assertEqual((ERROR, bytes([INVALID_LENGTH])),
                         p.ask(PING, b"", length=7610))
        self.assertEqual((ERROR, bytes([INVALID_COMMAND])), p.ask(0x83))
        self.assertEqual((ERROR, bytes([INVALID_COMMAND])), p.ask(0xc2))
        p.send(PING, bytes(57), length=100)
        p.report(struct.pack(">IB", p.channel, 1))
        self.assertEqual((ERROR, bytes([INVALID_SEQ])), p.answer())
        # the rest of it never comes
        p.send(PING, bytes(57), length=100)
        self.assertEqual((ERROR, bytes([TIMEOUT])), p.answer())
        # continuations of nothing are passed over
        p.report(struct.pack(">IB", p.channel, 0))
        self.assertEqual((WINK, b""), p.ask(WINK))
        p.channel += 1
        self.assertEqual((ERROR, bytes([INVALID_CHANNEL])), p.ask(WINK))

    def test_half_a_message_keeps_others_out_until_begun_anew(self):
        p, other = self.program(), self.program()
        p.send(PING, bytes(57), length=100)
        self.assertEqual((ERROR, bytes([BUSY])), other.ask(PING))
        self.assertEqual(INIT, p.ask(INIT, bytes(8))[0])
        self.assertEqual((PING, b""), other.ask(PING))

    def test_while_it_blinks(self):
        self.key.tell("touch told")
        p, other = self.program(), self.program()
        p.send(CBOR, make_request())
        self.assertEqual((KEEPALIVE, b"\x02"), p.receive())
        self.assertEqual((ERROR, bytes([BUSY])),
                         other.ask(CBOR, bytes([INFO])))
        # of another channel it means nothing
        other.send(CANCEL)
        self.key.wait(f"^{other.channel} cancel$")
        third = self.program()
        self.assertEqual((KEEPALIVE, b"\x02"), p.receive())
        self.key.tell("touch")
        self.assertEqual((CBOR, 0), self.status(p.answer()))
        self.assertEqual((CBOR, 0),
                         self.status(third.ask(CBOR, bytes([INFO]))))

    def status(self, answer):
        return answer[0], answer[1][0]

    def test_cancel(self):
        self.key.tell("touch never")
        p = self.program()
        for request in (make_request(), bytes([RESET]), bytes([SELECTION]),
                        make_request(_8=b"", _9=1)):
            p.send(CBOR, request)
            self.assertEqual((KEEPALIVE, b"\x02"), p.receive())
            p.send(CANCEL)
            self.assertEqual((CBOR, b"\x2d"), p.answer())
        # nothing to be cancelled, and nothing to be said
        p.send(CANCEL)
        self.assertEqual((PING, b""), p.ask(PING))

    def test_begun_anew_while_it_blinks(self):
        self.key.tell("touch never")
        p = self.program()
        p.send(CBOR, make_request())
        self.assertEqual((KEEPALIVE, b"\x02"), p.receive())
        self.assertEqual(INIT, p.ask(INIT, bytes(8))[0])
        self.key.wait(f"^{p.channel} abandoned$")
        self.assertEqual((PING, b""), p.ask(PING))

    def test_a_program_that_dies_leaves_it_blinking(self):
        """A key can't know: whoever means well cancels."""
        self.key.tell("touch told")
        p, other = self.program(), self.program()
        p.send(CBOR, make_request())
        self.assertEqual((KEEPALIVE, b"\x02"), p.receive())
        p.socket.close()
        self.assertEqual((ERROR, bytes([BUSY])), other.ask(PING))
        self.key.tell("touch")
        self.key.wait(f"^{p.channel} status 0x00$")
        self.assertEqual((PING, b""), other.ask(PING))

    def test_unplugged(self):
        self.key.tell("touch never")
        p = self.program()
        p.send(CBOR, make_request())
        self.assertEqual((KEEPALIVE, b"\x02"), p.receive())
        self.key.tell("unplug", "touch at-once", "plug")
        with self.assertRaises((ConnectionError, struct.error,
                                AssertionError)):
            p.answer()
        self.key.wait("plugged in", 2)
        self.assertEqual((CBOR, 0), self.status(
            self.program().ask(CBOR, make_request())))

    def test_only_a_touch(self):
        p = self.program()
        self.assertEqual((CBOR, b"\x00"), p.ask(CBOR, bytes([SELECTION])))
        empty = make_request(_8=b"", _9=1)
        self.assertEqual((CBOR, b"\x35"), p.ask(CBOR, empty))
        self.key.tell("pin 1234")
        self.assertEqual((CBOR, b"\x31"), p.ask(CBOR, empty))
        self.assertEqual(3, self.key.log().count("touched"))
        self.key.tell("version 2.0")
        self.assertEqual((CBOR, b"\x01"), p.ask(CBOR, bytes([SELECTION])))

    def test_what_is_no_request(self):
        p = self.program()
        for request, status in (
                (b"", 0x01), (b"\x40", 0x01), (bytes([MAKE]), 0x12),
                (bytes([MAKE]) + b"\xa5\x01", 0x12),
                (bytes([MAKE]) + cbor([1]), 0x12),
                (bytes([PROVE]) + cbor({}), 0x14),
                (make_request(_1=HASH[1:]), 0x14),
                (make_request(_2={"name": "host"}), 0x14),
                (make_request(_4=[]), 0x14),
                (make_request(_4=[{"alg": -999, "type": "public-key"}]),
                 0x26),
                (make_request(_7={"rk": True}), 0x2b),
                (make_request(_7={"up": False}), 0x2c),
                (make_request(_7={"uv": True}), 0x2c),
                (make_request(_8=HASH[:16], _9=1), 0x33),
                (make_request(_8=HASH[:16], _9=3), 0x02),
                (bytes([CLIENT_PIN]) + cbor({1: 1, 2: 99}), 0x02),
                (bytes([CLIENT_PIN]) + cbor({1: 1, 2: 5}), 0x14)):
            with self.subTest(request):
                self.assertEqual((CBOR, bytes([status])),
                                 p.ask(CBOR, request))

    def made(self, p):
        """The id of a new credential."""
        command, reply = p.ask(CBOR, make_request())
        self.assertEqual((CBOR, 0), (command, reply[0]))
        at = reply.index(hashlib.sha256(RP.encode()).digest())
        self.assertEqual(0x41, reply[at + 32])
        length, = struct.unpack(">H", reply[at + 53:at + 55])
        return reply[at + 55:at + 55 + length]

    def test_excluded(self):
        p = self.program()
        mine = self.made(p)
        listed = [{"id": i, "type": "public-key"} for i in (HASH, mine)]
        touched = self.key.log().count("touched")
        self.assertEqual((CBOR, b"\x19"),
                         p.ask(CBOR, make_request(_5=listed)))
        self.assertEqual(touched + 1, self.key.log().count("touched"))
        self.assertEqual((CBOR, 0), self.status(
            p.ask(CBOR, make_request(_5=listed[:1]))))
        # of another rp id it is none
        self.assertEqual((CBOR, 0), self.status(
            p.ask(CBOR, make_request(_2={"id": "other"}, _5=listed))))

    def test_a_look_without_a_touch(self):
        p = self.program()
        mine = self.made(p)
        self.key.tell("touch never")
        command, reply = p.ask(CBOR, prove_request(mine, _5={"up": False}))
        self.assertEqual((CBOR, 0), (command, reply[0]))
        at = reply.index(hashlib.sha256(RP.encode()).digest())
        self.assertEqual(0x00, reply[at + 32])
        self.assertEqual((CBOR, b"\x2e"), p.ask(CBOR, prove_request(
            HASH, _5={"up": False})))

    def test_no_attestation(self):
        self.key.tell("attestation none")
        command, reply = self.program().ask(CBOR, make_request())
        self.assertEqual(CBOR, command)
        self.assertTrue(reply.startswith(b"\0\xa3\x01\x64none\x02\x58"))
        self.assertTrue(reply.endswith(b"\x03\xa0"))

    def test_reset(self):
        self.key.tell("pin 1234", "pin-retries 0", "make-without-uv yes")
        p = self.program()
        mine = self.made(p)
        self.assertEqual((CBOR, b"\0"), p.ask(CBOR, bytes([RESET])))
        self.assertEqual((CBOR, b"\x2e"), p.ask(CBOR, prove_request(mine)))
        self.assertNotIn("pin", self.key.state())
        self.assertEqual("8", self.key.state()["pin-retries"])

    def test_what_is_not_understood_is_noted_and_changes_nothing(self):
        self.key.tell("touch", "touch sometimes", "nonsense",
                      "late-ms -1", "pin-retries")
        self.key.wait("^not understood: ", 4)
        self.assertEqual((CBOR, 0), self.status(
            self.program().ask(CBOR, make_request())))

    def test_the_log(self):
        p = self.program()
        p.ask(CBOR, make_request(_8=b"", _7={"up": True}))
        mine = self.made(p)
        p.ask(CBOR, prove_request(mine, _5={"up": False, "uv": False}))
        self.assertEqual([
            "plugged in",
            "1 init",
            f"1 makeCredential rp={RP} list=0 up=true uv=- pin=empty",
            "1 blinks",
            "1 touched",
            "1 status 0x35",
            f"1 makeCredential rp={RP} list=0 up=- uv=- pin=no",
            "1 blinks",
            "1 touched",
            "1 status 0x00",
            f"1 getAssertion rp={RP} list=1 up=false uv=false pin=no",
            "1 status 0x00"], self.key.log().splitlines())


if __name__ == "__main__":
    unittest.main(verbosity=2)
