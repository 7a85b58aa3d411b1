#include "config.h"

#include "kosmod/talk/flows/flows.h"

/*
 * account without an auth of ours before it: a login by key alone. Nobody
 * can be asked here; whether the person is locked is the keeper's to say.
 */
int
flow_account(struct dialogue *d)
{
	if (d->t->bound.alone) {
		d->result = RESULT_DENY;
		return tell(d,
		    N_("Kosmo: this login needs a code too. Please ask your "
		       "administrator."),
		    NULL);
	}
	d->result = RESULT_ALLOW;
	return 0;
}
