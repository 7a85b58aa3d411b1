#!/usr/bin/env python3
"""Every verb of kosmoctl against a real kosmod: words, exit codes, --json.

KOSMOD and KOSMOCTL name the programs. Root's tests run kosmod and kosmoctl
with a borrowed account, since kosmod never is root.
"""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from house import (ACCOUNT, FIRST_RP_ID, PATIENCE, ROOT, App, House,
                   as_account, become)

ME = ACCOUNT.pw_name
PASSWORD = "Yamabuki-7-blume"
CODE = r"Code[^\n]*: "
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"


class Verbs(unittest.TestCase):
    """Tests share one kosmod and are independent of their order."""

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

    def ok(self, *args, answers=""):
        code, out, err = self.house.run(*args, answers=answers)
        self.assertEqual(code, 0, f"{args}: {out}{err}")
        return out

    def doc(self, *args, answers=""):
        return json.loads(self.ok("--json", *args, answers=answers))

    def no(self, expected, words, *args, answers=""):
        code, out, err = self.house.run(*args, answers=answers)
        self.assertEqual(code, expected, f"{args}: {out}{err}")
        self.assertIn(words, err)
        return out

    def add(self, login, *more):
        return self.doc("user", "add", login, "--email", "a@example.co.jp",
                        "--no-account", "--stdin", *more,
                        answers="19850401\n")


PERSON = set("""login name user_id state email email_confirmed method
    recovery_codes terms terms_at language last_login last_service last_source
    devices step step_number step_total uid initial_id invited expires failures
    birth_failures birth_limit email_next email_held chosen code_until lock
    refused refusal sessions next""".split())
SLIP = set("""login name initial_id purpose initial_password made expires
    language contact connect host_key""".split())
STATUS = set("""version started people sequence journal_bytes checkpoint
    conversations waiting clock_behind disk_full post warden
    notices touch rp_id rp_id_first""".split())
IMPORT = set("""file lines good bad invited already changed problems slips
    failed""".split())
PROBLEM = set("line login field value reason warning".split())


class Names(Verbs):
    """Names of --json stay, and kosmoctl(1) says them."""

    def test_names(self):
        self.assertEqual(set(self.add("names")), SLIP)
        person = self.doc("user", "show", "names")
        self.assertEqual(set(person), PERSON)
        self.assertEqual(set(self.doc("user", "list")[0]), PERSON)
        self.assertEqual(set(self.doc("status")), STATUS)
        self.assertEqual(self.doc("status")["rp_id"], FIRST_RP_ID)
        path = f"{self.house.dir}/names.csv"
        with open(path, "w", encoding="utf-8") as f:
            f.write("login,email,birth_date,name,language\nx,y,z,,\n")
        code, out, _ = self.house.run("--json", "user", "import", path,
                                      "--no-account")
        self.assertEqual(code, 1)
        self.assertEqual(set(json.loads(out)), IMPORT)
        self.assertEqual(set(json.loads(out)["problems"][0]), PROBLEM)

    def test_manual(self):
        top = os.path.dirname(os.path.abspath(__file__)) + "/../.."
        with open(f"{top}/man/kosmoctl.1", encoding="utf-8") as f:
            text = f.read()
        section = text[text.index(".Sh JSON"):text.index(".Sh ENVIRONMENT")]
        said = set(re.findall(r"[a-z_]+", section))
        for names in (PERSON, SLIP, STATUS, IMPORT, PROBLEM,
                      {"id", "name", "kind", "added", "last_used", "line",
                       "done", "error", "code"}):
            self.assertEqual(names - said, set())


