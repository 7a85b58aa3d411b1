"""The keeper's end of touch.sock, played by a test, a kosmo-touch on it, and
software authenticators. Written from PROTOCOL.md and not from the C code."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "procs"))

import program  # noqa: E402
from daemon import children_of, until  # noqa: E402
from program import ROOT, SERVER, Played, Program  # noqa: E402
from wire import PATIENCE, fields_of, message, u8, u32, u64  # noqa: E402

TOUCH, TOUCHED = 199, 200
ENROL, PROVE, NEXT, PIN, STOP = range(1, 6)
(FAILED, DONE, AWAY, NO_KEY, NOT_YOURS, KNOWN, UNSET, PIN_BLOCKED, TIMEOUT,
 GONE, BUSY, SILENT, PIN_OLD, UV_BLOCKED, UNFIT, STRANGE) = range(16)
WAITS, WANTS_PIN, PIN_WRONG, UV_FAILED = range(65, 69)
REQUIRED, PREFERRED, DISCOURAGED, BIOMETRIC = range(4)

RP = "login.example.com"


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


class Keeper(Program, Played):
    """Listens on touch.sock in a folder of its own."""

    role = program.TOUCH

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="touch-")
        self.run = f"{self.dir}/run"
        self.bus = f"{self.dir}/bus"
        os.chmod(self.dir, 0o755)
        for name in (self.run, self.bus):
            os.mkdir(name, 0o755)
        if ROOT:
            os.chown(self.run, SERVER, SERVER)
        self.path = f"{self.run}/touch.sock"
        self.keys, self.made = [], 0
        self.listen()

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
        self.run_as_server(os.environ["TOUCH"], "--socket", self.path, env=env)
        return self.accept()

    def send(self, *args, **kwargs):
        self.peer.send(job_message(*args, **kwargs))

    def word(self, seconds=PATIENCE):
        return Word(self.receive(seconds))

    def children(self):
        return children_of(self.process.pid)

    def no_children(self):
        until("no child is left", lambda: not self.children())

    def done(self):
        self.kill()
        for k in self.keys:
            k.end()
        self.close()
        shutil.rmtree(self.dir)
