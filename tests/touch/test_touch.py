#!/usr/bin/env python3
"""kosmo-touch between a keeper that is played and authenticators in software:
each word that it can say, and what it does to a key when nobody waits for it.

TOUCH, AUTHENTICATOR and SHIM name the programs and the library in between.
"""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import keeper  # noqa: E402
import stick  # noqa: E402
from keeper import (BIOMETRIC, BUSY, DISCOURAGED, DONE, ENROL, FAILED, GONE,
                    KNOWN, NEXT, NO_KEY, NOT_YOURS, PIN, PIN_BLOCKED,
                    PIN_WRONG, PREFERRED, PROVE, REQUIRED, RP, STOP, TIMEOUT,
                    UNSET, UV_FAILED, WAITS, WANTS_PIN, Keeper)  # noqa: E402
from daemon import until, wait_gone  # noqa: E402
from program import OTHER, ROOT  # noqa: E402

UP, UV, AT = 1, 4, 64
GOOD = "314159"


class Touch(unittest.TestCase):
    def setUp(self):
        self.keeper = Keeper()
        self.addCleanup(self.keeper.done)
        self.keeper.start()
        self.jobs = 0

    def begin(self, act, *args, **kwargs):
        self.jobs += 1
        self.keeper.send(self.jobs, act, *args, **kwargs)
        return self.jobs

    def next_word(self, word, job=None):
        got = self.keeper.word()
        self.assertEqual(got.word, word)
        self.assertEqual(got.job, job or self.jobs)
        return got

    def go_on(self, act=NEXT, pin=""):
        self.keeper.send(self.jobs, act, pin=pin)

    def finish(self, *words, pin=GOOD):
        """These words, with the PIN where it is asked for, then DONE."""
        for word in (*words, DONE):
            got = self.next_word(word)
            if word in (WANTS_PIN, PIN_WRONG):
                self.go_on(PIN, pin)
        return got

    def enrol(self, *words, **kwargs):
        self.begin(ENROL, **kwargs)
        return self.finish(*(words or (WANTS_PIN, WAITS)))

    def served(self):
        """Whatever was before: the next job is done."""
        for k in self.keeper.keys:
            k.do("defaults")
        self.enrol()

    def flags(self, got):
        self.assertEqual(got.auth_data[:32], hashlib.sha256(
            RP.encode()).digest())
        return got.auth_data[32]

    def verify(self, enrolled, proof, challenge):
        """The signature, by openssl, under the key of the enrolment."""
        at = 37 + 16 + 2 + len(enrolled.credential)
        cose = enrolled.auth_data[at:]
        x, y = (cose.index(mark) for mark in (b"\x21\x58\x20", b"\x22\x58\x20"))
        der = (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107"
                             "034200") + b"\x04" + cose[x + 3:x + 35] +
               cose[y + 3:y + 35])
        with tempfile.TemporaryDirectory() as d:
            for name, data in (("key", der), ("sig", proof.signature),
                               ("data", proof.auth_data + challenge)):
                with open(f"{d}/{name}", "wb") as f:
                    f.write(data)
            return subprocess.run(
                ["openssl", "dgst", "-sha256", "-verify", f"{d}/key",
                 "-keyform", "DER", "-signature", f"{d}/sig", f"{d}/data"],
                capture_output=True, check=False).returncode == 0


