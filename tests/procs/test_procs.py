#!/usr/bin/env python3
"""kosmod's processes: what they do when clients, or they themselves, fail.

KOSMOD names the program. Run by root, kosmod gets a uid of its own and the
tests that need a second one are run as well.
"""

import os
import resource
import signal
import subprocess
import sys
import time
import traceback
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import wire
from daemon import (OTHER, ROOT, Kosmod, become, children_of, descriptors,
                    until, wait_gone)
from wire import Closed

SHORT = """
[limits]
idle = 2s
[service quick]
deadline = 1s
[service sshd]
deadline = 60s
"""


class Shared(unittest.TestCase):
    """One kosmod for all tests of a class."""

    conf = SHORT

    @classmethod
    def setUpClass(cls):
        cls.kosmod = Kosmod(cls.conf).init().start()

    @classmethod
    def tearDownClass(cls):
        try:
            status = cls.kosmod.stop()
        finally:
            cls.kosmod.done()
        assert status == 0, status


class Alone(unittest.TestCase):
    """A kosmod for each test."""

    def setUp(self):
        self.kosmod = Kosmod(SHORT)
        self.addCleanup(self.kosmod.done)


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
        below = children_of(self.kosmod.process.pid)
        self.assertEqual(sorted(below.values()),
                         ["kosmod-keeper", "kosmod-nursery"])
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            below = children_of(self.kosmod.process.pid)
            self.assertIn("kosmod-talk", below.values())
            self.assertEqual(self.kosmod.stop(), 0)
            self.assertTrue(c.closed_within(1))
        for pid in below:
            self.assertTrue(wait_gone(pid, 1))
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
        self.kosmod.process.wait(5)
        self.kosmod.process.stderr.close()
        for pid in below:
            self.assertTrue(wait_gone(pid, 5))
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
        self.assertEqual(self.kosmod.process.wait(20), 0)


