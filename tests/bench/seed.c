#include "config.h"

#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kosmod/keeper/totp.h"

void
seed_name(uint32_t number, char ret[static SEED_NAME])
{
	(void)snprintf(ret, SEED_NAME, "p%07u", (unsigned)number);
}

void
seed_key(uint32_t number, struct secret *ret)
{
	char key[32];
	int n =
	    snprintf(key, sizeof(key), "kosmo-bench-%08u", (unsigned)number);

	if (secret_set(ret, key, (size_t)n) != KOSMO_OK)
		abort();
}

void
seed_code(uint32_t number, char ret[static 9])
{
	struct secret key = { 0 };
	const struct totp t = { &key, "SHA1", 6, 30 };

	seed_key(number, &key);
	if (totp_code(&t, (uint64_t)time(NULL) / 30, ret) != KOSMO_OK)
		abort();
	secret_done(&key);
}
