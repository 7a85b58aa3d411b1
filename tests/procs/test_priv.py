#!/usr/bin/env python3
"""priv.sock, touch.sock and keys.sock: who may connect there, and what comes
of those who may.

KOSMOD and POST name the programs. Run by root, kosmod gets a uid of its own
and the tests that need a second one are run as well.
"""

import contextlib
import os
import shutil
import signal
import stat
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import wire
from daemon import Alone, Shared, until
from program import OTHER, ROOT, SERVER, become
from wire import Client, Closed, u8, u32

HELLO, MAIL, SENT = 192, 193, 194
POST, WARDEN, TOUCH = 1, 2, 3
KEYS = 7  # the phase of keys.sock
NO, YES, NEVER = range(3)
NOT_REGISTERED = 7
US = SERVER if ROOT else os.getuid()
NAMES = ("priv.sock", "touch.sock", "keys.sock")


@contextlib.contextmanager
def acting_as(uid):
    """What connects meanwhile does so as uid."""
    if not ROOT:
        assert uid == US
        yield
        return
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


def beside(kosmod, name):
    return os.path.join(os.path.dirname(kosmod.socket), name)


class Peer(Client):
    """A program at priv.sock, or at one of the two others."""

    def __init__(self, kosmod, uid=US, name="priv.sock"):
        with acting_as(uid):
            super().__init__(beside(kosmod, name))

    def hello(self, role=POST, version=2):
        self.send(wire.message(HELLO, u32(version), u8(role)))
        return self

    def mail(self):
        """The next one: its fields by tag."""
        packet = self.receive()
        assert packet[0] == MAIL, packet[0]
        return wire.fields_of(packet)

    def sent(self, mail, word=YES):
        self.send(wire.message(SENT, mail[1], u8(word), ""))


class Alike(Shared):
    def test_permissions(self):
        for name in NAMES:
            st = os.stat(beside(self.kosmod, name))
            self.assertEqual(stat.S_IMODE(st.st_mode), 0o600)
            self.assertEqual(st.st_uid, US)

    @unittest.skipUnless(ROOT, "needs a second uid")
    def test_stranger(self):
        for name in NAMES:
            self.assertRaises(
                PermissionError, Peer, self.kosmod, OTHER, name)
            path = beside(self.kosmod, name)
            os.chmod(path, 0o666)
            try:
                with Peer(self.kosmod, OTHER, name) as p:
                    self.assertTrue(p.closed(), "uids are looked at as well")
            finally:
                os.chmod(path, 0o600)

    def check_cut(self, uid, role, name="priv.sock"):
        with contextlib.suppress(Closed), Peer(self.kosmod, uid, name) as p:
            p.hello(role)
            self.assertTrue(p.closed(), (uid, role, name))

    def test_roles(self):
        for role in (0, WARDEN, 3, 255):
            self.check_cut(US, role)
        if ROOT:
            self.check_cut(0, POST)
            with Peer(self.kosmod, 0) as p:
                p.hello(WARDEN)
                self.kosmod.wait_for("the warden is here")

    def test_touch_has_its_socket(self):
        for role in (0, POST, WARDEN, 255):
            self.check_cut(US, role, "touch.sock")
        if ROOT:
            self.check_cut(0, TOUCH, "touch.sock")
            self.check_cut(0, WARDEN, "touch.sock")
        with Peer(self.kosmod, name="touch.sock") as p:
            p.hello(TOUCH)
            self.kosmod.wait_for("touch.sock: touch is here")

    def test_keys_have_their_socket(self):
        """The phase of keys is taken there alone, and no other is."""
        for phase in range(KEYS + 2):
            with Peer(self.kosmod, name="keys.sock") as p:
                p.send(wire.open_message(phase))
                packet = p.receive()
                if phase != KEYS:
                    self.assertEqual(wire.result_of(packet), wire.ERROR)
        for path in (self.kosmod.socket, self.kosmod.admin):
            with self.kosmod.client(path) as c:
                c.send(wire.open_message(KEYS))
                self.assertEqual(wire.result_of(c.next()), wire.ERROR)

    def test_garbage(self):
        good = wire.message(HELLO, u32(2), u8(POST))
        for packet in (b"\0", b"\xff" * 30000, good[:-1], good + b"x",
                       os.urandom(300), wire.open_message(wire.AUTH),
                       wire.message(HELLO, u32(1), u8(POST)),
                       wire.message(SENT, b"\0" * 8, u8(YES), "")):
            with Peer(self.kosmod) as p:
                p.send(packet)
                self.assertTrue(p.closed(), packet)
            with Peer(self.kosmod) as p:
                p.hello()
                with contextlib.suppress(Closed):
                    p.send(packet)
                self.assertTrue(packet[0] == SENT or p.closed(), packet)
        self.assertTrue(self.kosmod.serves())

    def test_answer_to_nothing(self):
        """It may come late; the next job is served all the same."""
        with Peer(self.kosmod) as p:
            p.hello()
            for word in (NO, YES, NEVER):
                p.sent({1: struct.pack(">Q", 4711)}, word)
            self.kosmod.wait_for("post is here")
            p.sent({1: struct.pack(">Q", 1)}, 3)
            self.assertTrue(p.closed(), "there is no such word")

    def test_silence(self):
        with Peer(self.kosmod) as p:
            self.assertTrue(p.closed(), "HELLO has a deadline")

    def test_flood(self):
        """Connections that say nothing: only so many, and no harm done."""
        with contextlib.ExitStack() as stack:
            peers = [stack.enter_context(Peer(self.kosmod))
                     for _ in range(40)]
            self.assertTrue(peers[-1].closed())
            self.assertTrue(self.kosmod.serves())
        self.kosmod.log = ""
        until("a place for the next one", self.admitted)

    def admitted(self):
        with Peer(self.kosmod) as p:
            with contextlib.suppress(Closed):
                p.hello()
                self.kosmod.read_log(1)
        return "post is here" in self.kosmod.log


