#include "config.h"

#include "priv.h"

static const struct field hello_fields[] = {
	CODEC_U32(1, p_hello, version),
	CODEC_U8(2, p_hello, role),
};
const struct layout p_hello_layout =
    CODEC_LAYOUT("P_HELLO", P_HELLO, p_hello, hello_fields);

static const struct field mail_fields[] = {
	CODEC_U64(1, p_mail, id),
	CODEC_U8(2, p_mail, kind),
	CODEC_STR(3, p_mail, language),
	CODEC_STR(4, p_mail, to),
	CODEC_STR(5, p_mail, name),
	CODEC_STR(6, p_mail, login),
	CODEC_STR(7, p_mail, user_id),
	CODEC_STR(8, p_mail, code),
	CODEC_U32(9, p_mail, lifetime),
	CODEC_STR(10, p_mail, service),
	CODEC_STR(11, p_mail, source),
	CODEC_U64(12, p_mail, when),
	CODEC_U8(13, p_mail, method),
	CODEC_U8(14, p_mail, old_method),
	CODEC_STR(15, p_mail, device),
	CODEC_STR(16, p_mail, address),
	CODEC_U32(17, p_mail, n),
	CODEC_U8(18, p_mail, act),
	CODEC_U64(19, p_mail, until),
};
const struct layout p_mail_layout =
    CODEC_LAYOUT("P_MAIL", P_MAIL, p_mail, mail_fields);

static const struct field sent_fields[] = {
	CODEC_U64(1, p_sent, id),
	CODEC_U8(2, p_sent, word),
	CODEC_STR(3, p_sent, reason),
};
const struct layout p_sent_layout =
    CODEC_LAYOUT("P_SENT", P_SENT, p_sent, sent_fields);

static const struct field session_fields[] = {
	CODEC_U64(1, p_session, pid),
	CODEC_U64(2, p_session, opened),
	CODEC_STR(3, p_session, service),
	CODEC_STR(4, p_session, tty),
	CODEC_U8(5, p_session, remote),
};
static const struct layout p_session_layout =
    CODEC_LAYOUT("SESSION", 1, p_session, session_fields);

static const struct field sessions_fields[] = {
	CODEC_U64(1, p_sessions, id),
	CODEC_U8(2, p_sessions, end),
	CODEC_STR(3, p_sessions, login),
	CODEC_U32(4, p_sessions, uid),
	CODEC_U64(5, p_sessions, keep),
	CODEC_LIST(6, p_sessions, rows, n, &p_session_layout),
};
const struct layout p_sessions_layout =
    CODEC_LAYOUT("P_SESSIONS", P_SESSIONS, p_sessions, sessions_fields);

static const struct field sessions_is_fields[] = {
	CODEC_U64(1, p_sessions_is, id),
	CODEC_U8(2, p_sessions_is, ok),
	CODEC_U32(3, p_sessions_is, sessions),
	CODEC_U32(4, p_sessions_is, tickets),
};
const struct layout p_sessions_is_layout = CODEC_LAYOUT(
    "P_SESSIONS_IS", P_SESSIONS_IS, p_sessions_is, sessions_is_fields);

static const struct field account_fields[] = {
	CODEC_U64(1, p_account, id),
	CODEC_STR(2, p_account, login),
	CODEC_STR(3, p_account, groups),
};
const struct layout p_account_layout =
    CODEC_LAYOUT("P_ACCOUNT", P_ACCOUNT, p_account, account_fields);

static const struct field account_is_fields[] = {
	CODEC_U64(1, p_account_is, id),
	CODEC_U32(2, p_account_is, uid),
	CODEC_U32(3, p_account_is, flags),
};
const struct layout p_account_is_layout =
    CODEC_LAYOUT("P_ACCOUNT_IS", P_ACCOUNT_IS, p_account_is, account_is_fields);

static const struct field where_fields[] = {
	CODEC_U64(1, p_where, id),
	CODEC_U32(2, p_where, uid),
	CODEC_U64(3, p_where, pid),
	CODEC_LIST(4, p_where, rows, n, &p_session_layout),
};
const struct layout p_where_layout =
    CODEC_LAYOUT("P_WHERE", P_WHERE, p_where, where_fields);

static const struct field where_is_fields[] = {
	CODEC_U64(1, p_where_is, id),
	CODEC_U8(2, p_where_is, word),
};
const struct layout p_where_is_layout =
    CODEC_LAYOUT("P_WHERE_IS", P_WHERE_IS, p_where_is, where_is_fields);

static const struct field credential_fields[] = {
	CODEC_BLOB(1, p_credential, id, len),
};
static const struct layout p_credential_layout =
    CODEC_LAYOUT("CREDENTIAL", 1, p_credential, credential_fields);

static const struct field touch_fields[] = {
	CODEC_U64(1, p_touch, id),
	CODEC_U8(2, p_touch, act),
	CODEC_STR(3, p_touch, rp_id),
	CODEC_BYTES(4, p_touch, hash),
	CODEC_U8(5, p_touch, verify),
	CODEC_U32(6, p_touch, seconds),
	CODEC_BYTES(7, p_touch, user),
	CODEC_STR(8, p_touch, login),
	CODEC_LIST(9, p_touch, credentials, n, &p_credential_layout),
	CODEC_SECRET(10, p_touch, pin),
};
const struct layout p_touch_layout =
    CODEC_LAYOUT("P_TOUCH", P_TOUCH, p_touch, touch_fields);

static const struct field touched_fields[] = {
	CODEC_U64(1, p_touched, id),
	CODEC_U8(2, p_touched, is.word),
	CODEC_U32(3, p_touched, is.retries),
	CODEC_U32(4, p_touched, is.keys),
	CODEC_BLOB(5, p_touched, is.credential, is.credential_len),
	CODEC_BLOB(6, p_touched, is.auth_data, is.auth_data_len),
	CODEC_BLOB(7, p_touched, is.signature, is.signature_len),
	CODEC_STR(8, p_touched, is.format),
	CODEC_BLOB(9, p_touched, is.statement, is.statement_len),
};
const struct layout p_touched_layout =
    CODEC_LAYOUT("P_TOUCHED", P_TOUCHED, p_touched, touched_fields);

const struct layout *const priv_layouts[] = {
	&p_hello_layout,
	&p_mail_layout,
	&p_sent_layout,
	&p_sessions_layout,
	&p_sessions_is_layout,
	&p_account_layout,
	&p_account_is_layout,
	&p_touch_layout,
	&p_touched_layout,
	&p_where_layout,
	&p_where_is_layout,
	NULL,
};
