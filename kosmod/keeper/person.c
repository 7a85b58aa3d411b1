#include "config.h"

#include "person.h"

#include <stdio.h>
#include <string.h>

#define FAILS_WINDOW (30 * 86400)

static const struct field device_fields[] = {
	CODEC_U32(1, r_device, id),
	CODEC_U8(2, r_device, method),
	CODEC_STR(3, r_device, name),
	CODEC_U64(4, r_device, added),
	CODEC_U64(5, r_device, used),
	CODEC_SECRET(6, r_device, seed),
	CODEC_STR(7, r_device, algorithm),
	CODEC_U32(8, r_device, digits),
	CODEC_U32(9, r_device, period),
	CODEC_U64(10, r_device, step),
	CODEC_U8(11, r_device, kind),
	CODEC_U8(12, r_device, alg),
	CODEC_BLOB(13, r_device, key, key_len),
	CODEC_BLOB(14, r_device, credential, credential_len),
	CODEC_STR(15, r_device, rp),
	CODEC_U32(16, r_device, counter),
};
static const struct layout device_layout =
    CODEC_LAYOUT("device", 1, r_device, device_fields);

static const struct field origin_fields[] = {
	CODEC_STR(1, r_origin, name),
	CODEC_U64(2, r_origin, last),
};
static const struct layout origin_layout =
    CODEC_LAYOUT("origin", 1, r_origin, origin_fields);

static const struct field session_fields[] = {
	CODEC_STR(1, r_session, id),
	CODEC_STR(2, r_session, service),
	CODEC_STR(3, r_session, tty),
	CODEC_U64(4, r_session, pid),
	CODEC_U64(5, r_session, opened),
	CODEC_U8(6, r_session, remote),
};
static const struct layout session_layout =
    CODEC_LAYOUT("session", 1, r_session, session_fields);

static const struct field hash_fields[] = {
	CODEC_STR(1, r_hash, hash),
};
static const struct layout hash_layout =
    CODEC_LAYOUT("hash", 1, r_hash, hash_fields);

static const struct field time_fields[] = {
	CODEC_U64(1, r_time, at),
};
static const struct layout time_layout =
    CODEC_LAYOUT("time", 1, r_time, time_fields);

static const struct field mailed_fields[] = {
	CODEC_U8(1, r_mailed, purpose),
	CODEC_BYTES(2, r_mailed, mac),
	CODEC_BYTES(3, r_mailed, to),
	CODEC_U64(4, r_mailed, sent),
	CODEC_U64(5, r_mailed, until),
	CODEC_U32(6, r_mailed, tries),
};
static const struct layout mailed_layout =
    CODEC_LAYOUT("mailed", 1, r_mailed, mailed_fields);

static const struct field remembered_fields[] = {
	CODEC_STR(1, r_remembered, source),
	CODEC_STR(2, r_remembered, service),
	CODEC_U64(3, r_remembered, until),
};
static const struct layout remembered_layout =
    CODEC_LAYOUT("remembered", 1, r_remembered, remembered_fields);

static const struct field mac_fields[] = {
	CODEC_BYTES(1, r_mac, mac),
};
static const struct layout mac_layout =
    CODEC_LAYOUT("mac", 1, r_mac, mac_fields);

static const struct field ssh_key_fields[] = {
	CODEC_U8(1, r_ssh_key, alg),
	CODEC_BLOB(2, r_ssh_key, key, key_len),
	CODEC_STR(3, r_ssh_key, application),
	CODEC_STR(4, r_ssh_key, name),
	CODEC_U64(5, r_ssh_key, since),
};
static const struct layout ssh_key_layout =
    CODEC_LAYOUT("ssh key", 1, r_ssh_key, ssh_key_fields);

