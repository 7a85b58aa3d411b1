#include "config.h"

#include "words.h"

#include <fido.h>
#include <stddef.h>

static const struct {
	int err;
	enum touch_word word;
} rows[] = {
	{ FIDO_OK, TOUCH_DONE },
	{ FIDO_ERR_ACTION_TIMEOUT, TOUCH_TIMEOUT },
	{ FIDO_ERR_USER_ACTION_TIMEOUT, TOUCH_TIMEOUT },
	{ FIDO_ERR_TIMEOUT, TOUCH_TIMEOUT },
	{ FIDO_ERR_CREDENTIAL_EXCLUDED, TOUCH_KNOWN },
	{ FIDO_ERR_NO_CREDENTIALS, TOUCH_NOT_YOURS },
	{ FIDO_ERR_INVALID_CREDENTIAL, TOUCH_NOT_YOURS },
	{ FIDO_ERR_CHANNEL_BUSY, TOUCH_BUSY },
	{ FIDO_ERR_UNSUPPORTED_ALGORITHM, TOUCH_STRANGE },
	/* the PIN: none, none yet, wrong, too often wrong */
	{ FIDO_ERR_PIN_REQUIRED, TOUCH_WANTS_PIN },
	{ FIDO_ERR_PIN_NOT_SET, TOUCH_UNSET },
	{ FIDO_ERR_PIN_INVALID, TOUCH_PIN_WRONG },
	{ FIDO_ERR_PIN_AUTH_INVALID, TOUCH_PIN_WRONG },
	{ FIDO_ERR_PIN_AUTH_BLOCKED, TOUCH_PIN_BLOCKED },
	{ FIDO_ERR_PIN_BLOCKED, TOUCH_PIN_BLOCKED },
	{ FIDO_ERR_PIN_POLICY_VIOLATION, TOUCH_PIN_OLD },
	/* the finger: not read, or not any more */
	{ FIDO_ERR_UV_INVALID, TOUCH_UV_FAILED },
	{ FIDO_ERR_OPERATION_DENIED, TOUCH_UV_FAILED },
	{ FIDO_ERR_UV_BLOCKED, TOUCH_WANTS_PIN },
};

enum touch_word
word_of(int err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].err == err)
			return rows[i].word;
	}
	return TOUCH_FAILED;
}
