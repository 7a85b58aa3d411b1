#!/usr/bin/env python3
"""What kosmod does when clients are mad, bad or many.

KOSMOD names the program. Run by root, kosmod gets a uid of its own and the
tests that need a second one are run as well.
"""

import contextlib
import os
import resource
import signal
import socket
import sys
import time
import traceback
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import wire
from daemon import SILENCE, Alone, Shared, descriptors, until
from program import OTHER, ROOT, become
from wire import Closed

READY = 4  # talks that wait for a conversation


class Clients(Shared):
    def check_refused(self, *packets):
        with self.kosmod.client() as c:
            try:
                for packet in packets:
                    c.send(packet)
            except Closed:
                pass
            self.assertTrue(c.closed(SILENCE - 1), packets)
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
        good = wire.hello_message("nobody-at-all")
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
                self.assertTrue(c.closed(), packet)

    def test_wrong_version_and_phase(self):
        for packet in (wire.open_message(wire.AUTH, version=1),
                       wire.open_message(0), wire.open_message(77)):
            with self.kosmod.client() as c:
                c.send(packet)
                self.assertEqual(wire.result_of(c.next()), wire.ERROR)

    def test_session_without_a_ticket(self):
        with self.kosmod.client() as c:
            c.send(wire.open_message(wire.SESSION))
            self.assertEqual(wire.result_of(c.next()), wire.NOT_MINE)

    def test_a_descriptor_is_not_taken(self):
        keeper = self.kosmod.pid("kosmod-keeper")
        with self.kosmod.client() as c:
            read_end, write_end = os.pipe()
            socket.send_fds(c.sock, [wire.open_message(wire.AUTH)],
                            [write_end])
            os.close(write_end)
            c.send(wire.hello_message("nobody-at-all"))
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

    def no_talks(self):
        """Those of the tests before may be just dying."""
        until("no talk left", lambda: not self.kosmod.pids("kosmod-talk"))

    def all_ready(self):
        until("as many are ready as should be",
              lambda: len(self.kosmod.pids("kosmod-ready")) == READY)

    def test_client_goes_while_talk_is_busy(self):
        self.no_talks()
        with self.kosmod.client() as c:
            c.begin()
            self.assertTrue(self.kosmod.pids("kosmod-talk"))
            c.answer("wrong")
        self.no_talks()

    def test_client_goes_with_unread_messages(self):
        self.no_talks()
        with self.kosmod.client() as c:
            c.send(wire.open_message(wire.AUTH))
            c.send(wire.hello_message("nobody-at-all"))
            self.kosmod.pid("kosmod-talk")
        self.no_talks()

    def test_a_ready_talk_takes_the_next(self):
        """Talks wait for conversations; one that dies is replaced."""
        self.all_ready()
        ready = set(self.kosmod.pids("kosmod-ready"))
        with self.kosmod.client() as c:
            self.assertEqual(c.begin()[0], wire.ASK)
            self.assertTrue(ready & set(self.kosmod.pids("kosmod-talk")))
        if not ROOT:
            return
        for pid in self.kosmod.pids("kosmod-ready"):
            # with the first the nursery is made anew, and takes the rest along
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kosmod.serves()
        self.all_ready()

    def test_nothing_piles_up(self):
        if not ROOT:
            self.skipTest("needs root, to look into another's descriptors")
        keeper = self.kosmod.pid("kosmod-keeper")
        nursery = self.kosmod.pid("kosmod-nursery")
        self.come_and_go()
        before = descriptors(keeper) + descriptors(nursery)
        self.come_and_go()
        until("no more descriptors than before", lambda: not (
            descriptors(keeper) + descriptors(nursery) - before))

    def come_and_go(self):
        for i in range(30):
            with self.kosmod.client() as c:
                c.begin()
                if i % 2:
                    c.answer("wrong")
        self.no_talks()
        self.assertTrue(self.kosmod.serves())
        self.no_talks()
        self.all_ready()


class Silent(Shared):
    def test_silent_clients(self):
        """Nobody who says nothing is kept for good."""
        began = time.monotonic()
        silent = self.kosmod.client()
        no_hello = self.kosmod.client()
        no_hello.send(wire.open_message(wire.AUTH))
        with silent, no_hello:
            self.assertTrue(silent.closed())
            self.assertTrue(no_hello.closed())
        self.assertGreater(time.monotonic() - began, SILENCE - 0.1)


class Deadlines(Alone):
    """They come, and not too early; how late is the machine's affair."""

    def check_ended(self, service, seconds):
        self.kosmod.init().start()
        with self.kosmod.client() as c:
            began = time.monotonic()
            with contextlib.suppress(Closed):  # it may not come to an ASK
                self.assertEqual(c.begin(service=service)[0], wire.ASK)
                self.assertIn(b"time is up", c.receive())
                self.assertEqual(wire.result_of(c.receive()), wire.DENY)
            self.assertGreater(time.monotonic() - began, seconds - 0.1)
        self.assertEqual(self.kosmod.stop(), 0)

    def test_idle_prompt(self):
        self.kosmod.write_conf(
            "[limits]\nidle = 2s\n[service sshd]\ndeadline = 20m\n")
        self.check_ended("sshd", 2)

    def test_deadline_of_a_service(self):
        self.kosmod.write_conf(
            "[limits]\nidle = 10m\n[service quick]\ndeadline = 1s\n")
        self.check_ended("quick", 1)


class Lingering(Alone):
    def test_nobody_stays_after_the_end(self):
        self.kosmod.write_conf("[service quick]\ndeadline = 1s\n")
        self.kosmod.init().start()
        with self.kosmod.client() as c:
            with contextlib.suppress(Closed):
                c.begin(service="quick")
            self.assertTrue(c.closed())
        self.assertEqual(self.kosmod.stop(), 0)


class Brim(Alone):
    """[limits] conversations: 64 of them are root's."""

    def fill(self, n):
        """n are let in, and one more is not."""
        with contextlib.ExitStack() as stack:
            for _ in range(n):
                c = stack.enter_context(self.kosmod.client())
                self.assertEqual(c.begin()[0], wire.ASK)
            one_more = stack.enter_context(self.kosmod.client())
            self.assertTrue(one_more.closed())

    def as_stranger(self, n):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                become(OTHER)()
                self.fill(n)
                status = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)

    def test_conversations(self):
        self.kosmod.write_conf("[limits]\nidle = 10m\nconversations = 67\n"
                               "[service sshd]\ndeadline = 20m\n")
        self.kosmod.init().start()
        if not ROOT:
            self.fill(3)
        else:
            self.as_stranger(3)
            with contextlib.ExitStack() as stack:
                for _ in range(10):
                    c = stack.enter_context(self.kosmod.client())
                    self.assertEqual(c.begin()[0], wire.ASK)
        self.kosmod.wait_for("too many conversations, root's are kept")
        self.assertEqual(self.kosmod.stop(), 0)


class Floods(Shared):
    conf = """
[limits]
idle = 10m
per-uid = 20
[service sshd]
deadline = 20m
[service locker]
deadline = 20m
"""

    def flood(self, n):
        """n connections; how many were kept. The first begin a dialogue:
        who says nothing is cut off, and the next would be in its place."""
        clients = []
        for i in range(n):
            clients.append(self.kosmod.client())
            if i < 20:
                clients[i].begin()
        with self.kosmod.client() as last:
            last.closed()  # and all before it were closed before it
        kept = 0
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


if __name__ == "__main__":
    if not os.environ.get("KOSMOD"):
        sys.exit("KOSMOD names the program to test")
    unittest.main(verbosity=2)
