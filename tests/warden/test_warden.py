"""What the warden does to real processes; see warden.test."""

import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

import keeper as k
import people
from people import lives, named, one_named, start, terminal, wait_until
from program import HELLO, VERSION
from wire import message, u8, u32, u64

TARO, HANAKO = 4001, 4002
SOCKET = "/run/kosmo/priv.sock"
TICKETS = "/run/sudo/ts"


def reap():
    """Orphans come to us, the first process here."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def gone(*pids):
    def look():
        reap()
        return not any(lives(p) for p in pids)
    return look


class Case(unittest.TestCase):
    def setUp(self):
        self.started = []
        os.umask(0o022)
        self.keeper = k.Keeper(SOCKET)
        self.warden = self.run_warden()
        self.keeper.accept()

    LINES = "passwd: files\ngroup: files\n"

    UNDER = ()

    def run_warden(self, **env):
        with open("/etc/nsswitch.conf", "w") as f:
            f.write(self.LINES)
        with open("/run/warden.log", "w") as log:
            return subprocess.Popen([*self.UNDER, os.environ["WARDEN"]],
                                    env=env or {"PATH": os.environ["PATH"]},
                                    stdin=subprocess.DEVNULL, stderr=log)

    def tearDown(self):
        self.keeper.close()
        self.warden.terminate()
        self.assertEqual(self.warden.wait(10), 0, self.log())
        for pid in (self.started + people.pids_of(TARO) +
                    people.pids_of(HANAKO)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: (reap(), not people.pids_of(TARO))[1])
        subprocess.run(["rm", "-rf", "/run/sudo"], check=True)

    def log(self):
        with open("/run/warden.log") as f:
            return f.read()

    def start(self, *args, **named_args):
        pids = start(*args, **named_args)
        self.started += pids
        return pids

    def on_terminal(self, user, script, **named_args):
        ours, name = terminal()
        self.addCleanup(os.close, ours)
        return self.start(user, script, terminal=name, **named_args)

    def ticket(self, name, content=b"x"):
        os.makedirs(TICKETS, 0o700, exist_ok=True)
        with open(os.path.join(TICKETS, name), "wb") as f:
            f.write(content)


class SignOut(Case):
    def test_others_go_and_one_stays(self):
        _, kept = self.on_terminal("taro", "sleep 7001 & wait")
        _, ended = self.on_terminal(
            "taro", "nohup sleep 7002 & sleep 7003 & wait")
        _, plain = self.start("taro", "sleep 7004 & wait")
        _, other = self.on_terminal("hanako", "sleep 7005 & wait")
        children = [one_named(n) for n in ("7002", "7003", "7004")]
        stay = [one_named(n) for n in ("7001", "7005")]
        self.assertEqual(
            self.keeper.sessions("taro", TARO, kept, 0), (1, 2, 0))
        self.assertTrue(lives(ended) and lives(plain))
        self.assertEqual(
            self.keeper.sessions("taro", TARO, kept, 1), (1, 2, 0))
        wait_until(gone(ended, plain, *children))
        for pid in (kept, other, *stay):
            self.assertTrue(lives(pid))
        self.assertEqual(
            self.keeper.sessions("taro", TARO, kept, 1), (1, 0, 0))

    def test_all_go_without_one_to_keep(self):
        pids = [self.on_terminal("taro", "sleep 7010 & wait")[1]
                for _ in range(3)]
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 3, 0))
        wait_until(gone(*pids))

    def test_monitor_of_root_goes_by_itself(self):
        monitor, shell = self.start("taro", "sleep 7011 & wait")
        self.keeper.sessions("taro", TARO)
        wait_until(gone(monitor, shell))

    def test_keep_is_a_child_of_the_session(self):
        _, shell = self.on_terminal("taro", "sleep 7012 & wait")
        child = one_named("7012")
        self.assertEqual(
            self.keeper.sessions("taro", TARO, child), (1, 0, 0))
        self.assertTrue(lives(shell))

    def test_daemons_of_the_session_where_audit_tells(self):
        if not people.has_audit():
            self.skipTest("this kernel keeps no audit sessions")
        _, shell = self.on_terminal(
            "taro", "(setsid sleep 7013 &) ; sleep 7014 & wait")
        daemon = one_named("7013")
        wait_until(lambda: people.stat_of(daemon)[1:3] == (1, daemon))
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 1, 0))
        wait_until(gone(shell, daemon))

    def test_jobs_of_cron_stay(self):
        _, job = self.start("taro", "sleep 7015 & wait", opener="cron")
        child = one_named("7015")
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 0, 0))
        self.assertTrue(lives(job) and lives(child))

    def test_who_will_not_hear(self):
        _, deaf = self.on_terminal(
            "taro", "trap '' HUP TERM INT; while :; do sleep 7016; done")
        _, stopped = self.on_terminal("taro", "sleep 7017 & kill -STOP $$")
        one_named("7016")
        wait_until(lambda: people.stat_of(stopped)[0] == "T")
        began = time.monotonic()
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 2, 0))
        self.assertGreater(time.monotonic() - began, 1.9)
        self.assertLess(time.monotonic() - began, 4)
        wait_until(gone(deaf, stopped))

    def test_who_forks_on(self):
        # hundreds a second: enough to be ahead of every look at /proc
        self.on_terminal("taro", "trap '' HUP TERM; sow() { while :; do "
                         "sleep 0.2 & sleep 0.01; done; }; "
                         "sow & sow & sow & wait")
        wait_until(lambda: len(people.pids_of(TARO)) > 10)
        ok, sessions, _ = self.keeper.sessions("taro", TARO)
        self.assertEqual((ok, sessions), (1, 1))
        wait_until(lambda: (reap(), not people.pids_of(TARO))[1])

    def test_a_dozen_at_once(self):
        for n in range(12):
            self.on_terminal("taro", "sleep 70200 & wait")
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 12, 0))
        wait_until(lambda: (reap(), not people.pids_of(TARO))[1])


@unittest.skipIf(os.environ["SYSTEMD"] == "no", "built without libsystemd")
class LogindAway(Case):
    """Its folder is there, so it is asked; /proc tells all the same."""

    def setUp(self):
        super().setUp()
        for folder in ("/run/systemd/seats", "/run/dbus"):
            os.makedirs(folder)
            self.addCleanup(shutil.rmtree, folder)

    def sign_out(self):
        _, kept = self.on_terminal("taro", "sleep 7050 & wait")
        _, shell = self.on_terminal("taro", "sleep 7051 & wait")
        began = time.monotonic()
        self.assertEqual(self.keeper.sessions("taro", TARO, kept), (1, 1, 0))
        wait_until(gone(shell))
        self.assertTrue(lives(kept))
        return time.monotonic() - began

    def test_where_nobody_knows(self):
        _, shell = self.start("taro", "sleep 7052 & wait", opener="login")
        self.assertEqual(self.keeper.where(TARO, shell), k.NOWHERE)
        self.assertIn("no word of logind", self.log())

    def test_no_bus(self):
        self.assertLess(self.sign_out(), 1)
        self.assertIn("logind", self.log())

    def test_a_bus_that_says_nothing(self):
        with socket.socket(socket.AF_UNIX) as bus:
            bus.bind("/run/dbus/system_bus_socket")
            bus.listen(8)
            self.assertLess(self.sign_out(), 5)
        self.assertIn("logind", self.log())


class NotTheirs(Case):
    def test_others_on_the_same_terminal(self):
        """The terminal is taro's; hanako and root have it too."""
        ours, name = terminal()
        self.addCleanup(os.close, ours)
        _, shell = self.start("taro", "sleep 7101 & wait", terminal=name,
                              beside=("hanako", "root"))
        others = [one_named("%d.5" % people.UIDS[user])
                  for user in ("hanako", "root")]
        for pid in others:
            self.assertEqual(people.stat_of(pid)[2:], people.stat_of(shell)[2:])
        self.started += others
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 1, 0))
        wait_until(gone(shell))
        for pid in others:
            self.assertTrue(lives(pid))

    def test_su_from_somebody_else(self):
        if not people.has_audit():
            self.skipTest("this kernel keeps no loginuid")
        _, su = self.on_terminal("taro", "sleep 7110 & wait", login="hanako")
        _, roots = self.on_terminal("taro", "sleep 7111 & wait", login="root")
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 0, 0))
        self.assertTrue(lives(su) and lives(roots))

    def test_who_is_no_person(self):
        _, daemon = self.start("cron", "sleep 7120 & wait", opener="sshd")
        _, shell = self.on_terminal("taro", "sleep 7121 & wait")
        self.ticket("root")
        self.ticket("taro")
        for login, uid in (("root", 0), ("cron", 990), ("taro", 0),
                           ("taro", 990), ("taro", HANAKO), ("hanako", TARO),
                           ("nobody", 65534), ("taro", k.NO_UID),
                           ("nobody-at-all", TARO), ("", TARO),
                           ("../taro", TARO), ("taro ", TARO)):
            with self.subTest(login=login, uid=uid):
                self.assertEqual(self.keeper.sessions(login, uid), (0, 0, 0))
        self.assertTrue(lives(daemon) and lives(shell))
        self.assertEqual(sorted(os.listdir(TICKETS)), ["root", "taro"])

    def test_uid_min_of_login_defs(self):
        _, shell = self.on_terminal("taro", "sleep 7122 & wait")
        with open("/etc/login.defs", "w") as f:
            f.write("UID_MIN 4002\n")
        try:
            self.assertEqual(self.keeper.sessions("taro", TARO), (0, 0, 0))
            self.assertTrue(lives(shell))
        finally:
            with open("/etc/login.defs", "w") as f:
                f.write("UID_MIN 1000\n")
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 1, 0))