class Admin(Verbs):
    def test_status(self):
        s = self.doc("status")
        for name in ("people", "sequence", "journal_bytes", "conversations",
                     "waiting", "clock_behind", "notices"):
            self.assertIs(type(s[name]), int, name)
        self.assertRegex(s["started"], TIME)
        self.assertIs(s["disk_full"], False)
        self.assertIs(s["post"], False)
        self.assertIs(s["warden"], False)
        out = self.ok("status")
        self.assertRegex(out, r"(?m)^Version +\d")
        self.assertRegex(out, r"(?m)^People +\d+$")
        self.assertRegex(out, r"(?m)^Mail +kosmo-post is not connected; "
                              r"notices waiting: \d+$")
        self.assertRegex(out, r"(?m)^Sign-out +kosmo-warden is not connected$")

    def test_doctor(self):
        """What kosmod says of itself; the rest depends on this host."""
        code, out, _ = self.house.run("--json", "doctor")
        found = {row["check"]: row for row in json.loads(out)}
        self.assertEqual(found["kosmod"]["state"], "ok")
        self.assertEqual(found["clock"]["state"], "ok")
        self.assertEqual(found["disk"]["state"], "ok")
        for name in ("post", "warden", "touch"):
            self.assertEqual(found[name]["state"], "wrong")
            self.assertIn(f"systemctl status kosmo-{name}",
                          found[name]["text"])
        self.assertEqual(found["rp-id"]["state"], "ok")
        self.assertEqual(code, 1)
        for row in found.values():
            self.assertEqual(set(row), {"check", "state", "text"})
            self.assertIn(row["state"], ("ok", "note", "wrong"))
        code, out, _ = self.house.run("doctor")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"(?m)^ok      kosmod runs, version \S+\.$")
        self.assertRegex(out, r"(?m)^WRONG   kosmo-post is not there, so")
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_doctor_without_kosmod(self):
        done = subprocess.run(
            [self.house.ctl, "--socket", "/nowhere/kosmod.sock", "--json",
             "doctor"], capture_output=True, text=True, env=self.house.env,
            timeout=PATIENCE, check=False)
        first = json.loads(done.stdout)[0]
        self.assertEqual((done.returncode, first["check"], first["state"]),
                         (3, "kosmod", "wrong"))

    def test_add(self):
        out = self.ok("user", "add", "taro", "--email", "taro@example.co.jp",
                      "--name", "Taro Yamada", "--no-account", "--stdin",
                      "--expires", "2d", answers="19850401\n")
        for words in (r"^Taro Yamada +How to set up your login  \d{4}-",
                      r"(?m)^  Connect with +ssh taro@\S+$",
                      r"(?m)^  Initial ID +taro$",
                      r"(?m)^  Initial password +(\w{4}-){3}\w{4}$",
                      r"(?m)^  Valid until +\d{4}-\d\d-\d\d \d\d:\d\d$",
                      r"(?m)^Help: IT desk, ext. 1234$"):
            self.assertRegex(out, words)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        p = self.doc("user", "show", "taro")
        self.assertEqual(p["state"], "invited")
        self.assertEqual(p["email"], "taro@example.co.jp")
        self.assertEqual(p["name"], "Taro Yamada")
        self.assertIsNone(p["uid"])
        self.assertRegex(p["expires"], TIME)
        self.assertEqual(p["devices"], [])
        self.assertEqual(p["step"], "password")
        self.assertEqual(p["next"], "login")
        self.no(1, "is registered already", "user", "add", "taro", "--email",
                "a@b", "--no-account", "--stdin", answers="19850401\n")

    def test_add_json(self):
        slip = self.add("hanako", "--language", "ja", "--initial-id", "H-01")
        self.assertEqual(slip["login"], "hanako")
        self.assertEqual(slip["initial_id"], "H-01")
        self.assertEqual(slip["language"], "ja")
        self.assertEqual(slip["contact"], "情報システム課 内線1234")
        self.assertRegex(slip["initial_password"], r"^(\w{4}-){3}\w{4}$")
        self.assertTrue(slip["connect"].startswith("ssh hanako@"))
        self.assertRegex(slip["made"], TIME)

    def test_add_birth_date(self):
        args = ("user", "add", "birth", "--email", "a@b", "--no-account",
                "--stdin")
        out = self.no(1, "Enter 8 digits", *args,
                      answers="1985-04-01\n19850431\n29990101\n")
        self.assertEqual(out, "")
        self.no(1, "no answer on standard input", *args)
        self.no(1, "not known", "user", "show", "birth")
        self.ok(*args, answers="bad\n19850401\n")

    def test_add_refused(self):
        rest = ("--email", "a@b", "--no-account", "--stdin")
        for login in ("a b", "a/b", "a:b", "taro\u3042", "a\u200bb"):
            self.no(1, "can't be a login name", "user", "add", login, *rest,
                    answers="19850401\n")
        for option, value in (("--user-id", "short"),
                              ("--user-id", "toolongforauserid"),
                              ("--user-id", "Upper1234"),
                              ("--user-id", "with_under"),
                              ("--initial-id", "a b"),
                              ("--initial-id", "-x"),
                              ("--name", "x" * 161)):
            self.no(2, f'{option}: "{value}" can\'t be used.', "user", "add",
                    "other", *rest, option, value)
        self.no(1, "not known", "user", "show", "other")

    def test_user_id(self):
        self.add("kenji", "--user-id", "kenji1234")
        self.assertEqual(self.doc("user", "show", "kenji")["user_id"],
                         "kenji1234")
        self.no(1, "the ID is taken", "user", "add", "kenta", "--email", "a@b",
                "--no-account", "--user-id", "kenji1234", "--stdin",
                answers="19850401\n")

    def test_account(self):
        self.no(1, "no Unix account kosmo-nobody", "user", "add",
                "kosmo-nobody", "--email", "a@b", "--stdin")
        self.doc("user", "add", ME, "--email", "a@b", "--stdin",
                 answers="19850401\n")
        self.assertEqual(self.doc("user", "show", ME)["uid"], ACCOUNT.pw_uid)

    def test_list(self):
        for login in ("zoe", "adam", "mori"):
            self.add(login)
        self.ok("user", "lock", "mori")
        out = self.ok("user", "list")
        self.assertRegex(out, r"^LOGIN +STATE +UNTIL +WHY\n")
        names = [line.split()[0] for line in out.splitlines()[1:]]
        self.assertEqual(names, sorted(names))
        self.assertRegex(out, r"(?m)^mori +locked +.*user unlock mori$")
        people = self.doc("user", "list", "--state", "locked,active")
        self.assertEqual({p["state"] for p in people}, {"locked"})
        self.assertIn("mori", [p["login"] for p in people])
        people = {p["login"]: p for p in self.doc("user", "list")}
        self.assertEqual(people["mori"]["next"], "unlock")
        self.assertEqual(people["zoe"]["devices"], [])
        self.assertEqual(self.doc("user", "list", "--state", "active"), [])

    def test_show(self):
        self.add("showme", "--name", "山田 太郎")
        out = self.ok("user", "show", "showme")
        self.assertRegex(out, r"(?m)^Login name +showme \(山田 太郎\)$")
        self.assertRegex(out, r"(?m)^State +invited, step \d of \d password$")
        self.assertRegex(out, r"(?m)^Devices +none$")
        self.assertRegex(out, r"(?m)^Next +waits for the person to log in$")
        self.no(1, "nobody-here is not known to Kosmo.", "user", "show",
                "nobody-here")
        code, out, _ = self.house.run("user", "show", "nobody-here", "--json")
        self.assertEqual(code, 1)
        self.assertIn("not known", json.loads(out)["error"])

    def test_set(self):
        self.add("setme")
        self.assertEqual(self.ok("user", "set", "setme", "--email",
                                 "new@example.com", "--name", "N",
                                 "--language", "ja"), "Changed.\n")
        p = self.doc("user", "show", "setme")
        self.assertEqual((p["email"], p["name"], p["language"]),
                         ("new@example.com", "N", "ja"))
        self.assertEqual(self.doc("user", "set", "setme",
                                  "--birth-date-stdin",
                                  answers="20000229\n"), {})
        self.no(1, "Enter 8 digits", "user", "set", "setme",
                "--birth-date-stdin", answers="20010229\n1\n2\n")
        self.no(1, "not known", "user", "set", "nobody-here", "--name", "x")

    def test_lock(self):
        self.add("lockme")
        self.assertEqual(self.ok("user", "lock", "lockme"),
                         "lockme is locked.\n")
        p = self.doc("user", "show", "lockme")
        self.assertEqual(p["state"], "locked")
        self.assertTrue(p["lock"])
        self.assertEqual(self.ok("user", "unlock", "lockme"),
                         "lockme is unlocked.\n")
        self.assertIsNone(self.doc("user", "show", "lockme")["lock"])
        for verb in ("lock", "unlock", "invite", "code"):
            self.no(1, "not known", "user", verb, "nobody-here")

    def test_invite(self):
        first = self.add("again")["initial_password"]
        out = self.ok("user", "invite", "again", "--expires", "1h")
        self.assertIn("The earlier initial password no longer works.", out)
        self.assertNotIn(first, out)
        slip = self.doc("user", "invite", "again")
        self.assertNotEqual(slip["initial_password"], first)

    def test_remove(self):
        self.add("gone")
        self.no(1, "Nothing was changed.", "user", "remove", "gone",
                "--stdin", answers="\n")
        self.no(1, "Nothing was changed.", "user", "remove", "gone",
                "--stdin", answers="no\n")
        self.ok("user", "show", "gone")
        self.assertEqual(self.ok("user", "remove", "gone", "--stdin",
                                 answers="yes\n"), "gone is removed.\n")
        self.no(1, "not known", "user", "show", "gone")
        self.add("gone")
        self.ok("user", "remove", "gone", "--yes")
        self.no(1, "not known", "user", "remove", "gone", "--yes")

    def test_expired(self):
        self.add("late", "--expires", "1s")
        end = time.monotonic() + PATIENCE
        while self.doc("user", "show", "late")["state"] == "invited":
            self.assertLess(time.monotonic(), end)
            select.select([], [], [], 0.02)
        p = self.doc("user", "show", "late")
        self.assertEqual((p["state"], p["next"]), ("expired", "invite"))
        self.assertRegex(self.ok("user", "list", "--state", "expired"),
                         r"late +expired .*new slip: user invite late")

    def test_forgot(self):
        # nobody that is known, and asked like anybody
        t = self.house.talk("password")
        t.answer(r"Password: ", "forgot")
        t.answer(r"Date of birth", "19850402")
        t.answer(r"Code, app or recovery: ", "123456")
        t.answer(r"Code from the mail: ", "123456")
        t.answer(r"could not be confirmed(.|\n)*Press Enter: ", "")
        self.assertEqual(t.end(), 1, t.all)

    def test_rights(self):
        if not ROOT:
            self.skipTest("needs a second uid")
        other = become(65534, 65534)
        run = os.path.dirname(self.house.socket)
        # As installed: the folder is root's, admin.sock not for everybody.
        os.chown(run, 0, 0)
        try:
            code, out, err = self.house.run("user", "list", change=other)
            self.assertEqual((code, out), (4, ""))
            self.assertIn("needs root or group kosmo-admin", err)
            # And a server that is neither root, kosmo nor oneself.
            code, _, err = self.house.run("me", change=other)
            self.assertEqual(code, 3)
            self.assertIn("not kosmod's", err)
        finally:
            os.chown(run, ACCOUNT.pw_uid, ACCOUNT.pw_gid)


