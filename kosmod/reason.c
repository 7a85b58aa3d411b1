#include "config.h"

#include "reason.h"

#include <stddef.h>
#include <string.h>

#include "kosmod/talk/lang.h"

/* Tokens are on disk: they stay as they are, whatever becomes of the texts. */
static const struct {
	const char *token;
	const char *text;
} reasons[REASONS] = {
	[REASON_NONE] = { "", "" },
	[REASON_WRONG_PASSWORD] = { "wrong password", N_("wrong password") },
	[REASON_WRONG_CODE] = { "wrong code", N_("wrong code") },
	[REASON_WRONG_BIRTH] = { "wrong date of birth",
	    N_("wrong date of birth") },
	[REASON_WRONG_MAILED] = { "wrong mailed code",
	    N_("wrong mailed code") },
	[REASON_USED] = { "code used before", N_("code used before") },
	[REASON_ENDED] = { "code has ended", N_("code no longer valid") },
	[REASON_NOT_DUE] = { "no code was due", N_("no code was due") },
	[REASON_TOO_MANY] = { "too many codes in one login",
	    N_("too many tries in one login") },
	[REASON_TOO_EARLY] = { "code before the password",
	    N_("code or key before the password") },
	[REASON_NOT_ITS_TURN] = { "not its turn",
	    N_("another step comes first") },
	[REASON_WAIT] = { "has to wait", N_("in a wait after wrong tries") },
	[REASON_LOCKED] = { "locked", N_("locked") },
	[REASON_UNREGISTERED] = { "not registered yet",
	    N_("registration not finished") },
	[REASON_OPEN] = { "something is left to be done",
	    N_("a step is left to be done") },
	[REASON_UNPROVEN] = { "not everything was proven",
	    N_("ended before all was proven") },
	[REASON_ALONE] = { "login without a code", N_("login without a code") },
	[REASON_GIVEN_UP] = { "given up", N_("given up") },
	[REASON_NO_PERSON] = { "no such person", N_("not known to Kosmo") },
	[REASON_NO_DEVICE] = { "no such device", N_("no such device") },
	[REASON_NO_METHOD] = { "method not allowed here",
	    N_("method not allowed here") },
	[REASON_NO_BIRTH] = { "no date of birth is recorded",
	    N_("no date of birth is recorded") },
	[REASON_NO_ADDRESS] = { "no confirmed address",
	    N_("no confirmed address") },
	[REASON_NO_PASSWORD] = { "no new password was set",
	    N_("no new password was set") },
	[REASON_CLOCK] = { "this host's clock is behind",
	    N_("this host's clock is behind") },
	[REASON_RUNS] = { "too many in a day", N_("too many in a day") },
	[REASON_EARLIER] = { "an earlier check was wrong",
	    N_("an earlier check was wrong") },
	[REASON_STORE] = { "the store can't be written",
	    N_("the store can't be written") },
	[REASON_PHASE] = { "no such phase", N_("no such phase") },
	[REASON_NO_CHALLENGE] = { "no challenge for it",
	    N_("a key's answer that nobody asked for") },
	[REASON_OLD_CHALLENGE] = { "the challenge is too old",
	    N_("a key's answer came too late") },
	[REASON_NO_PASSKEY] = { "no such passkey", N_("no such passkey") },
	[REASON_OTHER_RP] = { "made for another rp id",
	    N_("a passkey made for another host") },
	[REASON_SHAPE] = { "authenticator data of another shape",
	    N_("a key's answer that can't be read") },
	[REASON_UNTOUCHED] = { "not touched", N_("the key was not touched") },
	[REASON_UNVERIFIED] = { "without PIN or finger",
	    N_("the key asked for no PIN or finger") },
	[REASON_OTHER_CREDENTIAL] = { "another credential",
	    N_("another passkey answered") },
	[REASON_OTHER_KEY] = { "another key, or none",
	    N_("another key, or none") },
	[REASON_ATTESTATION] = { "wrong attestation",
	    N_("the key vouched wrongly for itself") },
	[REASON_SIGNATURE] = { "wrong signature", N_("wrong signature") },
	[REASON_COUNTER] = { "counter went back",
	    N_("the key may have been copied") },
	[REASON_CODES] = { "wrong codes", N_("{n} wrong codes") },
	[REASON_BIRTHS] = { "wrong dates of birth",
	    N_("{n} wrong dates of birth") },
	[REASON_ADMIN] = { "by an administrator", N_("by an administrator") },
};

const char *
reason_token(enum reason reason)
{
	return reasons[reason].token;
}

const char *
reason_text(const char *token)
{
	for (size_t i = 1; i < REASONS; i++) {
		if (strcmp(reasons[i].token, token) == 0)
			return reasons[i].text;
	}
	return NULL;
}
