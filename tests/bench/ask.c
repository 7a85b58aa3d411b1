/*
 * ask.c: a PAM module that asks for a code and takes any: the second prompt
 * of the sshd that Kosmo is measured against. Only in the benchmark's own
 * copy of the host.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	char *answer = NULL;
	int r;

	(void)flags;
	(void)argc;
	(void)argv;
	r = pam_prompt(pamh, PAM_PROMPT_ECHO_ON, &answer, "Code: ");
	free(answer);
	return r;
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