class Log(Verbs):
    def test_lines(self):
        self.add("logged")
        self.add("unseen")
        self.ok("user", "lock", "logged")
        lines = self.doc("log", "logged")
        self.assertEqual([x["event"] for x in lines][:2],
                         ["user add", "user lock"])
        self.assertEqual({x["login"] for x in lines}, {"logged"})
        out = self.ok("log", "logged")
        self.assertRegex(out, r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d user add +"
                              r"done +logged .*by=uid \d+$")
        self.assertNotIn("unseen", out)
        self.assertTrue(self.doc("log", "--since", "1h"))
        self.assertEqual(self.doc("log", "--since", "2999-01-01"), [])
        self.assertEqual(self.ok("log", "nobody-here"), "")

    def test_no_secrets(self):
        slip = self.add("secret")
        with open(self.house.audit, encoding="utf-8") as f:
            text = f.read()
        self.assertIn('"secret"', text)
        self.assertNotIn(slip["initial_password"], text)
        self.assertNotIn("19850401", text)

    def test_follow(self):
        self.add("before")
        p = subprocess.Popen(
            self.house.argv("log", "--follow", "--json"),
            stdout=subprocess.PIPE, text=True, preexec_fn=as_account(),
            env=self.house.env)
        try:
            events = []
            while "before" not in events:
                events.append(json.loads(p.stdout.readline())["login"])
            self.add("during")
            while "during" not in events:
                events.append(json.loads(p.stdout.readline())["login"])
            # It outlives kosmod, and goes on where it was.
            self.house.stop()
            self.house.start()
            self.add("after")
            while "after" not in events:
                events.append(json.loads(p.stdout.readline())["login"])
            for login in ("before", "during", "after"):
                self.assertEqual(events.count(login), 1, events)
        finally:
            p.send_signal(signal.SIGINT)
            p.wait(PATIENCE)
            p.stdout.close()

    def test_verify(self):
        self.add("chained")
        self.add("altered")
        self.assertRegex(self.ok("log", "--verify"),
                         r"^The log is whole, \d+ lines\.\n$")
        with open(self.house.audit, encoding="utf-8") as f:
            text = f.read()
        try:
            with open(self.house.audit, "r+", encoding="utf-8") as f:
                f.write(text.replace("altered", "olteted"))
            self.no(1, "The log was altered: line", "log", "--verify")
        finally:
            with open(self.house.audit, "r+", encoding="utf-8") as f:
                f.write(text)
        self.ok("log", "--verify")


