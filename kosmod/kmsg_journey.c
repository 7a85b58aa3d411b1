#include "config.h"

#include "kmsg.h"

static const struct field birth_fields[] = {
	CODEC_STR(1, k_birth, date),
};
const struct layout k_birth_layout =
    CODEC_LAYOUT("K_BIRTH", K_BIRTH, k_birth, birth_fields);

static const struct field terms_fields[] = {
	CODEC_STR(1, k_terms, language),
	CODEC_BYTES(2, k_terms, hash),
};
const struct layout k_terms_layout =
    CODEC_LAYOUT("K_TERMS", K_TERMS, k_terms, terms_fields);

static const struct field email_fields[] = {
	CODEC_STR(1, k_email, address),
};
const struct layout k_email_layout =
    CODEC_LAYOUT("K_EMAIL", K_EMAIL, k_email, email_fields);

static const struct field mail_fields[] = {
	CODEC_U8(1, k_mail, purpose),
	CODEC_U8(2, k_mail, again),
};
const struct layout k_mail_layout =
    CODEC_LAYOUT("K_MAIL", K_MAIL, k_mail, mail_fields);

static const struct field mailed_fields[] = {
	CODEC_U8(1, k_mailed, word),
	CODEC_U64(2, k_mailed, when),
	CODEC_U32(3, k_mailed, seconds),
};
const struct layout k_mailed_layout =
    CODEC_LAYOUT("K_MAILED", K_MAILED, k_mailed, mailed_fields);

static const struct field mail_code_fields[] = {
	CODEC_U8(1, k_mail_code, purpose),
	CODEC_STR(2, k_mail_code, digits),
	CODEC_U8(3, k_mail_code, enrol),
	CODEC_STR(4, k_mail_code, name),
	CODEC_U8(5, k_mail_code, last),
};
const struct layout k_mail_code_layout =
    CODEC_LAYOUT("K_MAIL_CODE", K_MAIL_CODE, k_mail_code, mail_code_fields);

static const struct field user_id_fields[] = {
	CODEC_STR(1, k_user_id, id),
};
const struct layout k_user_id_layout =
    CODEC_LAYOUT("K_USER_ID", K_USER_ID, k_user_id, user_id_fields);

static const struct field method_fields[] = {
	CODEC_U8(1, k_method, method),
};
const struct layout k_method_layout =
    CODEC_LAYOUT("K_METHOD", K_METHOD, k_method, method_fields);

static const struct field recovery_fields[] = {
	CODEC_U8(1, k_recovery, seen),
};
const struct layout k_recovery_layout =
    CODEC_LAYOUT("K_RECOVERY", K_RECOVERY, k_recovery, recovery_fields);

static const struct field code_text_fields[] = {
	CODEC_STR(1, k_code_text, text),
};
static const struct layout k_code_text_layout =
    CODEC_LAYOUT("CODE", 1, k_code_text, code_text_fields);

static const struct field codes_is_fields[] = {
	CODEC_LIST(1, k_codes_is, codes, n, &k_code_text_layout),
};
const struct layout k_codes_is_layout =
    CODEC_LAYOUT("K_CODES_IS", K_CODES_IS, k_codes_is, codes_is_fields);

static const struct field sessions_fields[] = {
	CODEC_U8(1, k_sessions, end),
};
const struct layout k_sessions_layout =
    CODEC_LAYOUT("K_SESSIONS", K_SESSIONS, k_sessions, sessions_fields);

static const struct field sessions_is_fields[] = {
	CODEC_U8(1, k_sessions_is, known),
	CODEC_U32(2, k_sessions_is, sessions),
	CODEC_U32(3, k_sessions_is, tickets),
	CODEC_U32(4, k_sessions_is, remembered),
};
const struct layout k_sessions_is_layout = CODEC_LAYOUT(
    "K_SESSIONS_IS", K_SESSIONS_IS, k_sessions_is, sessions_is_fields);

static const struct field remember_fields[] = {
	CODEC_U8(1, k_remember, unused),
};
const struct layout k_remember_layout =
    CODEC_LAYOUT("K_REMEMBER", K_REMEMBER, k_remember, remember_fields);

static const struct field forgot_fields[] = {
	CODEC_STR(1, k_forgot, date),
	CODEC_STR(2, k_forgot, digits),
	CODEC_BYTES(3, k_forgot, code),
};
const struct layout k_forgot_layout =
    CODEC_LAYOUT("K_FORGOT", K_FORGOT, k_forgot, forgot_fields);

static const struct field forgot_id_fields[] = {
	CODEC_STR(1, k_forgot_id, address),
};
const struct layout k_forgot_id_layout =
    CODEC_LAYOUT("K_FORGOT_ID", K_FORGOT_ID, k_forgot_id, forgot_id_fields);
