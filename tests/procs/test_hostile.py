#!/usr/bin/env python3
"""A talk process that an attacker has taken over gains nothing.

KOSMOD names a kosmod with tests/procs/hostile_talk.c in the place of its
dialogues: the name in HELLO says what it does.
"""

import os
import re
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import wire
from daemon import SANITIZERS, UNHURRIED, Shared, until
from wire import Closed


def numbers():
    """Requests and replies by name, as kosmod/kmsg.h counts them."""
    header = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "../../kosmod/kmsg.h")
    with open(header, encoding="utf-8") as f:
        body = re.search(r"enum kmsg_type \{(.*?)\};", f.read(), re.S)[1]
    at, requests, replies = 0, {}, {}
    for name, number in re.findall(r"\b(K_\w+)(?: = (\d+))?", body):
        at = int(number) if number else at + 1
        (requests if at < 128 else replies)[name] = at
    return requests, replies


REQUESTS, REPLIES = numbers()

# What is answered, and how, after BIND alone: no request is here that sets
# anything but a counter. All others end the conversation.
ANSWERED = {
    "K_TRY": "K_SETTING", "K_CODE": "K_VERDICT", "K_PROFILE": "K_PERSON",
    "K_FINISH": "K_DONE", "K_MAIL": "K_MAILED", "K_MAIL_CODE": "K_VERDICT",
    "K_FORGOT": "K_MAILED", "K_PASSKEY": "K_VERDICT", "K_AGENT": "K_VERDICT",
    "K_SIGNED": "K_VERDICT",
}
# The same for a verb of kosmoctl.
ANSWERED_VERB = {**ANSWERED, "K_FORGOT_ID": "K_VERDICT"}


class Talks(Shared):
    conf = UNHURRIED + "[service quick]\ndeadline = 1s\n"

    def tearDown(self):
        until("no talk is left",
              lambda: not self.kosmod.pids("kosmod-talk"))

    def talk(self, deed, service="sshd", phase=wire.AUTH):
        """What the client hears: texts, and the result of END, if any."""
        texts, result = [], None
        end = time.monotonic() + wire.PATIENCE
        with self.kosmod.client() as c:
            try:
                c.send(wire.open_message(phase, nonce=b"secret nonce 16b",
                                         service=service))
                c.send(wire.hello_message(deed, service))
                while time.monotonic() < end:
                    packet = c.receive()
                    if packet[0] == wire.END:
                        result = wire.result_of(packet, b"secret nonce 16b")
                    elif packet[0] == wire.SHOW:
                        texts.append(wire.fields_of(packet)[2].decode())
                    if packet[0] == wire.END and result is not None:
                        break
                else:
                    self.fail(f"{deed}: goes on for ever")
            except Closed:
                pass
        return texts, result


class Hostile(Talks):
    def test_the_list_is_whole(self):
        """kosmod has a layout for each of them, and for nothing else."""
        (said,), _ = self.talk("layouts")
        self.assertEqual([int(word) for word in said.split()],
                         sorted([*REQUESTS.values(), *REPLIES.values()]))

    def test_nothing_before_bind(self):
        for name, number in (*REQUESTS.items(), *REPLIES.items()):
            texts, result = self.talk(f"any {number}")
            if name == "K_FINISH":
                self.assertEqual(result, wire.DENY)
            elif name != "K_BIND":
                self.assertIn(texts, ([], ["reply -1"]), name)
                self.assertIsNone(result, name)

    def claim(self, answered, **how):
        """Each message after BIND, of somebody who has proven nothing."""
        for name, number in (*REQUESTS.items(), *REPLIES.items()):
            texts, result = self.talk(f"bound {number}", **how)
            self.assertNotEqual(result, wire.ALLOW, name)
            if name in answered:
                reply = REPLIES[answered[name]]
                self.assertEqual(texts, [f"reply {reply}"], name)
            else:
                self.assertIn(texts, ([], ["reply -1"]), name)
                self.assertIsNone(result, name)

    def test_claims_after_bind(self):
        """What may be asked is answered; what sets anything is refused."""
        self.claim(ANSWERED)

    def test_claims_of_a_verb(self):
        """The open socket knows no admin."""
        self.claim(ANSWERED_VERB, service="kosmoctl", phase=wire.VERB)

    def test_somebody_else(self):
        """It can bind nobody but whom the client named in OPEN."""
        self.assertEqual(self.talk("somebody else"), ([], None))

    def test_allow_is_not_its_to_say(self):
        for phase in (wire.AUTH, wire.PASSWORD, wire.ACCT):
            _, result = self.talk("allow", phase=phase)
            self.assertNotEqual(result, wire.ALLOW)

    def test_forged_end(self):
        """It never sees the nonce."""
        self.assertEqual(self.talk("forge"), ([], None))

    def test_out_of_turn(self):
        for deed in ("bind twice", "two at once", "garbage", "long"):
            self.assertEqual(self.talk(deed)[1], None, deed)

    def test_filter(self):
        if SANITIZERS:
            self.skipTest("the filters of sanitizer builds allow more")
        for deed in ("open", "create", "exec", "socket", "connect", "fork",
                     "kill", "ptrace", "unlink", "code", "peer"):
            self.assertEqual(self.talk(deed), ([], None), deed)
            self.kosmod.wait_for("a talk process died by signal 31")

    def agent(self, *given):
        """What talk makes of an agent; given: the descriptors that come."""
        texts = []
        with self.kosmod.client() as c:
            try:
                c.send(wire.open_message(wire.AUTH))
                c.send(wire.hello_message("agent"))
                while True:
                    packet = c.receive()
                    if packet[0] == wire.AGENT:
                        socket.send_fds(
                            c.sock, [wire.message(wire.AGENT_IS, wire.u8(1))],
                            [f.fileno() for f in given])
                    elif packet[0] == wire.SHOW:
                        texts.append(wire.fields_of(packet)[2].decode())
            except Closed:
                pass
        return texts

    def test_agent_sockets(self):
        """A stream socket of AF_UNIX is taken; of others not one stays."""
        with socket.socket(socket.AF_UNIX) as s, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dgram, \
                socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as seq, \
                socket.socket(socket.AF_INET) as inet, \
                open("/dev/null", "rb") as null:
            self.assertEqual(self.agent(s), ["agent 0 here", "nothing leaks"])
            for wrong in (dgram, seq, inet, null):
                self.assertEqual(self.agent(wrong), ["agent 0 none"])
            self.assertEqual(self.agent(), ["agent 0 none"])
            # more than one is no message
            self.assertEqual(self.agent(s, s, s), ["agent -4 none"])


class Deadlines(Talks):
    def test_deadlines(self):
        """All of these end, and long before any other deadline."""
        for deed in ("spin", "spin for good", "flood"):
            _, result = self.talk(deed, service="quick")
            self.assertIsNone(result, deed)


class Staying(Talks):
    def test_it_does_not_go(self):
        """After its last word it has five seconds; END comes all the same."""
        _, result = self.talk("stay")
        self.assertEqual(result, wire.DENY)
        _, result = self.talk("stay and close")
        self.assertEqual(result, wire.DENY)


if __name__ == "__main__":
    if not os.environ.get("KOSMOD"):
        sys.exit("KOSMOD names the program to test")
    unittest.main(verbosity=2)
