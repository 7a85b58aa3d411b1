#!/usr/bin/python3
"""An ssh-agent that is not what it should be, at a socket of its own.

   agent.py PATH HOW [REAL]

HOW: silent, 4gib, many, garbage, cut: it says that, to whatever it is
asked. record FILE: hands on to the agent at REAL, and keeps the last signature
and what was signed in FILE. replay FILE: signs with that one. namespace, text:
has the agent at REAL sign, but for another host or something else.
"""
import os
import socket
import struct
import sys


def string(b):
    return struct.pack(">I", len(b)) + b


def take(b):
    n, = struct.unpack(">I", b[:4])
    return b[4:4 + n], b[4 + n:]


def exactly(s, n):
    b = b""
    while len(b) < n:
        more = s.recv(n - len(b))
        if not more:
            raise EOFError
        b += more
    return b


def packet(s):
    return exactly(s, struct.unpack(">I", exactly(s, 4))[0])


class Agent:
    def __init__(self, how, rest):
        self.how = how
        self.file = rest[0] if how in ("record", "replay") else None
        self.real = rest[-1] if rest else None

    def ask(self, request):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.real)
            s.sendall(string(request))
            return packet(s)

    def altered(self, request):
        """SIGN_REQUEST: key, SSHSIG of namespace, reserved, hash, digest."""
        key, rest = take(request[1:])
        data, flags = take(rest)
        namespace, rest = take(data[6:])
        if self.how == "namespace":
            namespace = b"kosmo-sudo@another.example"
        else:
            rest = rest[:-1] + bytes([rest[-1] ^ 1])
        data = data[:6] + string(namespace) + rest
        return request[:1] + string(key) + string(data) + flags

    def sign(self, request):
        if self.how == "replay":
            with open(self.file, "rb") as f:
                return take(f.read())[0]
        if self.how != "record":
            return self.ask(self.altered(request))
        reply = self.ask(request)
        with open(self.file, "wb") as f:
            f.write(string(reply) + request)
        return reply

    def answer(self, s, request):
        if self.how == "4gib":
            s.sendall(b"\xff\xff\xff\xff\x0c")
        elif self.how == "garbage":
            s.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        elif self.how == "cut":
            s.sendall(b"\0\0\1\0\x0c\0\0\0\1")
            return False
        elif self.how == "many":
            key = string(string(b"sk-ssh-ed25519@openssh.com") +
                         string(bytes(32)) + string(b"ssh:"))
            s.sendall(string(b"\x0c" + struct.pack(">I", 10000) +
                             (key + string(b"k")) * 10000))
        elif self.how == "silent":
            pass
        else:
            s.sendall(string(self.sign(request) if request[0] == 13
                             else self.ask(request)))
        return True

    def serve(self, s):
        try:
            while self.answer(s, packet(s)):
                pass
        except (EOFError, OSError):
            pass


def main():
    path, how, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    agent = Agent(how, rest)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(8)
        while True:
            s, _ = listener.accept()
            with s:
                agent.serve(s)


main()
