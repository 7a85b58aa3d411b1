#!/usr/bin/env python3
"""Unmodified programs of libfido2 and OpenSSH with the software
authenticator: what they make of it when it is right, and of each fault."""

import base64
import hashlib
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from key import Usb  # noqa: E402

CHALLENGE = base64.b64encode(hashlib.sha256(b"challenge").digest()).decode()
RP = "host.example"
ALGORITHMS = "es256", "eddsa", "rs256"


class Tools(unittest.TestCase):
    def setUp(self):
        self.usb = Usb()
        self.addCleanup(self.usb.done)

    def file(self, name, *lines):
        path = f"{self.usb.dir}/{name}"
        with open(path, "w", encoding="utf-8") as f:
            f.write("".join(f"{line}\n" for line in lines))
        return path

    def make(self, key, *args, alg="es256", pins=()):
        """fido2-cred -M: exit status, and what it said."""
        told = self.file("make.in", CHALLENGE, RP, "taro", "dGFybw==")
        return self.usb.run("fido2-cred", "-M", *args, "-i", told, "-o",
                            f"{self.usb.dir}/made", key.path, alg, pins=pins)

    def check_made(self, *args, alg="es256"):
        return self.usb.run("fido2-cred", "-V", *args, "-i",
                            f"{self.usb.dir}/made", "-o",
                            f"{self.usb.dir}/credential", alg)

    def credential(self):
        """The id of the credential that was checked; its public key is put
        into a file."""
        with open(f"{self.usb.dir}/credential", encoding="utf-8") as f:
            lines = f.read().splitlines()
        self.file("public", *lines[1:])
        return lines[0]

    def prove(self, key, *args, pins=(), wanted=None):
        told = self.file("prove.in", CHALLENGE, RP,
                         wanted or self.credential())
        return self.usb.run("fido2-assert", "-G", *args, "-i", told, "-o",
                            f"{self.usb.dir}/proof", key.path, pins=pins)

    def check_proof(self, *args, alg="es256"):
        return self.usb.run("fido2-assert", "-V", *args, "-i",
                            f"{self.usb.dir}/proof", f"{self.usb.dir}/public",
                            alg)

    def asked(self, key):
        return f"Enter PIN for {key.path}: \n"

    def good(self, result, said=""):
        self.assertEqual((0, said), result)

    def bad(self, word, result):
        self.assertEqual(1, result[0], result)
        self.assertRegex(result[1], rf"\b{word}\n")

    def journey(self, key, alg="es256"):
        self.good(self.make(key, alg=alg))
        self.good(self.check_made(alg=alg))
        self.good(self.prove(key, "-p"))
        self.good(self.check_proof("-p", alg=alg))


class Right(Tools):
    def test_several_are_listed_and_a_pulled_one_is_not(self):
        keys = [self.usb.key(name) for name in ("blue", "red", "green")]
        status, said = self.usb.run("fido2-token", "-L")
        self.assertEqual(0, status)
        self.assertEqual([f"{self.usb.ports}/{name}: vendor=0x0000, "
                          f"product=0x0000 (Kosmo {name})"
                          for name in ("blue", "green", "red")],
                         said.splitlines())
        keys[1].tell("unplug")
        keys[1].wait("unplugged")
        self.assertNotIn("red", self.usb.run("fido2-token", "-L")[1])
        keys[1].tell("plug")
        keys[1].wait("plugged in", 2)
        self.assertIn("red", self.usb.run("fido2-token", "-L")[1])

    def test_each_algorithm(self):
        key = self.usb.key()
        for alg in ALGORITHMS:
            with self.subTest(alg):
                self.journey(key, alg)

    def test_each_attestation(self):
        for attestation in "self", "x5c":
            for alg in ALGORITHMS:
                with self.subTest(f"{attestation} {alg}"):
                    key = self.usb.key(f"{attestation}-{alg}",
                                       f"attestation={attestation}")
                    self.journey(key, alg)
        self.journey(self.usb.key("u2f", "attestation=u2f"))

    def test_a_key_of_u2f_alone(self):
        key = self.usb.key("blue", "u2f=only")
        self.journey(key)
        self.assertIn("u2f 0x01 status 0x9000", key.log())
        self.assertNotIn("getInfo", key.log())
        self.assertIn("nocbor", self.usb.run("fido2-token", "-I",
                                             key.path)[1])

    def test_it_survives_a_restart(self):
        key = self.usb.key(pin="1234")
        self.good(self.make(key, "-v", pins=["1234"]), self.asked(key))
        self.good(self.check_made("-v"))
        counter = int(key.state()["counter"])
        key.stop()
        self.assertFalse(os.path.exists(key.path))
        key.start()
        self.good(self.prove(key, "-p", "-v", pins=["1234"]),
                  self.asked(key))
        self.good(self.check_proof("-p", "-v"))
        self.assertEqual(counter + 1, int(key.state()["counter"]))

    def test_options_are_told(self):
        key = self.usb.key()
        options = {
            "defaults": "up, noplat, noclientPin, pinUvAuthToken",
            "uv unset": "up, nouv, noplat, noclientPin",
            "uv set": "up, uv, noplat",
            "pin 1234": "clientPin, pinUvAuthToken",
            "version 2.0": "noplat, clientPin\n",
            "pin none": "noclientPin",
            "make-without-uv yes": "noclientPin\n",
            "version 2.1": ", makeCredUvNotRqd",
        }
        for line, expected in options.items():
            with self.subTest(line):
                key.tell(line)
                self.assertIn(expected,
                              self.usb.run("fido2-token", "-I", key.path)[1])

    def test_openssh_makes_a_key(self):
        key = self.usb.key()
        for kind in "ecdsa-sk", "ed25519-sk":
            with self.subTest(kind):
                file = f"{self.usb.dir}/id-{kind}"
                status, said = self.usb.run("ssh-keygen", "-t", kind, "-N",
                                            "", "-f", file)
                self.assertEqual(0, status, said)
                with open(f"{file}.pub", encoding="utf-8") as f:
                    self.assertTrue(f.read().startswith("sk-"))
                data = self.file("data", "hello")
                status, said = self.usb.run("ssh-keygen", "-Y", "sign", "-n",
                                            "test", "-f", file, data)
                self.assertEqual(0, status, said)
                with open(data, "rb") as f:
                    done = subprocess.run(
                        ["ssh-keygen", "-Y", "check-novalidate", "-n",
                         "test", "-s", f"{data}.sig"], stdin=f, check=False)
                self.assertEqual(0, done.returncode)
                os.unlink(f"{data}.sig")
        self.assertIn("makeCredential rp=ssh: ", key.log())


