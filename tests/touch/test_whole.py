#!/usr/bin/env python3
"""A security key from end to end: kosmoctl, kosmod and kosmo-touch as they are
installed, and an authenticator in software in the place of a stick.

KOSMOD, KOSMOCTL, TOUCH, AUTHENTICATOR and SHIM name them.
"""

import fcntl
import json
import os
import pty
import subprocess
import sys
import termios
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in (HERE, f"{HERE}/../ctl", f"{HERE}/../procs"):
    sys.path.insert(0, folder)

import house  # noqa: E402
from house import ACCOUNT, ROOT, App, House, as_account  # noqa: E402
from keeper import Key  # noqa: E402
from wire import readable  # noqa: E402

# Several faults in a row, and nobody has to wait.
house.CONF += "[throttle]\nfree = 100\n"

ME = ACCOUNT.pw_name
PASSWORD = "Yamabuki-7-blume"
GOOD = "314159"
APP = r"Code[^\n]*: "
PIN = r"PIN of the key: "


class Rig(unittest.TestCase):
    """Somebody who has an app, and a kosmo-touch for keys to come."""

    def setUp(self):
        self.house = House(methods="passkey totp")
        self.addCleanup(self.house.done)
        self.bus = f"{self.house.dir}/bus"
        os.mkdir(self.bus, 0o755)
        self.touch = subprocess.Popen(
            [os.environ["TOUCH"], "--socket",
             f"{self.house.dir}/run/touch.sock"],
            preexec_fn=as_account(), stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"LD_PRELOAD": os.environ["SHIM"],
                 "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
                 "KOSMO_AUTHENTICATORS": self.bus})
        self.addCleanup(self.touch.wait)
        self.addCleanup(self.touch.kill)
        self.addCleanup(self.touch.stderr.close)
        self.hear("connected to kosmod")
        self.register()

    def hear(self, words):
        text = ""
        while words not in text:
            line = self.touch.stderr.readline().decode()
            self.assertTrue(line, text)
            text += line

    def key(self, name, *switches, **kwargs):
        k = Key(self.house.dir, self.bus, name, *switches, **kwargs)
        self.addCleanup(k.end)
        return k

    def register(self):
        _, out, err = self.house.run(
            "--json", "user", "add", ME, "--email", "taro@example.co.jp",
            "--stdin", answers="19850401\n")
        slip = json.loads(out or err)
        t = self.house.talk("enroll", "totp")
        t.answer(r"Password: ", slip["initial_password"])
        t.answer(r"Method \(1 or 2\): ", "2")
        t.answer(r"New password: ", PASSWORD)
        t.answer(r"Retype new password: ", PASSWORD)
        t.answer(r"Code shown by the app", "key")
        self.app = App(t.expect(r"Key +((\w{4} ){7}\w{4})").group(1))
        t.answer(r"Code shown by the app", self.app.code())
        t.answer(r"Device name \[app\]: ", "phone")
        t.answer(r"Press Enter: ", "")
        self.assertEqual(t.end(), 0, t.all)

    def confirmed(self, *args):
        t = self.house.talk(*args)
        t.answer(r"Password: ", PASSWORD)
        t.answer(APP, self.app.code())
        return t

    def enroll(self, name):
        t = self.confirmed("enroll", "passkey", "--name", name)
        t.answer(r"Press Enter when ready[^\n]*: ", "")
        return t

    def rename(self, key, name, fault="defaults"):
        """A verb that asks for the password and then for the key."""
        t = self.house.talk("device", "rename", "phone", name)
        t.answer(r"Password: ", PASSWORD)
        t.expect(PIN)
        key.do(fault)
        t.answer("", GOOD)
        return t

    def kinds(self):
        code, out, err = self.house.run("device", "list", "--json")
        self.assertEqual(code, 0, err)
        return {d["name"]: d["kind"] for d in json.loads(out)}

    def preferred(self, *switches):
        """A key that is enrolled, and asked for from now on."""
        key = self.key("blue", *switches, pin=GOOD)
        t = self.enroll("blue key")
        t.answer(PIN, GOOD)
        self.assertEqual(t.end(), 0, t.all)
        t = self.confirmed("method", "passkey")
        self.assertEqual(t.end(), 0, t.all)
        self.blue = key
        return key


