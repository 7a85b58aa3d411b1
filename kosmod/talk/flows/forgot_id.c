#include "config.h"

#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/verb.h"
#include "libkosmo/mail_address.h"

/* Nobody is asked who they are, and everyone is answered alike. */
int
verb_forgot_id(struct dialogue *d)
{
	const char *address = verb_word(d, 0);
	struct k_forgot_id m = { 0 };
	struct k_verdict verdict;
	int r;

	if (strlen(address) > MAIL_LEN || !mail_address_valid(address))
		return verb_refuse(d, RESULT_REFUSED,
		    N_("That is not an e-mail address (e.g. "
		       "taro@example.co.jp)."),
		    NULL);
	memcpy(m.address, address, strlen(address));
	r = call_verdict(d, &k_forgot_id_layout, &m, &verdict);
	if (r != 0)
		return r;
	return verb_done(d,
	    N_("If the address is registered, the user ID is on its way."),
	    NULL);
}
