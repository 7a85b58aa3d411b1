"""The keeper's end of touch.sock, played by a test, a kosmo-touch on it, and
software authenticators. Written from PROTOCOL.md and not from the C code."""

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

from daemon import ROOT, SERVER, become, children_of, until  # noqa: E402
from wire import PATIENCE, fields_of, message, readable, u8, u32  # noqa: E402

HELLO, TOUCH, TOUCHED = 192, 199, 200
ENROL, PROVE, NEXT, PIN, STOP = range(1, 6)
(FAILED, DONE, AWAY, NO_KEY, NOT_YOURS, KNOWN, UNSET, PIN_BLOCKED, TIMEOUT,
 GONE, BUSY, SILENT, PIN_OLD, UV_BLOCKED, UNFIT, STRANGE) = range(16)
WAITS, WANTS_PIN, PIN_WRONG, UV_FAILED = range(65, 69)
REQUIRED, PREFERRED, DISCOURAGED, BIOMETRIC = range(4)

RP = "login.example.com"


def u64(n):
    return struct.pack(">Q", n)


def job_message(job, act, verify=REQUIRED, seconds=30, credentials=(),
                pin="", challenge=b"c" * 32, login="taro"):
    listed = u8(len(credentials)) + b"".join(
        message(1, c) for c in credentials)
    return message(TOUCH, u64(job), u8(act), RP, challenge, u8(verify),
                   u32(seconds), b"u" * 32, login, listed, pin)


class Word:
    """P_TOUCHED."""

    def __init__(self, packet):
        assert packet and packet[0] == TOUCHED, packet
        f = fields_of(packet)
        assert sorted(f) == list(range(1, 10))
        self.job = struct.unpack(">Q", f[1])[0]
        self.word = f[2][0]
        self.retries, self.keys = (struct.unpack(">I", f[i])[0]
                                   for i in (3, 4))
        self.credential, self.auth_data, self.signature = f[5], f[6], f[7]
        self.format, self.statement = f[8].decode(), f[9]


class Key:
    """An authenticator; it stands for a stick in a port."""

    def __init__(self, folder, bus, name, *switches, pin=None, plugged=True):
        self.socket = f"{bus}/{name}"
        self.folder = f"{folder}/{name}"
        self.seen = 0
        os.mkdir(self.folder)
        args = [x for s in switches for x in ("-s", s)]
        if pin is not None:
            args += ["-p", pin]
        if not plugged:
            args.append("-u")
        self.process = subprocess.Popen(
            [os.environ["AUTHENTICATOR"], *args, self.socket, self.folder],
            stdin=subprocess.DEVNULL)
        until("the control of a key",
              lambda: os.path.exists(f"{self.folder}/control"))
        if plugged:
            until("a key", lambda: os.path.exists(self.socket))

    def do(self, *commands):
        with open(f"{self.folder}/control", "w", encoding="utf-8") as f:
            f.write("".join(f"{c}\n" for c in commands))

    def lines(self):
        with open(f"{self.folder}/log", encoding="utf-8") as f:
            return f.read().splitlines()

    def happened(self, *words):
        """Waits for a line, not seen yet, that has all the words."""
        def look():
            lines = self.lines()
            for at in range(self.seen, len(lines)):
                if all(w in lines[at].split() or w in lines[at]
                       for w in words):
                    self.seen = at + 1
                    return lines[at]
            return None
        return until(f"{words} of a key", look)

    def forget(self):
        """What was logged so far is no event."""
        self.seen = len(self.lines())

    def count(self, word):
        return sum(word in line for line in self.lines()[self.seen:])

    def unplug(self):
        self.do("unplug")
        until("no key", lambda: not os.path.exists(self.socket))

    def plug(self):
        self.do("plug")
        until("a key", lambda: os.path.exists(self.socket))

    def end(self):
        self.process.kill()
        self.process.wait(PATIENCE)


class Keeper:
    """Listens on touch.sock in a folder of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="touch-")
        self.run = f"{self.dir}/run"
        self.bus = f"{self.dir}/bus"
        os.chmod(self.dir, 0o755)
        for name in (self.run, self.bus):
            os.mkdir(name, 0o755)
        if ROOT:
            os.chown(self.run, SERVER, SERVER)
        self.server = self.peer = self.process = None
        self.log = ""
        self.keys, self.made = [], 0
        self.listen()

    def listen(self):
        path = f"{self.run}/touch.sock"
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

    def key(self, *switches, name=None, **kwargs):
        k = Key(self.dir, self.bus, name or f"key{self.made}", *switches,
                **kwargs)
        self.keys.append(k)
        self.made += 1
        return k

    def start(self):
        """kosmo-touch, up to its hello."""
        env = {"LD_PRELOAD": os.environ["SHIM"],
               "KOSMO_AUTHENTICATORS": self.bus, "HOME": "/nowhere"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        self.process = subprocess.Popen(
            [os.environ["TOUCH"], "--socket", f"{self.run}/touch.sock"],
            preexec_fn=become(SERVER), stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, env=env)
        os.set_blocking(self.process.stderr.fileno(), False)
        return self.accept()

    def accept(self, seconds=PATIENCE):
        self.server.settimeout(seconds)
        self.peer = self.server.accept()[0]
        self.peer.settimeout(seconds)
        hello = self.peer.recv(65536)
        assert hello == message(HELLO, u32(2), u8(3)), hello
        return self

    def send(self, *args, **kwargs):
        self.peer.send(job_message(*args, **kwargs))

    def word(self, seconds=PATIENCE):
        self.peer.settimeout(seconds)
        return Word(self.peer.recv(65536))

    def quiet(self, seconds):
        """True if no word comes in that time."""
        return not readable(self.peer, seconds)

    def children(self):
        return children_of(self.process.pid)

    def no_children(self):
        until("no child is left", lambda: not self.children())

    def read_log(self, seconds=0.0):
        fd = self.process.stderr.fileno()
        if readable(fd, seconds):
            data = os.read(fd, 65536)
            if not data:
                raise AssertionError(f"kosmo-touch ended:\n{self.log}")
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
        for k in self.keys:
            k.end()
        self.close()
        shutil.rmtree(self.dir)