class Hints(Case):
    """The keeper's rows, for programs that are not known to open sessions."""

    def test_row_of_a_strange_door(self):
        monitor, shell = self.start("taro", "sleep 7201 & wait", opener="door")
        self.assertEqual(self.keeper.sessions("taro", TARO, 0, 0), (1, 0, 0))
        rows = [k.row(monitor, int(time.time()))]
        self.assertEqual(
            self.keeper.sessions("taro", TARO, 0, 1, rows), (1, 1, 0))
        wait_until(gone(shell))

    def test_a_pid_that_is_somebody_elses_by_now(self):
        opened = int(time.time()) - 60
        monitor, first = self.start("taro", "exec sleep 7202", opener="door")
        os.kill(first, signal.SIGKILL)
        wait_until(gone(monitor, first))
        _, again = self.start("taro", "sleep 7203 & wait", opener="cron",
                              pid=first)
        self.assertEqual(again, first)
        one_named("7203")
        rows = [k.row(first, opened)]
        self.assertEqual(
            self.keeper.sessions("taro", TARO, 0, 1, rows), (1, 0, 0))
        self.assertTrue(lives(again))

    def test_rows_that_lie(self):
        _, job = self.start("taro", "sleep 7204 & wait", opener="cron")
        _, other = self.start("hanako", "sleep 7205 & wait", opener="cron")
        now = int(time.time())
        rows = [k.row(p, now) for p in
                (1, other, self.warden.pid, 0, 2**32 + job, 2**64 - 1)]
        self.assertEqual(
            self.keeper.sessions("taro", TARO, 2**64 - 1, 1, rows), (1, 0, 0))
        self.assertTrue(lives(job) and lives(other))


