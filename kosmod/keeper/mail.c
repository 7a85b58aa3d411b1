#include "config.h"

#include "mail.h"

#include <stdio.h>
#include <string.h>

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
	struct buf value = BUF_INIT;
	uint64_t id;
	char name[17];
	int r;

	(void)k;
	if (mail->to[0] == '\0')
		return KOSMO_OK;
	digest_random(&id, sizeof(id));
	(void)snprintf(name, sizeof(name), "%016llx", (unsigned long long)id);
	r = codec_encode(&p_mail_layout, CODEC_RECORD, mail, &value);
	if (r == KOSMO_OK)
		r = store_put(
		    t, REC_NOTICE, name, value.data, value.len, STORE_ANY);
	buf_done(&value);
	return r;
}
