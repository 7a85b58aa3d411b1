#include "config.h"

/*
 * Stands before libxcrypt's function: yescrypt at its smallest cost, for those
 * scripts that are played in process. Behind the sockets and behind libpam
 * kosmod hashes as it always does.
 */

#include <crypt.h>
#include <dlfcn.h>
#include <string.h>

char *
crypt_gensalt_ra(
    const char *prefix, unsigned long count, const char *random, int n)
{
	char *(*real)(const char *, unsigned long, const char *, int);
	void *found = dlsym(RTLD_NEXT, "crypt_gensalt_ra");

	if (found == NULL)
		return NULL;
	memcpy(&real, &found, sizeof(real));
	return real(prefix, count == 0 ? 1 : count, random, n);
}
