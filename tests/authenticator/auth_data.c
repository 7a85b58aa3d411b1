#include "config.h"

#include "tests/authenticator/auth_data.h"

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/key.h"

const uint8_t aaguid[16] = "kosmo's test key";

uint32_t
next_counter(struct authenticator *a)
{
	switch (a->sw.v[SW_COUNTER]) {
	case COUNTER_ZERO:
		return 0;
	case COUNTER_BACK:
		return a->store.counter / 2;
	case COUNTER_RISES:
		a->store.counter++;
		store_save(&a->store);
		return a->store.counter;
	default:
		return a->store.counter;
	}
}

static void
write_credential(
    const struct authenticator *a, struct out *o, const struct credential *c)
{
	uint8_t id[CREDENTIAL_ID_LEN];

	for (size_t i = 0; i < sizeof(id); i++)
		id[i] = c->id[i] ^ (a->sw.v[SW_CREDENTIAL] == WRONG ? 1 : 0);
	out_raw(o, aaguid, sizeof(aaguid));
	out_u16(o, sizeof(id));
	out_raw(o, id, sizeof(id));
	key_write(o, c->key, c->alg);
}

void
auth_data_write(struct authenticator *a, struct out *o,
    const uint8_t rp_hash[32], uint8_t flags, const struct credential *made)
{
	bool protected = made != NULL && made->protect != 0;
	uint8_t hash[32];

	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] =
		    rp_hash[i] ^ (a->sw.v[SW_RP_HASH] == WRONG ? 0xff : 0);
	if (a->sw.v[SW_UP_FLAG] == WRONG)
		flags &= (uint8_t)~FLAG_UP;
	if (a->sw.v[SW_UV_FLAG] == WRONG)
		flags &= (uint8_t)~FLAG_UV;
	if (made != NULL)
		flags |= FLAG_AT;
	if (a->sw.v[SW_EXTENSIONS] == YES || protected)
		flags |= FLAG_ED;
	out_raw(o, hash, sizeof(hash));
	out_u8(o, flags);
	out_u32(o, next_counter(a));
	if (made != NULL)
		write_credential(a, o, made);
	if (a->sw.v[SW_EXTENSIONS] == YES) {
		out_map(o, 1);
		out_text(o, "example.test");
		out_bool(o, true);
	} else if (protected) {
		out_map(o, 1);
		out_text(o, "credProtect");
		out_int(o, made->protect);
	}
	if (a->sw.v[SW_GARBAGE] == YES)
		out_raw(o, "garbage", 7);
}
