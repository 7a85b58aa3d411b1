#!/usr/bin/env python3
"""user import, verbs with --file, and what resets mean, with a real kosmod.

KOSMOD and KOSMOCTL name the programs.
"""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from house import ACCOUNT, ROOT, App, House, as_account

HEADER = "login,email,birth_date,name,language"
ME = ACCOUNT.pw_name
INITIAL = re.compile(r"(?m)^  Initial password +((?:\w{4}-){3}\w{4})$")


class Verbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()

    @classmethod
    def tearDownClass(cls):
        try:
            status = cls.house.stop()
        finally:
            cls.house.done()
        assert status == 0, status

    def file(self, name, *lines, encoding="utf-8", end="\n"):
        path = f"{self.house.dir}/{self.id()}-{name}"
        with open(path, "wb") as f:
            f.write((end.join(lines) + end).encode(encoding))
        os.chmod(path, 0o644)
        return path

    def folder(self, name):
        return f"{self.house.dir}/{self.id()}-{name}"

    def call(self, expected, *args, answers=""):
        code, out, err = self.house.run(*args, answers=answers)
        self.assertEqual(code, expected, f"{args}: {out}{err}")
        return out, err

    def load(self, path, *args, expected=0):
        return self.call(expected, "user", "import", path, "--no-account",
                         *args)

    def document(self, path, *args, expected=0):
        out, _ = self.load(path, "--json", *args, expected=expected)
        return json.loads(out)

    def known(self):
        out, _ = self.call(0, "--json", "user", "list")
        return {p["login"]: p for p in json.loads(out)}