class Clients(Shared):
    def check_refused(self, *packets):
        with self.kosmod.client() as c:
            try:
                for packet in packets:
                    c.send(packet)
            except Closed:
                pass
            self.assertTrue(c.closed_within(5), packets)
        self.assertTrue(self.kosmod.serves())

    def test_bad_opens(self):
        good = wire.open_message(wire.AUTH)
        for packet in (b"", b"\1", b"\0" * 40, b"\xff" * 32768, good[:-1],
                       good + b"x", os.urandom(200), b"GET / HTTP/1.0\r\n",
                       wire.hello_message("x"),
                       wire.message(wire.ACCOUNT, wire.u8(0)),
                       good.replace(b"\1\0\0\0\4", b"\1\xff\xff\xff\xff")):
            self.check_refused(packet)

    def test_too_long(self):
        self.check_refused(b"\1" * 40000)

    def test_bad_hellos(self):
        good = wire.hello_message("x")
        for packet in (b"\1", good[:-1], good + b"x", os.urandom(64),
                       wire.open_message(wire.AUTH),
                       wire.hello_message("a\nb"),
                       wire.hello_message("a" * 300)):
            self.check_refused(wire.open_message(wire.AUTH), packet)

    def test_bad_answers(self):
        for packet in (b"\5", os.urandom(50), wire.hello_message("x"),
                       wire.message(wire.ANSWER, b"x" * 600),
                       wire.message(wire.END, wire.u8(wire.ALLOW))):
            with self.kosmod.client() as c:
                self.assertEqual(c.begin()[0], wire.ASK)
                c.send(packet)
                self.assertTrue(c.closed_within(5), packet)

    def test_wrong_version_and_phase(self):
        for packet in (wire.open_message(wire.AUTH, version=2),
                       wire.open_message(0), wire.open_message(77)):
            with self.kosmod.client() as c:
                c.send(packet)
                self.assertEqual(wire.result_of(c.next()), wire.ERROR)

    def test_session_without_a_ticket(self):
        with self.kosmod.client() as c:
            c.send(wire.open_message(wire.SESSION))
            self.assertEqual(wire.result_of(c.next()), wire.NOT_MINE)

    def test_a_descriptor_is_not_taken(self):
        import socket
        keeper = self.kosmod.pid("kosmod-keeper")
        with self.kosmod.client() as c:
            read_end, write_end = os.pipe()
            socket.send_fds(c.sock, [wire.open_message(wire.AUTH)],
                            [write_end])
            os.close(write_end)
            c.send(wire.hello_message("x"))
            c.next()
            os.set_blocking(read_end, False)
            self.assertEqual(os.read(read_end, 1), b"", "still held")
            os.close(read_end)
        self.assertTrue(os.path.exists(f"/proc/{keeper}"))

    def test_whole_denial(self):
        with self.kosmod.client() as c:
            packet = c.begin()
            for _ in range(10):
                if packet[0] == wire.END:
                    break
                c.answer("wrong")
                packet = c.next()
            self.assertIn(wire.result_of(packet),
                          (wire.DENY, wire.MAXTRIES))

    def test_idle_prompt(self):
        with self.kosmod.client(seconds=10) as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            began = time.monotonic()
            self.assertTrue(c.closed_within(5))
            self.assertGreater(time.monotonic() - began, 1.5)

    def test_deadline_of_a_service(self):
        with self.kosmod.client() as c:
            began = time.monotonic()
            self.assertEqual(c.begin(service="quick")[0], wire.ASK)
            self.assertTrue(c.closed_within(1.9))
            self.assertGreater(time.monotonic() - began, 0.9)

    def test_client_goes_while_talk_is_busy(self):
        before = len(self.kosmod.pids("kosmod-talk"))
        with self.kosmod.client() as c:
            c.begin()
            self.assertGreater(len(self.kosmod.pids("kosmod-talk")), before)
            c.answer("wrong")
        until("talk gone", 2, lambda:
              len(self.kosmod.pids("kosmod-talk")) <= before)

    def test_client_goes_with_unread_messages(self):
        before = len(self.kosmod.pids("kosmod-talk"))
        with self.kosmod.client() as c:
            c.send(wire.open_message(wire.AUTH))
            c.send(wire.hello_message("x"))
            until("talk", 2, lambda:
                  len(self.kosmod.pids("kosmod-talk")) > before)
        until("talk gone", 2, lambda:
              len(self.kosmod.pids("kosmod-talk")) <= before)

    def test_silent_clients(self):
        """Nobody who says nothing is kept beyond ten seconds."""
        silent = self.kosmod.client(seconds=15)
        no_hello = self.kosmod.client(seconds=15)
        no_hello.send(wire.open_message(wire.AUTH))
        began = time.monotonic()
        with silent, no_hello:
            self.assertTrue(silent.closed_within(12))
            self.assertTrue(no_hello.closed_within(3))
        self.assertGreater(time.monotonic() - began, 9)

    def test_nothing_piles_up(self):
        if not ROOT:
            self.skipTest("needs root, to look into another's descriptors")
        keeper = self.kosmod.pid("kosmod-keeper")
        nursery = self.kosmod.pid("kosmod-nursery")
        for round_ in range(2):
            for i in range(30):
                with self.kosmod.client() as c:
                    c.begin()
                    if i % 2:
                        c.answer("wrong")
            until("all talks gone", 5,
                  lambda: not self.kosmod.pids("kosmod-talk"))
            self.kosmod.serves()
            until("all talks gone", 5,
                  lambda: not self.kosmod.pids("kosmod-talk"))
            if round_ == 0:
                before = descriptors(keeper), descriptors(nursery)
        self.assertEqual(
            before, (descriptors(keeper), descriptors(nursery)))