class Pin(Tools):
    def test_set_and_changed(self):
        for protocols in "both", "one", "two":
            for version in "2.1", "2.0":
                with self.subTest(f"{protocols} {version}"):
                    self.set_and_changed(self.usb.key(
                        f"{protocols}-{version}",
                        f"pin-protocols={protocols}", f"version={version}"))

    def set_and_changed(self, key):
        status, said = self.usb.run("fido2-token", "-S", key.path,
                                    pins=["1234", "1234"])
        self.assertEqual(0, status, said)
        status, said = self.usb.run("fido2-token", "-C", key.path,
                                    pins=["1234", "wxyz9", "wxyz9"])
        self.assertEqual(0, status, said)
        status, said = self.usb.run("fido2-token", "-C", key.path,
                                    pins=["1234", "5678", "5678"])
        self.bad("FIDO_ERR_PIN_INVALID", (status, said))
        self.assertEqual("7", key.state()["pin-retries"])
        self.good(self.make(key, pins=["wxyz9"]), self.asked(key))
        self.good(self.check_made("-v"))
        self.good(self.prove(key, "-p", "-v", pins=["wxyz9"]),
                  self.asked(key))
        self.good(self.check_proof("-p", "-v"))
        self.assertEqual("8", key.state()["pin-retries"])

    def test_a_pin_that_is_set_is_wanted_for_a_credential(self):
        key = self.usb.key(pin="1234")
        # fido2-cred asks for it when it hears that
        self.good(self.make(key, pins=["1234"]), self.asked(key))
        self.assertIn("status 0x36", key.log())
        key.tell("make-without-uv yes")
        self.good(self.make(key))
        self.good(self.check_made())
        self.bad("FIDO_ERR_INVALID_PARAM", self.check_made("-v"))
        self.good(self.prove(key, "-p"))
        self.bad("FIDO_ERR_INVALID_PARAM", self.check_proof("-p", "-v"))

    def test_none_is_set(self):
        key = self.usb.key()
        self.bad("FIDO_ERR_PIN_NOT_SET",
                 self.make(key, "-v", pins=["1234"]))

    def test_three_wrong_ones_until_it_is_replugged(self):
        key = self.usb.key(pin="1234")
        words = ["INVALID", "INVALID", "AUTH_BLOCKED", "AUTH_BLOCKED"]
        for word in words:
            self.bad(f"FIDO_ERR_PIN_{word}",
                     self.make(key, "-v", pins=["0000"]))
        self.assertEqual("5", key.state()["pin-retries"])
        self.bad("FIDO_ERR_PIN_AUTH_BLOCKED",
                 self.make(key, "-v", pins=["1234"]))
        key.tell("unplug", "plug")
        key.wait("plugged in", 2)
        self.good(self.make(key, "-v", pins=["1234"]), self.asked(key))
        self.assertEqual("8", key.state()["pin-retries"])

    def test_eight_wrong_ones_block_it(self):
        key = self.usb.key(pin="1234")
        key.tell("pin-retries 1")
        self.bad("FIDO_ERR_PIN_BLOCKED",
                 self.make(key, "-v", pins=["0000"]))
        self.bad("FIDO_ERR_PIN_BLOCKED",
                 self.make(key, "-v", pins=["1234"]))
        key.stop()
        key.start()
        self.bad("FIDO_ERR_PIN_BLOCKED",
                 self.make(key, "-v", pins=["1234"]))
        self.good(self.usb.run("fido2-token", "-R", key.path))
        self.good(self.make(key))

    def test_blocked_until_replugged_by_a_switch(self):
        key = self.usb.key("blue", "pin-auth=blocked", pin="1234")
        self.bad("FIDO_ERR_PIN_AUTH_BLOCKED",
                 self.make(key, "-v", pins=["1234"]))
        self.assertEqual("8", key.state()["pin-retries"])


