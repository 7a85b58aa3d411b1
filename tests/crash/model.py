#!/usr/bin/env python3
"""Replays what crash_driver did to its files, and stops at every write.

A trace by strace is applied to a model of the folder: what is durable, and
what is pending: 512-byte sectors of each file, changes of size, changes of
the folder. At every event there are a kill (all that was written is there)
and power cuts (any part of what is pending is there, in no order). Each
state is laid out as real files and the real recovery is run on it.
"""
import argparse
import collections
import hashlib
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

SECTOR = 512
BALLAST = 8 * 1024 * 1024
CALLS = ("openat,write,pwrite64,ftruncate,fallocate,fsync,fdatasync,"
         "renameat,renameat2,unlinkat,lseek,ioctl,copy_file_range")
FD = re.compile(r"^(-?\w+)(?:<([^>]*)>)?(\(deleted\))?$")


def unhex(text):
    return bytes.fromhex(text.replace("\\x", "")) if text else b""


class Event:
    """One call that matters: kind, file, and what it carries."""

    def __init__(self, kind, name=None, **more):
        self.kind, self.name = kind, name
        self.__dict__.update(more)


def split_args(text):
    """Arguments at the top level; strings are hexadecimal, so no quotes."""
    return [a.strip() for a in text.split(", ")]


class Reader:
    """From a trace to events in the folder."""

    def __init__(self, folder):
        self.folder = folder.encode()
        self.at = {}  # (pid, fd): offset, for write(2)
        self.events = []

    def inside(self, arg):
        m = FD.match(arg)
        if not m or not m.group(2):
            return None
        path = unhex(m.group(2))
        if path == self.folder:
            return ""
        if path.startswith(self.folder + b"/"):
            return path[len(self.folder) + 1:].decode()
        return None

    def line(self, pid, call, args, result):
        if result.startswith("-1") or result.startswith("?"):
            return
        a = split_args(args)
        method = getattr(self, "do_" + call, None)
        if method:
            method(pid, a, result)

    def do_openat(self, pid, a, result):
        name = self.inside(result)
        if name and "O_CREAT" in a[2]:
            self.events.append(Event("create", name, trunc="O_TRUNC" in a[2]))
        m = FD.match(result)
        self.at[(pid, m.group(1))] = 0

    def do_lseek(self, pid, a, result):
        self.at[(pid, FD.match(a[0]).group(1))] = int(result)

    def do_write(self, pid, a, result):
        fd = FD.match(a[0]).group(1)
        data = unhex(a[1].strip('"'))
        if fd == "1":
            word, n = data.split()
            self.events.append(Event("mark", word=word.decode(), n=int(n)))
            return
        name = self.inside(a[0])
        if name:
            off = self.at.get((pid, fd), 0)
            self.at[(pid, fd)] = off + len(data)
            self.events.append(Event("write", name, off=off, data=data))

    def do_pwrite64(self, pid, a, result):
        name = self.inside(a[0])
        if name:
            data = unhex(a[1].strip('"'))[:int(result)]
            self.events.append(
                Event("write", name, off=int(a[3]), data=data))

    def do_ftruncate(self, pid, a, result):
        name = self.inside(a[0])
        if name:
            self.events.append(Event("size", name, size=int(a[1])))

    def do_fallocate(self, pid, a, result):
        name = self.inside(a[0])
        if name and "KEEP_SIZE" not in a[1]:
            self.events.append(
                Event("grow", name, size=int(a[2]) + int(a[3])))

    def do_fsync(self, pid, a, result, call="fsync"):
        name = self.inside(a[0])
        if name is not None:
            self.events.append(Event("sync", name, call=call))

    def do_fdatasync(self, pid, a, result):
        self.do_fsync(pid, a, result, "fdatasync")

    def do_renameat(self, pid, a, result):
        if self.inside(a[0]) == "":
            self.events.append(Event("rename", unhex(a[1].strip('"')).decode(),
                                     to=unhex(a[3].strip('"')).decode()))

    do_renameat2 = do_renameat

    def do_unlinkat(self, pid, a, result):
        if self.inside(a[0]) == "":
            self.events.append(
                Event("unlink", unhex(a[1].strip('"')).decode()))

    def do_ioctl(self, pid, a, result):
        if "CLONE" in a[1]:
            sys.exit("the model knows no reflinks: use another TMPDIR")

    def do_copy_file_range(self, pid, a, result):
        sys.exit("the model knows no copy_file_range")


