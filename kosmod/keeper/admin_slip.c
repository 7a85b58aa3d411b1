/*
 * admin_slip.c: what stands on slips. The store keeps an HMAC of it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/admin.h"

#define CODE_SECONDS 86400
#define GROUPS 4 /* 16 characters: 80 bits */

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* Makes the words up; typed is the digest that talk will send of them. */
static int
make(const char *purpose, struct k_slip *slip, uint8_t typed[static DIGEST_LEN])
{
	char plain[sizeof(slip->secret)];
	int r;

	digest_words(slip->secret, GROUPS);
	digest_plain(slip->secret, plain, sizeof(plain));
	r = digest_typed(purpose, plain, typed);
	explicit_bzero(plain, sizeof(plain));
	return r;
}

int
slip_initial(
    struct kconv *c, struct person *p, uint32_t expires, struct k_slip *slip)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	uint8_t typed[DIGEST_LEN];
	int r;

	if (expires == 0)
		expires = c->k->conf->registration.expires;
	if ((r = make("kosmo-initial", slip, typed)) == KOSMO_OK)
		r = digest_mac(c->k->mac_key, "initial", person_bound(p), typed,
		    sizeof(typed), p->initial);
	p->invited = now;
	p->expires = now + expires;
	return r;
}

int
slip_code(struct kconv *c, struct person *p, struct k_slip *slip)
{
	uint8_t typed[DIGEST_LEN];
	int r;

	if ((r = make("kosmo-code", slip, typed)) == KOSMO_OK)
		r = digest_mac(c->k->mac_key, "code", person_bound(p), typed,
		    sizeof(typed), p->code);
	p->code_until = (uint64_t)keeper_wall(c->k) + CODE_SECONDS;
	return r;
}

void
slip_fill(struct kconv *c, const struct person *p, uint64_t until,
    struct k_slip *slip)
{
	copy(slip->login, sizeof(slip->login), p->login);
	copy(slip->initial_id, sizeof(slip->initial_id),
	    p->initial_id[0] != '\0' ? p->initial_id : p->login);
	copy(slip->name, sizeof(slip->name), p->name);
	copy(slip->language, sizeof(slip->language), p->language);
	slip->made = (uint64_t)keeper_wall(c->k);
	slip->expires = until;
}
