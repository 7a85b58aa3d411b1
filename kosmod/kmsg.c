#include "config.h"

#include "kmsg.h"

static const struct field bind_fields[] = {
	CODEC_U8(1, k_bind, phase),
	CODEC_STR(2, k_bind, user),
	CODEC_U32(3, k_bind, uid),
	CODEC_STR(4, k_bind, service),
	CODEC_STR(5, k_bind, tty),
	CODEC_STR(6, k_bind, source),
	CODEC_U8(7, k_bind, console),
	CODEC_STR(8, k_bind, ruser),
	CODEC_U32(9, k_bind, options),
};
const struct layout k_bind_layout =
    CODEC_LAYOUT("K_BIND", K_BIND, k_bind, bind_fields);

static const struct field bound_fields[] = {
	CODEC_U8(1, k_bound, ignore),
	CODEC_U8(2, k_bound, steps),
	CODEC_U32(3, k_bound, methods),
	CODEC_U32(4, k_bound, attempts),
	CODEC_U8(5, k_bound, dialogue),
	CODEC_U8(6, k_bound, admin),
	CODEC_U8(7, k_bound, alone),
	CODEC_U8(8, k_bound, reset),
	CODEC_U32(9, k_bound, deadline),
	CODEC_STR(10, k_bound, language),
	CODEC_U32(11, k_bound, remember),
	CODEC_U8(12, k_bound, combined),
	CODEC_U8(13, k_bound, keyed),
};
const struct layout k_bound_layout =
    CODEC_LAYOUT("K_BOUND", K_BOUND, k_bound, bound_fields);

static const struct field try_fields[] = {
	CODEC_U8(1, k_try, unused),
};
const struct layout k_try_layout =
    CODEC_LAYOUT("K_TRY", K_TRY, k_try, try_fields);

static const struct field setting_fields[] = {
	CODEC_STR(1, k_setting, setting),
	CODEC_U32(2, k_setting, digits),
};
const struct layout k_setting_layout =
    CODEC_LAYOUT("K_SETTING", K_SETTING, k_setting, setting_fields);

static const struct field password_fields[] = {
	CODEC_STR(1, k_password, hash),
	CODEC_BYTES(2, k_password, initial),
	CODEC_U8(3, k_password, combined),
	CODEC_STR(4, k_password, digits),
};
const struct layout k_password_layout =
    CODEC_LAYOUT("K_PASSWORD", K_PASSWORD, k_password, password_fields);

static const struct field code_fields[] = {
	CODEC_U32(1, k_code, device),
	CODEC_STR(2, k_code, digits),
	CODEC_U8(3, k_code, last),
};
const struct layout k_code_layout =
    CODEC_LAYOUT("K_CODE", K_CODE, k_code, code_fields);

static const struct field vouch_fields[] = {
	CODEC_BYTES(1, k_vouch, code),
	CODEC_BYTES(2, k_vouch, initial),
};
const struct layout k_vouch_layout =
    CODEC_LAYOUT("K_VOUCH", K_VOUCH, k_vouch, vouch_fields);

static const struct field verdict_fields[] = {
	CODEC_U8(1, k_verdict, word),
	CODEC_U32(2, k_verdict, left),
	CODEC_U64(3, k_verdict, when),
	CODEC_U32(4, k_verdict, offset),
	CODEC_U32(5, k_verdict, device),
	CODEC_STR(6, k_verdict, ref),
	CODEC_U8(7, k_verdict, ended),
};
const struct layout k_verdict_layout =
    CODEC_LAYOUT("K_VERDICT", K_VERDICT, k_verdict, verdict_fields);

static const struct field profile_fields[] = {
	CODEC_U8(1, k_profile, unused),
};
const struct layout k_profile_layout =
    CODEC_LAYOUT("K_PROFILE", K_PROFILE, k_profile, profile_fields);

static const struct field device_fields[] = {
	CODEC_U32(1, k_device, id),
	CODEC_U8(2, k_device, method),
	CODEC_STR(3, k_device, name),
	CODEC_U64(4, k_device, added),
	CODEC_U64(5, k_device, used),
	CODEC_U8(6, k_device, kind),
};
static const struct layout k_device_layout =
    CODEC_LAYOUT("DEVICE", 1, k_device, device_fields);

static const struct field person_fields[] = {
	CODEC_STR(1, k_person, login),
	CODEC_U32(2, k_person, uid),
	CODEC_STR(3, k_person, user_id),
	CODEC_STR(4, k_person, initial_id),
	CODEC_STR(5, k_person, name),
	CODEC_STR(6, k_person, email),
	CODEC_STR(7, k_person, language),
	CODEC_U8(8, k_person, state),
	CODEC_U32(9, k_person, todo),
	CODEC_U64(10, k_person, invited),
	CODEC_U64(11, k_person, expires),
	CODEC_U8(12, k_person, preferred),
	CODEC_LIST(13, k_person, devices, n_devices, &k_device_layout),
	CODEC_U8(14, k_person, pending),
	CODEC_U8(15, k_person, vouched),
	CODEC_U32(16, k_person, failures),
	CODEC_STR(17, k_person, lock),
	CODEC_U64(18, k_person, last_login),
	CODEC_STR(19, k_person, last_service),
	CODEC_STR(20, k_person, last_source),
	CODEC_U64(21, k_person, refused),
	CODEC_STR(22, k_person, refusal),
	CODEC_U32(23, k_person, sessions),
	CODEC_U8(24, k_person, email_ok),
	CODEC_STR(25, k_person, email_next),
	CODEC_U64(26, k_person, email_held),
	CODEC_STR(27, k_person, terms),
	CODEC_U64(28, k_person, terms_at),
	CODEC_U8(29, k_person, chosen),
	CODEC_U32(30, k_person, births),
	CODEC_U32(31, k_person, recovery),
	CODEC_U64(32, k_person, code_until),
	CODEC_U8(33, k_person, remembered),
	CODEC_U8(34, k_person, born),
	CODEC_U8(35, k_person, doors),
	CODEC_U8(36, k_person, key_waits),
	CODEC_U8(37, k_person, key_seen),
	CODEC_U32(38, k_person, key_device),
};
const struct layout k_person_layout =
    CODEC_LAYOUT("K_PERSON", K_PERSON, k_person, person_fields);

