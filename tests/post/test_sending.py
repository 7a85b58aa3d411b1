#!/usr/bin/env python3
"""kosmo-post between a keeper and a sendmail, both of the test's making.

POST names the program.
"""

import os
import signal
import socket
import subprocess
import sys
import unittest
from importlib.machinery import SourceFileLoader

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import keeper  # noqa: E402
from keeper import (ADDED, LOGIN, NEVER, NO, REGISTERED, YES,
                    Keeper)  # noqa: E402
from daemon import until, wait_gone  # noqa: E402
from program import OTHER, ROOT, SERVER, become  # noqa: E402
from wire import PATIENCE  # noqa: E402

reader = SourceFileLoader("read_mail", f"{HERE}/read-mail").load_module()


class Post(unittest.TestCase):
    def setUp(self):
        self.keeper = Keeper()
        self.addCleanup(self.keeper.done)

    def serve(self, sendmail, more=""):
        self.keeper.write_conf(sendmail, more)
        return self.keeper.start().accept()

    def mailbox(self):
        return f"{HERE}/sendmail {self.keeper.mbox}"

    def one(self, *args, **kwargs):
        """The answer to one mail, which must be the only one."""
        self.keeper.send(7, *args, **kwargs)
        job, word, reason = self.keeper.sent()
        self.assertEqual(job, 7)
        if word == YES:
            self.assertEqual(reason, "")
        else:
            self.assertNotEqual(reason, "")
            self.assertNotIn("395", reason)
        return word, reason