class Finger(Tools):
    def test_read(self):
        for version in "2.1", "2.0":
            with self.subTest(version):
                key = self.usb.key(version, "uv=set", f"version={version}")
                self.good(self.make(key, "-v"))
                self.good(self.check_made("-v"))
                self.good(self.prove(key, "-p", "-t", "uv=true"))
                self.good(self.check_proof("-p", "-v"))
                # the finger is the touch: once for each
                self.assertEqual(2, key.log().count("blinks"))

    def test_not_read(self):
        key = self.usb.key("blue", "uv=set", "finger-fails=1")
        self.bad("FIDO_ERR_UV_INVALID", self.make(key, "-v"))
        self.assertEqual("2", key.state()["uv-retries"])
        self.good(self.make(key, "-v"))
        self.assertEqual("3", key.state()["uv-retries"])
        key.tell("finger-fails 9")
        for word in "INVALID", "INVALID", "BLOCKED", "BLOCKED":
            self.bad(f"FIDO_ERR_UV_{word}", self.make(key, "-v"))

    def test_the_pin_instead(self):
        key = self.usb.key("blue", "uv=set", pin="1234")
        self.good(self.make(key, "-v"))
        self.good(self.check_made("-v"))
        key.tell("finger-fails 9")
        for word in "INVALID", "INVALID", "BLOCKED":
            self.bad(f"FIDO_ERR_UV_{word}",
                     self.prove(key, "-p", "-t", "uv=true"))
        self.good(self.prove(key, "-p", "-v", pins=["1234"]),
                  self.asked(key))
        self.good(self.check_proof("-p", "-v"))
        # which makes it try the finger again
        self.bad("FIDO_ERR_UV_INVALID",
                 self.prove(key, "-p", "-t", "uv=true"))

    def test_none_where_it_is_asked_for(self):
        key = self.usb.key("blue", "uv=unset")
        # libfido2 turns to the PIN, which there is none of
        self.bad("FIDO_ERR_PIN_NOT_SET", self.make(key, "-v", pins=["1234"]))
        key.tell("version 2.0")
        self.bad("FIDO_ERR_UNSUPPORTED_OPTION", self.make(key, "-v"))


