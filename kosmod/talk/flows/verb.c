#include "config.h"

#include "kosmod/talk/flows/flows.h"

int
flow_verb(struct dialogue *d)
{
	d->result = RESULT_USAGE;
	return FLOW_END;
}