class People(Alone):
    """What makes kosmod mail somebody."""

    def tearDown(self):
        self.assertEqual(self.kosmod.stop(), 0)

    def add(self, login):
        """As kosmoctl asks for it."""
        args = [("", login), ("email", f"{login}@example.co.jp")]
        with self.kosmod.client(self.kosmod.admin) as c:
            c.send(wire.open_message(wire.VERB, user="root",
                                     service="kosmoctl"))
            c.send(wire.hello_message("root", "kosmoctl", verb="user add",
                                      args=args))
            self.assertEqual(c.next()[0], wire.ASK)
            c.answer("19850401")
            self.assertEqual(wire.result_of(c.next()), wire.ALLOW)

    def forget(self, login):
        """Somebody invited who types `forgot` gets a mail that says so."""
        answers = ["forgot", "19850401", "123456", "000000"]
        with self.kosmod.client() as c:
            packet = c.begin(user=login)
            while packet[0] == wire.ASK:
                c.answer(answers.pop(0) if answers else "")
                packet = c.next()


class Mail(People):
    def setUp(self):
        super().setUp()
        self.kosmod.init().start()

    def check_mail(self, mail, login):
        self.assertEqual(mail[2], u8(NOT_REGISTERED))
        self.assertEqual(mail[4].decode(), f"{login}@example.co.jp")

    def check_no_mail(self, post):
        """A mark that comes after it: a mail to somebody else."""
        self.add("mark")
        self.forget("mark")
        mail = post.mail()
        self.check_mail(mail, "mark")
        post.sent(mail)

    def test_it_goes_once(self):
        self.add("taro")
        self.forget("taro")
        with Peer(self.kosmod) as post:
            mail = post.hello().mail()
            self.check_mail(mail, "taro")
            post.sent(mail)
            self.check_no_mail(post)
        self.kosmod.stop()
        self.kosmod.log = ""
        self.kosmod.start()
        with Peer(self.kosmod) as post:
            post.hello()
            self.add("jiro")
            self.forget("jiro")
            self.check_mail(post.mail(), "jiro")

    def test_silent_post(self):
        """It has the mail and says nothing: everybody else goes on, and
        when another one comes in its place the mail is not lost."""
        with Peer(self.kosmod) as silent, Peer(self.kosmod) as post:
            silent.hello()
            self.add("taro")
            self.forget("taro")
            self.check_mail(silent.mail(), "taro")
            for _ in range(20):
                self.assertTrue(self.kosmod.serves())
            post.hello()
            self.assertTrue(silent.closed())
            self.add("hana")
            self.forget("hana")
            mail = post.mail()
            self.check_mail(mail, "hana")
            post.sent(mail)
            self.assertTrue(self.kosmod.serves())

    def test_keeper_restarted(self):
        """What was with post when the keeper died goes again."""
        self.add("taro")
        with Peer(self.kosmod) as post:
            post.hello()
            self.forget("taro")
            self.check_mail(post.mail(), "taro")
            os.kill(self.kosmod.pid("kosmod-keeper"), signal.SIGKILL)
            self.assertTrue(post.closed())
        until("service again", self.kosmod.serves)
        with Peer(self.kosmod) as post:
            mail = post.hello().mail()
            self.check_mail(mail, "taro")
            post.sent(mail)
            self.check_no_mail(post)

    def test_never(self):
        self.add("taro")
        with Peer(self.kosmod) as post:
            post.hello()
            self.forget("taro")
            post.sent(post.mail(), NEVER)
            self.check_no_mail(post)


