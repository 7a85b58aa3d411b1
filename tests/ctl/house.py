"""A private kosmod and a kosmoctl beside it, for the tests of the verbs."""

import base64
import hashlib
import hmac
import os
import pwd
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time

ROOT = os.getuid() == 0
# kosmod never is root, and people have accounts: root's tests borrow one.
ACCOUNT = pwd.getpwnam("games") if ROOT else pwd.getpwuid(os.getuid())

# Many codes at once, so that no test waits for the next one.
PERIOD, WINDOW = 15, 10
# Seconds for what should come at once: only a test that fails waits so long.
PATIENCE = 60
CONF = f"""[totp]
period = {PERIOD}
window = {WINDOW}
issuer = Example
[login]
methods = METHODS
contact-ja = 情報システム課 内線1234
contact-en = IT desk, ext. 1234
[registration]
birth-date = no
terms = no
email = no
user-id = no
relogin = no
[recovery]
count = 0
"""


def become(uid, gid):
    def change():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    return change if ROOT else None


def as_account():
    return become(ACCOUNT.pw_uid, ACCOUNT.pw_gid)


class Talk:
    """A kosmoctl --stdin that is answered as it asks."""

    def __init__(self, argv, env, change=None):
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=change or as_account(),
            env=env)
        self.seen = ""
        self.all = ""
        self.out = ""

    def expect(self, pattern, seconds=PATIENCE):
        """Until standard error has the pattern; what came before is gone."""
        end = time.monotonic() + seconds
        fd = self.process.stderr.fileno()
        while True:
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end():]
                return found
            left = end - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise AssertionError(f"no {pattern!r} in:\n{self.all}")
            data = os.read(fd, 65536).decode()
            if not data:
                raise AssertionError(f"ended before {pattern!r}:\n{self.all}")
            self.seen += data
            self.all += data

    def asks(self):
        """True if it says or asks something, False if it just ends."""
        if not self.seen:
            data = os.read(self.process.stderr.fileno(), 65536).decode()
            self.seen += data
            self.all += data
        return bool(self.seen)

    def answer(self, pattern, text):
        found = self.expect(pattern)
        self.process.stdin.write((text + "\n").encode())
        self.process.stdin.flush()
        return found

    def end(self):
        """The exit code; everything that was printed is in out and all."""
        out, err = self.process.communicate(timeout=PATIENCE)
        self.out = out.decode()
        self.all += err.decode()
        return self.process.returncode

    def give_up(self):
        """Standard input ends where the next answer would be."""
        self.process.stdin.close()
        self.process.stdin = None
        return self.end()


FIRST_RP_ID = "first.example"


class App:
    """An authenticator app: a code is never given twice."""

    def __init__(self, key, period=PERIOD):
        self.key = base64.b32decode(key.replace(" ", ""))
        self.period = period
        self.step = 0

    def code(self):
        oldest = int(time.time()) // self.period - WINDOW + 1
        self.step = max(self.step + 1, oldest)
        mac = hmac.new(self.key, struct.pack(">Q", self.step),
                       hashlib.sha1).digest()
        at = mac[-1] & 15
        number = struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff
        return f"{number % 1000000:06d}"


class House:
    def __init__(self, more="", methods="totp email"):
        """more: lines of kosmod.conf behind those above."""
        self.methods = methods
        self.dir = tempfile.mkdtemp(prefix="kosmo-ctl-")
        os.chmod(self.dir, 0o755)
        self.socket = f"{self.dir}/run/kosmod.sock"
        self.audit = f"{self.dir}/state/audit.log"
        for name in ("KOSMOD", "KOSMOCTL"):
            shutil.copy(os.environ[name], f"{self.dir}/{name.lower()}")
        self.ctl = f"{self.dir}/kosmoctl"
        self.conf = f"{self.dir}/kosmod.conf"
        self.write_conf(f"{more}[passkey]\nrp-id = {FIRST_RP_ID}\n")
        if ROOT:
            os.chown(self.dir, ACCOUNT.pw_uid, ACCOUNT.pw_gid)
            os.chown(self.conf, ACCOUNT.pw_uid, ACCOUNT.pw_gid)
        self.env = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ["PATH"]}
        self.daemon = self.stderr = None
        done = subprocess.run(
            [f"{self.dir}/kosmod", "--config", self.conf, "--init"],
            preexec_fn=as_account(), capture_output=True, text=True,
            check=False)
        assert done.returncode == 0, done.stderr
        self.write_conf(more)
        self.start()

    def write_conf(self, more):
        """What --init alone is told is in more: it must be stored."""
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(f"[paths]\nsocket = {self.socket}\n"
                    f"state = {self.dir}/state\n"
                    f"master-key = {self.dir}/master.key\n"
                    + CONF.replace("METHODS", self.methods) + more)

    def start(self):
        ready, theirs = os.pipe()
        self.daemon = subprocess.Popen(
            [f"{self.dir}/kosmod", "--config", self.conf],
            preexec_fn=as_account(), stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        text = b""
        while b"ready" not in text:
            data = os.read(ready, 4096)
            assert data, f"kosmod ended: {text}"
            text += data
        self.stderr = ready

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(PATIENCE)
        os.close(self.stderr)
        return status

    def done(self):
        if self.daemon.poll() is None:
            self.stop()
        shutil.rmtree(self.dir)

    def argv(self, *args):
        return [self.ctl, "--socket", self.socket, *args]

    def run(self, *args, answers="", change=None):
        """One call that needs no codes: (exit code, stdout, stderr)."""
        done = subprocess.run(
            self.argv(*args), input=answers, capture_output=True, text=True,
            preexec_fn=change or as_account(), env=self.env, timeout=PATIENCE,
            check=False)
        return done.returncode, done.stdout, done.stderr

    def talk(self, *args, change=None):
        return Talk(self.argv("--stdin", *args), self.env, change)