static const struct field person_fields[] = {
	CODEC_U32(1, person, schema),
	CODEC_STR(2, person, login),
	CODEC_U32(3, person, uid),
	CODEC_STR(4, person, user_id),
	CODEC_STR(5, person, initial_id),
	CODEC_STR(6, person, name),
	CODEC_STR(7, person, email),
	CODEC_STR(8, person, language),
	CODEC_U8(9, person, state),
	CODEC_U32(10, person, todo),
	CODEC_U64(11, person, invited),
	CODEC_U64(12, person, expires),
	CODEC_BYTES(13, person, birth),
	CODEC_BYTES(14, person, initial),
	CODEC_BYTES(15, person, code),
	CODEC_U64(16, person, code_until),
	CODEC_STR(17, person, password),
	CODEC_U64(18, person, password_set),
	CODEC_LIST(19, person, history, n_history, &hash_layout),
	CODEC_U32(20, person, next_device),
	CODEC_LIST(21, person, devices, n_devices, &device_layout),
	CODEC_U8(22, person, preferred),
	CODEC_SECRET(23, person, pending),
	CODEC_U64(24, person, pending_since),
	CODEC_STR(25, person, lock),
	CODEC_U64(26, person, locked),
	CODEC_U64(27, person, cleared),
	CODEC_LIST(28, person, fails, n_fails, &time_layout),
	CODEC_U64(29, person, last_login),
	CODEC_STR(30, person, last_service),
	CODEC_STR(31, person, last_source),
	CODEC_U64(32, person, refused),
	CODEC_STR(33, person, refusal),
	CODEC_LIST(34, person, origins, n_origins, &origin_layout),
	CODEC_LIST(35, person, sessions, n_sessions, &session_layout),
	CODEC_U8(36, person, email_ok),
	CODEC_STR(37, person, email_next),
	CODEC_U64(38, person, email_held),
	CODEC_LIST(39, person, mailed, n_mailed, &mailed_layout),
	CODEC_LIST(40, person, mails, n_mails, &time_layout),
	CODEC_STR(41, person, terms),
	CODEC_BYTES(42, person, terms_hash),
	CODEC_U64(43, person, terms_at),
	CODEC_U8(44, person, chosen),
	CODEC_U32(45, person, births),
	CODEC_LIST(46, person, recovery, n_recovery, &mac_layout),
	CODEC_LIST(47, person, remembered, n_remembered, &remembered_layout),
	CODEC_LIST(48, person, forgots, n_forgots, &time_layout),
	CODEC_U64(49, person, warned),
	CODEC_BYTES(50, person, import),
	CODEC_STR(51, person, bound),
	CODEC_LIST(52, person, waiting, n_waiting, &ssh_key_layout),
};
static const struct layout person_layout =
    CODEC_LAYOUT("person", REC_PERSON, person, person_fields);

/* The schema is the first field, so it can be read of any newer record. */
static uint32_t
schema_of(const struct buf *value)
{
	struct cursor c = { value->data, value->len };
	uint32_t len = 0, schema = 0;
	uint8_t type = 0, n = 0, tag = 0;

	if (cursor_u8(&c, &type) != KOSMO_OK || cursor_u8(&c, &n) != KOSMO_OK ||
	    cursor_u8(&c, &tag) != KOSMO_OK ||
	    cursor_u32(&c, &len) != KOSMO_OK ||
	    cursor_u32(&c, &schema) != KOSMO_OK || tag != 1 || len != 4)
		return 0;
	return schema;
}

int
person_decode(const struct buf *value, struct person *ret)
{
	if (schema_of(value) > PERSON_SCHEMA)
		return KOSMO_EVERSION;
	if (codec_decode(&person_layout, CODEC_RECORD, value->data, value->len,
		ret) != KOSMO_OK)
		return KOSMO_ECORRUPT;
	ret->schema = PERSON_SCHEMA; /* those before had fewer fields */
	return KOSMO_OK;
}