class Tickets(Case):
    def test_by_name_and_by_uid(self):
        for name in ("taro", str(TARO), "hanako", str(HANAKO)):
            self.ticket(name)
        self.assertEqual(self.keeper.sessions("taro", TARO, 0, 0), (1, 0, 2))
        self.assertEqual(len(os.listdir(TICKETS)), 4)
        self.assertEqual(self.keeper.sessions("taro", TARO, 0, 1), (1, 0, 2))
        self.assertEqual(sorted(os.listdir(TICKETS)),
                         [str(HANAKO), "hanako"])

    def test_a_link_as_ticket(self):
        self.ticket("hanako")
        os.symlink("hanako", TICKETS + "/taro")
        os.symlink("/etc/passwd", TICKETS + "/%d" % TARO)
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 0, 2))
        self.assertEqual(os.listdir(TICKETS), ["hanako"])
        self.assertTrue(os.path.exists("/etc/passwd"))

    def test_a_folder_as_ticket(self):
        os.makedirs(TICKETS + "/taro")
        self.assertEqual(self.keeper.sessions("taro", TARO)[0], 0)
        self.assertTrue(os.path.isdir(TICKETS + "/taro"))

    def test_folders_that_are_not_roots_alone(self):
        self.ticket("taro")
        os.chmod(TICKETS, 0o770)
        self.assertEqual(self.keeper.sessions("taro", TARO), (0, 0, 0))
        os.chmod(TICKETS, 0o700)
        os.chown("/run/sudo", HANAKO, HANAKO)
        self.assertEqual(self.keeper.sessions("taro", TARO), (0, 0, 0))
        self.assertEqual(os.listdir(TICKETS), ["taro"])

    def test_folders_that_are_links(self):
        os.makedirs("/run/elsewhere", exist_ok=True)
        with open("/run/elsewhere/taro", "w"):
            pass
        os.makedirs("/run/sudo")
        os.symlink("/run/elsewhere", TICKETS)
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 0, 0))
        self.assertEqual(os.listdir("/run/elsewhere"), ["taro"])


