#include "config.h"

#include "ticket.h"

#include <string.h>

#define NAME "KOSMO_TICKET"

static const char digits[] = "0123456789abcdef";

int
ticket_put(pam_handle_t *pamh, const uint8_t ticket[TICKET_LEN])
{
	static const uint8_t none[TICKET_LEN];
	char text[sizeof(NAME "=") + (size_t)TICKET_LEN * 2] = NAME "=";
	char *p = text + strlen(text);
	int e;

	if (memcmp(ticket, none, TICKET_LEN) == 0)
		return KOSMO_OK;
	for (size_t i = 0; i < TICKET_LEN; i++) {
		*p++ = digits[ticket[i] >> 4];
		*p++ = digits[ticket[i] & 15];
	}
	*p = '\0';
	e = pam_putenv(pamh, text);
	explicit_bzero(text, sizeof(text));
	return e == PAM_SUCCESS ? KOSMO_OK : KOSMO_ENOMEM;
}

static int
parse(const char *text, uint8_t ret[TICKET_LEN])
{
	if (strlen(text) != (size_t)TICKET_LEN * 2)
		return KOSMO_EFORMAT;
	for (size_t i = 0; i < TICKET_LEN; i++) {
		const char *high = strchr(digits, text[2 * i]);
		const char *low = strchr(digits, text[2 * i + 1]);

		if (high == NULL || low == NULL)
			return KOSMO_EFORMAT;
		ret[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return KOSMO_OK;
}

int
ticket_take(pam_handle_t *pamh, uint8_t ret[TICKET_LEN])
{
	const char *text = pam_getenv(pamh, NAME);
	int e;

	if (text == NULL)
		return KOSMO_ENOTFOUND;
	e = parse(text, ret);
	ticket_drop(pamh);
	return e;
}

void
ticket_drop(pam_handle_t *pamh)
{
	if (pam_getenv(pamh, NAME) != NULL)
		(void)pam_putenv(pamh, NAME);
}
