#include "config.h"

#include "call.h"

#include <string.h>

static int
call_any(struct dialogue *d, const struct layout *req, const void *msg,
    uint8_t *ret_type, union kmsg *reply)
{
	const struct link *keeper = d->t->keeper;

	memset(reply, 0, sizeof(*reply));
	return keeper->call(keeper->arg, req, msg, ret_type, reply);
}

int
call(struct dialogue *d, const struct layout *req, const void *msg,
    uint8_t want, union kmsg *reply)
{
	uint8_t type = 0;
	int r = call_any(d, req, msg, &type, reply);

	if (r != 0 || type == want)
		return r;
	if (type == K_VERDICT)
		return leave_verdict(d, &reply->verdict);
	return KOSMO_EFORMAT;
}

int
call_verdict(struct dialogue *d, const struct layout *req, const void *msg,
    struct k_verdict *ret)
{
	union kmsg reply;
	int r = call(d, req, msg, K_VERDICT, &reply);

	*ret = reply.verdict;
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

int
call_profile(struct dialogue *d)
{
	static const struct k_profile profile = { 0 };
	union kmsg reply;
	int r = call(d, &k_profile_layout, &profile, K_PERSON, &reply);

	if (r == 0) {
		d->person = reply.person;
		dialogue_language(d, d->person.language);
	}
	explicit_bzero(&reply, sizeof(reply));
	return r;
}
