/*
 * user_id.h: the rules of user IDs, as [user-id] has them.
 */
#ifndef KOSMO_KOSMOD_USER_ID_H
#define KOSMO_KOSMOD_USER_ID_H

#include <stdbool.h>

#include "kosmod/conf.h"

/*
 * True if id keeps min, max, the allowed symbols and the deny list. Whether
 * it is taken is the keeper's to say.
 */
bool user_id_good(const struct conf *conf, const char *id);

/* True if id is on the deny list: an ID that nobody may have. */
bool user_id_denied(const struct conf *conf, const char *id);

#endif
