#!/usr/bin/env python3
"""What is left when one of kosmod's processes dies.

KOSMOD names the program. Run by root, kosmod gets a uid of its own and the
tests that need a second one are run as well.
"""

import contextlib
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import wire
from daemon import (SILENCE, Alone, Shared, children_of, descriptors, until,
                    wait_gone)
from program import ROOT
from wire import Closed


class Kills(Alone):
    """One process dies at one moment: never a yes, and service is back.

    At most four deaths of one kosmod: five within ten seconds would end it,
    as they should.
    """

    def setUp(self):
        super().setUp()
        self.kosmod.init().start()

    def tearDown(self):
        if self.kosmod.process.poll() is not None:
            self.kosmod.wait_for("something that it never says", 1)
        self.assertEqual(self.kosmod.stop(), 0)

    def stages(self, c):
        """A client that does not know of the kill; it never waits long."""
        yield "connected"
        c.send(wire.open_message(wire.AUTH))
        yield "OPEN was sent"
        c.send(wire.hello_message("nobody-at-all"))
        yield "HELLO was sent"
        packet = c.next()
        self.assertNotEqual(wire.result_of(packet), wire.ALLOW)
        yield "ASK came"
        c.answer("wrong")
        yield "ANSWER was sent"
        packet = c.next()
        self.assertNotEqual(wire.result_of(packet), wire.ALLOW)
        yield "the next ASK came"

    def kill_at(self, name, stage):
        with self.kosmod.client() as c:
            try:
                for i, _ in enumerate(self.stages(c)):
                    if i == stage:
                        self.kill_now(name)
                if stage == 5:
                    self.assertTrue(c.closed())
            except Closed:
                pass

    def kill_now(self, name):
        if name == "kosmod-talk":
            pids = self.kosmod.pids(name)
        else:
            pids = [self.kosmod.pid(name)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            self.assertTrue(wait_gone(pid))

    def check_service(self):
        until("service again", self.kosmod.serves)
        until("one of each and no talk", self.kosmod.is_whole)

    def test_talk(self):
        for stage in range(2, 6):
            self.kill_at("kosmod-talk", stage)
            self.check_service()

    def test_nursery(self):
        for stage in range(2, 6):
            self.kill_at("kosmod-nursery", stage)
            self.check_service()

    def test_keeper_early(self):
        for stage in range(0, 3):
            self.kill_at("kosmod-keeper", stage)
            self.check_service()

    def test_keeper_late(self):
        for stage in range(3, 6):
            self.kill_at("kosmod-keeper", stage)
            self.check_service()

    def test_nursery_dies_between_clients(self):
        pid = self.kosmod.pid("kosmod-nursery")
        os.kill(pid, signal.SIGKILL)
        self.assertTrue(wait_gone(pid))
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)

    def test_stopped_keeper(self):
        """SIGSTOP: no answer, which a client must take for a no; then on."""
        keeper = self.kosmod.pid("kosmod-keeper")
        os.kill(keeper, signal.SIGSTOP)
        try:
            with self.kosmod.client(seconds=0.5) as c:
                c.send(wire.open_message(wire.AUTH))
                c.send(wire.hello_message("nobody-at-all"))
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
            self.assertTrue(c.closed())
            self.kosmod.wait_for("a talk process died by signal")
            until("a new nursery", lambda: len(
                [p for p in self.kosmod.pids("kosmod-nursery") if p != old]))
            other.answer("wrong")
            self.assertIn(other.next()[0], (wire.ASK, wire.END))
            self.assertTrue(self.kosmod.serves())
        self.assertTrue(wait_gone(old))
        self.assertEqual(self.kosmod.stop(), 0)

    def test_gives_up(self):
        """A keeper that dies again and again is systemd's to see."""
        self.kosmod.init().start()
        until("the end", self.keeper_dies)
        self.assertEqual(self.kosmod.stop(), 1)

    def keeper_dies(self):
        """Once more, if there is one; True when kosmod has given up."""
        for pid in self.kosmod.pids("kosmod-keeper"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.assertTrue(wait_gone(pid))
        return self.kosmod.process.poll() is not None

    def test_parent_killed(self):
        self.kosmod.init().start()
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            below = children_of(self.kosmod.process.pid)
            self.assertGreaterEqual(len(below), 3)
            self.kosmod.process.kill()
            self.assertTrue(c.closed())
        for pid in below:
            self.assertTrue(wait_gone(pid))


class Reload(Alone):
    def test_good_and_bad(self):
        self.kosmod.init().start()
        with self.kosmod.client() as old:
            self.assertEqual(old.begin()[0], wire.ASK)
            self.kosmod.write_conf("[limits]\nper-uid = 2\n")
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
            self.assertTrue(clients[more].closed(SILENCE - 1))

    def test_new_nursery_has_new_values(self):
        self.kosmod.init().start()
        old = self.kosmod.pid("kosmod-nursery")
        self.kosmod.write_conf("[limits]\nidle = 1s\n")
        self.kosmod.process.send_signal(signal.SIGHUP)
        self.kosmod.wait_for("reloaded")
        self.assertTrue(wait_gone(old))
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            self.assertIn(b"time is up", c.receive())
            self.assertEqual(wire.result_of(c.receive()), wire.DENY)
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
            until("all talks that wait", lambda: [
                self.status(pid)["Seccomp"]
                for pid in self.kosmod.pids("kosmod-ready")] == ["2"] * 4)
            below = children_of(self.kosmod.process.pid)
            self.assertEqual(len(below), 3 + 4)
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
        # that of the test before may be just dying
        until("no talk", lambda: not self.kosmod.pids("kosmod-talk"))
        with self.kosmod.client() as c:
            c.begin()
            pid = self.kosmod.pid("kosmod-talk")
            self.assertEqual(descriptors(pid)["socket"], 2)


if __name__ == "__main__":
    if not os.environ.get("KOSMOD"):
        sys.exit("KOSMOD names the program to test")
    unittest.main(verbosity=2)
