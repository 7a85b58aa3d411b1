#include "config.h"

#include "kosmod/talk/flows/flows.h"

/*
 * chauthtok. A person proves password and factor, and chooses a new one. Root
 * proves nothing and chooses nothing: the person has to, at the next login;
 * the keeper writes that down when this flow finishes with ALLOW.
 */
int
flow_passwd(struct dialogue *d)
{
	static const struct choose_how how = { false, 0, 0 };
	int r;

	if (d->t->bound.reset) {
		d->result = RESULT_ALLOW;
		return tell(d,
		    N_("{login} will be asked for a new password at the next "
		       "login."),
		    FILL({ "login", d->t->hello.user }));
	}
	if ((r = prove(d, ASK_OLD_PASSWORD)) != 0 ||
	    (r = choose_password(d, &how)) != 0)
		return r;
	d->result = RESULT_ALLOW;
	return tell(d, N_("Changed."), NULL);
}
