#!/usr/bin/python3
"""Plays the keeper for kosmo-warden, from PROTOCOL.md and not from the C code.

As a program it asks once:
    keeper.py SOCKET sessions LOGIN UID KEEP END [PID:OPENED:SERVICE:TTY ...]
    keeper.py SOCKET account LOGIN [GROUPS]
    keeper.py SOCKET where UID PID
and prints ok, sessions and tickets, uid and flags, or the word. Pids are
those that the warden sees.
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "procs"))

from program import WARDEN, Played  # noqa: E402
from wire import NO_UID, fields_of, message, u8, u32, u64  # noqa: E402,F401

P_SESSIONS, P_SESSIONS_IS = 195, 196
P_ACCOUNT, P_ACCOUNT_IS = 197, 198
P_WHERE, P_WHERE_IS = 201, 202
NOWHERE, HERE, AWAY = range(3)
EXISTS, SYSTEM, ADMIN, PROTECTED, UNSURE = 1, 2, 4, 8, 16


def row(pid, opened, service="sshd", tty="", remote=1):
    """One of the keeper's hints, as an element of the list."""
    return message(1, u64(pid), u64(opened), service, tty,
                   u8(remote))


def rows_field(rows):
    return u8(len(rows)) + b"".join(rows)


class Keeper(Played):
    """Listens at path."""

    role = WARDEN
    owner = 0

    def __init__(self, path):
        self.path = path
        self.next_id = 1
        self.listen()
        os.chmod(path, 0o600)

    def ask_sessions(self, login, uid, keep=0, end=1, rows=()):
        self.next_id += 1
        self.peer.send(message(P_SESSIONS, u64(self.next_id), u8(end), login,
                               u32(uid), u64(keep), rows_field(list(rows))))
        return self.next_id

    def ask_account(self, login, groups=""):
        self.next_id += 1
        self.peer.send(message(P_ACCOUNT, u64(self.next_id), login, groups))
        return self.next_id

    def ask_where(self, uid, pid, rows=()):
        self.next_id += 1
        self.peer.send(message(P_WHERE, u64(self.next_id), u32(uid), u64(pid),
                               rows_field(list(rows))))
        return self.next_id

    def answer(self, seconds=30):
        """Type, id and the numbers of the next answer."""
        packet = self.receive(seconds)
        if not packet:
            raise EOFError("the warden hung up")
        numbers = [int.from_bytes(f, "big") for f in fields_of(packet).values()]
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
