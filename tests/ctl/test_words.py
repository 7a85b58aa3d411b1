#!/usr/bin/env python3
"""What people read of kosmoctl, in the language of their terminal.

KOSMOD and KOSMOCTL name the programs.
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from house import House

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


del Words

if __name__ == "__main__":
    unittest.main()
