"""The keeper's end of priv.sock, played by a test, and a kosmo-post on it.
Written from PROTOCOL.md and not from the C code."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "procs"))

from daemon import ROOT, SERVER, become  # noqa: E402
from wire import PATIENCE, fields_of, message, readable, u8, u32  # noqa: E402

HELLO, MAIL, SENT = 192, 193, 194
NO, YES, NEVER = range(3)
(CONFIRM, SETUP, LOGIN, RESET, ENROL, USER_ID, NOT_REGISTERED, REGISTERED,
 ADDED) = range(1, 10)


def u64(n):
    return struct.pack(">Q", n)


def mail_message(job, kind=LOGIN, language="en", to="taro@example.com",
                 name="Taro Yamada", code=None, device="phone"):
    if code is None:
        code = "395204" if kind <= ENROL else ""
    return message(MAIL, u64(job), u8(kind), language, to, name, "taro",
                   "yamadataro", code, u32(600), "sshd", "192.0.2.10",
                   u64(1775088060), u8(2), u8(0), device, "", u32(0), u8(0),
                   u64(0))


class Keeper:
    """Listens on priv.sock in a folder of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="post-")
        self.run = f"{self.dir}/run"
        self.mbox = f"{self.dir}/mail/mbox"
        self.conf = f"{self.dir}/kosmod.conf"
        os.chmod(self.dir, 0o755)
        os.mkdir(self.run, 0o755)
        os.mkdir(f"{self.dir}/mail")
        if ROOT:
            for name in (self.dir, self.run, f"{self.dir}/mail"):
                os.chown(name, SERVER, SERVER)
        self.server = self.peer = self.process = None
        self.log = ""
        self.listen()

    def listen(self):
        path = f"{self.run}/priv.sock"
        if os.path.exists(path):
            os.unlink(path)
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.server.bind(path)
        self.server.listen(8)
        if ROOT:
            os.chown(path, SERVER, SERVER)

    def close(self):
        """As a kosmod that ends."""
        for s in (self.server, self.peer):
            if s is not None:
                s.close()
        self.server = self.peer = None

    def write_conf(self, sendmail, more=""):
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(f"[paths]\nsocket = {self.run}/kosmod.sock\n"
                    "[email]\nfrom = Example <no-reply@example.com>\n"
                    f"sendmail = {sendmail}\n{more}")
        os.chmod(self.conf, 0o644)
        if ROOT:
            os.chown(self.conf, SERVER, SERVER)

    def script(self, name, text):
        """A sendmail of the test's own."""
        path = f"{self.dir}/{name}"
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def start(self, program=None):
        """kosmo-post, up to its hello."""
        self.process = subprocess.Popen(
            [program or os.environ["POST"], "--config", self.conf],
            preexec_fn=become(SERVER), stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL)
        os.set_blocking(self.process.stderr.fileno(), False)
        return self

    def accept(self, seconds=PATIENCE):
        self.server.settimeout(seconds)
        self.peer = self.server.accept()[0]
        self.peer.settimeout(seconds)
        hello = self.peer.recv(65536)
        assert hello == message(HELLO, u32(2), u8(1)), hello
        return self

    def send(self, *args, **kwargs):
        self.peer.send(mail_message(*args, **kwargs))

    def sent(self, seconds=PATIENCE):
        """The next answer: job, word, reason."""
        self.peer.settimeout(seconds)
        packet = self.peer.recv(65536)
        assert packet and packet[0] == SENT, packet
        fields = fields_of(packet)
        assert sorted(fields) == [1, 2, 3]
        return (struct.unpack(">Q", fields[1])[0], fields[2][0],
                fields[3].decode())

    def quiet(self, seconds):
        """True if no answer comes in that time."""
        return not readable(self.peer, seconds)

    def read_log(self, seconds=0.0):
        fd = self.process.stderr.fileno()
        if readable(fd, seconds):
            data = os.read(fd, 65536)
            if not data:
                raise AssertionError(f"kosmo-post ended:\n{self.log}")
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

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        data = self.process.stderr.read()
        self.log += data.decode() if data else ""
        self.process.stderr.close()
        return status

    def done(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process.stderr.close()
        self.close()
        shutil.rmtree(self.dir)
