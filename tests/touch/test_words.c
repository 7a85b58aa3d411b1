/*
 * Each answer that CTAP2 has (8.2) and each error of libfido2 as a word: what
 * has none is a failure, and nothing but FIDO_OK is DONE.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fido.h>

#include "touch/words.h"

static void
answers(void **state)
{
	static const struct {
		int err;
		enum touch_word word;
	} rows[] = {
		{ FIDO_ERR_NO_CREDENTIALS, TOUCH_NOT_YOURS },
		{ FIDO_ERR_CREDENTIAL_EXCLUDED, TOUCH_KNOWN },
		{ FIDO_ERR_USER_ACTION_TIMEOUT, TOUCH_TIMEOUT },
		{ FIDO_ERR_ACTION_TIMEOUT, TOUCH_TIMEOUT },
		{ FIDO_ERR_PIN_INVALID, TOUCH_PIN_WRONG },
		{ FIDO_ERR_PIN_BLOCKED, TOUCH_PIN_BLOCKED },
		{ FIDO_ERR_PIN_AUTH_BLOCKED, TOUCH_PIN_BLOCKED },
		{ FIDO_ERR_PIN_NOT_SET, TOUCH_UNSET },
		{ FIDO_ERR_PIN_POLICY_VIOLATION, TOUCH_PIN_OLD },
		{ FIDO_ERR_PIN_REQUIRED, TOUCH_WANTS_PIN },
		{ FIDO_ERR_UV_INVALID, TOUCH_UV_FAILED },
		{ FIDO_ERR_UV_BLOCKED, TOUCH_WANTS_PIN },
		{ FIDO_ERR_KEEPALIVE_CANCEL, TOUCH_FAILED },
		{ FIDO_ERR_KEY_STORE_FULL, TOUCH_FAILED },
		{ FIDO_ERR_UNSUPPORTED_ALGORITHM, TOUCH_STRANGE },
		{ FIDO_ERR_INVALID_CBOR, TOUCH_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(word_of(rows[i].err), rows[i].word);
}

static void
nothing_else_is_done(void **state)
{
	(void)state;
	assert_int_equal(word_of(FIDO_OK), TOUCH_DONE);
	for (int err = -300; err < 300; err++) {
		if (err != FIDO_OK)
			assert_int_not_equal(word_of(err), TOUCH_DONE);
		if (err < 0)
			assert_int_equal(word_of(err), TOUCH_FAILED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(nothing_else_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