class Accounts(Case):
    def test_what_accounts_are(self):
        person, groups = k.EXISTS, "sudo wheel adm"
        for login, uid, flags in (
                ("taro", TARO, person),
                ("root", 0, person | k.SYSTEM),
                ("cron", 990, person | k.SYSTEM | k.PROTECTED),
                ("hanako", HANAKO, person | k.ADMIN),
                ("admin", 4003, person | k.ADMIN),
                ("chief", 4004, person | k.PROTECTED),  # by primary group
                ("nobody-at-all", k.NO_UID, 0), ("", k.NO_UID, 0)):
            with self.subTest(login=login):
                self.assertEqual(self.keeper.account(login, groups),
                                 (uid, flags))

    def test_groups_are_compared_by_number(self):
        # admins is kosmo-admin under another name
        self.assertEqual(self.keeper.account("admin", "admins")[1],
                         k.EXISTS | k.ADMIN | k.PROTECTED)
        self.assertEqual(self.keeper.account("hanako", "  staff  x ")[1],
                         k.EXISTS | k.ADMIN | k.PROTECTED)
        self.assertEqual(self.keeper.account("taro", "27 4001 taro.")[1],
                         k.EXISTS)



class Where(Case):
    def where(self, pid, *rows):
        return self.keeper.where(TARO, pid, rows)

    def test_by_the_one_that_opened_the_session(self):
        for opener, word in (("sshd", k.AWAY), ("login", k.HERE),
                             ("cron", k.NOWHERE)):
            with self.subTest(opener=opener):
                monitor, shell = self.start("taro", "sleep 7501 & wait",
                                            opener=opener)
                child = one_named("7501")
                for pid in (monitor, shell, child):
                    self.assertEqual(self.where(pid), word)
                os.kill(child, signal.SIGKILL)
                wait_until(gone(child))

    def test_by_the_keepers_row(self):
        monitor, shell = self.start("taro", "sleep 7502 & wait", opener="kdm")
        self.assertEqual(self.where(shell), k.NOWHERE)
        now = int(time.time()) + 1
        for remote, word in ((0, k.HERE), (1, k.AWAY)):
            row = k.row(monitor, now, "kdm", ":0", remote)
            self.assertEqual(self.where(shell, row), word)
        # the number was another's when the row was made
        self.assertEqual(
            self.where(shell, k.row(monitor, now - 3600, "kdm", ":0", 0)),
            k.NOWHERE)

    def test_what_init_took_over_is_where_all_is(self):
        here, _ = self.start("taro", "(setsid sleep 7503 &); sleep 9 & wait",
                             opener="login")
        daemon = one_named("7503")
        wait_until(lambda: people.stat_of(daemon)[1] == 1)
        away, _ = self.start("taro", "sleep 7504 & wait")
        now = int(time.time()) + 1
        rows = (k.row(here, now, "login", "tty1", 0),
                k.row(away, now, "sshd", "ssh", 1))
        self.assertEqual(self.where(daemon), k.NOWHERE)
        self.assertEqual(self.where(daemon, *rows[:1]), k.HERE)
        self.assertEqual(self.where(daemon, *rows), k.AWAY)

    def test_nobody(self):
        for pid in (0, 1, 2**31 - 1, 2**32, 2**64 - 1):
            self.assertEqual(self.where(pid), k.NOWHERE)