class Register(Verbs):
    """A first login through kosmoctl, with a cut between its two halves."""

    def test_register(self):
        slip = self.doc("user", "add", ME, "--email", "taro@example.co.jp",
                        "--stdin", answers="19850401\n")
        initial = slip["initial_password"]
        t = self.house.talk("register")
        t.answer(r"Password: ", "wrong")
        t.answer(r"Not accepted(.|\n)*Password: ", initial)
        t.answer(r"Let us set up your account(.|\n)*New password: ",
                 PASSWORD)
        t.answer(r"Retype new password: ", PASSWORD)
        t.expect(r"Code shown by the app")
        self.assertEqual(t.give_up(), 1, t.all)
        self.assertIn("Saved so far. Log in again to go on.", t.all)
        self.assertEqual(self.doc("user", "show", ME)["step"], "method")

        t = self.house.talk("register")
        t.answer(r"Password: ", PASSWORD)
        t.answer(r"Going on where you were(.|\n)*Recovery code", initial)
        t.answer(r"Code shown by the app", "key")
        key = t.expect(r"Key +((\w{4} ){7}\w{4})").group(1)
        t.answer(r"Code shown by the app", App(key).code())
        t.answer(r"Device name \[app\]: ", "")
        t.answer(r"You are set up(.|\n)*Press Enter: ", "")
        self.assertEqual(t.end(), 0, t.all)

        t = self.house.talk("register")
        self.assertFalse(t.asks() and "Password" in t.all, t.all)
        self.assertEqual(t.end(), 0, t.all)
        self.assertIn("You are set up already", t.out)


