/*
 * user_id.h: the rules of user IDs, as [user-id] has them.
 */
#ifndef KOSMO_KOSMOD_USER_ID_H
#define KOSMO_KOSMOD_USER_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/conf.h"

/* Bits, in the order in which they are named. */
enum user_id_rule {
	ID_SHORT = 1,
	ID_LONG = 2,
	ID_UPPER = 4,
	ID_WIDE = 8,	/* full width, or whatever is not ASCII */
	ID_SYMBOL = 16, /* a symbol that is not listed */
	ID_SPACE = 32,
	ID_CONTROL = 64
};

/*
 * The rules that id breaks, all but the deny list. symbols gets each symbol
 * in it that may not be used, once.
 */
uint32_t
user_id_rules(const struct conf *conf, const char *id, char symbols[static 65]);

/* True if id is on the deny list: an ID that nobody may have. */
bool user_id_denied(const struct conf *conf, const char *id);

/*
 * True if id keeps min, max, the allowed symbols and the deny list. Whether
 * it is taken is the keeper's to say.
 */
bool user_id_good(const struct conf *conf, const char *id);

#endif
