#include "config.h"

#include <string.h>

#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/step.h"

/*
 * chauthtok. A person proves password and factor, and chooses a new one. Root
 * proves nothing; what root chooses has to be changed at the next login.
 */
int
flow_passwd(struct dialogue *d)
{
	static const struct stage step = { false, 0, 0 };
	bool reset = d->t->bound.reset != 0;
	int r = 0;

	if (reset) /* whose name must not be in it */
		memcpy(
		    d->person.login, d->t->hello.user, sizeof(d->person.login));
	else
		r = prove(d, ASK_OLD_PASSWORD);
	if (r != 0 || (r = choose_password(d, &step)) != 0)
		return r;
	d->result = RESULT_ALLOW;
	if (!reset)
		return tell(d, N_("Changed."), NULL);
	return tell(d,
	    N_("Changed. {login} has to choose another at the next login."),
	    FILL({ "login", d->person.login }));
}
