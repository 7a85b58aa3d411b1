#include "config.h"

#include "fake_pam.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct fake_pam_data *
find(pam_handle_t *pamh, const char *name)
{
	for (size_t i = 0; i < FAKE_PAM_DATA; i++) {
		if (strcmp(pamh->data[i].name, name) == 0)
			return &pamh->data[i];
	}
	return NULL;
}

static void
drop(pam_handle_t *pamh, struct fake_pam_data *d)
{
	if (d->done != NULL)
		d->done(pamh, d->data, PAM_DATA_REPLACE);
	memset(d, 0, sizeof(*d));
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*done)(pam_handle_t *, void *, int))
{
	struct fake_pam_data *d = find(pamh, name);

	if (d == NULL)
		d = find(pamh, "");
	if (d == NULL || strlen(name) >= sizeof(d->name))
		abort();
	drop(pamh, d);
	memcpy(d->name, name, strlen(name) + 1);
	d->data = data;
	d->done = done;
	return PAM_SUCCESS;
}

int
pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret)
{
	for (size_t i = 0; i < FAKE_PAM_DATA; i++) {
		*ret = pamh->data[i].data;
		if (strcmp(pamh->data[i].name, name) == 0)
			return PAM_SUCCESS;
	}
	return PAM_NO_MODULE_DATA;
}

int
pam_set_item(pam_handle_t *pamh, int item, const void *text)
{
	char *copy = text != NULL ? strdup(text) : NULL;

	free(pamh->items[item]);
	pamh->items[item] = copy;
	return PAM_SUCCESS;
}

int
pam_get_item(const pam_handle_t *pamh, int item, const void **ret)
{
	*ret = pamh->items[item];
	return PAM_SUCCESS;
}

int
pam_get_user(pam_handle_t *pamh, const char **ret, const char *prompt)
{
	(void)prompt;
	*ret = pamh->items[PAM_USER];
	return PAM_SUCCESS;
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	size_t len = strlen(name);

	return strncmp(pamh->ticket, name, len) == 0 && pamh->ticket[len] == '='
	    ? pamh->ticket + len + 1
	    : NULL;
}

int
pam_putenv(pam_handle_t *pamh, const char *text)
{
	if (strlen(text) >= sizeof(pamh->ticket))
		abort();
	memcpy(pamh->ticket, text, strlen(text) + 1);
	return PAM_SUCCESS;
}

int
pam_prompt(pam_handle_t *pamh, int style, char **ret, const char *fmt, ...)
{
	(void)fmt;
	if (style == PAM_TEXT_INFO || style == PAM_ERROR_MSG)
		return PAM_SUCCESS;
	if (pamh->answers == 0)
		return PAM_CONV_ERR;
	pamh->answers--;
	*ret = strdup("Password-1");
	return PAM_SUCCESS;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
	(void)pamh;
	(void)priority;
	(void)fmt;
}

void
fake_pam_done(pam_handle_t *pamh)
{
	for (size_t i = 0; i < FAKE_PAM_DATA; i++)
		drop(pamh, &pamh->data[i]);
	for (int i = 0; i < FAKE_PAM_ITEMS; i++)
		(void)pam_set_item(pamh, i, NULL);
}
