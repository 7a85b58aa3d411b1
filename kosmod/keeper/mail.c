#include "config.h"

#include "mail.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/notices.h"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

void
mail_about(struct keeper *k, const struct kconv *c, const struct person *p,
    enum mail_kind kind, struct p_mail *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = (uint8_t)kind;
	copy(ret->language, sizeof(ret->language), p->language);
	copy(ret->to, sizeof(ret->to), p->email);
	copy(ret->name, sizeof(ret->name), p->name);
	copy(ret->login, sizeof(ret->login), p->login);
	copy(ret->user_id, sizeof(ret->user_id), p->user_id);
	ret->when = (uint64_t)keeper_wall(k);
	ret->method = p->preferred;
	if (c == NULL)
		return;
	copy(ret->service, sizeof(ret->service), c->service);
	copy(ret->source, sizeof(ret->source), c->origin.name);
}

int
mail_notice(struct keeper *k, struct txn *t, const struct p_mail *mail)
{
	return mail->to[0] != '\0' ? notices_add(k, t, mail) : KOSMO_OK;
}

const char *
mail_word(uint8_t kind)
{
	static const char *const words[] = { "", "confirm", "setup", "login",
		"reset", "enroll", "user id", "not registered", "registered",
		"device added", "device removed", "method", "password",
		"address", "lock", "guessed", "recovery", "counter", "admin",
		"remind" };

	_Static_assert(
	    sizeof(words) / sizeof(words[0]) == MAIL_KINDS + 1, "all kinds");
	return kind <= MAIL_KINDS ? words[kind] : "";
}
