#!/usr/bin/env python3
"""Every kind of mail in both languages, read back by a MIME parser.

LETTER names the program that composes, PO the folder of catalogues.
"""

import base64
import email
import email.header
import email.policy
import email.utils
import os
import re
import subprocess
import unicodedata
import unittest

LETTER = os.environ["LETTER"]
PO = os.environ["PO"]
WHEN = 1775088060  # 2026-04-02 09:01 JST

(CONFIRM, SETUP, LOGIN, RESET, ENROL, USER_ID, NOT_REGISTERED, REGISTERED,
 ADDED, REMOVED, METHOD, PASSWORD, ADDRESS, LOCK, GUESSED, RECOVERY, COUNTER,
 ADMIN, REMIND) = KINDS = range(1, 20)
CODES = (CONFIRM, SETUP, LOGIN, RESET, ENROL)
PASSKEY, TOTP, MAIL = 1, 2, 3

PERSON = {
    "to": "taro@example.co.jp", "login": "taro", "user_id": "yamadataro",
    "code": "395204", "lifetime": 600, "source": "192.0.2.10",
    "when": WHEN, "until": WHEN + 86400, "n": 2, "method": TOTP,
    "old_method": MAIL, "address": "t***@example.co.jp", "act": 3,
    "from": "Example <no-reply@example.co.jp>"}
JA = {**PERSON, "language": "ja", "name": "山田 太郎", "device": "スマホ",
      "contact-ja": "情報システム課（help@example.co.jp）"}
EN = {**PERSON, "language": "en", "name": "Taro Yamada", "device": "phone",
      "contact-en": "the IT desk (help@example.co.jp)"}

# Subjects and first sentences, as DIALOGUE has them.
WORDS = {
    CONFIRM: ("メールアドレスの確認コード", "Confirm your e-mail address",
              "このメールアドレスを登録するためのコードです。",
              "This code registers this e-mail address."),
    SETUP: ("認証方法を設定するコード", "Code to set up your method",
            "認証方法の設定を始めるためのコードです。",
            "This code starts the set-up of your method."),
    LOGIN: ("ログイン用のコード", "Your login code",
            "web1 にログインするためのコードです。10分間、1回だけ使えます。",
            "This code logs you in to web1. It works once, for 10 minutes."),
    RESET: ("パスワード再設定のコード", "Code for a new password",
            "ユーザーIDは yamadataro、ログイン名は taro です。",
            "Your user ID is yamadataro, your login name taro."),
    ENROL: ("メール認証を設定するコード",
            "Code to set up e-mail as your method",
            "認証方法としてメールを設定するためのコードです。",
            "This code sets up e-mail as your method."),
    USER_ID: ("ユーザーIDのお知らせ", "Your user ID",
              "ユーザーIDは yamadataro、ログイン名は taro です。",
              "Your user ID is yamadataro, your login name taro."),
    NOT_REGISTERED: ("登録がまだ終わっていません",
                     "You have not finished registering",
                     "登録がまだ終わっていません。"
                     "初期パスワードでログインしてください。\n連絡先: 情報",
                     "You have not finished registering. Use your initial "
                     "password.\nHelp: the IT desk"),
    REGISTERED: ("登録が完了しました", "You are set up",
                 "次回からはパスワードと認証アプリでログインします。"
                 "登録した機器: スマホ",
                 "From now on you log in with your password and app. "
                 "Device: phone"),
    ADDED: ("デバイスを追加しました", "Device added",
            "認証アプリ「スマホ」を追加しました。",
            'App "phone" was added.'),
    REMOVED: ("デバイスを削除しました", "Device removed",
              "認証アプリ「スマホ」を削除しました。",
              'App "phone" was removed.'),
    METHOD: ("認証方法を変更しました", "Method changed",
             "メール から 認証アプリ に変更しました。",
             "Changed from e-mail to app."),
    PASSWORD: ("パスワードを変更しました", "Password changed",
               "パスワードを変更しました。",
               "Your password was changed."),
    ADDRESS: ("メールアドレスを変更しました", "E-mail address changed",
              "t***@example.co.jp に変更しました。\n"
              "今後のコードとお知らせはそちらに届きます。",
              "Changed to t***@example.co.jp. "
              "Codes and notices go there from now on."),
    LOCK: ("ログインを停止しました", "Login locked",
           "間違いが続いたため、ログインを停止しました。"
           "解除をご依頼ください。",
           "Locked after too many wrong answers. "
           "Please ask to have it unlocked."),
    GUESSED: ("パスワードを知られた可能性があります",
              "Somebody may know your password",
              "正しいパスワードのあとの確認（コードやキー）に、",
              "Your password was entered, but the codes or keys after it"),
    RECOVERY: ("リカバリーコードを使用しました", "Recovery code used",
               "リカバリーコードが使われました。残りは2個です。",
               "A recovery code was used. You have 2 left."),
    COUNTER: ("パスキーを確認してください", "Please check your passkey",
              "「スマホ」に複製の疑いがあるため、使用を止めました。",
              '"phone" may have been copied and was refused.'),
    ADMIN: ("管理者が設定を変更しました", "Changed by an administrator",
            "管理者が解除を行いました。",
            "An administrator did this: unlock."),
    REMIND: ("登録を完了してください", "Please finish registering",
             "初期パスワードは 2026-04-03 09:01 JST まで使えます。",
             "It works until 2026-04-03 09:01 JST."),
}