class Self(Verbs):
    """One person, registered through kosmoctl, whom all tests share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _, out, err = cls.house.run(
            "--json", "user", "add", ME, "--email", "taro@example.co.jp",
            "--stdin", answers="19850401\n")
        slip = json.loads(out or err)
        t = cls.house.talk("enroll", "totp")
        t.expect(r"To confirm it is you, enter your password\.")
        t.answer(r"Password: ", slip["initial_password"])
        t.answer(r"New password: ", PASSWORD)
        t.answer(r"Retype new password: ", PASSWORD)
        t.answer(r"Code shown by the app \(6 digits\): ", "key")
        key = t.expect(r"Key +((\w{4} ){7}\w{4})").group(1)
        cls.app = App(key)
        t.answer(r"Code shown by the app \(6 digits\): ", cls.app.code())
        t.answer(r"Device name \[app\]: ", "phone")
        t.answer(r"Press Enter: ", "")
        code = t.end()
        assert code == 0, t.all
        assert '"phone" is enrolled.' in t.out, t.out

    def confirmed(self, *args):
        """A verb that asks for password and code first, both right."""
        t = self.house.talk(*args)
        t.answer(r"Password: ", PASSWORD)
        t.answer(CODE, self.app.code())
        return t

    def read(self, *args):
        """A verb that only looks: asks nothing, or confirms."""
        t = self.house.talk(*args)
        if t.asks():
            t.answer(r"Password: ", PASSWORD)
            t.answer(CODE, self.app.code())
        self.assertEqual(t.end(), 0, t.all)
        return t.out

    def devices(self):
        return {d["name"]: d
                for d in json.loads(self.read("device", "list", "--json"))}

    def test_me(self):
        out = self.read("me")
        self.assertRegex(out, rf"(?m)^Login name +{ME}$")
        self.assertRegex(out, r"(?m)^State +active$")
        self.assertRegex(out, r"(?m)^E-mail address +t\*\*\*@example.co.jp$")
        self.assertRegex(out, r"(?m)^Method +app$")
        self.assertNotIn("Failures", out)
        me = json.loads(self.read("me", "--json"))
        self.assertEqual(me["state"], "active")
        self.assertEqual(me["email"], "t***@example.co.jp")
        self.assertNotIn("uid", me)
        self.assertIn("phone", [d["name"] for d in me["devices"]])

    def test_device_list(self):
        out = self.read("device", "list")
        self.assertRegex(out, r"^NO +NAME +KIND +ADDED +LAST USED\n")
        self.assertRegex(out, r"(?m)^1 +phone +app +\d{4}-\d\d-\d\d +\S+$")

    def enroll(self, name):
        t = self.confirmed("enroll", "totp", "--name", name)
        t.answer(r"Code shown by the app", "key")
        key = t.expect(r"Key +((\w{4} ){7}\w{4})").group(1)
        t.answer(r"Code shown by the app", App(key).code())
        self.assertEqual(t.end(), 0, t.all)
        self.assertIn(f'"{name}" is enrolled.', t.out)

    def test_enroll_rename_remove(self):
        self.enroll("第二")
        device = self.devices()["第二"]
        self.assertEqual(device["kind"], "totp")
        self.assertRegex(device["added"], TIME)
        t = self.confirmed("device", "rename", str(device["id"]), "tablet")
        self.assertEqual(t.end(), 0, t.all)
        t = self.confirmed("device", "rename", "tablet", "phone")
        self.assertEqual(t.end(), 1, t.all)
        self.assertIn("Can't be used", t.all)
        self.assertIn("tablet", self.devices())
        t = self.confirmed("device", "remove", "tablet")
        self.assertEqual(t.end(), 0, t.all)
        self.assertIn('"tablet" is removed.', t.out)
        self.assertNotIn("tablet", self.devices())

    def test_rename_refused(self):
        self.no(1, "Can't be used", "device", "rename", "phone", "x" * 21)
        self.no(1, "Can't be used", "device", "rename", "phone", "")
        t = self.confirmed("device", "rename", "no such", "y")
        self.assertEqual(t.end(), 1)
        self.assertIn('You have no device "no such"', t.all)

    def test_last_device(self):
        if len(self.devices()) != 1:
            self.skipTest("another test's device is there")
        t = self.confirmed("device", "remove", "phone")
        self.assertEqual(t.end(), 1, t.all)
        self.assertIn("The last one can't be removed.", t.all)

    def test_png(self):
        path = f"{self.house.dir}/qr.png"
        t = self.confirmed("enroll", "totp", "--png", path, "--name", "png",
                           "--json")
        t.expect(r"The QR code is in \S+qr.png")
        self.assertEqual(os.stat(path).st_mode & 0o7777, 0o600)
        if shutil.which("zbarimg") is None:
            self.skipTest("zbarimg was not found")
        uri = subprocess.run(
            ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", path],
            capture_output=True, text=True, check=True).stdout.strip()
        self.assertTrue(uri.startswith(f"otpauth://totp/Example:{ME}?"), uri)
        key = re.search(r"secret=([A-Z2-7]+)", uri).group(1)
        t.answer(r"Code shown by the app", App(key).code())
        self.assertEqual(t.end(), 0, t.all)
        device = json.loads(t.out)
        self.assertEqual((device["name"], device["kind"]), ("png", "totp"))
        self.assertNotIn(key, t.out)
        t = self.confirmed("device", "remove", "png")
        self.assertEqual(t.end(), 0, t.all)
        self.no(1, "is there already", "enroll", "totp", "--png", path)

    def test_wrong_password(self):
        t = self.house.talk("password")
        t.answer(r"Password: ", "wrong")
        t.answer(r"Not accepted(.|\n)*Password: ", PASSWORD)
        t.answer(CODE, "000000x")
        t.answer(r"Wrong code(.|\n)*" + CODE, self.app.code())
        t.answer(r"New password: ", "short")
        t.answer(r"Can't be used(.|\n)*New password: ", PASSWORD)
        self.assertEqual(t.give_up(), 1, t.all)

    def test_nothing_typed(self):
        t = self.house.talk("password")
        for _ in range(3):
            t.answer(r"Password: ", "")
        self.assertEqual(t.end(), 1, t.all)
        self.assertEqual(t.out, "Nothing was changed.\n")

    def test_looking_asks_nothing(self):
        for args in (("me",), ("device", "list")):
            t = self.house.talk(*args)
            self.assertEqual(t.end(), 0, t.all)
            self.assertNotIn("Password", t.all)
        for args in (("password",), ("enroll", "totp"),
                     ("device", "rename", "phone", "x"),
                     ("device", "remove", "phone")):
            t = self.house.talk(*args)
            t.answer(r"To confirm it is you(.|\n)*Password: ", PASSWORD)
            t.answer(CODE, "")
            t.answer(CODE, "")
            t.answer(CODE, "")
            self.assertEqual(t.end(), 1, t.all)
            self.assertEqual(t.out, "Nothing was changed.\n")

    def test_password(self):
        global PASSWORD
        new = "Himawari-9-sonne"
        t = self.confirmed("password")
        t.answer(r"New password: ", new)
        t.answer(r"Retype new password: ", new)
        self.assertEqual(t.end(), 0, t.all)
        self.assertEqual(t.out, "Changed.\n")
        old, PASSWORD = PASSWORD, new
        t = self.house.talk("password")
        t.answer(r"Password: ", old)
        t.expect(r"Not accepted")
        self.assertEqual(t.give_up(), 1, t.all)

    def test_method(self):
        t = self.confirmed("method", "app")
        self.assertEqual(t.end(), 0, t.all)
        self.assertEqual(t.out, "Your method is now app.\n")
        t = self.confirmed("method", "email")
        self.assertEqual(t.end(), 1, t.all)
        self.assertIn("You have no device of that kind", t.all)
        self.no(2, "The methods are passkey, app and email.", "method", "sms")

    def test_language(self):
        t = self.confirmed("language", "en")
        self.assertEqual(t.end(), 0, t.all)
        self.assertEqual(t.out, "Changed.\n")
        self.no(2, "The languages are en and ja.", "language", "fr")

    def test_what_policy_left_out(self):
        self.no(1, "Recovery codes are not used here.", "recovery-codes")
        self.no(1, "There are no terms of use here.", "terms")
        self.no(1, "That is not an e-mail address", "email", "taro@")
        t = self.confirmed("enroll", "email")
        self.assertEqual(t.end(), 1, t.all)
        self.assertIn("No address is confirmed.", t.all)

    def test_sign_out(self):
        t = self.confirmed("sign-out")
        self.assertEqual(t.end(), 1, t.all)
        self.assertIn("Sessions can't be ended here", t.all)
        self.assertIn('"event":"sign-out"', self.ok("log", "--json", ME))

    def test_forgot_id(self):
        words = "If the address is registered, the user ID is on its way.\n"
        for address in ("taro@example.co.jp", "nobody@example.co.jp"):
            code, out, err = self.house.run("forgot-id", address)
            self.assertEqual((code, out, err), (0, words, ""))
        self.no(1, "is not an e-mail address", "forgot-id", "taro@")

    def test_code(self):
        out = self.ok("user", "code", ME)
        code = re.search(r"One-time code +(\S+)", out).group(1)
        self.assertNotIn("Initial password", out)
        t = self.house.talk("device", "rename", "no such", "y")
        t.answer(r"Password: ", PASSWORD)
        t.answer(CODE, "recovery")
        t.answer(r"Recovery code: ", code)
        self.assertEqual(t.end(), 1)
        self.assertIn('You have no device "no such"', t.all)
        self.no(1, "is registered already", "user", "invite", ME)

    def test_show(self):
        p = self.doc("user", "show", ME)
        self.assertEqual((p["state"], p["method"]), ("active", "totp"))
        self.assertIsNone(p["next"])
        self.assertEqual(p["uid"], ACCOUNT.pw_uid)

    def test_terminal(self):
        """Asked at a terminal: no echo, and echo again after Ctrl-C."""
        pid, fd = pty.fork()
        if pid == 0:
            try:
                (as_account() or (lambda: None))()
                os.execve(self.house.ctl, self.house.argv("password"),
                          self.house.env)
            finally:
                os._exit(99)
        seen = b""
        while b"Password: " not in seen:
            seen += os.read(fd, 1024)
        self.assertIn(b"To confirm it is you", seen)
        self.assertEqual(termios.tcgetattr(fd)[3] & termios.ECHO, 0)
        os.write(fd, b"wr0ng-secret\n")
        while seen.count(b"Password: ") < 2:
            seen += os.read(fd, 1024)
        self.assertNotIn(b"wr0ng-secret", seen)
        os.write(fd, b"\x03")
        self.assertEqual(os.waitpid(pid, 0)[1], signal.SIGINT)
        self.assertNotEqual(termios.tcgetattr(fd)[3] & termios.ECHO, 0)
        os.close(fd)

    def test_no_terminal(self):
        done = subprocess.run(
            self.house.argv("password"), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, start_new_session=True,
            preexec_fn=as_account(), env=self.house.env, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no terminal to ask at", done.stderr)
        self.assertEqual(done.stdout, "")


class Down(Verbs):
    def test_no_kosmod(self):
        self.house.stop()
        try:
            self.no(3, "Can't reach kosmod", "me")
            self.no(3, "Can't reach kosmod", "user", "list")
            code, out, _ = self.house.run("status", "--json")
            self.assertEqual(code, 3)
            self.assertIn("Can't reach", json.loads(out)["error"])
        finally:
            self.house.start()


del Verbs

if __name__ == "__main__":
    # a shell's background jobs are started with SIGINT ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unittest.main()