class Right(Touch):
    def test_enrol_and_prove(self):
        self.keeper.key(pin=GOOD)
        made = self.enrol()
        self.assertEqual(self.flags(made), UP | UV | AT)
        self.assertEqual(made.format, "packed")
        self.assertEqual(made.statement[0] & 0xe0, 0xa0)
        self.assertGreater(len(made.credential), 15)
        self.assertIn(made.credential, made.auth_data)
        self.begin(PROVE, credentials=[made.credential], challenge=b"1" * 32)
        proof = self.finish(WANTS_PIN, WAITS)
        self.assertEqual(proof.credential, made.credential)
        self.assertEqual(self.flags(proof), UP | UV)
        self.assertEqual(len(proof.auth_data), 37)
        self.assertTrue(self.verify(made, proof, b"1" * 32))
        self.assertFalse(self.verify(made, proof, b"2" * 32))

    def test_algorithms(self):
        """The first of ours that the key has: -7, -8, -257."""
        for name, alg in (("all", 0x26), ("es256", 0x26), ("eddsa", 0x27),
                          ("rs256", 0x39)):
            key = self.keeper.key(f"algorithms={name}", pin=GOOD)
            made = self.enrol()
            at = 37 + 16 + 2 + len(made.credential)
            self.assertEqual(made.auth_data[at + 3:at + 5],
                             bytes([3, alg]), name)
            key.unplug()

    def test_statements(self):
        for name, form in (("self", "packed"), ("x5c", "packed"),
                           ("none", "none"), ("u2f", "fido-u2f")):
            key = self.keeper.key(f"attestation={name}", pin=GOOD)
            made = self.enrol()
            self.assertEqual(made.format, form)
            self.assertEqual(b"x5c" in made.statement,
                             name in ("x5c", "u2f"))
            key.unplug()

    def test_old_keys(self):
        for switches in (["version=2.0"], ["pin-protocols=one"],
                         ["pin-protocols=two"]):
            key = self.keeper.key(*switches, pin=GOOD)
            made = self.enrol()
            self.begin(PROVE, credentials=[made.credential])
            self.assertEqual(self.flags(self.finish(WANTS_PIN, WAITS)),
                             UP | UV)
            key.unplug()

    def test_u2f(self):
        """No PIN and no finger: by policy alone."""
        key = self.keeper.key("u2f=only")
        self.begin(ENROL)
        self.next_word(UNSET)
        for verify in (PREFERRED, DISCOURAGED):
            made = self.enrol(WAITS, verify=verify)
            self.assertEqual(made.format, "fido-u2f")
            self.begin(PROVE, verify, credentials=[b"x" * 64,
                                                   made.credential])
            proof = self.finish(WAITS)
            self.assertEqual(proof.credential, made.credential)
            self.assertEqual(self.flags(proof), UP)
        self.assertEqual(key.count("error"), 0)

    def test_which_of_many(self):
        """Credentials of other keys do no harm, and the list has no limit
        that a key could fall over."""
        self.keeper.key(pin=GOOD)
        made = self.enrol()
        others = [bytes([i]) * 512 for i in range(15)]
        self.begin(PROVE, credentials=[*others, made.credential])
        self.assertEqual(self.finish(WANTS_PIN, WAITS).credential,
                         made.credential)


