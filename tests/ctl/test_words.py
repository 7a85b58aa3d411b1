#!/usr/bin/env python3
"""What people read of kosmoctl, in the language of their terminal.

KOSMOD and KOSMOCTL name the programs.
"""

import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from house import ACCOUNT, App, House

JA = "ja_JP.UTF-8"
ME = ACCOUNT.pw_name
PASSWORD = "Yamabuki-7-blume"
CONF = """[email]
domains = example.co.jp example.org
"""


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House(CONF)

    @classmethod
    def tearDownClass(cls):
        try:
            status = cls.house.stop()
        finally:
            cls.house.done()
        assert status == 0, status

    def call(self, expected, *args, lang="C", answers=""):
        self.house.env["LC_ALL"] = lang
        code, out, err = self.house.run(*args, answers=answers)
        self.assertEqual(code, expected, f"{args}: {out}{err}")
        return out, err

    def add(self, expected, login, email, **more):
        return self.call(expected, "user", "add", login, "--email", email,
                         "--no-account", "--stdin", answers="19850401\n",
                         **more)


def japanese(text):
    return re.search("[\u3040-\u30ff\u4e00-\u9fff]", text) is not None


CATALOGUE = f"{os.environ['LOCALEDIR']}/ja/LC_MESSAGES/kosmo.mo"


@unittest.skipUnless(os.access(CATALOGUE, os.R_OK), f"no {CATALOGUE}")
class Japanese(Words):
    def test_help(self):
        """Every verb says in Japanese what it does."""
        out, _ = self.call(0, "--help", lang=JA)
        lines = out.splitlines()
        self.assertTrue(japanese(lines[0]), lines[0])
        helps = [line for line in lines if line.startswith("    ")
                 and not line.startswith("       ")]
        verbs = [line for line in lines if line.startswith("kosmoctl ")]
        self.assertEqual(len(helps), len(verbs))
        for line in helps:
            self.assertTrue(japanese(line), line)
        for verb in verbs:
            name = re.match("kosmoctl ([a-z-]+( [a-z-]+)?)", verb).group(1)
            out, _ = self.call(0, *name.split(), "--help", lang=JA)
            self.assertTrue(japanese(out), out)
        self.assertIn("man kosmoctl", lines[-1])
        self.assertTrue(japanese(lines[-2]), lines[-2])

    def test_wrong_usage(self):
        path = f"{self.house.dir}/words.list"
        with open(path, "w", encoding="utf-8") as f:
            f.write("a b\n")
        for expected, args in (
                (2, ()), (2, ("bogus",)), (2, ("user", "bogus")),
                (2, ("--bogus", "me")), (2, ("log", "--follow=1")),
                (2, ("user", "show")), (2, ("user", "show", "a", "b")),
                (2, ("me", "--follow")), (2, ("user", "add", "x")),
                (2, ("user", "add", "x", "--email", "y")),
                (2, ("user", "add", "x", "--email", "a@b", "--language", "x")),
                (2, ("user", "add", "x", "--email", "a@b", "--expires", "x")),
                (1, ("user", "add", "kosmo-nobody", "--email", "a@b")),
                (2, ("user", "show", "")), (2, ("user", "show", "--", "-x")),
                (2, ("user", "show", "x" * 300)),
                (2, ("user", "show", "x\ty")),
                (2, ("user", "add", "x", "--email", "a@b", "--no-account",
                     "--name", "x\ty")),
                (2, ("user", "set", "x")), (2, ("user", "reset", "x")),
                (2, ("user", "rename", "x", "")),
                (2, ("user", "list", "--state", "x")),
                (2, ("user", "lock")), (2, ("user", "lock", "x", "--file", "y")),
                (2, ("user", "lock", "--file", "-", "--stdin")),
                (1, ("user", "lock", "--file", "/nowhere/at/all")),
                (1, ("user", "lock", "--file", "/")),
                (1, ("user", "lock", "--file", path)),
                (2, ("user", "import", "-", "--stdin")),
                (1, ("user", "import", "/nowhere/at/all")),
                (2, ("log", "--verify", "--follow")),
                (2, ("log", "--since", "x")),
                (1, ("enroll", "totp", "--png", "/")),
                (1, ("user", "show", "nobody-here"))):
            _, err = self.call(expected, *args, lang=JA)
            lines = err.splitlines()
            self.assertTrue(japanese(lines[0]), err)
            if expected == 2:
                self.assertTrue(japanese(lines[1]), err)

    def test_refused_and_locked(self):
        """Reasons are tokens in --json, and words to read."""
        out, _ = self.call(0, "--json", "user", "add", ME, "--email",
                           "me@example.co.jp", "--stdin",
                           answers="19850401\n")
        t = self.house.talk("enroll", "totp")
        t.answer(r"Password: ", json.loads(out)["initial_password"])
        t.answer(r"New password: ", PASSWORD)
        t.answer(r"Retype new password: ", PASSWORD)
        t.answer(r"Code shown by the app \(6 digits\): ", "key")
        app = App(t.expect(r"Key +((\w{4} ){7}\w{4})").group(1))
        t.answer(r"Code shown by the app \(6 digits\): ", app.code())
        t.answer(r"Device name \[app\]: ", "phone")
        t.answer(r"Press Enter: ", "")
        self.assertEqual(t.end(), 0, t.all)
        t = self.house.talk("password")
        t.answer(r"Password: ", PASSWORD)
        t.answer(r"Code[^\n]*: ", "000000x")
        t.expect(r"Wrong code")
        self.assertEqual(t.give_up(), 1, t.all)
        self.call(0, "user", "lock", ME)
        out, _ = self.call(0, "--json", "user", "show", ME, lang=JA)
        person = json.loads(out)
        self.assertEqual(person["refusal"], "wrong code")
        self.assertEqual(person["lock"], "by an administrator")
        out, _ = self.call(0, "user", "show", ME, lang=JA)
        self.assertRegex(out, r"(?m)^前回の拒否 .*  コード誤り$")
        self.assertRegex(out, r"(?m)^ロック +管理者による$")
        for line in out.splitlines():
            self.assertTrue(japanese(line), line)
        out, _ = self.call(0, "user", "show", ME)
        self.assertRegex(out, r"(?m)^Last refusal .*  wrong code$")
        self.assertRegex(out, r"(?m)^Lock +by an administrator$")
        out, _ = self.call(0, "user", "list", lang=JA)
        self.assertRegex(out, rf"(?m)^{ME} .*管理者による")
        self.call(0, "user", "remove", ME, "--yes")


