#include "config.h"

#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/waiting.h"

int
flow_login(struct dialogue *d)
{
	int r = prove(d, ASK_PASSWORD);

	if (r == 0)
		r = waiting_finish(d);
	if (r == 0)
		r = offer_remember(d);
	if (r != 0)
		return r;
	d->result = RESULT_ALLOW;
	return 0;
}