class Verifying(Touch):
    def test_finger_first(self):
        self.keeper.key("uv=set", pin=GOOD)
        for verify in (REQUIRED, PREFERRED, BIOMETRIC):
            made = self.enrol(WAITS, verify=verify)
            self.assertEqual(self.flags(made), UP | UV | AT)

    def test_finger_again(self):
        key = self.keeper.key("uv=set", "finger-fails=1", pin=GOOD)
        self.begin(ENROL)
        self.next_word(WAITS)
        self.assertEqual(self.next_word(UV_FAILED).retries, 8)
        self.go_on(NEXT)
        self.assertEqual(self.flags(self.finish(WAITS)), UP | UV | AT)
        key.do("finger-fails 1")
        self.begin(ENROL)
        self.next_word(WAITS)
        self.next_word(UV_FAILED)

    def test_pin_after_the_finger(self):
        self.keeper.key("uv=set", "finger-fails=1", pin=GOOD)
        self.begin(ENROL)
        self.next_word(WAITS)
        self.next_word(UV_FAILED)
        self.go_on(PIN, "271828")
        self.assertEqual(self.next_word(PIN_WRONG).retries, 7)
        self.go_on(PIN, GOOD)
        self.assertEqual(self.flags(self.finish(WAITS)), UP | UV | AT)

    def test_no_more_fingers(self):
        """The key reads none any more, and has a PIN."""
        self.keeper.key("uv=set", "finger-fails=99", pin=GOOD)
        self.begin(ENROL)
        self.next_word(WAITS)
        for _ in range(9):
            got = self.keeper.word()
            if got.word == WANTS_PIN:
                break
            self.assertEqual(got.word, UV_FAILED)
            self.go_on(NEXT)
            self.next_word(WAITS)
        self.assertEqual(got.word, WANTS_PIN)
        self.go_on(PIN, GOOD)
        self.finish(WAITS)

    def test_biometric_is_no_pin(self):
        key = self.keeper.key("uv=set", "finger-fails=1", pin=GOOD)
        self.begin(ENROL, BIOMETRIC)
        self.next_word(WAITS)
        self.assertEqual(self.next_word(UV_FAILED).retries, 0)
        self.go_on(PIN, GOOD)
        self.next_word(FAILED)
        key.do("finger-fails 99")
        self.begin(ENROL, BIOMETRIC)
        self.next_word(WAITS)
        while (got := self.keeper.word()).word == UV_FAILED:
            self.go_on(NEXT)
            self.next_word(WAITS)
        self.assertEqual(got.word, PIN_BLOCKED)
        key.do("uv unset")
        self.begin(ENROL, BIOMETRIC)
        self.next_word(UNSET)

    def test_nothing_set(self):
        self.keeper.key()
        for verify in (REQUIRED, BIOMETRIC):
            self.begin(ENROL, verify)
            self.next_word(UNSET)
        for verify in (PREFERRED, DISCOURAGED):
            self.assertEqual(self.flags(self.enrol(WAITS, verify=verify)),
                             UP | AT)

    def test_discouraged(self):
        """A touch alone; unless the key insists, when it makes one."""
        key = self.keeper.key("make-without-uv=yes", pin=GOOD)
        made = self.enrol(WAITS, verify=DISCOURAGED)
        self.assertEqual(self.flags(made), UP | AT)
        self.begin(PROVE, DISCOURAGED, credentials=[made.credential])
        self.assertEqual(self.flags(self.finish(WAITS)), UP)
        key.do("make-without-uv no")
        self.begin(ENROL, DISCOURAGED)
        self.assertEqual(
            self.flags(self.finish(WAITS, WANTS_PIN, WAITS)), UP | UV | AT)

    def test_wrong_pin(self):
        """It is known to be wrong before anybody is told to touch."""
        key = self.keeper.key(pin=GOOD)
        self.begin(ENROL)
        self.assertEqual(self.next_word(WANTS_PIN).retries, 8)
        for left in (7, 6):
            self.go_on(PIN, "271828")
            self.assertEqual(self.next_word(PIN_WRONG).retries, left)
        self.assertEqual(key.count("blinks"), 0)
        self.go_on(PIN, GOOD)
        self.finish(WAITS)
        self.begin(ENROL)
        self.assertEqual(self.next_word(WANTS_PIN).retries, 8)

    def test_what_is_no_pin(self):
        self.keeper.key(pin=GOOD)
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        for text in ("", "314", "3" * 64, "3" * 512, "314159\0", "\0" * 6):
            self.go_on(PIN, text)
            self.assertEqual(self.next_word(PIN_WRONG).retries, 8, text)

    def test_pin_blocked(self):
        key = self.keeper.key(pin=GOOD)
        key.do("pin-retries 1")
        self.begin(ENROL)
        self.assertEqual(self.next_word(WANTS_PIN).retries, 1)
        self.go_on(PIN, "271828")
        self.assertEqual(self.next_word(PIN_BLOCKED).retries, 0)
        key.do("pin-retries 5", "pin-auth blocked")
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        self.go_on(PIN, GOOD)
        self.assertEqual(self.next_word(PIN_BLOCKED).retries, 5,
                         "pulled out and in again, it may be tried")