class Sending(Post):
    def test_a_mail_arrives(self):
        self.serve(self.mailbox())
        self.assertEqual(self.one(LOGIN), (YES, ""))
        self.keeper.send(8, ADDED, name="山田 太郎", to="t@example.com")
        self.assertEqual(self.keeper.sent(), (8, YES, ""))
        first, second = reader.mails(self.keeper.mbox)
        self.assertEqual(reader.code(first), "395204")
        self.assertEqual(first["To"].addresses[0].addr_spec,
                         "taro@example.com")
        self.assertEqual(first["From"].addresses[0].addr_spec,
                         "no-reply@example.com")
        self.assertIn('App "phone" was added.', reader.body(second))
        self.assertEqual(second["To"].addresses[0].display_name, "山田 太郎")
        shown = subprocess.run(
            [f"{HERE}/read-mail", self.keeper.mbox, "--subject", "login",
             "--code"], capture_output=True, text=True, check=True)
        self.assertEqual(shown.stdout, "395204\n")

    def test_what_sendmail_gets(self):
        """Arguments as written, PATH alone, no descriptor of ours."""
        seen = f"{self.keeper.dir}/mail/seen"
        program = self.keeper.script("sendmail", f"""
cat > {seen}.mail
for a; do printf '%s\\n' "$a"; done > {seen}.argv
env | grep -v '^_=' | grep -v '^PWD=' > {seen}.env
ls /proc/self/fd > {seen}.fd
ps -o sid= -p $$ | tr -d ' ' > {seen}.sid; echo $$ >> {seen}.sid
grep -E 'NoNewPrivs|Seccomp:|SigIgn|SigBlk|Cap(Prm|Eff|Amb)' \\
    /proc/self/status > {seen}.status
ulimit -c > {seen}.core""")
        self.serve(f"{program} -t  -i ~/#x %s")
        self.assertEqual(self.one(LOGIN), (YES, ""))
        with open(f"{seen}.argv", encoding="utf-8") as f:
            self.assertEqual(f.read(), "-t\n-i\n~/#x\n%s\n")
        with open(f"{seen}.env", encoding="utf-8") as f:
            self.assertEqual(f.read(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n")
        with open(f"{seen}.fd", encoding="utf-8") as f:
            self.assertLessEqual(set(f.read().split()), set("0123"))
        with open(f"{seen}.sid", encoding="utf-8") as f:
            self.assertEqual(len(set(f.read().split())), 1)
        with open(f"{seen}.status", encoding="utf-8") as f:
            status = dict(line.split(":\t") for line in f.read().splitlines())
        self.assertEqual(status["NoNewPrivs"], "0")
        self.assertEqual(status["Seccomp"], "0")
        self.assertEqual(int(status["SigBlk"], 16), 0)
        self.assertEqual(int(status["SigIgn"], 16) & (1 << 12), 0)
        with open(f"{seen}.core", encoding="utf-8") as f:
            self.assertEqual(f.read(), "0\n")
        with open(f"{seen}.mail", "rb") as f:
            mail = f.read()
        self.assertTrue(mail.endswith(b"\n"))
        self.assertNotIn(b"\r", mail)

    def test_many_at_once(self):
        """Each answered once; never more than eight children."""
        here = f"{self.keeper.dir}/mail"
        program = self.keeper.script("sendmail", f"""
cat > /dev/null
: > {here}/at.$$
ls {here} | grep -c '^at' >> {here}/most
while [ ! -e {here}/go ]; do sleep 0.05; done
rm {here}/at.$$""")
        self.serve(program)
        for job in range(1, 41):
            self.keeper.send(job)
        until("eight children", lambda: os.path.exists(f"{here}/most") and
              len([n for n in os.listdir(here) if n.startswith("at.")]) == 8)
        self.assertTrue(self.keeper.quiet(0.3))
        self.keeper.script("mail/go", "")
        got = sorted(self.keeper.sent() for _ in range(40))
        self.assertEqual(got, [(job, YES, "") for job in range(1, 41)])
        self.assertTrue(self.keeper.quiet(0.3))
        with open(f"{here}/most", encoding="utf-8") as f:
            self.assertEqual(max(int(n) for n in f.read().split()), 8)

    def test_codes_before_notices(self):
        """Two places are theirs, and they go first in the line."""
        here = f"{self.keeper.dir}/mail"
        program = self.keeper.script("sendmail", f"""
cat > {here}/$$.new
mv {here}/$$.new {here}/at.$$
while [ ! -e {here}/go ]; do sleep 0.05; done""")
        self.serve(program)

        def running():
            return len([n for n in os.listdir(here) if n.startswith("at.")])
        for job in range(10):
            self.keeper.send(job, ADDED)
        until("six notices", lambda: running() == 6)
        self.keeper.send(10)
        self.keeper.send(11)
        until("two codes beside them", lambda: running() == 8)
        self.keeper.send(12)
        self.assertTrue(self.keeper.quiet(0.3))
        self.assertEqual(running(), 8)
        self.keeper.script("mail/go", "")
        got = sorted(self.keeper.sent() for _ in range(13))
        self.assertEqual(got, [(job, YES, "") for job in range(13)])

    def test_a_mail_that_can_never_be(self):
        self.serve(self.mailbox())
        for to in ("", "-f@example.com", "a@b@c", "a b@example.com",
                   "a@example.com, b@example.com", "x" * 65 + "@example.com"):
            self.assertEqual(self.one(to=to)[0], NEVER)
        self.assertEqual(self.one(20)[0], NEVER)
        self.assertEqual(self.one(code="")[0], NEVER)
        self.assertFalse(os.path.exists(self.keeper.mbox))


class Failing(Post):
    def test_exit_statuses(self):
        for status, word in ((75, NO), (1, NO), (64, NO), (69, NO), (78, NO),
                             (127, NO), (65, NEVER), (67, NEVER)):
            keeper_ = Keeper()
            self.addCleanup(keeper_.done)
            program = keeper_.script(
                "sendmail", f"cat > /dev/null; echo no luck >&2; exit {status}")
            keeper_.write_conf(program)
            keeper_.start().accept().send(3)
            self.assertEqual(
                keeper_.sent(),
                (3, word, f"exit status {status}: no luck"))

    def test_missing(self):
        self.serve("/nowhere/sendmail -t -i")
        reason = "exit status 127: /nowhere/sendmail: No such file or directory"
        self.assertEqual(self.one(), (NO, reason))
        self.keeper.wait_for(f"mail 7 was not sent: {reason}\n")

    def test_not_executable(self):
        self.serve("/etc/passwd -t")
        self.assertEqual(
            self.one(),
            (NO, "exit status 127: /etc/passwd: Permission denied"))

    def test_killed(self):
        self.serve(self.keeper.script("sendmail",
                                      "cat > /dev/null; kill -9 $$"))
        self.assertEqual(self.one(), (NO, "killed by signal 9"))

    def test_reads_nothing(self):
        self.serve(self.keeper.script("sendmail", "exit 0"))
        self.assertEqual(
            self.one(), (NO, "it ended without reading the mail"))

    def test_reads_a_part(self):
        self.serve(self.keeper.script("sendmail",
                                      "dd bs=10 count=1 of=/dev/null; exit 0"))
        word, reason = self.one()
        self.assertEqual(word, NO)
        self.assertIn("it ended without reading the mail", reason)

    def test_closes_its_input(self):
        self.serve(self.keeper.script("sendmail", "exec <&-; exit 0"))
        self.assertEqual(
            self.one(), (NO, "it ended without reading the mail"))

    def test_floods(self):
        """100 MB of complaints: none is waited for, little is kept."""
        self.serve(self.keeper.script("sendmail", """
cat > /dev/null
yes complaint | head -c 100000000 >&2
exit 75"""))
        word, reason = self.one()
        self.assertEqual(word, NO)
        self.assertTrue(reason.startswith("exit status 75: complaint; "))
        self.assertLessEqual(len(reason.encode()), 160)
        with open(f"/proc/{self.keeper.process.pid}/status",
                  encoding="utf-8") as f:
            peak = [line for line in f if line.startswith("VmHWM")][0]
        if os.environ.get("KOSMO_SANITIZERS") != "yes":
            self.assertLess(int(peak.split()[1]), 32 * 1024)

    def test_floods_and_takes_it(self):
        self.serve(self.keeper.script("sendmail", """
cat > /dev/null
head -c 1000000 /dev/urandom
exit 0"""))
        self.assertEqual(self.one(), (YES, ""))

    def test_binary_complaints(self):
        self.serve(self.keeper.script("sendmail", r"""
cat > /dev/null
printf 'a\033[2Jb\377\n\000\nlast\r\n'
exit 75"""))
        self.assertEqual(
            self.one(),
            (NO, "exit status 75: a\\x1b[2Jb\\xff; last"))

    def test_goes_on_in_the_background(self):
        """What it left behind is neither waited for nor killed."""
        here = f"{self.keeper.dir}/mail"
        os.mkfifo(f"{here}/wait")
        self.serve(self.keeper.script("sendmail", f"""
cat > {here}/new
( read x < {here}/wait; mv {here}/new {here}/delivered ) &
exit 0"""))
        if ROOT:
            os.chown(f"{here}/wait", SERVER, SERVER)
        self.assertEqual(self.one(), (YES, ""))
        with open(f"{here}/wait", "w", encoding="utf-8") as f:
            f.write("go\n")
        until("the delivery", lambda: os.path.exists(f"{here}/delivered"))

    def test_address_in_complaints(self):
        self.serve(self.keeper.script("sendmail", """
cat > /dev/null
echo 'RCPT TO:<taro@example.com>, Taro@Example.com: unknown' >&2
exit 67"""))
        self.assertEqual(
            self.one(), (NEVER, "exit status 67: RCPT TO:<t***@example.com>, "
                                "T***@Example.com: unknown"))

    def test_code_in_complaints(self):
        """A sendmail that repeats the mail: nothing of it in the reason."""
        for text in ("cat >&2",
                     "m=$(cat); echo \"bad: $m\" >&2",
                     "cat > /dev/null; echo code 395204 >&2",
                     "cat > /dev/null; echo code 395-204, 3 9 5 2 0 4 >&2",
                     "cat > /dev/null; echo 1395204 39395204 >&2",
                     "grep 395 >&2", "tr -d '\\n ' >&2"):
            keeper_ = Keeper()
            self.addCleanup(keeper_.done)
            keeper_.write_conf(keeper_.script(
                "sendmail", text + "; echo no luck >&2; exit 75"))
            keeper_.start().accept()
            for job, language in enumerate(("en", "ja")):
                keeper_.send(job, language=language, name="山田 太郎")
                _, word, reason = keeper_.sent()
                self.assertEqual(word, NO)
                digits = "".join(c for c in reason if c.isdigit())
                self.assertNotIn("395204", digits)
                self.assertNotIn("MzkyIDIwN", reason)
                self.assertNotIn("taro@", reason)
            self.assertEqual(keeper_.stop(), 0)
            self.assertNotIn("395204", keeper_.log)


class Hanging(Post):
    """These wait for the deadline of 20 seconds, all at the same time."""

    def test_deadline_and_line(self):
        here = f"{self.keeper.dir}/mail"
        program = self.keeper.script("sendmail", f"""
echo $$ >> {here}/pids
sleep 1000 &
echo $! >> {here}/pids
case $# in 0) cat > /dev/null ;; esac
trap '' TERM
wait""")
        self.serve(f"{program} unread")
        for job in range(4):
            self.keeper.send(job)
        until("four children", lambda: os.path.exists(f"{here}/pids") and
              len(open(f"{here}/pids", encoding="utf-8").readlines()) == 8)
        self.keeper.write_conf(program)
        self.keeper.reload()
        self.keeper.wait_for("reloaded")
        for job in range(4, 8 + 256 + 5):
            self.keeper.send(job)
        # no room in the line: at once
        self.assertEqual(
            sorted(self.keeper.sent() for _ in range(5)),
            [(job, NO, "too many mails at once")
             for job in range(264, 269)])
        # whoever stands in the line, after 8 seconds; then those who hang
        got = [self.keeper.sent() for _ in range(264)]
        self.assertEqual(
            sorted(got[:256]), [(job, NO, "too many mails before it")
                                for job in range(8, 264)])
        self.assertEqual(
            sorted(got[256:]), [(job, NO, "not done after 20 seconds")
                                for job in range(8)])
        with open(f"{here}/pids", encoding="utf-8") as f:
            pids = [int(line) for line in f]
        for pid in pids[:16]:
            self.assertTrue(wait_gone(pid), pid)
        self.assertEqual(self.keeper.stop(), 0)
        for pid in pids:
            self.assertTrue(wait_gone(pid), pid)


class Connection(Post):
    def test_keeper_restarts(self):
        self.serve(self.mailbox())
        for _ in range(3):
            self.keeper.close()
            self.keeper.wait_for("connection closed")
            self.keeper.listen()
            self.keeper.accept()
            self.assertEqual(self.one(), (YES, ""))

    def test_starts_before_the_keeper(self):
        self.keeper.close()
        os.unlink(f"{self.keeper.run}/priv.sock")
        self.keeper.write_conf(self.mailbox())
        self.keeper.start()
        self.keeper.wait_for("No such file or directory; trying on")
        self.keeper.listen()
        self.keeper.accept()
        self.assertEqual(self.one(), (YES, ""))

    def test_keeper_dies_with_mails_under_way(self):
        """Their answers go nowhere, and not to the next keeper."""
        here = f"{self.keeper.dir}/mail"
        self.serve(self.keeper.script("sendmail", f"""
cat > {here}/$$.mail
while [ ! -e {here}/go ]; do sleep 0.05; done"""))
        for job in range(20):
            self.keeper.send(job)
        until("eight mails", lambda: len(
            [n for n in os.listdir(here) if n.endswith(".mail")]) == 8)
        self.keeper.close()
        self.keeper.wait_for("connection closed")
        self.keeper.listen()
        self.keeper.accept()
        self.keeper.script("mail/go", "")
        self.keeper.send(100)
        self.assertEqual(self.keeper.sent(), (100, YES, ""))
        self.assertTrue(self.keeper.quiet(0.5))
        self.assertEqual(len(
            [n for n in os.listdir(here) if n.endswith(".mail")]), 9)

    def test_bad_packets(self):
        """Not the keeper's: the connection ends, and another is tried."""
        self.serve(self.mailbox())
        whole = keeper.mail_message(1)
        for bad in (b"\0", whole[:-1], whole + b"x", b"\xc2" + whole[1:],
                    whole.replace(b"Taro", b"T\nro"),
                    whole.replace(b"Taro", b"T\xffro"), b"x" * 40000):
            self.keeper.peer.send(bad)
            self.keeper.wait_for("what it sent is no mail"
                                 if len(bad) < 40000 else "kosmod: ")
            self.keeper.peer.close()
            self.keeper.accept()
        self.assertEqual(self.one(), (YES, ""))

    def test_reload(self):
        self.serve(self.mailbox(), "subject = [One]\n")
        self.assertEqual(self.one()[0], YES)
        self.keeper.write_conf(self.mailbox(), "subject = [Two]\n")
        self.keeper.reload()
        self.keeper.wait_for("reloaded")
        self.assertEqual(self.one()[0], YES)
        self.keeper.write_conf(self.mailbox(), "subject = [Three]\nx = y\n")
        self.keeper.reload()
        self.keeper.wait_for('unknown key "x"')
        self.keeper.wait_for("the old values stay")
        self.assertEqual(self.one()[0], YES)
        self.assertEqual(
            [m["Subject"].split()[0] for m in reader.mails(self.keeper.mbox)],
            ["[One]", "[Two]", "[Two]"])

    def test_keys_count(self):
        self.serve(self.mailbox(), "lifetime = 5m\n[login]\n"
                   "contact-en = Anna, ext. 7\nlanguage = ja\n")
        self.assertEqual(self.one(REGISTERED)[0], YES)
        body = reader.body(reader.mails(self.keeper.mbox)[0])
        self.assertIn("tell Anna, ext. 7 at once.", body)

    def test_folder_of_others(self):
        """Whoever could put a socket there gets no mail to see."""
        os.chmod(self.keeper.run, 0o777)
        self.keeper.write_conf(self.mailbox())
        self.keeper.start()
        self.keeper.wait_for("others may write to its folder")
        os.chmod(self.keeper.run, 0o755)
        self.keeper.accept()
        if not ROOT:
            return
        self.keeper.close()
        self.keeper.wait_for("connection closed")
        os.chown(self.keeper.run, OTHER, OTHER)
        self.keeper.listen()
        self.keeper.wait_for("belongs to another user")

    @staticmethod
    def listen_as_other(path):
        """The pid of a process of somebody else that has bound path."""
        ready, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            become(OTHER)()
            server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            server.bind(path)
            server.listen(8)
            os.write(tell, b"x")
            signal.pause()
            os._exit(0)
        os.close(tell)
        assert os.read(ready, 1) == b"x"
        os.close(ready)
        return pid

    def test_server_of_others(self):
        if not ROOT:
            self.skipTest("needs root, to be somebody else")
        self.keeper.close()
        path = f"{self.keeper.run}/priv.sock"
        os.unlink(path)
        os.chown(self.keeper.run, OTHER, OTHER)
        stranger = self.listen_as_other(path)
        self.addCleanup(os.waitpid, stranger, 0)
        self.addCleanup(os.kill, stranger, signal.SIGKILL)
        os.chown(self.keeper.run, 0, 0)
        os.chown(path, SERVER, SERVER)
        self.keeper.write_conf(self.mailbox())
        self.keeper.start()
        self.keeper.wait_for("its server is another user")


class Process(Post):
    def test_command_line(self):
        post = os.environ["POST"]
        done = subprocess.run([post, "--version"], capture_output=True,
                              text=True, check=False)
        self.assertRegex(done.stdout, r"^kosmo-post \d+\.\d+")
        for args in (["--colour"], ["more"], ["--config"]):
            done = subprocess.run([post, *args], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage: kosmo-post", done.stderr)

    def test_never_root(self):
        if not ROOT:
            self.skipTest("needs root, to be refused")
        self.keeper.write_conf(self.mailbox())
        done = subprocess.run(
            [os.environ["POST"], "--config", self.keeper.conf],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("never runs as root", done.stderr)

    def test_bad_config_does_not_start(self):
        self.keeper.write_conf("relative/sendmail")
        self.keeper.start()
        self.assertEqual(self.keeper.process.wait(PATIENCE), 1)
        self.assertIn(b"is not an absolute path",
                      self.keeper.process.stderr.read())
        self.keeper.process.stderr.close()

    def test_files_it_does_not_need(self):
        """Terms and block list are kosmod's, and may be closed to us."""
        self.keeper.write_conf(
            self.mailbox(), "[password]\nblocklist = /nowhere/list\n"
            "[registration]\nterms = yes\n")
        self.keeper.start().accept()
        self.assertEqual(self.one()[0], YES)

    def test_nothing_to_be_seen(self):
        """No core, no debugger, no environment; nothing on disk."""
        here = f"{self.keeper.dir}/mail"
        self.serve(self.keeper.script("sendmail", f"""
cat > /dev/null
: > {here}/at
while [ ! -e {here}/go ]; do sleep 0.05; done"""))
        self.keeper.send(1)
        until("sendmail", lambda: os.path.exists(f"{here}/at"))
        pid = self.keeper.process.pid
        if os.environ.get("KOSMO_SANITIZERS") != "yes":
            self.assertEqual(os.stat(f"/proc/{pid}/maps").st_uid, 0)
        with open(f"/proc/{pid}/limits", encoding="utf-8") as f:
            self.assertRegex(f.read(), r"Max core file size +0 +0 ")
        for child in until("the child", lambda: subprocess.run(
                ["pgrep", "-P", str(pid)], capture_output=True, text=True,
                check=False).stdout.split()):
            with open(f"/proc/{child}/cmdline", "rb") as f:
                self.assertNotIn(b"395", f.read())
        self.keeper.script("mail/go", "")
        self.assertEqual(self.keeper.sent(), (1, YES, ""))

    def test_ends_with_its_children(self):
        here = f"{self.keeper.dir}/mail"
        self.serve(self.keeper.script("sendmail", f"""
sleep 1000 &
echo $$ $! > {here}/pids.new
mv {here}/pids.new {here}/pids
wait"""))
        self.keeper.send(1)
        until("sendmail", lambda: os.path.exists(f"{here}/pids"))
        with open(f"{here}/pids", encoding="utf-8") as f:
            pids = [int(n) for n in f.read().split()]
        self.assertEqual(self.keeper.stop(), 0)
        for pid in pids:
            self.assertTrue(wait_gone(pid), pid)


if __name__ == "__main__":
    unittest.main()
