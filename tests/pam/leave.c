/*
 * leave.c: a neighbour of pam_kosmo in a stack. leave=TEXT sets PAM_AUTHTOK;
 * expect=TEXT and expect_old=TEXT succeed only if PAM_AUTHTOK and
 * PAM_OLDAUTHTOK are that. With no words it succeeds, so that a PAM_IGNORE
 * of the line above shows as success of the stack.
 */
#include "config.h"

#include <security/pam_modules.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static int
same(pam_handle_t *pamh, int item, const char *text)
{
	const void *p = NULL;

	return pam_get_item(pamh, item, &p) == PAM_SUCCESS && p != NULL &&
		strcmp(p, text) == 0
	    ? PAM_SUCCESS
	    : PAM_AUTHTOK_ERR;
}

static int
word(pam_handle_t *pamh, const char *w)
{
	if (strncmp(w, "leave=", 6) == 0)
		return pam_set_item(pamh, PAM_AUTHTOK, w + 6);
	if (strncmp(w, "expect=", 7) == 0)
		return same(pamh, PAM_AUTHTOK, w + 7);
	if (strncmp(w, "expect_old=", 11) == 0)
		return same(pamh, PAM_OLDAUTHTOK, w + 11);
	return PAM_SYSTEM_ERR;
}

static int
all_words(pam_handle_t *pamh, int argc, const char **argv)
{
	int r = PAM_SUCCESS;

	for (int i = 0; i < argc && r == PAM_SUCCESS; i++)
		r = word(pamh, argv[i]);
	return r;
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return all_words(pamh, argc, argv);
}

EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	if (((unsigned)flags & PAM_PRELIM_CHECK) != 0)
		return PAM_SUCCESS;
	return all_words(pamh, argc, argv);
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return all_words(pamh, argc, argv);
}

EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return all_words(pamh, argc, argv);
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return all_words(pamh, argc, argv);
}