class Choosing(Touch):
    def test_no_key(self):
        key = self.keeper.key(pin=GOOD, plugged=False)
        for act in (ENROL, PROVE):
            self.begin(act, credentials=[b"x" * 16])
            self.next_word(NO_KEY)
        key.plug()
        self.enrol()

    def test_not_yours(self):
        self.keeper.key(pin=GOOD)
        self.begin(PROVE, credentials=[b"x" * 64, b"y" * 64])
        self.next_word(NOT_YOURS)

    def test_known(self):
        key = self.keeper.key(pin=GOOD)
        made = self.enrol()
        key.forget()
        self.begin(ENROL, credentials=[b"x" * 64, made.credential])
        self.assertEqual(self.next_word(KNOWN).credential, made.credential)
        self.assertEqual(key.count("blinks"), 0)
        # beside it a new one: that is meant
        self.keeper.key(pin="222222")
        self.begin(ENROL, credentials=[made.credential])
        self.finish(WANTS_PIN, WAITS, pin="222222")

    def test_the_one_that_holds_it(self):
        first, second = (self.keeper.key(pin=GOOD, plugged=False)
                         for _ in range(2))
        second.plug()
        made = self.enrol()
        first.plug()
        second.forget()
        self.begin(PROVE, credentials=[made.credential])
        self.finish(WANTS_PIN, WAITS)
        second.happened("touched")
        self.assertEqual(first.count("blinks"), 0)

    def test_several(self):
        keys = [self.keeper.key("touch=told", pin=f"{i}{i}{i}{i}{i}{i}")
                for i in range(3)]
        self.begin(ENROL)
        self.assertEqual(self.next_word(WAITS).keys, 3)
        for k in keys:
            k.happened("blinks")
        keys[1].do("touch")
        self.next_word(WANTS_PIN)
        for k in (keys[0], keys[2]):
            k.happened("cancel")
        self.go_on(PIN, "111111")
        self.assertEqual(self.next_word(WAITS).keys, 1)
        keys[1].happened("blinks")
        keys[1].do("touch")
        self.next_word(DONE)

    def test_several_and_one_goes(self):
        keys = [self.keeper.key("touch=told", pin=GOOD) for _ in range(3)]
        self.begin(ENROL)
        self.assertEqual(self.next_word(WAITS).keys, 3)
        for k in keys:
            k.happened("blinks")
        keys[0].unplug()
        keys[2].do("touch")
        self.next_word(WANTS_PIN)
        self.keeper.send(self.jobs, STOP)
        self.keeper.no_children()

    def test_several_and_all_go(self):
        keys = [self.keeper.key("touch=told", pin=GOOD) for _ in range(2)]
        self.begin(ENROL)
        self.next_word(WAITS)
        for k in keys:
            k.happened("blinks")
        for k in keys:
            k.unplug()
        self.next_word(GONE)

    def test_several_and_nobody_comes(self):
        keys = [self.keeper.key("touch=never", "give-up-ms=300", pin=GOOD)
                for _ in range(2)]
        self.begin(ENROL, seconds=1)
        self.next_word(WAITS)
        self.next_word(TIMEOUT)
        for k in keys:
            k.happened("blinks")
            k.happened("blinks")


