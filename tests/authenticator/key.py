"""A software authenticator of the build, run by a test, and programs that
find it in place of a USB key.

AUTHENTICATOR and SHIM name the build's program and preload.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds: only a test that fails waits so long


class Usb:
    """The folder that stands for all USB ports, and a place for files."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="keys-")
        self.ports = f"{self.dir}/usb"
        os.chmod(self.dir, 0o755)
        os.mkdir(self.ports)
        self.keys = []
        self.env = dict(os.environ, KOSMO_AUTHENTICATORS=self.ports,
                        LD_PRELOAD=os.environ["SHIM"], LC_ALL="C.UTF-8")

    def done(self):
        for key in self.keys:
            key.stop()
        shutil.rmtree(self.dir)

    def key(self, name="blue", *switches, **kwargs):
        return Key(self, name, *switches, **kwargs)

    def run(self, *args, pins=()):
        """A program on a terminal of its own, which is asked for PINs:
        exit status, and what it said."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvpe(args[0], args, self.env)
        said, pins = b"", list(pins)
        end = time.monotonic() + PATIENCE
        while True:
            if not select.select([terminal], [], [],
                                 end - time.monotonic())[0]:
                os.kill(pid, 9)
                raise AssertionError(f"{args} hangs after {said}")
            try:
                more = os.read(terminal, 4096)
            except OSError:  # its end, on a terminal
                break
            if not more:
                break
            said += more
            if pins and said.endswith(b": "):
                os.write(terminal, f"{pins.pop(0)}\n".encode())
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return status, said.decode().replace("\r\n", "\n")

    def start(self, *args):
        """The same without a terminal, and not waited for."""
        return subprocess.Popen(args, env=self.env, text=True,
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)


class Key:
    """switches: as after -s, such as "touch=told"."""

    def __init__(self, usb, name, *switches, pin=None, plugged=True):
        self.path = f"{usb.ports}/{name}"
        self.folder = f"{usb.dir}/{name}"
        self.process = None
        usb.keys.append(self)
        self.start(switches, pin, plugged)

    def start(self, switches=(), pin=None, plugged=True):
        args = [os.environ["AUTHENTICATOR"]]
        for switch in switches:
            args += ["-s", switch]
        if pin is not None:
            args += ["-p", pin]
        if not plugged:
            args.append("-u")
        # the preload's sanitizers, if any, are not this program's
        self.process = subprocess.Popen([*args, self.path, self.folder])
        ready = self.path if plugged else f"{self.folder}/control"
        until(f"{ready} is there", lambda: os.path.exists(ready))

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def tell(self, *lines):
        with open(f"{self.folder}/control", "w", encoding="utf-8") as f:
            f.write("".join(f"{line}\n" for line in lines))

    def log(self):
        with open(f"{self.folder}/log", encoding="utf-8") as f:
            return f.read()

    def wait(self, pattern, times=1):
        """Until the log has that many lines with it."""
        until(f"{pattern} in the log", lambda: len(
            re.findall(pattern, self.log(), re.MULTILINE)) >= times)

    def state(self):
        """What it keeps: counter, pin-retries, uv-retries, pin."""
        with open(f"{self.folder}/state", encoding="utf-8") as f:
            return dict(line.split() for line in f)


def until(what, look):
    end = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {PATIENCE} s")
        time.sleep(0.01)