int
person_get(struct store *st, const char *login, struct person *ret,
    uint64_t *ret_version)
{
	struct buf value = BUF_INIT;
	int r;

	r = store_get(st, REC_PERSON, login, &value, ret_version);
	if (r == KOSMO_OK)
		r = person_decode(&value, ret);
	buf_done(&value);
	return r;
}

int
person_put(struct txn *t, const struct person *p, uint64_t version)
{
	struct buf value = BUF_INIT;
	int r;

	r = codec_encode(&person_layout, CODEC_RECORD, p, &value);
	if (r == KOSMO_OK)
		r = store_put(
		    t, REC_PERSON, p->login, value.data, value.len, version);
	buf_done(&value);
	return r;
}

void
person_done(struct person *p)
{
	if (p != NULL)
		explicit_bzero(p, sizeof(*p));
}

const char *
person_bound(const struct person *p)
{
	return p->bound[0] != '\0' ? p->bound : p->login;
}

enum person_state
person_state(const struct person *p, int64_t now)
{
	if (p->lock[0] != '\0')
		return STATE_LOCKED;
	if (p->state != STATE_ACTIVE && p->expires != 0 &&
	    (uint64_t)now > p->expires)
		return STATE_EXPIRED;
	return (enum person_state)p->state;
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

struct r_device *
person_device(struct person *p, uint32_t id)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		struct r_device *d = &p->devices[i];

		if (id == 0 ? d->method == p->preferred : d->id == id)
			return d;
	}
	return NULL;
}

bool
person_named(const struct person *p, const char *name, uint32_t id)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].id != id &&
		    strcmp(p->devices[i].name, name) == 0)
			return true;
	}
	return false;
}

static struct r_origin *
find_origin(struct person *p, const char *origin)
{
	for (size_t i = 0; i < p->n_origins; i++) {
		if (strcmp(p->origins[i].name, origin) == 0)
			return &p->origins[i];
	}
	return NULL;
}

bool
person_knows(
    const struct person *p, const char *origin, int64_t now, uint32_t known_for)
{
	for (size_t i = 0; i < p->n_origins; i++) {
		const struct r_origin *o = &p->origins[i];

		if (strcmp(o->name, origin) == 0)
			return o->last + known_for >= (uint64_t)now;
	}
	return false;
}

void
person_remember(struct person *p, const char *origin, int64_t now)
{
	struct r_origin *o = find_origin(p, origin);

	if (o == NULL && p->n_origins < ORIGINS_MAX)
		o = &p->origins[p->n_origins++];
	if (o == NULL) {
		o = &p->origins[0];
		for (size_t i = 1; i < p->n_origins; i++) {
			if (p->origins[i].last < o->last)
				o = &p->origins[i];
		}
	}
	copy(o->name, sizeof(o->name), origin);
	o->last = (uint64_t)now;
}

uint32_t
person_failures(const struct person *p, int64_t now)
{
	uint32_t n = 0;

	for (size_t i = 0; i < p->n_fails; i++) {
		if (p->fails[i].at + FAILS_WINDOW > (uint64_t)now)
			n++;
	}
	return n;
}

uint32_t
person_failed(struct person *p, int64_t now)
{
	uint8_t n = 0;

	for (size_t i = 0; i < p->n_fails; i++) {
		if (p->fails[i].at + FAILS_WINDOW > (uint64_t)now)
			p->fails[n++] = p->fails[i];
	}
	if (n == FAILS_MAX) {
		memmove(p->fails, p->fails + 1, (n - 1U) * sizeof(*p->fails));
		n--;
	}
	p->fails[n++].at = (uint64_t)now;
	memset(p->fails + n, 0, (size_t)(FAILS_MAX - n) * sizeof(*p->fails));
	p->n_fails = n;
	return n;
}

void
device_totp(const struct r_device *d, struct totp *ret)
{
	ret->seed = &d->seed;
	ret->algorithm = d->algorithm;
	ret->digits = d->digits;
	ret->period = d->period;
}
