#!/usr/bin/env python3
"""Members of kosmo-admin on the sockets that root has passed to kosmod.

What they may not touch is tried with a warden in tests/unit/test_member.c;
here there is none, so they may look and change nothing. Root's alone: three
accounts are needed, and sockets of root's.
"""

import json
import os
import pwd
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from house import ROOT, App, House, become

PASSWORD = "Yamabuki-7-blume"
CODE = r"Code[^\n]*: "
NAMES = ("kosmod.sock", "admin.sock", "priv.sock", "touch.sock", "keys.sock")


class Passed(House):
    """systemd's part: the sockets are root's, admin.sock is a group's."""

    def start(self):
        run = f"{self.dir}/run"
        os.makedirs(run, exist_ok=True)
        self.sockets = []
        for name, mode in zip(NAMES, (0o666, 0o660, 0o600, 0o600, 0o600)):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.bind(f"{run}/{name}")
            os.chmod(f"{run}/{name}", mode)
            s.listen(16)
            self.sockets.append(s)
        os.chown(f"{run}/admin.sock", 0, MEMBER.pw_gid)
        os.chown(self.dir, 0, 0)
        fds = [s.fileno() for s in self.sockets]
        account = become(KEEPER.pw_uid, KEEPER.pw_gid)

        def change():
            account()
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]
            for i, fd in enumerate(high):
                os.dup2(fd, 3 + i)
                os.close(fd)

        ready, theirs = os.pipe()
        env = dict(os.environ, LISTEN_FDS=str(len(NAMES)),
                   LISTEN_FDNAMES=":".join(NAMES))
        self.daemon = subprocess.Popen(
            ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0" --config "$1"',
             f"{self.dir}/kosmod", self.conf],
            preexec_fn=change, close_fds=False, env=env, stderr=theirs,
            stdin=subprocess.DEVNULL)
        os.close(theirs)
        text = b""
        while b"ready" not in text:
            data = os.read(ready, 4096)
            assert data, f"kosmod ended: {text}"
            text += data
        self.stderr = ready


@unittest.skipUnless(ROOT, "three accounts are needed")
class Members(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        global KEEPER, MEMBER, PLAIN
        KEEPER = pwd.getpwnam("games")
        MEMBER = pwd.getpwnam("daemon")
        PLAIN = pwd.getpwnam("nobody")
        cls.house = Passed()
        cls.root = staticmethod(become(0, 0))
        cls.member = staticmethod(become(MEMBER.pw_uid, MEMBER.pw_gid))
        cls.plain = staticmethod(become(PLAIN.pw_uid, PLAIN.pw_gid))
        code, out, err = cls.house.run(
            "--json", "user", "add", MEMBER.pw_name, "--email",
            "m@example.co.jp", "--stdin", answers="19850401\n",
            change=cls.root)
        assert code == 0, err
        t = cls.house.talk("enroll", "totp", "--name", "phone",
                           change=cls.member)
        t.answer(r"Password: ", json.loads(out)["initial_password"])
        while True:
            asked = t.expect(r"Method[^\n]*: |New password: ").group(0)
            if asked.startswith("New"):
                break
            t.process.stdin.write(b"2\n")
            t.process.stdin.flush()
        t.process.stdin.write(f"{PASSWORD}\n".encode())
        t.process.stdin.flush()
        t.answer(r"Retype new password: ", PASSWORD)
        t.answer(r"Code shown by the app", "key")
        cls.app = App(t.expect(r"Key +((\w{4} ){7}\w{4})").group(1))
        t.answer(r"Code shown by the app", cls.app.code())
        t.expect(r"Device name|Press Enter")
        t.process.stdin.write(b"\n\n")
        t.process.stdin.flush()
        assert t.end() == 0, t.all

    @classmethod
    def tearDownClass(cls):
        cls.house.done()

    def confirmed(self, *args):
        t = self.house.talk(*args, change=self.member)
        t.answer(r"To confirm it is you(.|\n)*Password: ", PASSWORD)
        t.answer(CODE, self.app.code())
        return t

    def test_looking_needs_a_proof(self):
        for args in (("user", "list"), ("user", "show", MEMBER.pw_name),
                     ("status",), ("log",)):
            t = self.confirmed(*args)
            self.assertEqual(t.end(), 0, t.all)
            self.assertTrue(t.out)
            # without an answer nothing is shown
            code, out, _ = self.house.run("--stdin", *args,
                                          change=self.member)
            self.assertNotEqual(code, 0)
            self.assertNotIn(MEMBER.pw_name, out)

    def test_a_wrong_proof(self):
        t = self.house.talk("user", "list", change=self.member)
        for _ in range(3):
            t.answer(r"Password: ", "wrong")
        t.answer(r"Press Enter: ", "")
        self.assertNotEqual(t.end(), 0)
        self.assertNotIn(MEMBER.pw_name, t.out)

    def test_nothing_is_changed_without_a_warden(self):
        code, _, err = self.house.run(
            "user", "add", PLAIN.pw_name, "--email", "p@example.co.jp",
            "--stdin", answers="19850401\n", change=self.root)
        self.assertEqual(code, 0, err)
        for args in (("lock",), ("unlock",), ("invite",), ("remove", "--yes"),
                     ("set", "--name", "X"), ("reset", "--all")):
            t = self.confirmed("user", args[0], PLAIN.pw_name, *args[1:])
            self.assertEqual(t.end(), 4, t.all)
            self.assertIn(f"{PLAIN.pw_name} can be changed by root alone",
                          t.all)
            self.assertNotIn("needs root or group", t.all)
        t = self.confirmed("user", "rebind", PLAIN.pw_name)
        self.assertEqual(t.end(), 4, t.all)
        code, out, _ = self.house.run("--json", "user", "show",
                                      PLAIN.pw_name, change=self.root)
        p = json.loads(out)
        self.assertEqual((p["state"], p["name"]), ("invited", None))
        self.assertEqual(code, 0)
        t = self.confirmed("user", "add", "bin", "--email", "b@example.co.jp")
        t.answer(r"Date of birth", "19850401")
        self.assertEqual(t.end(), 4, t.all)
        self.house.run("user", "remove", PLAIN.pw_name, "--yes",
                       change=self.root)

    def test_an_import(self):
        path = f"{self.house.dir}/members.csv"
        with open(path, "w", encoding="utf-8") as f:
            f.write("login,email,birth_date,name,language\n"
                    "bin,b@example.co.jp,19850401,Bin,en\n")
        t = self.confirmed("user", "import", path)
        self.assertEqual(t.end(), 1, t.all)
        self.assertIn("root alone may invite this account", t.out)

    def test_nobody_else(self):
        code, out, err = self.house.run("user", "list", change=self.plain)
        self.assertEqual(code, 4, out + err)
        self.assertIn("needs root or group kosmo-admin", err)


if __name__ == "__main__":
    unittest.main()
