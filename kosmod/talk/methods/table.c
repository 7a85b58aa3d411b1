#include "config.h"

#include "kosmod/talk/flows/flows.h"
#include "methods.h"

static const struct method_row rows[] = {
	{ METHOD_PASSKEY, N_("passkey"),
	    N_("  {n} passkey  a security key with fingerprint, face or PIN, "
	       "at "
	       "your computer"),
	    N_("A passkey can't be used here. Choose another, or go on "
	       "later."),
	    enroll_passkey, NULL, passkey_attempt },
	{ METHOD_TOTP, N_("app"),
	    N_("  {n} app      6 digits from a free phone app; works without "
	       "a signal"),
	    N_("An app can't be used here. Choose another, or go on later."),
	    enroll_app, NULL, totp_attempt },
	{ METHOD_EMAIL, N_("e-mail"),
	    N_("  {n} e-mail   6 digits mailed at each login; if you can't "
	       "install apps"),
	    N_("E-mail can't be used here. Choose another, or go on later."),
	    enroll_email, email_enter, email_attempt },
	{ METHOD_RECOVERY, N_("recovery code"), NULL, NULL, NULL, NULL,
	    recovery_attempt },
};

const struct method_row *
method_find(enum method method)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].method == method)
			return &rows[i];
	return NULL;
}