class Floods(Shared):
    conf = """
[limits]
idle = 30s
per-uid = 20
"""

    def flood(self, n):
        """n connections; how many were kept."""
        clients = []
        for _ in range(n):
            try:
                clients.append(self.kosmod.client(seconds=2))
            except (BlockingIOError, TimeoutError):
                pass
        kept = 0
        with self.kosmod.client(seconds=2) as last:
            last.closed_within(2)
        for c in clients:
            c.sock.setblocking(False)
            try:
                if c.sock.recv(10) != b"":
                    kept += 1
            except BlockingIOError:
                kept += 1
            except ConnectionResetError:
                pass
        return clients, kept

    def test_two_thousand_of_one_uid(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        want = 2000
        if hard < want + 100:
            self.skipTest("RLIMIT_NOFILE is too low")
        resource.setrlimit(resource.RLIMIT_NOFILE, (want + 100, hard))
        self.addCleanup(
            resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        if not ROOT:
            clients, kept = self.flood(want)
            self.assertEqual(kept, 20)
            for c in clients:
                c.sock.close()
            return
        self.flood_as_stranger(want)

    def flood_as_stranger(self, want):
        """The flood in a child of another uid; root comes in meanwhile."""
        down, up = os.pipe()
        back, forth = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(forth)
                become(OTHER)()
                _, kept = self.flood(want)
                os.write(up, str(kept).encode())
                os.read(back, 1)
                status = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(up)
        kept = os.read(down, 20)
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
        os.close(forth)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertEqual(kept, b"20")
        os.close(down)
        os.close(back)
        self.assertTrue(self.kosmod.serves())


class Kills(Shared):
    """One process dies at one moment: never a yes, and service is back."""

    conf = """
[limits]
idle = 20s
"""

    def stages(self, c):
        yield "connected"
        c.send(wire.open_message(wire.AUTH))
        yield "OPEN was sent"
        c.send(wire.hello_message("nobody-at-all"))
        yield "HELLO was sent"
        self.assertEqual(c.next()[0], wire.ASK)
        yield "ASK came"
        c.answer("wrong")
        yield "ANSWER was sent"
        self.assertEqual(c.next()[0], wire.ASK)
        yield "the next ASK came"

    def kill_at(self, name, stage):
        with self.kosmod.client() as c:
            for i, _ in enumerate(self.stages(c)):
                if i == stage:
                    break
            if name == "kosmod-talk":
                pids = self.kosmod.pids(name)
            else:
                pids = [self.kosmod.pid(name)]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            self.check_never_yes(c, bool(pids))
            for pid in pids:
                self.assertTrue(wait_gone(pid, 5))

    def check_never_yes(self, c, must_end):
        """Closed, or said no; or, where nothing was killed, goes on."""
        try:
            if not must_end:
                return
            packet = c.next()
            while packet[0] == wire.ASK:
                packet = c.next()
            self.assertNotEqual(wire.result_of(packet), wire.ALLOW)
        except Closed:
            pass
        except TimeoutError:
            self.fail("neither END nor its end")

    def check_service(self):
        until("service again", 10, self.kosmod.serves)
        until("no talk is left", 5,
              lambda: not self.kosmod.pids("kosmod-talk"))
        self.assertEqual(
            sorted(children_of(self.kosmod.process.pid).values()),
            ["kosmod-keeper", "kosmod-nursery"])

    def test_talk(self):
        for stage in range(2, 6):
            self.kill_at("kosmod-talk", stage)
            self.check_service()

    def test_nursery(self):
        for stage in range(2, 6):
            self.kill_at("kosmod-nursery", stage)
            self.check_service()
            until("deaths forgotten", 4, self.breathe())

    def test_keeper(self):
        for stage in range(0, 6):
            self.kill_at("kosmod-keeper", stage)
            self.check_service()
            until("deaths forgotten", 4, self.breathe())

    def breathe(self):
        """Five deaths within ten seconds would end kosmod, as they should."""
        end = time.monotonic() + 2.6
        return lambda: time.monotonic() > end

    def test_nursery_dies_between_clients(self):
        os.kill(self.kosmod.pid("kosmod-nursery"), signal.SIGKILL)
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
        until("deaths forgotten", 4, self.breathe())

    def test_stopped_keeper(self):
        """SIGSTOP: no answer, which a client must take for a no; then on."""
        keeper = self.kosmod.pid("kosmod-keeper")
        os.kill(keeper, signal.SIGSTOP)
        try:
            with self.kosmod.client(seconds=0.5) as c:
                c.send(wire.open_message(wire.AUTH))
                c.send(wire.hello_message("x"))
                self.assertRaises(TimeoutError, c.next)
        finally:
            os.kill(keeper, signal.SIGCONT)
        self.check_service()


class Crashes(Alone):
    def test_talk_crash_renews_the_nursery(self):
        """Other dialogues go on; the next talk comes from a new nursery."""
        self.kosmod.init().start()
        old = self.kosmod.pid("kosmod-nursery")
        with self.kosmod.client() as other, self.kosmod.client() as c:
            self.assertEqual(other.begin()[0], wire.ASK)
            talks = set(self.kosmod.pids("kosmod-talk"))
            self.assertEqual(c.begin()[0], wire.ASK)
            victim = set(self.kosmod.pids("kosmod-talk")) - talks
            os.kill(victim.pop(), signal.SIGSEGV)
            self.assertTrue(c.closed_within(3))
            self.kosmod.wait_for("died by signal 11")
            until("a new nursery", 5, lambda: len(
                [p for p in self.kosmod.pids("kosmod-nursery") if p != old]))
            other.answer("wrong")
            self.assertIn(other.next()[0], (wire.ASK, wire.END))
            self.assertTrue(self.kosmod.serves())
        self.assertTrue(wait_gone(old, 5))
        self.assertEqual(self.kosmod.stop(), 0)

    def test_gives_up(self):
        """A keeper that dies again and again is systemd's to see."""
        self.kosmod.init().start()
        for _ in range(6):
            pids = self.kosmod.pids("kosmod-keeper")
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                wait_gone(pid, 5)
            until("another keeper, or the end", 5, lambda:
                  self.kosmod.process.poll() is not None or
                  self.kosmod.pids("kosmod-keeper"))
        self.assertEqual(self.kosmod.process.wait(5), 1)

    def test_parent_killed(self):
        self.kosmod.init().start()
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            below = children_of(self.kosmod.process.pid)
            self.assertEqual(len(below), 3)
            self.kosmod.process.kill()
            self.assertTrue(c.closed_within(5))
        for pid in below:
            self.assertTrue(wait_gone(pid, 5))


class Reload(Alone):
    def test_good_and_bad(self):
        self.kosmod.init().start()
        with self.kosmod.client() as old:
            self.assertEqual(old.begin()[0], wire.ASK)
            self.kosmod.write_conf("[limits]\nper-uid = 2\nidle = 3s\n")
            self.kosmod.process.send_signal(signal.SIGHUP)
            self.kosmod.wait_for("reloaded")
            self.check_limit(1)
            self.kosmod.write_conf("[limits]\nper-uid = none\n")
            self.kosmod.process.send_signal(signal.SIGHUP)
            self.kosmod.wait_for('kosmod.conf:6: [limits] per-uid: "none"')
            self.kosmod.wait_for("the old values stay")
            self.check_limit(1)
            old.answer("wrong")
            self.assertEqual(old.next()[0], wire.ASK)
        self.assertEqual(self.kosmod.stop(), 0)

    def check_limit(self, more):
        """Root is not limited; its own uid is."""
        if ROOT:
            self.assertTrue(self.kosmod.serves())
            return
        clients = [self.kosmod.client() for _ in range(more + 1)]
        with clients[0], clients[more]:
            self.assertTrue(clients[more].closed_within(2))

    def test_new_nursery_has_new_values(self):
        self.kosmod.init().start()
        self.kosmod.write_conf("[limits]\nidle = 1s\n")
        self.kosmod.process.send_signal(signal.SIGHUP)
        self.kosmod.wait_for("reloaded")
        with self.kosmod.client() as c:
            until("the new nursery's talk", 3, self.kosmod.serves)
            self.assertEqual(c.begin()[0], wire.ASK)
            self.assertTrue(c.closed_within(1.8))
        self.assertEqual(self.kosmod.stop(), 0)


class Insides(Shared):
    """What every process must have done to itself."""

    def status(self, pid):
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            return dict(line.rstrip("\n").split(":\t", 1)
                        for line in f if ":\t" in line)

    def test_all_are_confined(self):
        with self.kosmod.client() as c:
            c.begin()
            below = children_of(self.kosmod.process.pid)
            self.assertEqual(len(below), 3)
            for pid, name in below.items():
                status = self.status(pid)
                self.assertEqual(status["NoNewPrivs"], "1", name)
                self.assertEqual(status["Seccomp"], "2", name)
                self.assertEqual(int(status["CapEff"], 16), 0, name)
                with open(f"/proc/{pid}/limits", encoding="utf-8") as f:
                    self.assertRegex(
                        f.read(), r"Max core file size +0 +0", name)
                self.check_environment(pid, name)

    def check_environment(self, pid, name):
        if not ROOT:
            return
        with open(f"/proc/{pid}/environ", "rb") as f:
            if name != "kosmod-keeper":  # a fork: the kernel shows the
                self.assertEqual(f.read(), b"", name)  # parent's old page

    def test_talk_has_two_sockets(self):
        if not ROOT:
            self.skipTest("needs root, to look into another's descriptors")
        with self.kosmod.client() as c:
            c.begin()
            pid = self.kosmod.pid("kosmod-talk")
            self.assertEqual(descriptors(pid).count("socket"), 2)


if __name__ == "__main__":
    if not os.environ.get("KOSMOD"):
        sys.exit("KOSMOD names the program to test")
    unittest.main(verbosity=2)