@unittest.skipUnless(os.environ.get("POST"), "POST does not name kosmo-post")
class Post(People):
    """The real one, with a sendmail that writes to a file."""

    def setUp(self):
        super().setUp()
        self.letters = f"{self.kosmod.dir}/letters"
        sendmail = f"{self.kosmod.dir}/sendmail"
        with open(sendmail, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\ncat > {self.letters}.$$\n"
                    f"exec mv {self.letters}.$$ {self.letters}\n")
        os.chmod(sendmail, 0o755)
        self.kosmod.write_conf("[email]\nfrom = no-reply@example.com\n"
                               f"sendmail = {sendmail}\n")
        self.kosmod.init().start()

    def start_post(self):
        program = f"{self.kosmod.dir}/kosmo-post"
        if not os.path.exists(program):
            shutil.copy(os.environ["POST"], program)
        post = subprocess.Popen(
            [program, "--config", self.kosmod.conf], stdin=subprocess.DEVNULL,
            preexec_fn=become(SERVER), stderr=subprocess.DEVNULL)
        self.addCleanup(post.wait)
        self.addCleanup(post.kill)
        return post

    def letter(self):
        def read():
            try:
                with open(self.letters, encoding="utf-8") as f:
                    return f.read()
            except FileNotFoundError:
                return None
        text = until("a letter", read)
        os.unlink(self.letters)
        return text

    def test_letter(self):
        self.start_post()
        self.kosmod.wait_for("post is here")
        self.add("taro")
        self.forget("taro")
        self.assertIn("\nTo: <taro@example.co.jp>\n", self.letter())

    def test_it_comes_back(self):
        self.start_post()
        self.kosmod.wait_for("post is here")
        os.kill(self.kosmod.pid("kosmod-keeper"), signal.SIGKILL)
        self.kosmod.wait_for("post is here")
        self.add("taro")
        self.forget("taro")
        self.assertIn("\nTo: <taro@example.co.jp>\n", self.letter())

    def test_killed(self):
        """Killed, and nobody there: what is told meanwhile waits."""
        post = self.start_post()
        self.kosmod.wait_for("post is here")
        post.kill()
        self.kosmod.wait_for("it went away")
        self.add("taro")
        self.forget("taro")
        self.assertFalse(os.path.exists(self.letters))
        self.start_post()
        self.assertIn("\nTo: <taro@example.co.jp>\n", self.letter())

    def test_kosmod_stopped(self):
        """kosmod stopped and started: it was not forgotten."""
        self.add("taro")
        self.forget("taro")
        self.assertEqual(self.kosmod.stop(), 0)
        self.kosmod.log = ""
        self.kosmod.start()
        self.start_post()
        self.assertIn("\nTo: <taro@example.co.jp>\n", self.letter())


@unittest.skipUnless(os.path.exists(os.environ.get("TOUCH", "")),
                     "TOUCH does not name kosmo-touch")
class Touch(Alone):
    """The real one, on the real socket."""

    def setUp(self):
        super().setUp()
        self.kosmod.init().start()

    def tearDown(self):
        self.assertEqual(self.kosmod.stop(), 0)

    def start_touch(self):
        program = f"{self.kosmod.dir}/kosmo-touch"
        if not os.path.exists(program):
            shutil.copy(os.environ["TOUCH"], program)
        touch = subprocess.Popen(
            [program, "--socket", beside(self.kosmod, "touch.sock")],
            stdin=subprocess.DEVNULL, preexec_fn=become(SERVER),
            stderr=subprocess.DEVNULL)
        self.addCleanup(touch.wait)
        self.addCleanup(touch.kill)
        return touch

    def test_it_comes_and_goes(self):
        touch = self.start_touch()
        self.kosmod.wait_for("touch.sock: touch is here")
        touch.kill()
        self.kosmod.wait_for("touch.sock: touch")
        self.kosmod.wait_for("it went away")
        self.assertTrue(self.kosmod.serves())
        self.start_touch()
        self.kosmod.wait_for("touch.sock: touch is here")

    def test_it_comes_back(self):
        self.start_touch()
        self.kosmod.wait_for("touch.sock: touch is here")
        os.kill(self.kosmod.pid("kosmod-keeper"), signal.SIGKILL)
        self.kosmod.wait_for("touch.sock: touch is here")


if __name__ == "__main__":
    unittest.main(verbosity=2)
