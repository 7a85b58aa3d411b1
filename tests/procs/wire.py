"""The wire of kosmod in a few lines of Python, written from PROTOCOL.md and
not from the C code, so that both are held against each other."""

import os
import select
import socket
import struct
import time

OPEN, HELLO, SHOW, ASK, ANSWER, WAIT, ACCOUNT, END, ROW, MORE = range(1, 11)
AGENT, AGENT_IS = 13, 14
AUTH, ACCT, PASSWORD, SESSION, SESSION_END, VERB = range(1, 7)
DENY, ERROR, ALLOW, UNKNOWN, MAXTRIES, NOT_MINE = range(0, 6)
NO_RIGHT = 8
NO_UID = 0xFFFFFFFF

# Seconds for what should come at once: only a test that fails waits so long,
# and a machine with other work is no failure.
PATIENCE = 60


def u8(n):
    return struct.pack(">B", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def message(kind, *fields):
    """fields: values in the order of their tags."""
    out = bytes([kind, len(fields)])
    for tag, value in enumerate(fields, 1):
        if isinstance(value, str):
            value = value.encode()
        out += bytes([tag]) + u32(len(value)) + value
    return out


def fields_of(packet):
    """The fields of a packet by tag, as bytes."""
    at, out = 2, {}
    for _ in range(packet[1]):
        size = struct.unpack(">I", packet[at + 1:at + 5])[0]
        out[packet[at]] = packet[at + 5:at + 5 + size]
        at += 5 + size
    assert at == len(packet)
    return out


def open_message(phase, nonce=b"n" * 16, version=2, ticket=bytes(16),
                 user="nobody-at-all", service="sshd", uid=NO_UID):
    return message(OPEN, u32(version), u8(phase), nonce, ticket,
                   u32(os.getuid()), "", user, u32(uid), service, "", u32(0),
                   u8(0), "", "")


def hello_message(user, service="sshd", uid=NO_UID, verb="", args=()):
    """args: (name, value), as kosmoctl has them."""
    listed = u8(len(args)) + b"".join(message(1, *arg) for arg in args)
    return message(HELLO, user, u32(uid), service, "", "", "", "",
                   u32(0), verb, listed, "", u32(0), u32(0))


def readable(fd, seconds):
    """poll and not select: there may be more than 1,024 descriptors."""
    p = select.poll()
    p.register(fd, select.POLLIN)
    return bool(p.poll(max(0, seconds) * 1000))


class Closed(Exception):
    pass


class Client:
    """One connection; every wait has an end."""

    def __init__(self, path, seconds=PATIENCE):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # a queue that is full for a moment is waited for; settimeout is not
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                             struct.pack("ll", PATIENCE, 0))
        self.sock.connect(path)
        self.sock.settimeout(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.sock.close()

    def send(self, packet):
        try:
            self.sock.send(packet)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Closed() from e

    def receive(self):
        try:
            packet = self.sock.recv(65536)
        except ConnectionResetError as e:
            raise Closed() from e
        if not packet:
            raise Closed()
        return packet

    def begin(self, phase=AUTH, user="nobody-at-all", service="sshd"):
        """OPEN and HELLO, up to the first ASK or END."""
        self.send(open_message(phase, user=user, service=service))
        self.send(hello_message(user, service))
        return self.next()

    def next(self):
        """The next packet that is an ASK or END."""
        while True:
            packet = self.receive()
            if packet[0] in (ASK, END):
                return packet

    def answer(self, text):
        self.send(message(ANSWER, text))

    def closed(self, seconds=PATIENCE):
        """True if the other end closes in that time, whatever it says."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not readable(self.sock, until - time.monotonic()):
                return False
            try:
                self.receive()
            except Closed:
                return True
        return False


def result_of(packet, nonce=b"n" * 16):
    """The result of an END that carries the nonce of OPEN, else None."""
    if packet[0] != END:
        return None
    fields = fields_of(packet)
    return fields[1][0] if fields[2] == nonce else None
