"""The keeper's end of priv.sock, played by a test, and a kosmo-post on it.
Written from PROTOCOL.md and not from the C code."""

import os
import shutil
import signal
import struct
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "procs"))

from program import POST, ROOT, SERVER, Played, Program  # noqa: E402
from wire import PATIENCE, fields_of, message, u8, u32, u64  # noqa: E402

MAIL, SENT = 193, 194
NO, YES, NEVER = range(3)
(CONFIRM, SETUP, LOGIN, RESET, ENROL, USER_ID, NOT_REGISTERED, REGISTERED,
 ADDED) = range(1, 10)


def mail_message(job, kind=LOGIN, language="en", to="taro@example.com",
                 name="Taro Yamada", code=None, device="phone"):
    if code is None:
        code = "395204" if kind <= ENROL else ""
    return message(MAIL, u64(job), u8(kind), language, to, name, "taro",
                   "yamadataro", code, u32(600), "sshd", "192.0.2.10",
                   u64(1775088060), u8(2), u8(0), device, "", u32(0), u8(0),
                   u64(0))


class Keeper(Program, Played):
    """Listens on priv.sock in a folder of its own."""

    role = POST

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
        self.path = f"{self.run}/priv.sock"
        self.listen()

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
        self.run_as_server(program or os.environ["POST"], "--config", self.conf)
        return self

    def send(self, *args, **kwargs):
        self.peer.send(mail_message(*args, **kwargs))

    def sent(self, seconds=PATIENCE):
        """The next answer: job, word, reason."""
        packet = self.receive(seconds)
        assert packet and packet[0] == SENT, packet
        fields = fields_of(packet)
        assert sorted(fields) == [1, 2, 3]
        return (struct.unpack(">Q", fields[1])[0], fields[2][0],
                fields[3].decode())

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def done(self):
        self.kill()
        self.close()
        shutil.rmtree(self.dir)
