#include "config.h"

#include "hello.h"

#include <string.h>
#include <unistd.h>

#include "account.h"
#include "libkosmo/utf8.h"

static void
set_label(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size || !utf8_clean(from, len, false)) {
		from = "?";
		len = 1;
	}
	memcpy(to, from, len);
	to[len] = '\0';
}

static const char *
get_text(pam_handle_t *pamh, int item)
{
	const void *p = NULL;

	if (pam_get_item(pamh, item, &p) != PAM_SUCCESS || p == NULL)
		return "";
	return p;
}

void
hello_label(pam_handle_t *pamh, int item, char *to, size_t size)
{
	const char *s = get_text(pamh, item);

	set_label(to, size, s, strnlen(s, size));
}

bool
hello_is_sudo(pam_handle_t *pamh)
{
	const char *service = get_text(pamh, PAM_SERVICE);

	return strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0;
}

bool
hello_is_su(pam_handle_t *pamh)
{
	const char *service = get_text(pamh, PAM_SERVICE);

	return hello_is_sudo(pamh) || strcmp(service, "su") == 0 ||
	    strcmp(service, "su-l") == 0;
}

bool
hello_is_sshd(pam_handle_t *pamh)
{
	return strcmp(get_text(pamh, PAM_SERVICE), "sshd") == 0;
}

/*
 * Only sshd itself writes this and SSH_AUTH_INFO_0; in another program's PAM
 * environment they may be the caller's words.
 */
static void
set_ssh(pam_handle_t *pamh, struct msg_hello *h)
{
	const char *s;

	if (strcmp(h->service, "sshd") == 0 &&
	    (s = pam_getenv(pamh, "SSH_CONNECTION")) != NULL)
		set_label(h->source, sizeof(h->source), s, strcspn(s, " "));
}

void
hello_auth_info(pam_handle_t *pamh, struct msg_open *open)
{
	const char *s;
	size_t len;

	if (!hello_is_sshd(pamh) ||
	    (s = pam_getenv(pamh, "SSH_AUTH_INFO_0")) == NULL)
		return;
	/* A method that can't be told counts as not passed. */
	len = strnlen(s, sizeof(open->auth_info));
	if (len < sizeof(open->auth_info) && utf8_clean(s, len, true))
		memcpy(open->auth_info, s, len);
}

int
hello_fill(pam_handle_t *pamh, const char *user, struct msg_hello *h)
{
	size_t len = strnlen(user, sizeof(h->user));
	int r;

	memset(h, 0, sizeof(*h));
	if (len >= sizeof(h->user) || !utf8_clean(user, len, false))
		return KOSMO_EINVAL;
	memcpy(h->user, user, len);
	if ((r = account_uid(h->user, &h->uid)) != KOSMO_OK)
		return r;
	hello_label(pamh, PAM_SERVICE, h->service, sizeof(h->service));
	hello_label(pamh, PAM_TTY, h->tty, sizeof(h->tty));
	hello_label(pamh, PAM_RHOST, h->rhost, sizeof(h->rhost));
	hello_label(pamh, PAM_RUSER, h->ruser, sizeof(h->ruser));
	set_ssh(pamh, h);
	return KOSMO_OK;
}