static const struct field old_fields[] = {
	CODEC_U32(1, k_old, index),
};
const struct layout k_old_layout =
    CODEC_LAYOUT("K_OLD", K_OLD, k_old, old_fields);

static const struct field old_hash_fields[] = {
	CODEC_U32(1, k_old_hash, index),
	CODEC_STR(2, k_old_hash, hash),
	CODEC_BYTES(3, k_old_hash, initial),
};
const struct layout k_old_hash_layout =
    CODEC_LAYOUT("K_OLD_HASH", K_OLD_HASH, k_old_hash, old_hash_fields);

static const struct field set_password_fields[] = {
	CODEC_STR(1, k_set_password, hash),
};
const struct layout k_set_password_layout = CODEC_LAYOUT(
    "K_SET_PASSWORD", K_SET_PASSWORD, k_set_password, set_password_fields);

static const struct field seed_fields[] = {
	CODEC_U8(1, k_seed, unused),
};
const struct layout k_seed_layout =
    CODEC_LAYOUT("K_SEED", K_SEED, k_seed, seed_fields);

static const struct field seed_is_fields[] = {
	CODEC_SECRET(1, k_seed_is, seed),
	CODEC_STR(2, k_seed_is, issuer),
	CODEC_STR(3, k_seed_is, account),
	CODEC_STR(4, k_seed_is, algorithm),
	CODEC_U32(5, k_seed_is, digits),
	CODEC_U32(6, k_seed_is, period),
};
const struct layout k_seed_is_layout =
    CODEC_LAYOUT("K_SEED_IS", K_SEED_IS, k_seed_is, seed_is_fields);

static const struct field seed_code_fields[] = {
	CODEC_STR(1, k_seed_code, digits),
	CODEC_STR(2, k_seed_code, name),
};
const struct layout k_seed_code_layout =
    CODEC_LAYOUT("K_SEED_CODE", K_SEED_CODE, k_seed_code, seed_code_fields);

static const struct field name_fields[] = {
	CODEC_U32(1, k_name, device),
	CODEC_STR(2, k_name, name),
};
const struct layout k_name_layout =
    CODEC_LAYOUT("K_NAME", K_NAME, k_name, name_fields);

static const struct field remove_fields[] = {
	CODEC_U32(1, k_remove, device),
};
const struct layout k_remove_layout =
    CODEC_LAYOUT("K_REMOVE", K_REMOVE, k_remove, remove_fields);

static const struct field language_fields[] = {
	CODEC_STR(1, k_language, language),
};
const struct layout k_language_layout =
    CODEC_LAYOUT("K_LANGUAGE", K_LANGUAGE, k_language, language_fields);

static const struct field finish_fields[] = {
	CODEC_U8(1, k_finish, result),
};
const struct layout k_finish_layout =
    CODEC_LAYOUT("K_FINISH", K_FINISH, k_finish, finish_fields);

static const struct field done_fields[] = {
	CODEC_U8(1, k_done, unused),
};
const struct layout k_done_layout =
    CODEC_LAYOUT("K_DONE", K_DONE, k_done, done_fields);

const struct layout *const kmsg_layouts[] = {
	&k_bind_layout,
	&k_bound_layout,
	&k_try_layout,
	&k_setting_layout,
	&k_password_layout,
	&k_code_layout,
	&k_vouch_layout,
	&k_verdict_layout,
	&k_profile_layout,
	&k_person_layout,
	&k_old_layout,
	&k_old_hash_layout,
	&k_set_password_layout,
	&k_seed_layout,
	&k_seed_is_layout,
	&k_seed_code_layout,
	&k_name_layout,
	&k_remove_layout,
	&k_language_layout,
	&k_finish_layout,
	&k_user_add_layout,
	&k_user_set_layout,
	&k_user_act_layout,
	&k_user_show_layout,
	&k_user_next_layout,
	&k_slip_layout,
	&k_log_layout,
	&k_lines_layout,
	&k_status_layout,
	&k_status_is_layout,
	&k_done_layout,
	&k_birth_layout,
	&k_terms_layout,
	&k_email_layout,
	&k_mail_layout,
	&k_mail_code_layout,
	&k_user_id_layout,
	&k_method_layout,
	&k_recovery_layout,
	&k_sessions_layout,
	&k_remember_layout,
	&k_forgot_layout,
	&k_forgot_id_layout,
	&k_user_rename_layout,
	&k_mailed_layout,
	&k_codes_is_layout,
	&k_sessions_is_layout,
	&k_user_import_layout,
	&k_invited_layout,
	&k_touch_layout,
	&k_touched_layout,
	&k_passkey_new_layout,
	&k_passkey_layout,
	&k_ssh_key_layout,
	&k_ssh_seen_layout,
	&k_agent_layout,
	&k_challenge_layout,
	&k_signed_layout,
	NULL,
};

const struct layout *
kmsg_layout(uint8_t type)
{
	for (size_t i = 0; kmsg_layouts[i] != NULL; i++) {
		if (kmsg_layouts[i]->type == type)
			return kmsg_layouts[i];
	}
	return NULL;
}