class NameServices(Case):
    """With one that hangs or is away: nss.c."""

    LINES = "passwd: files kosmotest\ngroup: files kosmotest\n"

    def run_warden(self):
        shutil.copy(os.environ["NSS"] + "/nss.so",
                    "/run/libnss_kosmotest.so.2")
        return super().run_warden(LD_LIBRARY_PATH="/run")

    def test_away(self):
        for login in ("taro", "nobody-at-all"):
            with self.subTest(login=login):
                self.assertEqual(
                    self.keeper.account(login, "sudo")[1] & k.UNSURE, k.UNSURE)
        self.assertEqual(self.keeper.sessions("away", TARO), (0, 0, 0))
        # who is in the files is, and a group that is not may be elsewhere
        self.assertEqual(self.keeper.account("taro", "")[1],
                         k.EXISTS | k.UNSURE)

    def test_hanging(self):
        slow = self.keeper.ask_account("slow")
        began = time.monotonic()
        quick = self.keeper.ask_account("taro")
        self.assertEqual(self.keeper.answer()[1], quick)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(self.keeper.answer(),
                         (k.P_ACCOUNT_IS, slow, (k.NO_UID, k.UNSURE)))
        self.assertLess(time.monotonic() - began, 8)

    def test_a_module_has_nothing_of_the_loop(self):
        slow = self.keeper.ask_account("slow")
        child = wait_until(lambda: in_poll(self.warden.pid))
        wait_until(lambda: len(opened(child)) == 1)
        self.assertEqual(opened(child) & opened(self.warden.pid), set())
        self.assertEqual(self.keeper.answer()[1], slow)


def in_poll(parent):
    """The child of parent that waits in the name service; or None."""
    with open("/proc/%d/task/%d/children" % (parent, parent)) as f:
        children = f.read().split()
    for pid in children:
        with open("/proc/%s/maps" % pid) as f:
            if "libnss_kosmotest" in f.read():
                return int(pid)
    return None


def opened(pid):
    """What pid has open beyond its standard streams."""
    folder = "/proc/%d/fd" % pid
    return {os.readlink(folder + "/" + fd) for fd in os.listdir(folder)
            if int(fd) > 2}


def with_caps(caps):
    return ("setpriv", "--inh-caps", "-all", "--bounding-set", caps)


class OneCapability(Case):
    """As the unit has it."""

    UNDER = with_caps("-all,+kill")

    def test_it_is_enough(self):
        self.assertEqual(people.status_of(self.warden.pid)["CapEff"],
                         "0000000000000020")
        _, shell = self.on_terminal("taro", "sleep 7401 & wait")
        self.ticket("taro")
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 1, 1))
        wait_until(gone(shell))
        self.assertEqual(self.keeper.account("admin")[1], k.EXISTS | k.ADMIN)

    def test_hidden_processes_are_not_taken_for_none(self):
        _, shell = self.on_terminal("taro", "sleep 7402 & wait")
        # without gid= the group of root sees all
        for options in ("hidepid=2,gid=50", "hidepid=1,gid=50",
                        "hidepid=0,gid=0"):
            subprocess.run(["mount", "-o", "remount," + options, "/proc"],
                           check=True)
            ok = 1 if options == "hidepid=0,gid=0" else 0
            self.assertEqual(self.keeper.sessions("taro", TARO, 0, 0),
                             (ok, ok, 0))
            self.assertIn("/proc", self.log())
        self.assertTrue(lives(shell))
        self.assertEqual(self.keeper.sessions("taro", TARO), (1, 1, 0))


class NoCapability(Case):
    UNDER = with_caps("-all")

    def test_it_says_that_it_failed(self):
        _, shell = self.on_terminal("taro", "sleep 7403 & wait")
        self.assertEqual(self.keeper.sessions("taro", TARO), (0, 1, 0))
        self.assertTrue(lives(shell))