class Import(Verbs):
    def test_report(self):
        path = self.file(
            "staff.csv", HEADER,
            "sato,sato@example.co.jp,1985/13/01,Sato,ja",
            "suzuki,suzuki@,19850401,Suzuki,ja",
            "abe,abe@example.co.jp,1985-04-01,Abe,en")
        before = self.known()
        for more in (("--dry-run",), ()):
            out, _ = self.load(path, *more, expected=1)
            self.assertRegex(out.splitlines()[0],
                             r"staff\.csv  3 lines  1 good  2 bad   nothing "
                             r"changed" +
                             (r" \(dry run\)$" if more else "$"))
            self.assertIn('  line 2  sato    birth_date  "1985/13/01" is not '
                          "a date\n", out)
            self.assertIn('  line 3  suzuki  email       "suzuki@" is not an '
                          "e-mail address\n", out)
        self.assertEqual(self.known(), before)
        out, err = self.load(path, "--keep-going", expected=1)
        self.assertRegex(out, INITIAL)
        self.assertIn("1 people invited.", err)
        self.assertIn("abe", self.known())
        self.assertNotIn("sato", self.known())

    def test_dry_run_of_good(self):
        path = self.file("staff.csv", HEADER,
                         "dry,dry@example.co.jp,19850401,Dry,ja")
        slips = self.folder("slips")
        out, _ = self.load(path, "--dry-run", "--slips", slips)
        self.assertIn("1 good  0 bad   nothing changed (dry run)", out)
        self.assertNotIn("dry", self.known())
        self.assertFalse(os.path.exists(slips))

    def test_taken(self):
        self.load(self.file("one.csv", HEADER,
                            "mori,mori@example.co.jp,19850401,Mori,ja"))
        path = self.file("two.csv", HEADER + ",user_id",
                         "mori,mori@example.com,19850401,Mori,ja,",
                         "mori2,mori2@example.com,19850401,Mori,ja,bad")
        out, _ = self.load(path, expected=1)
        self.assertIn("  line 2  mori    login       is registered already "
                      "(slip: user invite mori)\n", out)
        self.assertIn('  line 3  mori2   user_id     "bad" can\'t be used\n',
                      out)

    def test_accounts(self):
        path = self.file("staff.csv", HEADER,
                         f"{ME},me@example.co.jp,19850401,Me,en",
                         "kosmo-nobody,no@example.co.jp,19850401,No,en")
        out, _ = self.call(1, "user", "import", path)
        self.assertIn("  line 3  kosmo-nobodylogin       there is no Unix "
                      "account", out.replace("kosmo-nobody  ",
                                             "kosmo-nobody"))
        self.call(1, "user", "import", path, "--keep-going")
        self.assertEqual(self.known()[ME]["uid"], ACCOUNT.pw_uid)
        self.assertNotIn("kosmo-nobody", self.known())

    def test_warnings(self):
        path = self.file("staff.csv", HEADER,
                         "warna,w@example.co.jp,19850401,A,en",
                         "warnb,W@example.co.jp,19850401,,en")
        out, _ = self.load(path, "--strict", expected=1)
        self.assertIn("1 good  1 bad   nothing changed", out)
        self.assertNotIn("warning:", out)
        self.assertNotIn("warna", self.known())
        _, err = self.load(path)
        self.assertIn('warning: "W@example.co.jp" is also on line 2', err)
        self.assertIn("warning: there is no name", err)
        self.assertIn("warnb", self.known())

    def test_encoding(self):
        path = self.file("sjis.csv", HEADER,
                         "sjis,sjis@example.co.jp,1985/4/1,山田 太郎,ja",
                         encoding="cp932", end="\r\n")
        _, err = self.load(path, expected=1)
        self.assertIn('sjis.csv:2: Not UTF-8. Save as "CSV UTF-8", or add '
                      "--encoding cp932.", err)
        slips = self.folder("slips")
        self.load(path, "--encoding", "cp932", "--slips", slips)
        with open(f"{slips}/sjis.txt", encoding="utf-8") as f:
            self.assertTrue(f.read().startswith("山田 太郎"))
        path = self.file("bom.csv", HEADER,
                         "bom,bom@example.co.jp,1985/4/1,太郎,ja",
                         encoding="utf-8-sig")
        self.load(path)
        self.assertEqual(self.known()["bom"]["name"], "太郎")

    def test_standard_input(self):
        out, _ = self.call(
            0, "user", "import", "-", "--no-account",
            answers=HEADER + "\nstdin,s@example.co.jp,19850401,S,en\n")
        self.assertRegex(out, INITIAL)
        self.assertIn("stdin", self.known())

    def test_slips(self):
        path = self.file("staff.csv", HEADER + ",expires",
                         "slipa,a@example.co.jp,19850401,A,en,2d",
                         "slipb,b@example.co.jp,19850401,B,ja,")
        slips = self.folder("slips")
        before = os.umask(0)
        try:
            out, _ = self.load(path, "--slips", slips)
        finally:
            os.umask(before)
        self.assertIn(f"2 people invited. Slips are in {slips} (delete them "
                      "when handed out).", out)
        self.assertEqual(sorted(os.listdir(slips)), ["slipa.txt", "slipb.txt"])
        self.assertEqual(stat.S_IMODE(os.stat(slips).st_mode), 0o700)
        for name in os.listdir(slips):
            mode = os.stat(f"{slips}/{name}").st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)
        with open(f"{slips}/slipa.txt", encoding="utf-8") as f:
            first = f.read()
        self.assertRegex(first, INITIAL)
        # once more: nobody is invited twice, and no slip is touched
        out, _ = self.load(path, "--slips", slips)
        self.assertIn("2 people were invited by these lines before", out)
        os.unlink(f"{slips}/slipa.txt")  # handed out
        self.load(path, "--slips", slips)
        self.assertEqual(os.listdir(slips), ["slipb.txt"])

    def test_a_folder_that_others_write(self):
        slips = self.folder("slips")
        os.mkdir(slips)
        os.chmod(slips, 0o777)
        path = self.file("staff.csv", HEADER,
                         "open,o@example.co.jp,19850401,O,en")
        _, err = self.load(path, "--slips", slips, expected=1)
        self.assertIn("others may write to that folder", err)
        self.assertNotIn("open", self.known())

    def test_a_slip_in_the_way(self):
        slips = self.folder("slips")
        os.mkdir(slips)
        os.chmod(slips, 0o755)
        if ROOT:
            os.chown(slips, ACCOUNT.pw_uid, ACCOUNT.pw_gid)
        target = f"{self.house.dir}/kosmod.conf"
        os.symlink(target, f"{slips}/way.txt")
        path = self.file("staff.csv", HEADER,
                         "way,w@example.co.jp,19850401,W,en")
        out, _ = self.load(path, "--slips", slips, expected=1)
        self.assertIn("there is a slip of that name already", out)
        self.assertNotIn("way", self.known())

    def test_interrupted(self):
        """Killed in the middle, it goes on; slips that are there stay."""
        people = [f"i{n},i{n}@example.co.jp,19850401,I {n},en"
                  for n in range(1500)]
        path = self.file("many.csv", HEADER, *people)
        slips = self.folder("slips")
        process = subprocess.Popen(
            self.house.argv("user", "import", path, "--no-account", "--slips",
                            slips),
            preexec_fn=as_account(), env=self.house.env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            if os.path.exists(f"{slips}/i40.txt"):
                process.kill()
                break
        self.assertEqual(process.wait(), -signal.SIGKILL)
        self.assertIn(".kosmo-import", os.listdir(slips))
        written = {}
        for name in os.listdir(slips):
            with open(f"{slips}/{name}", encoding="utf-8") as f:
                written[name] = f.read()
        os.truncate(f"{slips}/i3.txt", 0)  # what a power cut may leave
        os.unlink(f"{slips}/i4.txt")
        out, _ = self.load(path, "--slips", slips)
        self.assertIn("people were invited by these lines before", out)
        self.assertEqual(sorted(os.listdir(slips)),
                         sorted(f"i{n}.txt" for n in range(1500)))
        changed = []
        for name, text in written.items():
            if name.startswith(".") or not text:
                continue
            with open(f"{slips}/{name}", encoding="utf-8") as f:
                if f.read() != text:
                    changed.append(name)
        self.assertEqual(sorted(changed), ["i3.txt", "i4.txt"])
        known = self.known()
        for n in range(1500):
            self.assertEqual(known[f"i{n}"]["state"], "invited")

    def test_json(self):
        path = self.file("staff.csv", HEADER,
                         "jsona,a@example.co.jp,19850401,A,en",
                         "jsonb,b@,19850401,B,en")
        d = self.document(path, expected=1)
        self.assertEqual(
            (d["lines"], d["good"], d["bad"], d["invited"], d["already"],
             d["changed"], d["slips"], d["failed"]),
            (2, 1, 1, 0, 0, False, [], None))
        self.assertEqual(d["problems"], [{
            "line": 3, "login": "jsonb", "field": "email", "value": "b@",
            "reason": '"b@" is not an e-mail address', "warning": False}])
        d = self.document(path, "--keep-going", expected=1)
        self.assertEqual((d["invited"], d["changed"]), (1, True))
        slip, = d["slips"]
        self.assertEqual(slip["login"], "jsona")
        self.assertRegex(slip["initial_password"], r"^(\w{4}-){3}\w{4}$")
        self.assertTrue(slip["connect"].startswith("ssh jsona@"))

    def test_unreadable(self):
        out, _ = self.load(self.file("no.csv", "login,email"), expected=1)
        self.assertEqual(out, "  line 1          the column birth_date is "
                         "missing\n")
        out, _ = self.load(self.file("q.csv", HEADER, 'a,"b'), expected=1)
        self.assertIn("quotation mark", out)
        _, err = self.load(self.folder("nowhere"), expected=1)
        self.assertIn("No such file", err)

    def test_the_slip_works(self):
        """What the paper says logs in, birth date and all."""
        path = self.file("staff.csv", HEADER,
                         f"{ME},me@example.co.jp,1985/4/1,Me,en")
        if ME in self.known():
            self.call(0, "user", "remove", ME, "--yes")
        out, _ = self.call(0, "user", "import", path)
        t = self.house.talk("register")
        t.answer(r"Password: ", INITIAL.search(out).group(1))
        t.expect(r"Let us set up your account")
        self.assertEqual(t.give_up(), 1, t.all)


class Lists(Verbs):
    def test_lists(self):
        self.load(self.file("staff.csv", HEADER, *(
            f"l{n},l{n}@example.co.jp,19850401,L,en" for n in range(3))))
        names = self.file("names", "l0", "", "nobody-here", " l1 ", "a b")
        out, err = self.call(1, "user", "lock", "--file", names)
        self.assertEqual(out, "l0 is locked.\nl1 is locked.\n")
        self.assertIn("names:3: nobody-here is not known to Kosmo.\n", err)
        self.assertIn("names:5: that can't be a login name\n", err)
        self.assertEqual(self.known()["l1"]["state"], "locked")
        self.assertEqual(self.known()["l2"]["state"], "invited")
        good = self.file("good", "l0", "l1")
        self.call(0, "user", "unlock", "--file", good)
        out, _ = self.call(0, "user", "invite", "--file", good, "--expires",
                           "2d")
        self.assertEqual(len(INITIAL.findall(out)), 2)
        out, _ = self.call(1, "--json", "user", "invite", "--file", names)
        rows = json.loads(out)
        self.assertEqual([(r["login"], r["line"], r["done"]) for r in rows],
                         [("l0", 1, True), ("nobody-here", 3, False),
                          ("l1", 4, True), ("a b", 5, False)])
        self.assertRegex(rows[0]["initial_password"], r"^(\w{4}-){3}\w{4}$")
        self.assertIn("not known", rows[1]["error"])
        out, _ = self.call(0, "--json", "user", "remind", "--file", good)
        self.assertEqual([r["done"] for r in json.loads(out)], [True, True])
        out, err = self.call(1, "user", "remove", "--stdin", "--file", good,
                             answers="no\n")
        self.assertIn("Remove 2 people?", err)
        self.assertIn("l0", self.known())
        self.call(0, "user", "remove", "--stdin", "--file", good,
                  answers="YES\n")
        self.assertNotIn("l0", self.known())
        self.assertIn("l2", self.known())
        self.call(0, "user", "remove", "--yes", "--file",
                  self.file("last", "l2"))

    def test_rename(self):
        self.load(self.file("staff.csv", HEADER,
                            "oldname,o@example.co.jp,19850401,O,en"))
        out, _ = self.call(0, "user", "rename", "oldname", ME)
        self.assertEqual(out, f"oldname is {ME} now.\n")
        self.assertIn(ME, self.known())
        self.assertNotIn("oldname", self.known())
        self.call(0, "user", "rebind", ME)
        self.assertEqual(self.known()[ME]["uid"], ACCOUNT.pw_uid)
        self.call(0, "user", "remove", ME, "--yes")


class Reset(Verbs):
    PASSWORD = "Yamabuki-7-blume"

    def register(self, t, initial, choose=PASSWORD):
        t.answer(r"Password: ", initial)
        t.answer(r"New password: ", choose)
        t.answer(r"Retype new password: ", choose)

    def app(self, t):
        t.answer(r"Code shown by the app", "key")
        app = App(t.expect(r"Key +((\w{4} ){7}\w{4})").group(1))
        t.answer(r"Code shown by the app", app.code())
        t.answer(r"Device name", "")
        t.answer(r"Press Enter: ", "")
        return app

    def test_resets(self):
        h = self.house
        out, _ = self.call(0, "--json", "user", "add", ME, "--email",
                           "t@example.co.jp", "--stdin", answers="19850401\n")
        t = h.talk("register")
        self.register(t, json.loads(out)["initial_password"])
        app = self.app(t)
        self.assertEqual(t.end(), 0, t.all)

        # the slip alone changes nothing: the code is asked before
        out, _ = self.call(0, "user", "reset", ME, "--password")
        self.assertIn("At the next login only a new password is asked. Slip:",
                      out)
        self.assertIn("stays open", out)  # there is no warden
        initial = INITIAL.search(out).group(1)
        t = h.talk("register")
        t.answer(r"Password: ", self.PASSWORD)
        t.answer(r"Not accepted(.|\n)*Password: ", initial)
        t.answer(r"Code[^\n]*: ", app.code())
        self.PASSWORD = "Himawari-9-sonne"
        t.answer(r"New password: ", self.PASSWORD)
        t.answer(r"Retype new password: ", self.PASSWORD)
        self.assertEqual(t.end(), 0, t.all)

        # no address is trusted here, so an admin's code comes first
        out, _ = self.call(0, "user", "reset", ME, "--devices")
        self.assertIn(f"user code {ME}", " ".join(out.split()))
        out, _ = self.call(0, "user", "code", ME)
        code = re.search(r"One-time code +(\S+)", out).group(1)
        t = h.talk("register")
        t.answer(r"Password: ", self.PASSWORD)
        t.answer(r"(Recovery c|C)ode[^\n]*: ", code)
        self.app(t)
        self.assertEqual(t.end(), 0, t.all)

        out, _ = self.call(0, "user", "reset", ME, "--all")
        self.assertIn("Registration starts again. Slip:", out)
        self.assertEqual(self.known()[ME]["state"], "invited")
        self.assertEqual(self.known()[ME]["devices"], [])


del Verbs

if __name__ == "__main__":
    unittest.main()