class Domains(Words):
    """[email] domains is said to admins too, by name."""

    def test_add(self):
        _, err = self.add(1, "da", "da@example.com")
        self.assertIn("Use one at example.co.jp, example.org.", err)
        _, err = self.call(1, "user", "show", "da")
        self.assertIn("not known", err)
        self.add(0, "da", "da@example.org")

    def test_set(self):
        self.add(0, "ds", "ds@example.co.jp")
        _, err = self.call(1, "user", "set", "ds", "--email",
                           "ds@example.com")
        self.assertIn("Use one at example.co.jp, example.org.", err)
        out, _ = self.call(0, "user", "show", "ds")
        self.assertIn("ds@example.co.jp", out)

    def test_import(self):
        path = f"{self.house.dir}/domains.csv"
        with open(path, "w", encoding="utf-8") as f:
            f.write("login,email,birth_date,name,language\n"
                    "di,di@example.com,19850401,D,en\n"
                    "dj,dj@example.org,19850401,D,en\n")
        out, _ = self.call(1, "user", "import", path, "--no-account")
        self.assertIn('  line 2  di      email       "di@example.com" is not '
                      "at example.co.jp, example.org\n", out)
        out, _ = self.call(0, "user", "list")
        self.assertNotIn("dj", out)


    @unittest.skipUnless(os.access(CATALOGUE, os.R_OK), f"no {CATALOGUE}")
    def test_japanese(self):
        _, err = self.add(1, "dja", "dja@example.com", lang=JA)
        self.assertIn("使えるのは example.co.jp、example.org です。", err)


del Words

if __name__ == "__main__":
    unittest.main()
