#!/usr/bin/python3
"""Plays the keeper for kosmo-warden, from PROTOCOL.md and not from the C code.

As a program it asks once:
    keeper.py SOCKET sessions LOGIN UID KEEP END [PID:OPENED:SERVICE:TTY ...]
    keeper.py SOCKET account LOGIN [GROUPS]
    keeper.py SOCKET where UID PID
and prints ok, sessions and tickets, uid and flags, or the word. Pids are those that the
warden sees.
"""

import os
import socket
import struct
import sys
import time

P_HELLO, P_SESSIONS, P_SESSIONS_IS = 192, 195, 196
P_ACCOUNT, P_ACCOUNT_IS = 197, 198
P_WHERE, P_WHERE_IS = 201, 202
NOWHERE, HERE, AWAY = range(3)
EXISTS, SYSTEM, ADMIN, PROTECTED, UNSURE = 1, 2, 4, 8, 16
NO_UID = 0xFFFFFFFF


def num(value, size):
    return value.to_bytes(size, "big")


def pack(kind, *fields):
    """fields: bytes or text, in the order of their tags."""
    out = bytes([kind, len(fields)])
    for tag, value in enumerate(fields, 1):
        if isinstance(value, str):
            value = value.encode()
        out += bytes([tag]) + num(len(value), 4) + value
    return out


def fields_of(packet):
    at, out = 2, []
    for _ in range(packet[1]):
        size = struct.unpack(">I", packet[at + 1:at + 5])[0]
        out.append(packet[at + 5:at + 5 + size])
        at += 5 + size
    assert at == len(packet)
    return out


def row(pid, opened, service="sshd", tty="", remote=1):
    """One of the keeper's hints, as an element of the list."""
    return pack(1, num(pid, 8), num(opened, 8), service, tty, num(remote, 1))


def rows_field(rows):
    return num(len(rows), 1) + b"".join(rows)


class Keeper:
    """Listens at path; warden() is its end of the warden's connection."""

    def __init__(self, path, mode=0o600):
        if os.path.exists(path):
            os.unlink(path)
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        os.chmod(path, mode)
        self.listener.listen(8)
        self.conn = None
        self.hello = None
        self.next_id = 1

    def accept(self, seconds=10):
        """Waits for the warden and takes its first packet."""
        self.listener.settimeout(seconds)
        if self.conn is not None:
            self.conn.close()
        self.conn, _ = self.listener.accept()
        self.conn.settimeout(seconds)
        packet = self.conn.recv(65536)
        assert packet[0] == P_HELLO, packet
        self.hello = [int.from_bytes(f, "big") for f in fields_of(packet)]
        return self.hello

    def close(self):
        for s in (self.conn, self.listener):
            if s is not None:
                s.close()

    def send(self, packet):
        self.conn.send(packet)

    def ask_sessions(self, login, uid, keep=0, end=1, rows=()):
        self.next_id += 1
        self.send(pack(P_SESSIONS, num(self.next_id, 8), num(end, 1), login,
                       num(uid, 4), num(keep, 8), rows_field(list(rows))))
        return self.next_id

    def ask_account(self, login, groups=""):
        self.next_id += 1
        self.send(pack(P_ACCOUNT, num(self.next_id, 8), login, groups))
        return self.next_id

    def ask_where(self, uid, pid, rows=()):
        self.next_id += 1
        self.send(pack(P_WHERE, num(self.next_id, 8), num(uid, 4),
                       num(pid, 8), rows_field(list(rows))))
        return self.next_id

    def answer(self, seconds=30):
        """Type, id and the numbers of the next answer."""
        self.conn.settimeout(seconds)
        packet = self.conn.recv(65536)
        if not packet:
            raise EOFError("the warden hung up")
        numbers = [int.from_bytes(f, "big") for f in fields_of(packet)]
        return packet[0], numbers[0], tuple(numbers[1:])

    def sessions(self, *args, **named):
        """(ok, sessions, tickets)"""
        wanted = self.ask_sessions(*args, **named)
        kind, number, rest = self.answer()
        assert (kind, number) == (P_SESSIONS_IS, wanted)
        return rest

    def account(self, *args):
        """(uid, flags)"""
        wanted = self.ask_account(*args)
        kind, number, rest = self.answer()
        assert (kind, number) == (P_ACCOUNT_IS, wanted)
        return rest

    def where(self, *args, **named):
        """The word."""
        wanted = self.ask_where(*args, **named)
        kind, number, rest = self.answer()
        assert (kind, number) == (P_WHERE_IS, wanted)
        return rest[0]


def main(path, what, *args):
    keeper = Keeper(path)
    keeper.accept()
    began = time.monotonic()
    if what == "sessions":
        login, uid, keep, end, *rest = args
        rows = []
        for text in rest:
            pid, opened, service, tty = text.split(":")
            rows.append(row(int(pid), int(opened), service, tty))
        print(*keeper.sessions(login, int(uid), int(keep), int(end), rows))
    elif what == "where":
        print(keeper.where(*map(int, args)))
    else:
        print(*keeper.account(*args))
    print("%.2f s" % (time.monotonic() - began), file=sys.stderr)
    keeper.close()
    os.unlink(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
