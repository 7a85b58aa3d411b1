"""A program of the build that a test runs, and the keeper's end of a socket
that a test plays for one."""

import os
import signal
import socket
import subprocess
import time

from wire import PATIENCE, message, readable, u8, u32

SERVER = 7401  # a uid that nobody has: kosmod's, when the tests are root's
OTHER = 7402   # and one more, for a stranger

ROOT = os.getuid() == 0

HELLO = 192
VERSION = 2
POST, WARDEN, TOUCH = range(1, 4)


def become(uid):
    """For preexec_fn: hardly anything of ours runs as root."""
    def change():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    return change if ROOT else None


class Program:
    """One process, and what its log says."""

    process = None
    log = ""

    def run_as_server(self, *args, **more):
        self.process = subprocess.Popen(
            args, preexec_fn=become(SERVER), stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, **more)
        os.set_blocking(self.process.stderr.fileno(), False)

    def read_log(self, seconds=0.0):
        fd = self.process.stderr.fileno()
        if readable(fd, seconds):
            data = os.read(fd, 65536)
            if not data:
                raise AssertionError(f"it ended:\n{self.log}")
            self.log += data.decode()

    def wait_for(self, words, seconds=PATIENCE):
        """Until a line of the log that is not used up has the words."""
        end = time.monotonic() + seconds
        while words not in self.log:
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"no “{words}” in:\n{self.log}")
            self.read_log(left)
        before, _, self.log = self.log.partition(words)
        return before

    def stop(self):
        """As systemd does; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        data = self.process.stderr.read()
        self.log += data.decode() if data else ""
        self.process.stderr.close()
        return status

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process.stderr.close()


class Played:
    """The keeper at a socket where a program connects in its role."""

    path = None
    role = None
    owner = SERVER
    server = peer = None

    def listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.server.bind(self.path)
        self.server.listen(8)
        if ROOT:
            os.chown(self.path, self.owner, self.owner)

    def accept(self, seconds=PATIENCE):
        """The next connection, up to its hello."""
        if self.peer is not None:
            self.peer.close()
        self.server.settimeout(seconds)
        self.peer = self.server.accept()[0]
        self.peer.settimeout(seconds)
        hello = self.peer.recv(65536)
        assert hello == message(HELLO, u32(VERSION), u8(self.role)), hello
        return self

    def receive(self, seconds=PATIENCE):
        self.peer.settimeout(seconds)
        return self.peer.recv(65536)

    def quiet(self, seconds):
        """True if nothing is said in that time."""
        return not readable(self.peer, seconds)

    def close(self):
        """As a kosmod that ends."""
        for s in (self.server, self.peer):
            if s is not None:
                s.close()
        self.server = self.peer = None
