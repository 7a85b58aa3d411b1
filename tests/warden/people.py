"""Real processes of made-up people: what sshd, login and cron leave behind."""

import ctypes
import fcntl
import os
import pty
import signal
import termios
import time

UIDS = {"root": 0, "cron": 990, "taro": 4001, "hanako": 4002}
LIBC = ctypes.CDLL(None, use_errno=True)


def wait_until(what, seconds=10):
    """The first true value of what()."""
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def stat_of(pid):
    """State, parent, session and terminal, or None."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1]), int(fields[3]), int(fields[4])


def lives(pid):
    now = stat_of(pid)
    return now is not None and now[0] not in "ZX"


def named(word):
    """Pids of living processes with word as an argument of theirs."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        if word.encode() in words_of(int(name)) and lives(int(name)):
            found.append(int(name))
    return found


def words_of(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return f.read().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def one_named(word):
    return wait_until(lambda: named(word))[0]


def has_audit():
    try:
        with open("/proc/self/sessionid") as f:
            f.read()
    except FileNotFoundError:
        return False
    return True


def become(user, login=None):
    """This process is user from now on; login: whose loginuid it has."""
    uid = UIDS[user]
    if login is not None:
        try:
            with open("/proc/self/loginuid", "w") as f:
                f.write(str(UIDS[login]))
        except FileNotFoundError:
            pass
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def take_terminal(name):
    fd = os.open(name, os.O_RDWR)
    fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
    return fd


def start(user, script, opener="sshd", terminal=None, login=True, pid=None,
          beside=()):
    """A session: a process of root's called opener, below it a shell of user
    that runs script. Returns the pids of both. login: True for the person's
    own loginuid, None for none, or whose. pid: the shell's, if wanted.
    beside: others with a process of theirs (sleep UID.5) in the same session
    and on the same terminal."""
    read, write = os.pipe()
    monitor = os.fork()
    if monitor == 0:
        try:
            monitor_main(user, script, opener, terminal, login, pid, beside,
                         write)
        finally:
            os._exit(1)
    os.close(write)
    shell = int(os.read(read, 32))
    os.close(read)
    # no longer a copy of this process
    wait_until(lambda: set(words_of(shell)) & {b"sh", b"sleep"})
    return monitor, shell


def monitor_main(user, script, opener, terminal, login, pid, beside, write):
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    LIBC.prctl(15, opener.encode(), 0, 0, 0)
    if pid is not None:
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write(str(pid - 1))
    shell = os.fork()
    if shell == 0:
        os.setsid()
        if terminal is not None:
            take_terminal(terminal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for other in beside:
            if os.fork() == 0:
                become(other, other)
                os.execv("/bin/sleep", ["sleep", "%d.5" % UIDS[other]])
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        become(user, user if login is True else login)
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.closerange(3, 256)
        os.execv("/bin/sh", ["sh", "-c", script])
    os.write(write, str(shell).encode())
    while True:
        try:
            done, _ = os.wait()
        except ChildProcessError:
            os._exit(0)
        if done == shell:
            os._exit(0)


def terminal():
    """The two ends of a new one: our descriptor, and its name."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    os.close(theirs)
    os.chmod(name, 0o666)
    return ours, name


def pids_of(uid):
    """Living processes whose real uid it is."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            words = status_of(int(name)).get("Uid", "").split()
            if words and words[0] == str(uid) and lives(int(name)):
                found.append(int(name))
    return found


def status_of(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            return dict((line.split(":", 1)[0], line.split(":", 1)[1].strip())
                        for line in f if ":" in line)
    except (FileNotFoundError, ProcessLookupError):
        return {}