def read_trace(path, folder):
    reader, halves = Reader(folder), {}
    with open(path, "r") as f:
        for line in f:
            pid, _, rest = line.rstrip("\n").partition(" ")
            rest = rest.strip()
            if rest.endswith("<unfinished ...>"):
                halves[pid] = rest[:-len("<unfinished ...>")].strip()
                continue
            m = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
            if m:
                rest = halves.pop(pid, "") + m.group(1)
            m = re.match(r"(\w+)\((.*)\)\s+= (\S+).*$", rest)
            if m:
                reader.line(pid, *m.groups())
    return reader.events


class Inode:
    """A file: durable bytes, and what is pending in order."""

    def __init__(self, base=b""):
        self.base = base
        self.pending = []

    def clone(self):
        i = Inode(self.base)
        i.pending = list(self.pending)
        return i

    def add(self, op):
        self.pending.append(op)

    def content(self, choose=None):
        data = bytearray(self.base)
        for op in self.pending:
            if op[0] == "write":
                self.write(data, op[1], op[2], choose)
            elif choose is None or choose():
                size = max(len(data), op[1]) if op[0] == "grow" else op[1]
                if size <= len(data):
                    del data[size:]
                else:
                    data.extend(bytes(size - len(data)))
        return bytes(data)

    @staticmethod
    def write(data, off, new, choose):
        end = off + len(new)
        at = off
        while at < end:
            stop = min(end, (at // SECTOR + 1) * SECTOR)
            if choose is None:
                stop = end
            if choose is None or choose():
                if len(data) < stop:
                    data.extend(bytes(stop - len(data)))
                data[at:stop] = new[at - off:stop - off]
            elif len(data) < stop and choose():
                data.extend(bytes(stop - len(data)))  # the size came alone
            at = stop

    def sync(self):
        self.base = self.content()
        self.pending = []


class Folder:
    def __init__(self):
        self.inodes = {}    # number: Inode
        self.names = {}     # as the kernel shows them
        self.durable = {}   # as the disk has them
        self.pending = []   # ("set", name, number), ("move", a, b, number) ..
        self.next = 1
        self.least, self.most = 0, 0

    @classmethod
    def load(cls, files):
        f = cls()
        for name, data in files.items():
            f.inodes[f.next] = Inode(data)
            f.names[name] = f.durable[name] = f.next
            f.next += 1
        return f

    def clone(self):
        f = Folder()
        f.inodes = {n: i.clone() for n, i in self.inodes.items()}
        f.names, f.durable = dict(self.names), dict(self.durable)
        f.pending, f.next = list(self.pending), self.next
        f.least, f.most = self.least, self.most
        return f

    def apply(self, e, ignored):
        getattr(self, "on_" + e.kind)(e, ignored)

    def on_mark(self, e, ignored):
        if e.word == "START":
            self.most = max(self.most, e.n)
        elif e.word in ("ACK", "OPEN"):
            self.least = max(self.least, e.n)
            self.most = max(self.most, e.n)

    def on_create(self, e, ignored):
        if e.name in self.names:
            if e.trunc:
                self.inodes[self.names[e.name]].add(("size", 0))
            return
        self.inodes[self.next] = Inode()
        self.names[e.name] = self.next
        self.pending.append(("set", e.name, self.next))
        self.next += 1

    def on_write(self, e, ignored):
        if e.name in self.names:
            self.inodes[self.names[e.name]].add(("write", e.off, e.data))

    def on_size(self, e, ignored):
        if e.name in self.names:
            self.inodes[self.names[e.name]].add(("size", e.size))

    def on_grow(self, e, ignored):
        if e.name in self.names:
            self.inodes[self.names[e.name]].add(("grow", e.size))

    def on_rename(self, e, ignored):
        number = self.names.pop(e.name)
        self.names[e.to] = number
        self.pending.append(("move", e.name, e.to, number))

    def on_unlink(self, e, ignored):
        if self.names.pop(e.name, None):
            self.pending.append(("gone", e.name))

    def on_sync(self, e, ignored):
        if kind_of(e) in ignored or kind_of(e).split(":")[0] in ignored:
            return
        if e.name == "":
            self.durable = self.disk_names(None)
            self.pending = []
        elif e.name in self.names:
            self.inodes[self.names[e.name]].sync()

    def disk_names(self, choose):
        names = dict(self.durable)
        for op in self.pending:
            if choose is not None and not choose():
                continue
            if op[0] == "set":
                names[op[1]] = op[2]
            elif op[0] == "move":
                names.pop(op[1], None)
                names[op[2]] = op[3]
            else:
                names.pop(op[1], None)
        return names

    def killed(self):
        return {n: self.inodes[i].content() for n, i in self.names.items()}

    def cut(self, chance, rng):
        def choose():
            return rng.random() < chance
        return {n: self.inodes[i].content(choose)
                for n, i in self.disk_names(choose).items()}


def kind_of(e):
    """Which sync this is, for the proof that each one is needed."""
    if e.name == "":
        return "folder:" + e.after
    return {"store.tmp": "checkpoint", "clean": "mark",
            "live.gdbm": "live", "journal.tmp": "head", "audit.log": "audit"}.get(
                e.name, "batch" if e.call == "fdatasync" else "replay")


def name_folder_syncs(events):
    """Names each sync of the folder after what it makes durable."""
    last = "start"
    for e in events:
        if e.kind in ("rename", "unlink", "create"):
            last = e.to if e.kind == "rename" else e.kind + "-" + e.name
        elif e.kind == "sync" and e.name == "":
            e.after = re.sub(r"\.[0-9a-f]{16}", "", last)
    return events


def lay_out(files, where):
    os.makedirs(where, mode=0o700)
    for name, data in files.items():
        path = os.path.join(where, name)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        if name == "ballast":
            os.ftruncate(fd, BALLAST)
        else:
            body = data.rstrip(b"\0")
            os.write(fd, body)
            os.ftruncate(fd, len(data))
        os.close(fd)


def digest(files, least, most):
    h = hashlib.sha256()
    for name in sorted(files):
        if name == "live.gdbm" and "clean" not in files:
            continue  # thrown away at the start
        if name in ("store.tmp", "ballast", "journal.tmp"):
            continue
        h.update(b"%s %d " % (name.encode(), len(files[name])))
        h.update(files[name])
    h.update(b"%d %d" % (least, most))
    return h.digest()


class Checker:
    """One process of the pool: lays states out and runs the recovery."""

    driver = seed = base = None

    @classmethod
    def start(cls, driver, seed, base):
        cls.driver, cls.seed = driver, seed
        cls.base = tempfile.mkdtemp(dir=base)

    @classmethod
    def check(cls, job):
        files, least, most, what = job
        where = os.path.join(cls.base, "state")
        shutil.rmtree(where, ignore_errors=True)
        lay_out(files, where)
        try:
            p = subprocess.run(
                [cls.driver, "check", where, str(cls.seed), str(least),
                 str(most)], capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            return what + ": no end"
        if p.returncode == 0:
            return None
        said = p.stdout.decode(errors="replace").strip().split("\n")[-1]
        return "%s: exit %d: %s" % (what, p.returncode, said)


class Replay:
    def __init__(self, options, base):
        self.o, self.base = options, base
        self.rng = random.Random(options.seed)
        self.seen = set()
        self.counts = collections.Counter()
        self.bad = []
        self.pool = multiprocessing.Pool(
            options.jobs, Checker.start, (options.driver, options.seed, base))

    def trace(self, folder, transactions):
        path = os.path.join(self.base, "trace")
        subprocess.run(
            ["strace", "-f", "-y", "-xx", "-s", "8000000", "-o", path, "-e",
             "trace=" + CALLS, self.o.driver, "run", folder,
             str(self.o.seed), str(transactions)],
            check=True, stdout=subprocess.DEVNULL)
        return name_folder_syncs(
            read_trace(path, os.path.realpath(folder)))

    def states(self, folder, i, what):
        """The jobs for one moment."""
        for kind, files in self.moments(folder):
            key = digest(files, folder.least, folder.most)
            if key in self.seen:
                continue
            self.seen.add(key)
            self.counts[what + " " + kind] += 1
            yield (files, folder.least, folder.most,
                   "%s, %s at event %d" % (what, kind, i))

    def moments(self, folder):
        yield "kill", folder.killed()
        for chance in (0.0, 1.0, 0.5, 0.5, 0.9, 0.1)[:self.o.cuts]:
            yield "power", folder.cut(chance, self.rng)

    def jobs(self, folder, events, what, ignored, stride):
        for i, e in enumerate(events):
            folder.apply(e, ignored)
            if e.kind != "mark" and e.name != "live.gdbm" and \
                    i % stride == 0 or e.kind == "sync":
                yield from self.states(folder, i, what)

    def run(self, jobs):
        for said in self.pool.imap_unordered(Checker.check, jobs, 4):
            if said:
                self.bad.append(said)
                if self.o.first:
                    return

    def once(self, ignored=frozenset()):
        folder = os.path.join(self.base, "one")
        subprocess.run([self.o.driver, "init", folder], check=True)
        start = {n: open(os.path.join(folder, n), "rb").read()
                 for n in os.listdir(folder)}
        events = self.trace(folder, self.o.transactions)
        self.start, self.events = start, events
        self.run(self.jobs(Folder.load(start), events, "one crash", ignored,
                           self.o.stride))

    def twice(self, ignored=frozenset()):
        """Crash, recover, go on, crash again."""
        writes = [i for i, e in enumerate(self.events)
                  if e.kind in ("write", "sync", "rename", "unlink") and
                  e.name != "live.gdbm"]
        picks = self.rng.sample(writes, min(self.o.twice, len(writes)))
        folder = Folder.load(self.start)
        for i, e in enumerate(self.events):
            folder.apply(e, ignored)
            if i in picks and not (self.bad and self.o.first):
                self.second(folder, i, ignored)

    def second(self, folder, i, ignored):
        for what in ("kill", "power"):
            where = os.path.join(self.base, "two")
            shutil.rmtree(where, ignore_errors=True)
            if what == "kill":
                # Nothing pending is lost, nor is it durable by this.
                after = folder.clone()
                files = folder.killed()
            else:
                files = folder.cut(0.5, self.rng)
                after = Folder.load(files)
                after.least, after.most = folder.least, folder.most
            if self.o.show:
                print("second run after event", i, what)
            lay_out(files, where)
            try:
                events = self.trace(where, folder.most + self.o.more)
            except subprocess.CalledProcessError:
                self.bad.append("second start after %s at %d" % (what, i))
                continue
            self.run(self.jobs(after, events, "two crashes (%s)" % what,
                               ignored, 1))


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("driver")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--transactions", type=int, default=60)
    p.add_argument("--stride", type=int, default=1)
    p.add_argument("--cuts", type=int, default=4)
    p.add_argument("--twice", type=int, default=12)
    p.add_argument("--more", type=int, default=6)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--ignore", action="append", default=[],
                   help="a sync that the disk does not do")
    p.add_argument("--first", action="store_true", help="one is enough")
    p.add_argument("--show", action="store_true")
    o = p.parse_args()
    o.driver = os.path.realpath(o.driver)
    return o


def main():
    o = options()
    tmp = os.environ.get("TMPDIR", "/dev/shm")
    base = tempfile.mkdtemp(prefix="kosmo-crash-", dir=tmp)
    replay = Replay(o, base)
    try:
        replay.once(frozenset(o.ignore))
        if not (replay.bad and o.first):
            replay.twice(frozenset(o.ignore))
    finally:
        replay.pool.terminate()
        replay.pool.join()
        shutil.rmtree(base, ignore_errors=True)
    for said in replay.bad[:20]:
        print(said)
    print("%d states (%s), %d bad" % (
        len(replay.seen), ", ".join(
            "%d %s" % (n, k) for k, n in sorted(replay.counts.items())),
        len(replay.bad)))
    return 1 if replay.bad else 0


if __name__ == "__main__":
    sys.exit(main())