class Whole(Rig):
    def test_enrol_and_use(self):
        key = self.key("blue", pin=GOOD)
        t = self.enroll("blue key")
        t.answer(PIN, "271828")
        t.answer(r"Wrong PIN\. After 7 more(.|\n)*" + PIN, GOOD)
        self.assertEqual(t.end(), 0, t.all)
        self.assertIn("Touch the key when it blinks (within 60 seconds).",
                      t.out + t.all)
        self.assertIn('"blue key" is enrolled.', t.out)
        self.assertEqual(self.kinds(), {"phone": "totp",
                                        "blue key": "passkey"})
        t = self.confirmed("method", "passkey")
        self.assertEqual(t.end(), 0, t.all)
        t = self.rename(key, "tablet")
        self.assertEqual(t.end(), 0, t.all)
        self.assertIn("tablet", self.kinds())

    def test_algorithms(self):
        for alg in ("eddsa", "rs256"):
            with self.subTest(alg):
                key = self.key(alg, f"algorithms={alg}", pin=GOOD)
                t = self.enroll(alg)
                t.answer(PIN, GOOD)
                self.assertEqual(t.end(), 0, t.all)
                key.unplug()

    def test_what_comes_of_faults(self):
        """The judge refuses what a key that lies has sent."""
        key = self.preferred()
        for switch in ("rp-hash wrong", "up-flag missing", "uv-flag missing",
                       "signature bad", "counter back", "credential wrong",
                       "reply truncated", "frames short", "garbage yes"):
            t = self.rename(key, "taken over", switch)
            t.expect("Press Enter |" + PIN + "|" + APP)
            self.assertNotEqual(t.give_up(), 0, switch)
            self.assertNotIn("taken over", self.kinds(), switch)
            key.do("defaults")
        self.assertEqual(self.rename(key, "tablet").end(), 0)

    def test_no_key_then_another(self):
        key = self.key("green", pin=GOOD, plugged=False)
        t = self.enroll("green key")
        t.expect(r"No key found\. Please plug it in again\.")
        key.plug()
        t.answer(r"Press Enter when ready[^\n]*: ", "")
        t.answer(PIN, GOOD)
        self.assertEqual(t.end(), 0, t.all)
        t = self.enroll("once more")
        t.expect(r'This key is already yours as "green key"')
        self.assertNotEqual(t.give_up(), 0)

    def test_given_up(self):
        """Whoever leaves lets the key go dark."""
        key = self.key("grey", "touch=never", pin=GOOD)
        t = self.enroll("grey key")
        t.answer(PIN, GOOD)
        key.happened("blinks")
        t.process.kill()
        t.end()
        key.happened("cancel")

    def test_touch_goes(self):
        key = self.key("white", "touch=never", pin=GOOD)
        t = self.enroll("white key")
        t.answer(PIN, GOOD)
        key.happened("blinks")
        self.touch.kill()
        self.assertNotEqual(t.end(), 0)
        self.assertEqual(self.kinds(), {"phone": "totp"})


class Screen:
    """A terminal, and a kosmoctl whose standard output is elsewhere."""

    def __init__(self, argv, env):
        self.fd, theirs = pty.openpty()
        become = as_account()

        def at_the_terminal():
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
            if become:
                become()
        self.seen = ""
        if ROOT:
            os.fchown(theirs, ACCOUNT.pw_uid, -1)
        self.process = subprocess.Popen(
            argv, stdin=theirs, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=at_the_terminal, env=env)
        os.close(theirs)

    def answer(self, words, text):
        """Types text where the terminal ends in words."""
        while not self.seen.endswith(words):
            if not readable(self.fd, house.PATIENCE):
                raise AssertionError(f"no {words!r} in {self.seen!r}")
            self.seen += os.read(self.fd, 4096).decode()
        os.write(self.fd, (text + "\n").encode())
        self.seen += " "

    def end(self):
        """(exit code, standard output, standard error)"""
        out, err = self.process.communicate(timeout=house.PATIENCE)
        while readable(self.fd, 0):
            try:
                self.seen += os.read(self.fd, 4096).decode()
            except OSError:  # the other end is closed
                break
        os.close(self.fd)
        return self.process.returncode, out.decode(), err.decode()


class Streams(Rig):
    """What a key is touched for is read where one sits, and a result where
    standard output goes."""

    TOUCH = 'Touch the key "blue key" (within 60 seconds).'
    BLINKS = "Touch the key when it blinks (within 60 seconds)."

    def setUp(self):
        super().setUp()
        self.preferred()

    def test_json(self):
        t = self.house.talk("--json", "device", "rename", "phone", "tablet")
        t.answer(r"Password: ", PASSWORD)
        t.answer(PIN, GOOD)
        self.assertEqual(t.end(), 0, t.all)
        json.loads(t.out)
        self.assertIn(self.TOUCH, t.all)
        self.assertIn("tablet", self.kinds())

    def test_json_of_a_new_key(self):
        green = self.key("green", pin=GOOD, plugged=False)
        t = self.house.talk("--json", "enroll", "passkey", "--name", "green")
        t.answer(r"Password: ", PASSWORD)
        t.answer(PIN, GOOD)
        t.expect(r"Press Enter when ready[^\n]*: ")
        self.blue.unplug()
        green.plug()
        t.answer("", "")
        t.answer(PIN, GOOD)
        self.assertEqual(t.end(), 0, t.all)
        self.assertEqual(json.loads(t.out)["kind"], "passkey")
        self.assertIn(self.BLINKS, t.all)

    def test_refused_in_json(self):
        t = self.house.talk("--json", "device", "rename", "phone", "tablet")
        t.answer(r"Password: ", PASSWORD)
        t.expect(PIN)
        self.assertEqual(t.give_up(), 1)
        self.assertEqual(set(json.loads(t.out)), {"error"})
        self.assertNotIn("tablet", self.kinds())

    def test_standard_output(self):
        t = self.house.talk("device", "rename", "phone", "tablet")
        t.answer(r"Password: ", PASSWORD)
        t.answer(PIN, GOOD)
        self.assertEqual(t.end(), 0, t.all)
        self.assertEqual(t.out, '"phone" is renamed.\n')
        self.assertIn(self.TOUCH, t.all)

    def test_terminal(self):
        s = Screen(self.house.argv("device", "rename", "phone", "tablet"),
                   self.house.env)
        s.answer("Password: ", PASSWORD)
        s.answer("PIN of the key: ", GOOD)
        self.assertEqual(s.end(), (0, '"phone" is renamed.\n', ""))
        self.assertIn(self.TOUCH, s.seen)
        self.assertNotIn(GOOD, s.seen)

    def test_no_terminal(self):
        for more in ((), ("--json",)):
            done = subprocess.run(
                self.house.argv(*more, "enroll", "passkey"), check=False,
                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                preexec_fn=as_account(), start_new_session=True,
                env=self.house.env, timeout=house.PATIENCE)
            self.assertEqual(done.returncode, 1, more)
            self.assertIn("There is no terminal to ask at", done.stderr)
            if more:
                self.assertIn("no terminal", json.loads(done.stdout)["error"])
            else:
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
