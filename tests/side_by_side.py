#!/usr/bin/env python3
"""Runs test files in Python, each class in a process of its own and all at
once: they mostly wait for deadlines. What a file has is run; no class has to
be named.

  side_by_side.py FILE...       in one folder
"""

import importlib
import os
import sys
import tempfile
import unittest


def classes(path):
    """(name, tests) of each class in the file."""
    module = importlib.import_module(
        os.path.basename(path).removesuffix(".py"))
    for suite in unittest.defaultTestLoader.loadTestsFromModule(module):
        if suite.countTestCases() > 0:
            yield next(iter(suite)).id().rsplit(".", 1)[0], suite


def start(suite, out):
    """In a child, whose status says whether all went well."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid != 0:
        return pid
    failed = True
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        failed = not unittest.TextTestRunner(
            verbosity=2, warnings="ignore").run(suite).wasSuccessful()
        sys.stderr.flush()
    finally:
        os._exit(1 if failed else 0)


def main(paths):
    sys.path.insert(0, os.path.dirname(os.path.abspath(paths[0])))
    sys.dont_write_bytecode = True
    running, failed = [], []
    for path in paths:
        for name, suite in classes(path):
            out = tempfile.TemporaryFile()
            running.append((name, out, start(suite, out)))
    for name, out, pid in running:
        if os.waitpid(pid, 0)[1] != 0:
            failed.append(name)
        out.seek(0)
        print(f"# {name}\n{out.read().decode(errors='replace')}", flush=True)
        out.close()
    if not running or failed:
        print("failed:", *failed)
    return 1 if not running or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
