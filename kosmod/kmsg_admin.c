#include "config.h"

#include "kmsg.h"

static const struct field user_add_fields[] = {
	CODEC_STR(1, k_user_add, login),
	CODEC_U32(2, k_user_add, uid),
	CODEC_STR(3, k_user_add, user_id),
	CODEC_STR(4, k_user_add, initial_id),
	CODEC_STR(5, k_user_add, name),
	CODEC_STR(6, k_user_add, email),
	CODEC_STR(7, k_user_add, language),
	CODEC_STR(8, k_user_add, birth),
	CODEC_U32(9, k_user_add, expires),
};
const struct layout k_user_add_layout =
    CODEC_LAYOUT("K_USER_ADD", K_USER_ADD, k_user_add, user_add_fields);

static const struct field user_set_fields[] = {
	CODEC_STR(1, k_user_set, login),
	CODEC_U32(2, k_user_set, fields),
	CODEC_STR(3, k_user_set, name),
	CODEC_STR(4, k_user_set, email),
	CODEC_STR(5, k_user_set, language),
	CODEC_STR(6, k_user_set, birth),
};
const struct layout k_user_set_layout =
    CODEC_LAYOUT("K_USER_SET", K_USER_SET, k_user_set, user_set_fields);

static const struct field user_act_fields[] = {
	CODEC_STR(1, k_user_act, login),
	CODEC_U8(2, k_user_act, act),
	CODEC_U32(3, k_user_act, expires),
	CODEC_U32(4, k_user_act, uid),
};
const struct layout k_user_act_layout =
    CODEC_LAYOUT("K_USER_ACT", K_USER_ACT, k_user_act, user_act_fields);

static const struct field user_rename_fields[] = {
	CODEC_STR(1, k_user_rename, login),
	CODEC_STR(2, k_user_rename, to),
	CODEC_U32(3, k_user_rename, uid),
};
const struct layout k_user_rename_layout = CODEC_LAYOUT(
    "K_USER_RENAME", K_USER_RENAME, k_user_rename, user_rename_fields);

static const struct field user_show_fields[] = {
	CODEC_STR(1, k_user_show, login),
};
const struct layout k_user_show_layout =
    CODEC_LAYOUT("K_USER_SHOW", K_USER_SHOW, k_user_show, user_show_fields);

static const struct field user_next_fields[] = {
	CODEC_U8(1, k_user_next, first),
};
const struct layout k_user_next_layout =
    CODEC_LAYOUT("K_USER_NEXT", K_USER_NEXT, k_user_next, user_next_fields);

static const struct field slip_fields[] = {
	CODEC_STR(1, k_slip, login),
	CODEC_STR(2, k_slip, initial_id),
	CODEC_STR(3, k_slip, name),
	CODEC_STR(4, k_slip, language),
	CODEC_STR(5, k_slip, secret),
	CODEC_U64(6, k_slip, made),
	CODEC_U64(7, k_slip, expires),
	CODEC_U8(8, k_slip, ended),
	CODEC_U32(9, k_slip, sessions),
	CODEC_U8(10, k_slip, wardenless),
};
const struct layout k_slip_layout =
    CODEC_LAYOUT("K_SLIP", K_SLIP, k_slip, slip_fields);

static const struct field import_fields[] = {
	CODEC_U8(1, msg_people, pass),
	CODEC_LIST(2, msg_people, people, n, &msg_invitee_layout),
};
const struct layout k_user_import_layout =
    CODEC_LAYOUT("K_USER_IMPORT", K_USER_IMPORT, msg_people, import_fields);

static const struct field invited_fields[] = {
	CODEC_LIST(1, msg_invited, people, n, &msg_invitation_layout),
	CODEC_STR(2, msg_invited, contact_en),
	CODEC_STR(3, msg_invited, contact_ja),
};
const struct layout k_invited_layout =
    CODEC_LAYOUT("K_INVITED", K_INVITED, msg_invited, invited_fields);

static const struct field log_fields[] = {
	CODEC_U64(1, k_log, offset),
	CODEC_STR(2, k_log, login),
	CODEC_U64(3, k_log, since),
	CODEC_U8(4, k_log, verify),
};
const struct layout k_log_layout =
    CODEC_LAYOUT("K_LOG", K_LOG, k_log, log_fields);

static const struct field lines_fields[] = {
	CODEC_U64(1, k_lines, offset),
	CODEC_U8(2, k_lines, end),
	CODEC_U64(3, k_lines, broken),
	CODEC_TEXT(4, k_lines, text),
};
const struct layout k_lines_layout =
    CODEC_LAYOUT("K_LINES", K_LINES, k_lines, lines_fields);

static const struct field status_fields[] = {
	CODEC_U8(1, k_status, unused),
};
const struct layout k_status_layout =
    CODEC_LAYOUT("K_STATUS", K_STATUS, k_status, status_fields);

static const struct field status_is_fields[] = {
	CODEC_STR(1, k_status_is, version),
	CODEC_U64(2, k_status_is, started),
	CODEC_U64(3, k_status_is, people),
	CODEC_U64(4, k_status_is, sequence),
	CODEC_U64(5, k_status_is, journal_bytes),
	CODEC_U64(6, k_status_is, checkpoint),
	CODEC_U32(7, k_status_is, conversations),
	CODEC_U32(8, k_status_is, waiting),
	CODEC_U64(9, k_status_is, clock_behind),
	CODEC_U8(10, k_status_is, disk_full),
	CODEC_U8(11, k_status_is, post),
	CODEC_U8(12, k_status_is, warden),
	CODEC_U32(13, k_status_is, notices),
	CODEC_U8(14, k_status_is, touch),
	CODEC_STR(15, k_status_is, rp_id),
	CODEC_STR(16, k_status_is, rp_id_first),
};
const struct layout k_status_is_layout =
    CODEC_LAYOUT("K_STATUS_IS", K_STATUS_IS, k_status_is, status_is_fields);
