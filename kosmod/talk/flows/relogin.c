#include "config.h"

#include "kosmod/talk/flows/flows.h"

int
relogin(struct dialogue *d)
{
	int r;

	d->relogin = true;
	r = enter(d,
	    N_("Part 1 is done and saved. The initial password no longer "
	       "works.\n"
	       "Log in again with your new password to set up your method."),
	    NULL);
	if (r == 0)
		r = prove_password(d, ASK_PASSWORD);
	if (r == 0)
		d->relogin = false;
	return r;
}
