"""A kosmod of the build, with a folder of its own, run by a test."""

import collections
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from program import ROOT, SERVER, Program, become
from wire import PATIENCE, Client, Closed, readable

SILENCE = 10  # seconds until a client that says nothing is cut off

SANITIZERS = os.environ.get("KOSMO_SANITIZERS") == "yes"


def children_of(pid):
    """pid: name of all processes below, from /proc."""
    parents = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as f:
                text = f.read()
        except OSError:
            continue
        found = re.match(r"\d+ \((.*)\) (\S) (\d+)", text)
        if found and found.group(2) != "Z":
            parents[int(entry)] = (int(found.group(3)), found.group(1))
    below, todo = {}, [pid]
    while todo:
        at = todo.pop()
        for child, (parent, name) in parents.items():
            if parent == at:
                below[child] = name
                todo.append(child)
    return below


def until(what, look):
    """Waits for something that can only be looked at."""
    end = time.monotonic() + PATIENCE
    while True:
        got = look()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {PATIENCE} s")
        time.sleep(0.01)


# Where a test says nothing else: a password and a device.
SHORT_JOURNEY = """
[registration]
birth-date = no
terms = no
email = no
user-id = no
relogin = no
[recovery]
count = 0
"""


class Kosmod(Program):
    def __init__(self, conf="", program=None):
        self.dir = tempfile.mkdtemp(prefix="procs-")
        self.socket = f"{self.dir}/run/kosmod.sock"
        self.admin = f"{self.dir}/run/admin.sock"
        self.conf = f"{self.dir}/kosmod.conf"
        self.program = f"{self.dir}/kosmod"
        os.chmod(self.dir, 0o755)
        shutil.copy(program or os.environ["KOSMOD"], self.program)
        self.write_conf(conf)
        if ROOT:
            os.chown(self.dir, SERVER, SERVER)

    def write_conf(self, conf):
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(f"[paths]\nsocket = {self.socket}\n"
                    f"state = {self.dir}/state\n"
                    f"master-key = {self.dir}/master.key\n{conf}"
                    + ("" if "terms = " in conf else SHORT_JOURNEY))
        os.chmod(self.conf, 0o644)
        if ROOT:
            os.chown(self.conf, SERVER, SERVER)

    def run(self, *args):
        """A call that ends by itself."""
        return subprocess.run(
            [self.program, "--config", self.conf, *args],
            preexec_fn=become(SERVER), capture_output=True, text=True,
            timeout=PATIENCE, check=False)

    def init(self):
        done = self.run("--init")
        assert done.returncode == 0, done.stderr
        return self

    def start(self):
        self.run_as_server(self.program, "--config", self.conf)
        self.wait_for("ready")
        return self

    def pids(self, name):
        return [pid for pid, what in children_of(self.process.pid).items()
                if what == name]

    def pid(self, name):
        return until(f"a {name}", lambda: self.pids(name))[0]

    def is_whole(self):
        """True with one keeper, one nursery and nothing but talks that wait:
        none that is just beginning, and none on its way out."""
        below = children_of(self.process.pid).values()
        return sorted(name for name in below if name != "kosmod-ready") == [
            "kosmod-keeper", "kosmod-nursery"]

    def client(self, path=None, seconds=PATIENCE):
        return Client(path or self.socket, seconds)

    def serves(self):
        """True if a dialogue can be begun."""
        try:
            with self.client() as c:
                return c.begin()[0] > 0
        except (Closed, TimeoutError, OSError):
            return False

    def done(self):
        if self.process is not None and self.process.poll() is None:
            below = children_of(self.process.pid)
            self.kill()
            for pid in below:  # the keeper may be writing to the folder
                wait_gone(pid)
        shutil.rmtree(self.dir)


def descriptors(pid):
    """What its open descriptors are, and how many of each."""
    kinds = collections.Counter()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed just now
            kinds[os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0]] += 1
    return kinds


def wait_gone(pid, seconds=PATIENCE):
    """True when that process is gone; waits on a pidfd."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return readable(fd, seconds)
    finally:
        os.close(fd)


# No deadline comes before a test's patience is over: what happens has
# another cause.
UNHURRIED = """
[limits]
idle = 10m
[service sshd]
deadline = 20m
"""


class Shared(unittest.TestCase):
    """One kosmod for all tests of a class."""

    conf = UNHURRIED

    @classmethod
    def setUpClass(cls):
        cls.kosmod = Kosmod(cls.conf)
        cls.addClassCleanup(cls.kosmod.done)
        cls.kosmod.init().start()

    @classmethod
    def tearDownClass(cls):
        status = cls.kosmod.stop()
        assert status == 0, status


class Alone(unittest.TestCase):
    """A kosmod for each test."""

    def setUp(self):
        self.kosmod = Kosmod(UNHURRIED)
        self.addCleanup(self.kosmod.done)
