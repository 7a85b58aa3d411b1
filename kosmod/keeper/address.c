#include "config.h"

#include "address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ADDRESS_SCHEMA 1
#define PEOPLE_MAX 64 /* of one address; further ones are told no ID */

struct owner {
	char login[NAME_LEN + 1];
};

struct owners {
	uint32_t schema;
	uint8_t n;
	struct owner list[PEOPLE_MAX];
};

static const struct field owner_fields[] = {
	CODEC_STR(1, owner, login),
};
static const struct layout owner_layout =
    CODEC_LAYOUT("owner", 1, owner, owner_fields);

static const struct field owners_fields[] = {
	CODEC_U32(1, owners, schema),
	CODEC_LIST(2, owners, list, n, &owner_layout),
};
static const struct layout owners_layout =
    CODEC_LAYOUT("owners", REC_ADDRESS, owners, owners_fields);

/* People write the same address in either case. */
static void
fold(const char *address, char ret[static MAIL_LEN + 1])
{
	size_t n = strnlen(address, MAIL_LEN);

	for (size_t i = 0; i < n; i++) {
		char c = address[i];

		ret[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	ret[n] = '\0';
}

/* The confirmed address of p, folded; "" if there is none. */
static void
address_of(const struct person *p, char ret[static MAIL_LEN + 1])
{
	ret[0] = '\0';
	if (p != NULL && p->email_ok != 0)
		fold(p->email, ret);
}

static int
load(struct keeper *k, const char *address, struct owners *ret)
{
	struct buf value = BUF_INIT;
	uint64_t version;
	int r;

	r = store_get(k->store, REC_ADDRESS, address, &value, &version);
	if (r == KOSMO_OK)
		r = codec_decode(
		    &owners_layout, CODEC_RECORD, value.data, value.len, ret);
	if (r == KOSMO_ENOTFOUND) {
		memset(ret, 0, sizeof(*ret));
		r = KOSMO_OK;
	}
	buf_done(&value);
	return r;
}

static int
save(struct txn *t, const char *address, struct owners *o)
{
	struct buf value = BUF_INIT;
	int r;

	if (o->n == 0)
		return store_delete(t, REC_ADDRESS, address, STORE_ANY);
	o->schema = ADDRESS_SCHEMA;
	r = codec_encode(&owners_layout, CODEC_RECORD, o, &value);
	if (r == KOSMO_OK)
		r = store_put(
		    t, REC_ADDRESS, address, value.data, value.len, STORE_ANY);
	buf_done(&value);
	return r;
}

static void
drop(struct owners *o, const char *login)
{
	for (size_t i = o->n; i > 0; i--) {
		if (strcmp(o->list[i - 1].login, login) != 0)
			continue;
		memmove(o->list + i - 1, o->list + i,
		    (o->n - i) * sizeof(*o->list));
		o->n--;
	}
}

static void
add(struct owners *o, const char *login)
{
	drop(o, login);
	if (o->n < PEOPLE_MAX)
		(void)snprintf(
		    o->list[o->n++].login, NAME_LEN + 1, "%s", login);
}

/* Takes one login out of the record of address, and puts another in. */
static int
change(struct keeper *k, struct txn *t, const char *address, const char *out,
    const char *in)
{
	struct owners *o;
	int r;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return KOSMO_ENOMEM;
	if ((r = load(k, address, o)) == KOSMO_OK) {
		if (out != NULL)
			drop(o, out);
		if (in != NULL)
			add(o, in);
		r = save(t, address, o);
	}
	free(o);
	return r;
}

int
address_index(struct keeper *k, struct txn *t, const struct person *before,
    const struct person *after)
{
	char old[MAIL_LEN + 1], new[MAIL_LEN + 1];
	const char *out = before != NULL ? before->login : NULL;
	const char *in = after != NULL ? after->login : NULL;
	int r = KOSMO_OK;

	address_of(before, old);
	address_of(after, new);
	if (strcmp(old, new) == 0) {
		if (old[0] == '\0' || strcmp(out, in) == 0)
			return KOSMO_OK;
		return change(k, t, old, out, in);
	}
	if (old[0] != '\0')
		r = change(k, t, old, out, NULL);
	if (r == KOSMO_OK && new[0] != '\0')
		r = change(k, t, new, NULL, in);
	return r;
}

int
address_each(struct keeper *k, const char *address,
    int (*each)(void *arg, const char *login), void *arg)
{
	char folded[MAIL_LEN + 1];
	struct owners *o;
	int r;

	fold(address, folded);
	if ((o = calloc(1, sizeof(*o))) == NULL)
		return KOSMO_ENOMEM;
	r = load(k, folded, o);
	for (size_t i = 0; i < o->n && r == KOSMO_OK; i++)
		r = each(arg, o->list[i].login);
	free(o);
	return r;
}

bool
address_allowed(const struct conf *conf, const char *address)
{
	const char *domain = strrchr(address, '@');
	size_t n, len;

	if (conf->email.domains[0] == '\0')
		return true;
	if (domain == NULL)
		return false;
	n = strlen(++domain);
	for (const char *s = conf->email.domains; *s != '\0';) {
		len = strcspn(s, " ");
		if (len == n && strncasecmp(s, domain, n) == 0)
			return true;
		s += len + strspn(s + len, " ");
	}
	return false;
}
