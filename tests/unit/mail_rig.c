#include "config.h"

#include "mail_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum mailed_word
line_mail(struct line *l, enum mail_purpose purpose, bool again)
{
	const struct k_mail m = { (uint8_t)purpose, again };

	line_ask(l, &k_mail_layout, &m);
	assert_int_equal(l->type, K_MAILED);
	return (enum mailed_word)l->reply.mailed.word;
}

static enum verdict_word
typed(struct line *l, enum mail_purpose purpose, const char *digits, bool enrol)
{
	struct k_mail_code m = { .purpose = (uint8_t)purpose, .enrol = enrol };

	(void)snprintf(m.digits, sizeof(m.digits), "%s", digits);
	line_ask(l, &k_mail_code_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

enum verdict_word
line_mailed(struct line *l, enum mail_purpose purpose, const char *digits)
{
	return typed(l, purpose, digits, false);
}

enum verdict_word
line_mailed_enrol(struct line *l, enum mail_purpose purpose, const char *digits)
{
	return typed(l, purpose, digits, true);
}

enum verdict_word
line_email(struct line *l, const char *address)
{
	struct k_email m = { "" };

	(void)snprintf(m.address, sizeof(m.address), "%s", address);
	line_ask(l, &k_email_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

static void
set_password(struct line *l)
{
	const struct k_set_password set = { HASH_A };

	line_ask(l, &k_set_password_layout, &set);
	assert_int_equal(l->type, K_VERDICT);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
}

static void
choose_email(struct line *l)
{
	const struct k_method m = { METHOD_EMAIL };

	line_ask(l, &k_method_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
}

void
rig_mail_finish_1(struct rig *r, struct line *l, const char *login)
{
	assert_int_equal(
	    line_mailed(l, MAIL_CONFIRM, rig_mailed(r, login)), VERDICT_YES);
	choose_email(l);
	set_password(l);
}

struct line *
rig_mail_part_1(struct rig *r, const char *login)
{
	char address[MAIL_LEN + 1];
	struct line *l;

	(void)snprintf(address, sizeof(address), "%s@example.co.jp", login);
	r->conf.registration.email = true;
	rig_invite(r, login);
	l = line_bind(r, "sshd", login, "192.0.2.200");
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_email(l, address), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_CONFIRM, false), MAILED_SENT);
	rig_mail_finish_1(r, l, login);
	return l;
}

void
rig_mail_person(struct rig *r, const char *login)
{
	struct line *l = rig_mail_part_1(r, login);

	assert_int_equal(line_mail(l, MAIL_ENROL, false), MAILED_SENT);
	assert_int_equal(line_mailed_enrol(l, MAIL_ENROL, rig_mailed(r, login)),
	    VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	rig_pass(r, 3700); /* beyond the mails of this hour */
}

struct line *
line_login(struct rig *r, const char *login, const char *source)
{
	struct line *l = line_bind(r, "sshd", login, source);

	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	return l;
}

const char *
other_than(const char *digits)
{
	return strcmp(digits, "000000") != 0 ? "000000" : "111111";
}
