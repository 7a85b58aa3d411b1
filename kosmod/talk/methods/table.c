#include "config.h"

#include "methods.h"

static const struct method_row rows[] = {
	{ METHOD_TOTP, N_("app"), totp_attempt },
	{ METHOD_RECOVERY, N_("recovery code"), recovery_attempt },
};

const struct method_row *
method_find(enum method method)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].method == method)
			return &rows[i];
	return NULL;
}
