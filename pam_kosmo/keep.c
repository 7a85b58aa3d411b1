#include "config.h"

#include "keep.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONVERSATION "kosmo-conversation" /* a struct relay */
#define SESSION "kosmo-session"		  /* a ticket */

static void
free_relay(pam_handle_t *pamh, void *data, int status)
{
	struct relay *r = data;

	(void)pamh;
	(void)status;
	relay_free(&r);
}

static void
free_ticket(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	if (data != NULL)
		explicit_bzero(data, TICKET_LEN);
	free(data);
}

int
keep_new(pam_handle_t *pamh, const struct options *opt, int flags,
    enum msg_phase phase, struct relay **ret)
{
	struct relay *r = NULL;
	int e;

	if ((e = relay_new(pamh, opt, flags, phase, &r)) != KOSMO_OK)
		return e;
	if (pam_set_data(pamh, CONVERSATION, r, free_relay) != PAM_SUCCESS) {
		relay_free(&r);
		return KOSMO_ENOMEM;
	}
	*ret = r;
	return KOSMO_OK;
}

/* libpam lends what it keeps as const; it is ours all the same. */
static void *
own(pam_handle_t *pamh, const char *name)
{
	const void *lent = NULL;
	void *p;

	if (pam_get_data(pamh, name, &lent) != PAM_SUCCESS)
		return NULL;
	memcpy(&p, &lent, sizeof(p));
	return p;
}

struct relay *
keep_find(pam_handle_t *pamh, enum msg_phase phase)
{
	struct relay *r = own(pamh, CONVERSATION);
	const void *user = NULL;

	if (r == NULL || r->pid != getpid() || r->phase != phase ||
	    pam_get_item(pamh, PAM_USER, &user) != PAM_SUCCESS ||
	    user == NULL || strcmp(r->user, user) != 0)
		return NULL;
	return r;
}

void
keep_drop(pam_handle_t *pamh)
{
	if (own(pamh, CONVERSATION) != NULL)
		(void)pam_set_data(pamh, CONVERSATION, NULL, NULL);
}

int
keep_session(pam_handle_t *pamh, const uint8_t ticket[TICKET_LEN])
{
	uint8_t *copy = malloc(TICKET_LEN);

	if (copy == NULL)
		return KOSMO_ENOMEM;
	memcpy(copy, ticket, TICKET_LEN);
	if (pam_set_data(pamh, SESSION, copy, free_ticket) == PAM_SUCCESS)
		return KOSMO_OK;
	free_ticket(pamh, copy, 0);
	return KOSMO_ENOMEM;
}

int
keep_take_session(pam_handle_t *pamh, uint8_t ret[TICKET_LEN])
{
	const uint8_t *ticket = own(pamh, SESSION);

	if (ticket == NULL)
		return KOSMO_ENOTFOUND;
	memcpy(ret, ticket, TICKET_LEN);
	(void)pam_set_data(pamh, SESSION, NULL, NULL);
	return KOSMO_OK;
}
