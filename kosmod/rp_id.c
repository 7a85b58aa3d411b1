#include "config.h"

#include "rp_id.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/conf_read.h"

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

/* Labels of letters, digits and inner hyphens, apart by single dots. */
bool
rp_id_valid(const char *value)
{
	const char *s = value;
	size_t n;

	if (strlen(value) > RP_ID_LEN)
		return false;
	for (;; s += n + 1) {
		n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
		if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
			return false;
		if (s[n] != '.')
			return s[n] == '\0';
	}
}

void
rp_id_of_host(char ret[static RP_ID_LEN + 1])
{
	conf_host_domain(ret, RP_ID_LEN + 1);
	for (char *p = ret; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (!rp_id_valid(ret))
		(void)snprintf(ret, RP_ID_LEN + 1, "kosmo");
}
