#!/usr/bin/env python3
"""How kosmod starts and stops: command line, sockets, systemd.

KOSMOD names the program. Run by root, kosmod gets a uid of its own and the
tests that need a second one are run as well.
"""

import os
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import wire
from daemon import Alone, children_of, until, wait_gone
from program import ROOT, SERVER, become

ALL = ["kosmod.sock", "admin.sock", "priv.sock", "touch.sock", "keys.sock"]


class CommandLine(Alone):
    def test_version(self):
        done = self.kosmod.run("--version")
        self.assertRegex(done.stdout, r"^kosmod \d+\.\d+")
        self.assertEqual(done.returncode, 0)

    def test_usage(self):
        for args in (["--colour"], ["--init", "more"], ["--config"]):
            done = subprocess.run([self.kosmod.program, *args],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage: kosmod", done.stderr)

    def test_check_config(self):
        done = self.kosmod.run("--check-config")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no errors", done.stdout)
        self.assertIn("[login] contact is not set", done.stdout)
        self.kosmod.write_conf("[totp]\ndigits = 7\n")
        done = self.kosmod.run("--check-config")
        self.assertEqual(done.returncode, 1)
        self.assertIn('kosmod.conf:6: [totp] digits: "7" is neither',
                      done.stderr)

    def test_never_root(self):
        if not ROOT:
            self.skipTest("needs root, to be refused")
        done = subprocess.run(
            [self.kosmod.program, "--config", self.kosmod.conf],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("never runs as root", done.stderr)
        self.assertIn("setpriv", done.stderr)

    def test_bad_config_does_not_start(self):
        self.kosmod.init()
        self.kosmod.write_conf("[login]\nfoo = bar\n")
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn('kosmod.conf:6: unknown key "foo"', done.stderr)

    def test_init_once(self):
        key = f"{self.kosmod.dir}/master.key"
        store = f"{self.kosmod.dir}/state/store.gdbm"
        self.kosmod.init()
        self.assertEqual(os.stat(key).st_mode & 0o7777, 0o400)
        self.assertEqual(os.stat(key).st_size, 32)
        self.assertEqual(os.stat(store).st_mode & 0o7777, 0o600)
        before = os.stat(key).st_ino, os.stat(store).st_ino
        done = self.kosmod.run("--init")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is there already", done.stderr)
        self.assertEqual(
            before, (os.stat(key).st_ino, os.stat(store).st_ino))

    def test_start_makes_nothing(self):
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("kosmod --init", done.stderr)
        self.assertFalse(os.path.exists(f"{self.kosmod.dir}/master.key"))
        self.assertFalse(os.path.exists(f"{self.kosmod.dir}/state"))

    def test_key_without_store(self):
        self.kosmod.init()
        state = f"{self.kosmod.dir}/state"
        for name in os.listdir(state):
            os.unlink(f"{state}/{name}")
        for args in ([], ["--init"]):
            done = self.kosmod.run(*args)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no store", done.stderr)
        self.assertFalse(os.path.exists(f"{state}/store.gdbm"))

    def test_store_without_key(self):
        self.kosmod.init()
        os.unlink(f"{self.kosmod.dir}/master.key")
        for args in ([], ["--init"]):
            done = self.kosmod.run(*args)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no master key", done.stderr)
        self.assertFalse(os.path.exists(f"{self.kosmod.dir}/master.key"))

    def test_wrong_key(self):
        self.kosmod.init()
        key = f"{self.kosmod.dir}/master.key"
        os.chmod(key, 0o600)
        with open(key, "r+b") as f:
            f.write(b"wrong")
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("state: ", done.stderr)

    def test_key_that_others_read(self):
        self.kosmod.init()
        os.chmod(f"{self.kosmod.dir}/master.key", 0o440)
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("others may read it", done.stderr)


class Sockets(Alone):
    def test_modes_and_end(self):
        self.kosmod.init().start()
        run = os.path.dirname(self.kosmod.socket)
        self.assertEqual(os.stat(run).st_mode & 0o7777, 0o755)
        self.assertEqual(
            os.stat(self.kosmod.socket).st_mode & 0o7777, 0o666)
        self.assertEqual(os.stat(self.kosmod.admin).st_mode & 0o7777, 0o660)
        for name in ALL[2:]:
            self.assertEqual(
                os.stat(f"{run}/{name}").st_mode & 0o7777, 0o600)
        until("one of each", self.kosmod.is_whole)
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            below = children_of(self.kosmod.process.pid)
            self.assertIn("kosmod-talk", below.values())
            self.assertEqual(self.kosmod.stop(), 0)
            self.assertTrue(c.closed())
        for pid in below:
            self.assertTrue(wait_gone(pid))
        self.assertEqual(os.listdir(run), [])

    def test_second_kosmod(self):
        self.kosmod.init().start()
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("another kosmod answers there", done.stderr)
        self.assertTrue(self.kosmod.serves())
        self.assertEqual(self.kosmod.stop(), 0)

    def test_stale_socket(self):
        self.kosmod.init().start()
        below = children_of(self.kosmod.process.pid)
        self.kosmod.process.kill()
        self.kosmod.process.wait(wire.PATIENCE)
        self.kosmod.process.stderr.close()
        for pid in below:
            self.assertTrue(wait_gone(pid))
        self.assertTrue(os.path.exists(self.kosmod.socket))
        self.kosmod.start()
        self.assertTrue(self.kosmod.serves())
        self.assertEqual(self.kosmod.stop(), 0)

    def test_something_else_in_its_place(self):
        self.kosmod.init()
        os.mkdir(f"{self.kosmod.dir}/run", 0o755)
        with open(self.kosmod.socket, "w", encoding="utf-8") as f:
            f.write("precious")
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        with open(self.kosmod.socket, encoding="utf-8") as f:
            self.assertEqual(f.read(), "precious")

    def test_folder_that_others_write(self):
        self.kosmod.init()
        os.mkdir(f"{self.kosmod.dir}/run")
        os.chmod(f"{self.kosmod.dir}/run", 0o777)
        done = self.kosmod.run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("others may write to its folder", done.stderr)

    def test_terminal_interrupt_reaches_all(self):
        """Ctrl-C goes to the whole group: still a clean stop."""
        self.kosmod.init().start()
        for pid in children_of(self.kosmod.process.pid):
            os.kill(pid, signal.SIGINT)
        self.assertTrue(self.kosmod.serves())
        self.kosmod.process.send_signal(signal.SIGINT)
        self.kosmod.process.wait(wire.PATIENCE)
        self.assertEqual(self.kosmod.stop(), 0)


class Systemd(Alone):
    """What systemd passes, and what it is told."""

    def setUp(self):
        super().setUp()
        self.sockets = {}

    def passed(self, names):
        """A preexec_fn, and the sockets that it passes as 3, 4, ..."""
        os.makedirs(f"{self.kosmod.dir}/run", exist_ok=True)
        fds = []
        for name in names:
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.bind(f"{self.kosmod.dir}/run/{name}")
            os.chmod(f"{self.kosmod.dir}/run/{name}", 0o666)
            s.listen(5)
            self.addCleanup(s.close)
            self.sockets[name] = s
            fds.append(s.fileno())

        def change():
            if ROOT:
                become(SERVER)()
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]
            for i, fd in enumerate(high):
                os.dup2(fd, 3 + i)
                os.close(fd)
        return change

    def start(self, names, passed_as=None, **environ):
        """LISTEN_PID must be the process's own: a shell knows it."""
        env = dict(os.environ, LISTEN_FDS=str(len(names)),
                   LISTEN_FDNAMES=":".join(passed_as or names), **environ)
        self.kosmod.process = subprocess.Popen(
            ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0" --config "$1"',
             self.kosmod.program, self.kosmod.conf],
            preexec_fn=self.passed(names), close_fds=False, env=env,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def test_passed_sockets(self):
        self.kosmod.init()
        self.start(ALL)
        self.kosmod.wait_for("ready")
        inode = os.stat(self.kosmod.socket).st_ino
        self.assertTrue(self.kosmod.serves())
        self.assertEqual(self.kosmod.stop(), 0)
        self.assertEqual(os.stat(self.kosmod.socket).st_ino, inode,
                         "what was passed is not its own to remove")

    def test_no_names(self):
        self.kosmod.init()
        self.start(ALL, passed_as=["a", "b", "c", "d", "e"])
        self.kosmod.wait_for("not one each named kosmod.sock")
        self.kosmod.process.wait(wire.PATIENCE)
        self.assertEqual(self.kosmod.stop(), 1)

    def test_units_of_an_older_kosmo(self):
        """They pass fewer: said, and not bound in the wrong folder."""
        self.kosmod.init()
        self.start(ALL[:3])
        self.kosmod.wait_for("were new units installed, and enabled?")
        self.kosmod.process.wait(wire.PATIENCE)
        self.assertEqual(self.kosmod.stop(), 1)

    def test_notices(self):
        self.kosmod.init()
        path = f"{self.kosmod.dir}/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(path)
            os.chmod(path, 0o666)
            s.settimeout(wire.PATIENCE)
            self.start(ALL, NOTIFY_SOCKET=path)
            self.assertEqual(s.recv(1000), b"READY=1")
            self.assertTrue(self.kosmod.serves())
            self.kosmod.process.send_signal(signal.SIGHUP)
            self.assertRegex(s.recv(1000),
                             rb"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(s.recv(1000), b"READY=1")
            self.assertEqual(self.kosmod.stop(), 0)
            self.assertEqual(s.recv(1000), b"STOPPING=1")

    def test_credential(self):
        self.kosmod.init()
        creds = f"{self.kosmod.dir}/creds"
        os.mkdir(creds, 0o755)
        os.rename(f"{self.kosmod.dir}/master.key",
                  f"{creds}/kosmo-master-key")
        self.start(ALL,
                   CREDENTIALS_DIRECTORY=creds)
        self.kosmod.wait_for("ready")
        self.assertEqual(self.kosmod.stop(), 0)


class Audit(Alone):
    def test_reopen(self):
        """As logrotate does it."""
        self.kosmod.init().start()
        log = f"{self.kosmod.dir}/state/audit.log"
        self.deny()
        until("a line", lambda: os.path.getsize(log) > 0)
        os.rename(log, log + ".1")
        self.kosmod.process.send_signal(signal.SIGUSR1)
        until("a new file", lambda: os.path.exists(log))
        self.deny()
        until("a line", lambda: os.path.getsize(log) > 0)
        self.assertEqual(os.stat(log).st_mode & 0o7777, 0o600)
        self.assertEqual(self.kosmod.stop(), 0)

    def deny(self):
        with self.kosmod.client() as c:
            packet = c.begin()
            while packet[0] != wire.END:
                c.answer("wrong")
                packet = c.next()


if __name__ == "__main__":
    if not os.environ.get("KOSMOD"):
        sys.exit("KOSMOD names the program to test")
    unittest.main(verbosity=2)