NOTICE_JA = ("ご自身の操作でない場合は、すぐに "
             "情報システム課（help@example.co.jp） へご連絡ください。")
NOTICE_EN = ("If this was not you, tell the IT desk (help@example.co.jp) "
             "at once.")
FOOTER_JA = ("2026-04-02 09:01 JST  web1  接続元 192.0.2.10   "
             "このメールには返信できません。\n")
# one column too many for a single line
FOOTER_EN = ("2026-04-02 09:01 JST  web1  from 192.0.2.10\n"
             "Please do not reply to this mail.\n")


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line if not unicodedata.combining(c))


def display_name(mail, field):
    """policy.default leaves spaces between encoded words (RFC 2047, 6.2)."""
    raw = email.message_from_bytes(mail)[field]
    name = email.utils.parseaddr(raw)[0]
    return str(email.header.make_header(email.header.decode_header(name)))


def run(fields):
    return subprocess.run(
        [LETTER, f"po={PO}"] + [f"{k}={v}" for k, v in fields.items()],
        env={"TZ": "Asia/Tokyo", **{k: v for k, v in os.environ.items()
                                    if "SAN_" in k or k.startswith("LD_")}},
        capture_output=True, check=False)


class Letters(unittest.TestCase):
    def compose(self, kind, fields=None, **more):
        done = run({**(fields or EN), **more, "kind": kind})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.raw = done.stdout
        self.hold_the_rules(kind)
        return self.mail, self.body

    def hold_the_rules(self, kind):
        """What every mail keeps, whatever is in it."""
        raw = self.raw
        self.assertNotIn(b"\r", raw)
        self.assertTrue(raw.isascii())
        for line in raw.decode().split("\n"):
            self.assertLessEqual(len(line), 78, line)
            self.assertNotRegex(line, r"^(From |\.)")
            self.assertRegex(line, r"^[ -~]*$")
        self.mail = mail = email.message_from_bytes(
            raw, policy=email.policy.default)
        self.assertEqual(mail.defects, [])
        self.assertEqual(
            sorted(mail.keys()),
            sorted(["From", "Message-ID", "To", "Subject", "Date",
                    "Auto-Submitted", "MIME-Version", "Content-Type",
                    "Content-Transfer-Encoding"]))
        for name in mail.keys():
            self.assertEqual(mail[name].defects, (), (name, mail[name]))
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["MIME-Version"], "1.0")
        self.assertEqual(mail.get_content_type(), "text/plain")
        self.assertEqual(mail.get_content_charset(), "utf-8")
        self.assertIn(mail["Content-Transfer-Encoding"], ("7bit", "base64"))
        self.assertEqual(len(mail["To"].addresses), 1)
        self.body = body = mail.get_content().replace("\r\n", "\n")
        for line in body.split("\n"):
            self.assertLessEqual(columns(line), 78, line)
            self.assertNotIn("{", line)
            self.assertEqual(line, line.rstrip(" "))
        self.assertNotIn("http", body)
        self.assertNotIn("395", mail["Subject"])
        if kind in CODES:
            self.assertIn("\n\n    395 204\n\n", body)
        else:
            self.assertNotIn("395", body)

    def test_every_kind_in_both_languages(self):
        for kind in KINDS:
            words = WORDS[kind]
            for i, fields, before, greeting, footer, notice in (
                    (0, JA, "【Kosmo】", "山田 太郎 様\n", FOOTER_JA, NOTICE_JA),
                    (1, EN, "[Kosmo] ", "Dear Taro Yamada,\n", FOOTER_EN,
                     NOTICE_EN)):
                with self.subTest(kind=kind, language=fields["language"]):
                    mail, body = self.compose(kind, fields)
                    self.assertEqual(mail["Subject"], before + words[i])
                    self.assertTrue(body.startswith(greeting), body)
                    self.assertIn(words[i + 2], body)
                    self.assertTrue(body.endswith("\n" + footer), body)
                    if kind not in CODES and kind != REMIND:
                        self.assertIn(notice, body.replace("連\n絡", "連絡"))

    def test_the_whole_of_a_login_code(self):
        _, body = self.compose(LOGIN, JA)
        self.assertEqual(body, """\
山田 太郎 様
web1 にログインするためのコードです。10分間、1回だけ使えます。

    395 204

このコードは誰にも教えないでください。お心当たりがない場合は、パスワードを
変更し、情報システム課（help@example.co.jp） へご連絡ください。
""" + FOOTER_JA)
        mail, body = self.compose(LOGIN)
        self.assertEqual(body, """\
Dear Taro Yamada,
This code logs you in to web1. It works once, for 10 minutes.

    395 204

Give it to nobody. If it was not you, change your password and tell
the IT desk (help@example.co.jp).
""" + FOOTER_EN)
        self.assertEqual(mail["Content-Transfer-Encoding"], "7bit")

    def test_headers(self):
        mail, _ = self.compose(LOGIN, JA)
        sender = mail["From"].addresses[0]
        self.assertEqual((sender.display_name, sender.addr_spec),
                         ("Example", "no-reply@example.co.jp"))
        to = mail["To"].addresses[0]
        self.assertEqual((to.display_name, to.addr_spec),
                         ("山田 太郎", "taro@example.co.jp"))
        self.assertRegex(mail["Message-ID"],
                         r"^<[0-9a-f]{32}\.kosmo@example\.co\.jp>$")
        self.assertEqual(mail["Date"].datetime.utcoffset().seconds, 9 * 3600)
        first = mail["Message-ID"]
        mail, _ = self.compose(LOGIN, JA)
        self.assertNotEqual(mail["Message-ID"], first)

    def test_sender(self):
        for given, name, address in (
                ("a@b.example", "", "a@b.example"),
                ("情報システム課 <it@b.example>", "情報システム課",
                 "it@b.example"),
                ("Kosmo, Inc. (Tokyo) <k@b.example>", "Kosmo, Inc. (Tokyo)",
                 "k@b.example")):
            mail, _ = self.compose(LOGIN, **{"from": given})
            sender = mail["From"].addresses[0]
            self.assertEqual((sender.display_name, sender.addr_spec),
                             (name, address))
            self.assertIn("@b.example>", mail["Message-ID"])

    def test_subject_of_ones_own(self):
        for before, subject in (("[Example]", "[Example] Your login code"),
                                ("【例】", "【例】Your login code"),
                                ("x" * 64, "x" * 64 + " Your login code"),
                                ("=?UTF-8?B?QQ==?=",
                                 "=?UTF-8?B?QQ==?= Your login code")):
            mail, _ = self.compose(LOGIN, subject=before)
            self.assertEqual(mail["Subject"], subject)

    def test_long_names(self):
        for name in ("寿限無" * 17, "龍𠮷" * 22, "が" * 50, "a" * 160,
                     "Anna-Lena Müller " * 8 + "x", "e\u0301" * 50,
                     "\U0001f3f3" * 39):
            for kind in (LOGIN, ADDED):
                mail, body = self.compose(kind, JA, name=name,
                                          device=name[:20])
                self.assertEqual(display_name(self.raw, "To"), name)
                self.assertEqual(mail["To"].addresses[0].addr_spec,
                                 "taro@example.co.jp")
                self.assertIn(name.replace(" ", ""),
                              body.replace("\n", "").replace(" ", ""))

    def test_encoded_words_hold_whole_characters(self):
        self.compose(LOGIN, JA, name="x" + "龍𠮷" * 22)
        words = re.findall(rb"=\?UTF-8\?B\?([^?]*)\?=", self.raw)
        self.assertGreater(len(words), 4)
        for word in words:
            base64.b64decode(word, validate=True).decode("utf-8")
            self.assertLessEqual(len(word) + 12, 75)

    def test_odd_names(self):
        for name in ('Taro "T" Yamada', "back\\slash", "a,b;c:d<e>@f",
                     "=?UTF-8?Q?trick?=", "(comment)", "it's", "山田\u3000太郎",
                     "Taro <evil@example.com>"):
            mail, body = self.compose(LOGIN, name=name)
            self.assertEqual(mail["To"].addresses[0].display_name, name)
            self.assertEqual(mail["To"].addresses[0].addr_spec,
                             "taro@example.co.jp")
            self.assertTrue(body.startswith(f"Dear {name},"), body)

    def test_hostile_values(self):
        """No value makes a header, a line, or another recipient."""
        for bad in ("x\r\nBcc: evil@example.com", "x\nBcc: e@example.com",
                    "x\r\n\r\nhello", "x\n.\nRSET", "\x1b[2Jx", "x\u2028y",
                    "x\u202ey", "x\u0085y", "x\x7f"):
            shown = "".join(
                c if c.isprintable() and c not in "\u2028\u202e"
                else "".join(f"\\x{b:02x}" for b in c.encode())
                for c in bad)
            for kind in KINDS:
                mail, body = self.compose(kind, **{key: bad for key in (
                    "name", "login", "user_id", "device", "source", "address",
                    "host", "contact-en")})
                self.assertEqual(
                    [a.addr_spec for a in mail["To"].addresses],
                    ["taro@example.co.jp"])
                for line in body.split("\n"):
                    self.assertTrue(
                        all(c >= " " and c not in "\x7f\u0085\u2028\u202e"
                            for c in line))
                    self.assertNotRegex(line, "^(Bcc|hello|RSET)")
            mail, body = self.compose(ADDED, device=bad)
            self.assertIn(f'"{shown}"', body)
            mail, _ = self.compose(ADDED, subject=bad)
            self.assertEqual(mail["Subject"], f"{shown} Device added")

    def test_not_utf8(self):
        done = subprocess.run(
            [LETTER, f"po={PO}", "kind=9", "to=a@b.example", b"device=\xff\xc0",
             b"name=\x80"], capture_output=True, check=True)
        mail = email.message_from_bytes(
            done.stdout, policy=email.policy.default)
        self.assertIn('"\\xff\\xc0"', mail.get_content())
        self.assertEqual(mail["To"].addresses[0].display_name, "\\x80")

    def test_not_a_mail(self):
        for kind, more in ((LOGIN, {"to": ""}), (LOGIN, {"to": "-f@b.example"}),
                           (LOGIN, {"to": "a@b.example\nBcc: c@d.example"}),
                           (LOGIN, {"to": "a@b.example, c@d.example"}),
                           (LOGIN, {"to": "a b@c.example"}),
                           (LOGIN, {"to": "<a@b.example>"}),
                           (LOGIN, {"code": ""}), (LOGIN, {"code": "12345"}),
                           (LOGIN, {"code": "39520a"}),
                           (LOGIN, {"code": "395 204"}),
                           (0, {}), (20, {}), (255, {})):
            done = run({**EN, **more, "kind": kind})
            self.assertEqual(done.returncode, 1, (kind, more))
            self.assertEqual(done.stdout, b"")

    def test_groups_of_a_code(self):
        for code, shown in (("39520412", "3952 0412"), ("3952041", "3952 041"),
                            ("395204123", "395 204 123"),
                            ("3952041234", "39520 41234")):
            done = run({**EN, "kind": LOGIN, "code": code})
            self.assertIn(f"\n\n    {shown}\n\n".encode(), done.stdout)

    def test_validity(self):
        for seconds, en, ja in ((60, "for 1 minute.", "1分間、"),
                                (90, "for 90 seconds.", "90秒間、"),
                                (3600, "for 60 minutes.", "60分間、"),
                                (0, "for 10 minutes.", "10分間、")):
            _, body = self.compose(LOGIN, lifetime=seconds)
            self.assertIn(f"It works once, {en}", body)
            _, body = self.compose(LOGIN, JA, lifetime=seconds)
            self.assertIn(ja, body)

    def test_what_is_left_out(self):
        _, body = self.compose(USER_ID, user_id="")
        self.assertIn("\nYour login name is taro.\n", body)
        _, body = self.compose(RESET, JA, user_id="")
        self.assertIn("\nログイン名は taro です。\n", body)
        _, body = self.compose(REGISTERED, device="")
        self.assertIn("your password and app.\n", body)
        _, body = self.compose(METHOD, old_method=0)
        self.assertIn("\nChanged to app.\n", body)
        _, body = self.compose(LOGIN, name="")
        self.assertTrue(body.startswith("Dear taro,\n"))
        self.assertNotIn('"', str(self.mail["To"]))
        _, body = self.compose(REMIND, until=0)
        self.assertNotIn("It works", body)

    def test_source_and_contact(self):
        for source, en, ja in (("console", "from the console", "コンソール"),
                               ("local", "from this host", "このホスト"),
                               ("local uid 1000", "from this host",
                                "このホスト"),
                               ("2001:db8::/64", "from 2001:db8::/64",
                                "2001:db8::/64")):
            _, body = self.compose(ADDED, source=source)
            self.assertIn(f"web1  {en}", body)
            _, body = self.compose(ADDED, JA, source=source)
            self.assertIn(f"web1  接続元 {ja}", body)
        for source in ("", "unknown"):
            _, body = self.compose(ADDED, source=source)
            self.assertIn("JST  web1   Please do", body)
        _, body = self.compose(ADDED, contact="x@y.example",
                               **{"contact-en": ""})
        self.assertIn("tell x@y.example at once.", body)
        _, body = self.compose(NOT_REGISTERED, **{"contact-en": ""})
        self.assertIn("tell your administrator at once.", body)
        self.assertNotIn("Help:", body)
        long = "情報システム課 " * 15
        _, body = self.compose(LOGIN, JA, **{"contact-ja": long.strip()})
        self.assertIn("変更し、情報システム課", body)

    def test_language(self):
        mail, _ = self.compose(LOGIN, language="xx",
                               **{"host-language": "ja"})
        self.assertTrue(mail["Subject"].startswith("【Kosmo】"))
        mail, _ = self.compose(LOGIN, language="")
        self.assertTrue(mail["Subject"].startswith("[Kosmo] "))

    def test_a_line_that_begins_with_from(self):
        """An mbox would put ">" before it."""
        mail, body = self.compose(REGISTERED)
        self.assertIn("\nFrom now on", body)
        self.assertEqual(mail["Content-Transfer-Encoding"], "base64")

    def test_all_acts_and_methods_have_words(self):
        for fields in (EN, JA):
            seen = set()
            for act in range(0, 11):
                _, body = self.compose(ADMIN, fields, act=act)
                seen.add(body)
            self.assertEqual(len(seen), 11)
            seen = set()
            for method in range(0, 5):
                _, body = self.compose(ADDED, fields, method=method)
                seen.add(body)
            self.assertEqual(len(seen), 5)
            self.compose(ADMIN, fields, act=255)
            self.compose(METHOD, fields, method=255, old_method=255)


if __name__ == "__main__":
    unittest.main()