class Working(Case):
    def test_no_job_waits_for_another(self):
        _, deaf = self.on_terminal(
            "taro", "trap '' HUP TERM; while :; do sleep 7301; done")
        one_named("7301")
        slow = self.keeper.ask_sessions("taro", TARO)
        began = time.monotonic()
        for _ in range(3):
            quick = self.keeper.ask_account("hanako")
            self.assertEqual(self.keeper.answer()[1], quick)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(self.keeper.answer(), (k.P_SESSIONS_IS, slow,
                                                (1, 1, 0)))
        wait_until(gone(deaf))

    def test_more_jobs_than_at_once(self):
        asked = {self.keeper.ask_account("taro") for _ in range(100)}
        answers = [self.keeper.answer() for _ in range(100)]
        self.assertEqual({a[1] for a in answers}, asked)
        self.assertEqual({a[2] for a in answers}, {(TARO, k.EXISTS)})

    def test_a_keeper_that_goes_and_comes(self):
        for _ in range(3):
            self.keeper.close()
            self.keeper = k.Keeper(SOCKET)
            self.keeper.accept()
        self.assertEqual(self.keeper.account("taro")[0], TARO)

    def test_a_keeper_that_talks_nonsense(self):
        good = message(k.P_ACCOUNT, u64(1), "taro", "")
        for packet in (b"\0", b"x" * 100, good + b"x", good[:-1],
                       message(HELLO, u32(VERSION), u8(2)),
                       message(k.P_ACCOUNT, u64(1), "ta\nro", ""),
                       message(k.P_ACCOUNT, u64(1), "x" * 300, "")):
            with self.subTest(packet=packet):
                self.keeper.peer.send(packet)
                with self.assertRaises((EOFError, ConnectionError)):
                    self.keeper.answer(5)
                self.keeper.accept()

    def test_confined(self):
        status = people.status_of(self.warden.pid)
        self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(status["NoNewPrivs"], "1")
        with open("/proc/%d/limits" % self.warden.pid) as f:
            core = [x for x in f if x.startswith("Max core file size")][0]
        self.assertEqual(core.split()[4:6], ["0", "0"])
        self.assertEqual(status["Name"], "kosmo-warden")


class Server(unittest.TestCase):
    """Whom the warden connects to."""

    def run_warden(self):
        self.warden = subprocess.Popen(
            [os.environ["WARDEN"], "--socket", "/run/other/priv.sock"],
            env={}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def setUp(self):
        subprocess.run(["rm", "-rf", "/run/other"], check=True)
        os.mkdir("/run/other", 0o755)
        self.warden = None

    def tearDown(self):
        self.warden.terminate()
        self.assertEqual(self.warden.wait(10), 0)
        self.warden.stderr.close()
        self.keeper.close()

    def listen_as(self, uid):
        """Binds as root; who listens is whom the other end is told of."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.bind("/run/other/priv.sock")
        os.seteuid(uid)
        sock.listen(8)
        os.seteuid(0)
        return sock

    def accepts(self, sock):
        sock.settimeout(10)
        conn, _ = sock.accept()
        conn.settimeout(10)
        packet = conn.recv(100)
        conn.close()
        return packet[:1] == bytes([HELLO])

    def test_root_and_kosmo(self):
        for uid in (0, 980):
            self.setUp()
            self.keeper = self.listen_as(uid)
            self.run_warden()
            self.assertTrue(self.accepts(self.keeper))
            if uid == 0:
                self.tearDown()

    def test_nobody_else(self):
        for uid in (HANAKO, 990):
            with self.subTest(uid=uid):
                self.setUp()
                self.keeper = self.listen_as(uid)
                self.run_warden()
                self.assertFalse(self.accepts(self.keeper))
                if uid == HANAKO:
                    self.tearDown()

    def refuses(self, words):
        line = self.warden.stderr.readline()
        self.assertIn(words, line)
        self.keeper.settimeout(0.3)
        with self.assertRaises(socket.timeout):
            self.keeper.accept()

    def test_folder_of_another(self):
        self.keeper = self.listen_as(0)
        os.chown("/run/other", HANAKO, 0)
        self.run_warden()
        self.refuses(b"its folder belongs to another user")

    def test_folder_that_others_write_to(self):
        self.keeper = self.listen_as(0)
        os.chmod("/run/other", 0o775)
        self.run_warden()
        self.refuses(b"others may write to its folder")


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    unittest.main()
