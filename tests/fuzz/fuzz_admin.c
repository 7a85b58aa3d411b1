/*
 * What admins type: addresses, dates, durations, moments. Nothing may read
 * beyond the text, and what is taken must be what it claims.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libkosmo/date.h"
#include "libkosmo/mail_address.h"

#define NOW 1775000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	uint32_t seconds = 0;
	int64_t moment;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (mail_address_valid(text) &&
	    (strlen(text) > MAIL_ADDRESS_MAX || text[0] == '-' ||
		strpbrk(text, " \t\r\n\"<>,;:\\()[]") != NULL ||
		strchr(text, '@') == NULL))
		abort();
	if (date_valid_birth(text, NOW) &&
	    (strlen(text) != DATE_LEN ||
		strspn(text, "0123456789") != DATE_LEN))
		abort();
	if (duration_parse(text, &seconds) == KOSMO_OK && seconds == 0)
		abort();
	if (moment_parse(text, NOW, &moment) == KOSMO_OK && size < 2)
		abort();
	free(text);
	return 0;
}
