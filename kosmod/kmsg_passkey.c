#include "config.h"

#include "kmsg.h"

static const struct field touch_fields[] = {
	CODEC_U8(1, k_touch, act),
	CODEC_U32(2, k_touch, device),
	CODEC_SECRET(3, k_touch, pin),
};
const struct layout k_touch_layout =
    CODEC_LAYOUT("K_TOUCH", K_TOUCH, k_touch, touch_fields);

static const struct field touched_fields[] = {
	CODEC_U8(1, k_touched, word),
	CODEC_U32(2, k_touched, seconds),
	CODEC_U32(3, k_touched, retries),
	CODEC_U32(4, k_touched, keys),
	CODEC_U32(5, k_touched, device),
	CODEC_BLOB(6, k_touched, credential, credential_len),
	CODEC_BLOB(7, k_touched, auth_data, auth_data_len),
	CODEC_BLOB(8, k_touched, signature, signature_len),
	CODEC_STR(9, k_touched, format),
	CODEC_BLOB(10, k_touched, statement, statement_len),
};
const struct layout k_touched_layout =
    CODEC_LAYOUT("K_TOUCHED", K_TOUCHED, k_touched, touched_fields);

static const struct field passkey_new_fields[] = {
	CODEC_STR(1, k_passkey_new, name),
	CODEC_BLOB(2, k_passkey_new, credential, credential_len),
	CODEC_U8(3, k_passkey_new, alg),
	CODEC_BLOB(4, k_passkey_new, key, key_len),
	CODEC_BLOB(5, k_passkey_new, auth_data, auth_data_len),
	CODEC_U8(6, k_passkey_new, attestation),
	CODEC_U8(7, k_passkey_new, signer_alg),
	CODEC_BLOB(8, k_passkey_new, signer, signer_len),
	CODEC_BLOB(9, k_passkey_new, signature, signature_len),
};
const struct layout k_passkey_new_layout = CODEC_LAYOUT(
    "K_PASSKEY_NEW", K_PASSKEY_NEW, k_passkey_new, passkey_new_fields);

static const struct field passkey_fields[] = {
	CODEC_U32(1, k_passkey, device),
	CODEC_BYTES(2, k_passkey, rp_hash),
	CODEC_U8(3, k_passkey, flags),
	CODEC_U32(4, k_passkey, counter),
	CODEC_BLOB(5, k_passkey, signature, signature_len),
	CODEC_U8(6, k_passkey, last),
};
const struct layout k_passkey_layout =
    CODEC_LAYOUT("K_PASSKEY", K_PASSKEY, k_passkey, passkey_fields);

static const struct field ssh_key_fields[] = {
	CODEC_U8(1, k_ssh_key, alg),
	CODEC_BLOB(2, k_ssh_key, key, key_len),
	CODEC_STR(3, k_ssh_key, application),
	CODEC_STR(4, k_ssh_key, name),
};
const struct layout k_ssh_key_layout =
    CODEC_LAYOUT("K_SSH_KEY", K_SSH_KEY, k_ssh_key, ssh_key_fields);

static const struct field ssh_seen_fields[] = {
	CODEC_U8(1, k_ssh_seen, unused),
};
const struct layout k_ssh_seen_layout =
    CODEC_LAYOUT("K_SSH_SEEN", K_SSH_SEEN, k_ssh_seen, ssh_seen_fields);

static const struct field agent_fields[] = {
	CODEC_U8(1, k_agent, purpose),
};
const struct layout k_agent_layout =
    CODEC_LAYOUT("K_AGENT", K_AGENT, k_agent, agent_fields);

static const struct field ssh_pub_fields[] = {
	CODEC_U32(1, k_ssh_pub, device),
	CODEC_U8(2, k_ssh_pub, alg),
	CODEC_BLOB(3, k_ssh_pub, key, key_len),
	CODEC_STR(4, k_ssh_pub, application),
};
static const struct layout k_ssh_pub_layout =
    CODEC_LAYOUT("SSH_PUB", 1, k_ssh_pub, ssh_pub_fields);

static const struct field challenge_fields[] = {
	CODEC_STR(1, k_challenge, namespace),
	CODEC_STR(2, k_challenge, text),
	CODEC_LIST(3, k_challenge, keys, n, &k_ssh_pub_layout),
};
const struct layout k_challenge_layout =
    CODEC_LAYOUT("K_CHALLENGE", K_CHALLENGE, k_challenge, challenge_fields);

static const struct field signed_fields[] = {
	CODEC_U32(1, k_signed, device),
	CODEC_U8(2, k_signed, flags),
	CODEC_U32(3, k_signed, counter),
	CODEC_BYTES(4, k_signed, signature),
	CODEC_U8(5, k_signed, last),
};
const struct layout k_signed_layout =
    CODEC_LAYOUT("K_SIGNED", K_SIGNED, k_signed, signed_fields);