class Faults(Tools):
    """What libfido2 says of each; it looks at neither counter nor credential
    id nor extensions: those tests see that they are what they should be."""

    def setUp(self):
        super().setUp()
        self.key = self.usb.key()
        self.journey(self.key)

    def both(self, fault, word):
        self.key.tell(fault)
        self.bad(word, self.make(self.key))
        self.bad(word, self.prove(self.key))

    def verified(self, fault, word):
        """The program takes it, and its verification does not."""
        self.key.tell(fault)
        self.good(self.prove(self.key, "-p"))
        self.bad(word, self.check_proof("-p"))
        self.good(self.make(self.key))
        self.bad(word, self.check_made())

    def authenticator_data(self):
        """Of the last proof."""
        with open(f"{self.usb.dir}/proof", encoding="utf-8") as f:
            data = base64.b64decode(f.read().splitlines()[2])
        self.assertEqual(0x58, data[0])  # in CBOR: bytes, and how many
        self.assertEqual(len(data) - 2, data[1])
        return data[2:]

    def counter(self):
        self.good(self.prove(self.key, "-p"))
        self.good(self.check_proof("-p"))
        return int.from_bytes(self.authenticator_data()[33:37], "big")

    def test_nobody_touches(self):
        self.both("touch never\ngive-up-ms 100",
                  "FIDO_ERR_USER_ACTION_TIMEOUT")

    def test_touched_late(self):
        self.key.tell("touch late", "late-ms 120")
        self.journey(self.key)

    def test_touched_when_told(self):
        self.key.tell("touch told")
        blinks = self.key.log().count("blinks")
        waiting = self.usb.start("fido2-assert", "-G", "-i",
                                 f"{self.usb.dir}/prove.in", self.key.path)
        self.key.wait("blinks", blinks + 1)
        self.key.tell("touch")
        said = waiting.communicate()[0]
        self.assertEqual(0, waiting.returncode, said)

    def test_no_touch_flag(self):
        self.verified("up-flag missing", "FIDO_ERR_INVALID_PARAM")

    def test_no_verification_flag(self):
        self.key.tell("pin 1234", "uv-flag missing")
        status, said = self.prove(self.key, "-p", "-v", pins=["1234"])
        self.assertEqual(0, status, said)
        self.bad("FIDO_ERR_INVALID_PARAM", self.check_proof("-p", "-v"))
        self.good(self.check_proof("-p"))

    def test_wrong_rp_hash(self):
        self.verified("rp-hash wrong", "FIDO_ERR_INVALID_PARAM")

    def test_bad_signature(self):
        self.verified("signature bad", "FIDO_ERR_INVALID_SIG")

    def test_another_algorithm(self):
        for alg in "eddsa", "rs256":
            with self.subTest(alg):
                self.key.tell(f"answer {alg}")
                self.bad("FIDO_ERR_RX_INVALID_CBOR", self.make(self.key))
                self.good(self.prove(self.key, "-p"))
                self.bad("FIDO_ERR_INVALID_SIG", self.check_proof("-p"))

    def test_an_algorithm_that_it_can_not(self):
        self.key.tell("algorithms es256")
        self.bad("FIDO_ERR_UNSUPPORTED_ALGORITHM",
                 self.make(self.key, alg="eddsa"))

    def test_truncated(self):
        self.both("reply truncated", "FIDO_ERR_RX_NOT_CBOR")

    def test_oversized(self):
        self.both("reply oversized", "FIDO_ERR_RX")

    def test_short_frames(self):
        self.both("frames short", "FIDO_ERR_RX")

    def test_it_vanishes(self):
        self.key.tell("vanish yes")
        self.bad("FIDO_ERR_RX", self.prove(self.key))
        self.assertFalse(os.path.exists(self.key.path))
        self.assertEqual((0, ""), self.usb.run("fido2-token", "-L"))
        self.key.tell("plug")
        self.key.wait("plugged in", 2)
        self.bad("FIDO_ERR_RX", self.make(self.key))

    def test_it_is_pulled_out_while_it_blinks(self):
        self.key.tell("touch never")
        blinks = self.key.log().count("blinks")
        waiting = self.usb.start("fido2-assert", "-G", "-i",
                                 f"{self.usb.dir}/prove.in", self.key.path)
        self.key.wait("blinks", blinks + 1)
        self.key.tell("unplug")
        said = waiting.communicate()[0]
        self.assertIn("FIDO_ERR_RX", said)

    def test_keepalive_for_ever(self):
        self.key.tell("keepalive forever", "give-up-ms 1")
        waiting = self.usb.start("fido2-assert", "-G", "-i",
                                 f"{self.usb.dir}/prove.in", self.key.path)
        blinks = self.key.log().count("blinks")
        self.key.wait("blinks", blinks + 1)
        # it does not answer others meanwhile either
        self.bad("FIDO_ERR_RX", self.make(self.key))
        self.assertIsNone(waiting.poll())
        self.key.tell("keepalive ends", "give-up-ms 30000")
        said = waiting.communicate()[0]
        self.assertEqual(0, waiting.returncode, said)

    def test_another_credential_than_asked_for(self):
        wanted = self.credential()
        self.bad("FIDO_ERR_NO_CREDENTIALS",
                 self.prove(self.key, wanted=CHALLENGE))
        self.good(self.prove(self.key, wanted=wanted))
        self.key.tell("credential wrong")
        self.good(self.make(self.key))
        self.good(self.check_made())
        self.bad("FIDO_ERR_NO_CREDENTIALS", self.prove(self.key))

    def test_counter(self):
        first = self.counter()
        self.assertEqual(first + 1, self.counter())
        self.key.tell("counter stays")
        self.assertEqual(first + 1, self.counter())
        self.key.tell("counter back")
        self.assertTrue(0 < self.counter() < first)
        self.key.tell("counter zero")
        self.assertEqual(0, self.counter())
        self.key.tell("counter rises")
        self.assertEqual(first + 2, self.counter())

    def test_extensions_and_garbage(self):
        self.key.tell("extensions yes")
        self.journey(self.key)
        data = self.authenticator_data()
        self.assertEqual(0x81, data[32])
        self.assertEqual(b"\xa1\x6cexample.test\xf5", data[37:])
        self.key.tell("garbage yes")
        self.journey(self.key)
        self.assertTrue(self.authenticator_data().endswith(b"\xf5garbage"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