class Waiting(Touch):
    def wait_for_touch(self, key, **kwargs):
        self.begin(ENROL, **kwargs)
        self.next_word(WANTS_PIN)
        self.go_on(PIN, GOOD)
        self.next_word(WAITS)
        key.happened("blinks")

    def test_nobody_touches(self):
        key = self.keeper.key("touch=never", pin=GOOD)
        began = time.monotonic()
        self.wait_for_touch(key, seconds=2)
        self.next_word(TIMEOUT)
        self.assertGreater(time.monotonic() - began, 1.9)
        key.happened("cancel")

    def test_the_key_gives_up_first(self):
        """It is asked again, as long as there is time."""
        key = self.keeper.key("touch=told", "give-up-ms=200", pin=GOOD)
        self.wait_for_touch(key)
        for _ in range(3):
            key.happened("blinks")
        key.do("touch at-once", "touch")
        self.next_word(DONE)

    def test_pulled_out(self):
        key = self.keeper.key("touch=never", pin=GOOD)
        self.wait_for_touch(key)
        key.unplug()
        self.next_word(GONE)
        key.plug()
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        key.unplug()
        self.go_on(PIN, GOOD)
        self.next_word(GONE)

    def test_stop(self):
        """The key stops blinking, and the next job has it."""
        key = self.keeper.key("touch=never", pin=GOOD)
        self.wait_for_touch(key)
        self.keeper.send(self.jobs, STOP)
        key.happened("cancel")
        self.keeper.no_children()
        self.assertTrue(self.keeper.quiet(0.1))
        key.do("touch at-once")
        self.enrol()

    def test_stop_at_once(self):
        """Before its process has begun, and anywhere after that."""
        key = self.keeper.key("touch=told", "make-without-uv=yes", pin=GOOD)
        for i in range(20):
            self.begin(ENROL, DISCOURAGED)
            time.sleep(i / 400)  # somewhere else each time
            self.keeper.send(self.jobs, STOP)
            self.keeper.no_children()
        while not self.keeper.quiet(0.1):  # what crossed the STOP
            self.assertIn(self.keeper.word().word, (WAITS, FAILED))
        until("every blinking was cancelled", lambda: key.count("blinks") ==
              key.count("status 0x2d"))
        self.assertEqual(key.count("touched"), 0)

    def test_stop_while_a_pin_is_typed(self):
        self.keeper.key(pin=GOOD)
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        self.keeper.send(self.jobs, STOP)
        self.keeper.no_children()
        self.assertTrue(self.keeper.quiet(0.1))

    def test_new_job_for_the_key_of_the_last(self):
        """As if the person had pressed Enter to try again."""
        key = self.keeper.key("touch=told", pin=GOOD)
        self.wait_for_touch(key)
        (old,) = self.keeper.children()
        os.kill(old, signal.SIGSTOP)
        self.keeper.send(self.jobs, STOP)
        self.begin(ENROL)
        until("two jobs", lambda: len(self.keeper.children()) == 2)
        self.assertTrue(self.keeper.quiet(0.2))
        os.kill(old, signal.SIGCONT)
        self.next_word(WANTS_PIN)
        self.go_on(PIN, GOOD)
        self.next_word(WAITS)
        key.happened("blinks")
        key.do("touch")
        self.next_word(DONE)

    def test_no_job_waits_for_another(self):
        slow, quick = (self.keeper.key("touch=told", pin=GOOD, plugged=False)
                       for _ in range(2))
        slow.plug()
        slow.do("touch at-once")
        held = self.enrol().credential
        slow.unplug()
        quick.plug()
        quick.do("touch at-once")
        other = self.enrol().credential
        slow.plug()
        slow.do("touch never")
        slow.forget()
        waits = self.begin(PROVE, credentials=[held])
        self.next_word(WANTS_PIN)
        self.go_on(PIN, GOOD)
        self.next_word(WAITS)
        slow.happened("blinks")
        for _ in range(5):
            began = time.monotonic()
            self.begin(PROVE, credentials=[other])
            self.finish(WANTS_PIN, WAITS)
            self.assertLess(time.monotonic() - began, 5)
        slow.do("touch at-once", "touch")
        self.keeper.send(waits, STOP)
        self.keeper.no_children()

    def test_one_key_and_two_jobs(self):
        """The second hears so; the first goes on, and each has its own."""
        key = self.keeper.key("touch=told", pin=GOOD)
        self.wait_for_touch(key)
        first = self.jobs
        began = time.monotonic()
        self.begin(ENROL)
        self.next_word(BUSY)
        self.assertLess(time.monotonic() - began, 10)
        key.do("touch")
        self.next_word(DONE, first)

    def test_another_program_has_it(self):
        """It is not waited for as libfido2 would, for twenty seconds."""
        key = self.keeper.key("touch=never", "make-without-uv=yes")
        self.begin(ENROL, DISCOURAGED)
        self.next_word(WAITS)
        key.happened("blinks")
        # the mark is the process's own: killed, it is there no more
        for pid in self.keeper.children():
            os.kill(pid, signal.SIGKILL)
        self.next_word(FAILED)
        self.keeper.wait_for("ended without a word")
        key.do("touch at-once")
        self.enrol(WAITS, verify=DISCOURAGED)


class Hostile(Touch):
    """Bytes of a key that is none. Each costs its own job and no other."""

    def check(self, switch, words, act=ENROL, seconds=3):
        key = self.keeper.key("make-without-uv=yes")
        credential = self.enrol(WAITS, verify=DISCOURAGED).credential
        key.do(switch)
        self.begin(act, DISCOURAGED, seconds=seconds,
                   credentials=[credential] if act == PROVE else [])
        while (got := self.keeper.word()).word == WAITS:
            continue
        self.assertIn(got.word, words, switch)
        self.keeper.no_children()
        if got.word != DONE:
            self.assertEqual(
                (got.auth_data, got.signature, got.statement, got.format),
                (b"", b"", b"", ""))
        key.do("defaults")
        key.end()
        if os.path.exists(key.socket):
            os.unlink(key.socket)
        self.keeper.keys.remove(key)
        return got

    def test_cut_and_blown_up(self):
        for act in (ENROL, PROVE):
            for switch in ("reply truncated", "reply oversized",
                           "frames short"):
                self.check(switch, act=act,
                           words=(FAILED, GONE, TIMEOUT, NO_KEY, NOT_YOURS))

    def test_keepalive_for_ever(self):
        for act in (ENROL, PROVE):
            self.check("keepalive forever", act=act, seconds=1,
                       words=(TIMEOUT, FAILED))

    def test_vanishes(self):
        for act in (ENROL, PROVE):
            self.check("vanish yes", act=act, words=(GONE, NO_KEY))

    def test_lies_are_passed_on(self):
        """They are judged elsewhere: it hands on what it was given."""
        for switch in ("rp-hash wrong", "up-flag missing", "signature bad",
                       "counter back", "extensions yes", "garbage yes",
                       "credential wrong"):
            got = self.check(switch, act=PROVE, words=(DONE,))
            self.assertEqual(got.auth_data.endswith(b"garbage"),
                             switch == "garbage yes")


class Sticks(Touch):
    """What is in the port is no authenticator at all."""

    def plug(self, answer):
        s = stick.Stick(self.keeper.bus, answer)
        self.addCleanup(s.end)

    def make(self, *args, **kwargs):
        """What comes of an enrolment with such an answer."""
        s = stick.Stick(self.keeper.bus,
                        stick.making(stick.made(*args, **kwargs)))
        self.begin(ENROL, DISCOURAGED, seconds=5)
        self.next_word(WAITS)
        got = self.keeper.word()
        s.end()
        return got

    def test_sizes(self):
        """At the limit, and one beyond: that is a line of the log."""
        for credential, more, word in ((512, 0, DONE), (513, 0, FAILED),
                                       (16, 1388, DONE), (16, 1389, FAILED)):
            got = self.make(b"i" * credential, b"m" * more)
            self.assertEqual(got.word, word, (credential, more))
            if word == DONE:
                self.assertEqual(got.credential, b"i" * credential)
                self.assertLessEqual(len(got.auth_data), 1536)
            else:
                self.keeper.wait_for("a key sent ")
        self.assertEqual(len(self.make(b"i" * 16, b"m" * 1388).auth_data),
                         1536)

    def test_forms(self):
        for fmt in ("", "f" * 32, "packed\n", "tpm", "\u202e"):
            self.assertIn(self.make(b"i" * 16, fmt=fmt).word,
                          (FAILED, DONE), fmt)
        for statement in ({}, [], 1, {"alg": "x"}, {"sig": {}},
                          {"x5c": [b"c" * 3000]}, {"x5c": [[], {}, 3]}):
            self.assertIn(self.make(b"i" * 16, statement=statement).word,
                          (FAILED, DONE), statement)

    def test_silent(self):
        """Nobody waits for it: three seconds, and it is none."""
        self.plug(None)
        began = time.monotonic()
        self.begin(ENROL)
        self.next_word(FAILED)
        self.assertLess(time.monotonic() - began, 20)
        self.keeper.wait_for("stick: can't be opened")
        self.keeper.key(pin=GOOD)
        self.enrol()

    def test_noise(self):
        self.plug(stick.noise)
        self.begin(ENROL, seconds=1)
        self.assertIn(self.keeper.word().word, (FAILED, TIMEOUT))
        self.keeper.no_children()

    def test_alive_for_ever(self):
        self.plug(stick.alive_for_ever)
        began = time.monotonic()
        self.begin(ENROL, seconds=1)
        self.assertIn(self.keeper.word().word, (FAILED, TIMEOUT))
        self.assertLess(time.monotonic() - began, 30)
        self.keeper.no_children()


class Loop(Touch):
    def test_kosmod_goes(self):
        """Nobody waits for the key any more; then all is as before."""
        key = self.keeper.key("touch=never", "make-without-uv=yes")
        for _ in range(3):
            key.forget()
            self.begin(ENROL, DISCOURAGED)
            self.next_word(WAITS)
            key.happened("blinks")
            self.keeper.close()
            key.happened("cancel")
            self.keeper.no_children()
            self.keeper.listen()
            self.keeper.accept()
            self.assertTrue(self.keeper.quiet(0.1))
        key.do("touch at-once")
        self.enrol(WAITS, verify=DISCOURAGED)

    def test_killed_job(self):
        """A child that dies costs its own job."""
        self.keeper.key("touch=told", pin=GOOD)
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        (pid,) = self.keeper.children()
        os.kill(pid, signal.SIGABRT)
        self.next_word(FAILED)
        self.keeper.wait_for("was ended by signal 6")
        self.begin(ENROL)
        self.next_word(WANTS_PIN)

    def test_stopped_child(self):
        """One that does not listen is killed in the end."""
        self.keeper.key(pin=GOOD)
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        (pid,) = self.keeper.children()
        os.kill(pid, signal.SIGSTOP)
        self.keeper.send(self.jobs, STOP)
        self.assertTrue(wait_gone(pid))
        self.enrol()

    def test_fifty_jobs(self):
        """Each is answered once, in whatever order; none is left."""
        self.keeper.key("touch=never", "make-without-uv=yes")
        self.begin(ENROL, DISCOURAGED)
        self.next_word(WAITS)
        for _ in range(50):
            self.begin(ENROL, DISCOURAGED)
        got = [self.keeper.word() for _ in range(50)]
        self.assertEqual({w.word for w in got}, {BUSY})
        self.assertEqual(sorted(w.job for w in got), list(range(2, 52)))
        self.keeper.send(1, STOP)
        self.keeper.no_children()
        self.assertTrue(self.keeper.quiet(0.1))

    def test_fifty_in_turn(self):
        key = self.keeper.key(pin=GOOD)
        before = self.descriptors()
        for _ in range(25):
            made = self.enrol()
            self.begin(PROVE, credentials=[made.credential])
            self.finish(WANTS_PIN, WAITS)
        self.keeper.no_children()
        self.assertEqual(self.descriptors(), before)
        self.assertEqual(key.count("error"), 0)

    def descriptors(self):
        """How many the loop has; only root can see that."""
        if os.geteuid() != 0:
            return None
        return len(os.listdir(f"/proc/{self.keeper.process.pid}/fd"))

    def test_bad_packets(self):
        """Not the keeper's: the connection ends, and another is tried."""
        whole = keeper.job_message(1, ENROL)
        for bad in (b"\0", whole[:-1], whole + b"x", b"\xc2" + whole[1:],
                    keeper.job_message(1, 0), keeper.job_message(1, 6),
                    os.urandom(200)):
            self.setUp()  # one more: they wait before they come back
            self.keeper.peer.send(bad)
            self.keeper.wait_for("a job of kosmod: ")
            self.keeper.peer.close()
        self.keeper.accept()
        self.keeper.key(pin=GOOD)
        self.enrol()

    def test_number_in_use(self):
        self.keeper.key(pin=GOOD)
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        self.keeper.send(self.jobs, ENROL)
        self.keeper.wait_for("a job of kosmod: ")
        self.keeper.no_children()

    def test_numbers_of_nobody(self):
        """Of a job that has just ended: nothing is said of it."""
        for act in (NEXT, PIN, STOP):
            self.keeper.send(4711, act, pin=GOOD)
        self.assertTrue(self.keeper.quiet(0.1))
        self.keeper.key(pin=GOOD)
        self.enrol()

    def test_end(self):
        """Told to go, it tells the keys first."""
        key = self.keeper.key("touch=never", "make-without-uv=yes")
        self.begin(ENROL, DISCOURAGED)
        self.next_word(WAITS)
        key.happened("blinks")
        below = self.keeper.children()
        self.assertEqual(self.keeper.stop(), 0)
        key.happened("cancel")
        for pid in below:
            self.assertTrue(wait_gone(pid))


class Hanging(Touch):
    def test_child_that_hangs(self):
        """In a key that never ends, say: the loop does not wait for it."""
        self.keeper.key("touch=never", "make-without-uv=yes")
        self.begin(ENROL, DISCOURAGED, seconds=1)
        self.next_word(WAITS)
        (pid,) = self.keeper.children()
        os.kill(pid, signal.SIGSTOP)
        self.next_word(TIMEOUT)
        self.keeper.wait_for("job 1 does not end: its key does not answer")
        self.assertTrue(wait_gone(pid))


class Process(Touch):
    def status(self, pid):
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            return dict(line.rstrip("\n").split(":\t", 1) for line in f
                        if ":\t" in line)

    def test_what_it_is(self):
        self.keeper.key(pin=GOOD)
        self.begin(ENROL)
        self.next_word(WANTS_PIN)
        (child,) = self.keeper.children()
        for pid in (self.keeper.process.pid, child):
            status = self.status(pid)
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual(status["Seccomp"], "2")
            with open(f"/proc/{pid}/limits", encoding="utf-8") as f:
                self.assertRegex(f.read(), r"core file size +0 +0")
            if ROOT:  # nobody else may look at it
                self.assertEqual(os.stat(f"/proc/{pid}/environ").st_uid, 0)
        self.assertEqual(self.keeper.children()[child], "kosmo-touch-key")

    @unittest.skipIf(os.geteuid() != 0, "only root sees what it has")
    def test_what_a_child_has(self):
        """Its own way to the loop and its key, and of other jobs nothing."""
        self.keeper.key(pin=GOOD)
        self.keeper.key(pin=GOOD)
        for k in self.keeper.keys:
            k.do("touch never", "make-without-uv yes")
        self.begin(ENROL, DISCOURAGED)
        self.next_word(WAITS)
        for k in self.keeper.keys:
            k.happened("blinks")
        (child,) = self.keeper.children()
        self.begin(ENROL, DISCOURAGED)
        self.next_word(BUSY)
        kinds = [os.readlink(f"/proc/{child}/fd/{fd}")
                 for fd in os.listdir(f"/proc/{child}/fd")]
        # the log, the loop, two keys; the marks; and standard error
        self.assertLessEqual(sum("socket:" in k for k in kinds), 4)
        self.assertEqual(sum("claims" in k for k in kinds), 1)
        self.assertEqual(sum("anon_inode:" in k for k in kinds), 0)

    def test_command_line(self):
        touch = os.environ["TOUCH"]
        done = subprocess.run([touch, "--version"], capture_output=True,
                              text=True, check=False)
        self.assertRegex(done.stdout, r"^kosmo-touch \d+\.\d+")
        for args in (["--colour"], ["more"], ["--socket"]):
            done = subprocess.run([touch, *args], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage: kosmo-touch", done.stderr)

    @unittest.skipUnless(ROOT, "needs root, to be refused")
    def test_never_root(self):
        done = subprocess.run([os.environ["TOUCH"]], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("never runs as root", done.stderr)

    def test_folder_of_others(self):
        os.chmod(self.keeper.run, 0o777)
        self.keeper.close()
        self.keeper.wait_for("others may write to its folder")
        os.chmod(self.keeper.run, 0o755)
        self.keeper.listen()
        self.keeper.accept()
        if not ROOT:
            return
        self.keeper.close()
        os.chown(self.keeper.run, OTHER, OTHER)
        self.keeper.listen()
        self.keeper.wait_for("its folder belongs to another user")


if __name__ == "__main__":
    unittest.main(verbosity=2)
