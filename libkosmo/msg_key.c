#include "config.h"

#include "msg_key.h"

#include "msg.h"

static const struct field agent_fields[] = {
	CODEC_U8(1, msg_agent, unused),
};
const struct layout msg_agent_layout =
    CODEC_LAYOUT("AGENT", M_AGENT, msg_agent, agent_fields);

static const struct field agent_is_fields[] = {
	CODEC_U8(1, msg_agent_is, here),
};
const struct layout msg_agent_is_layout =
    CODEC_LAYOUT("AGENT_IS", M_AGENT_IS, msg_agent_is, agent_is_fields);

static const struct field ssh_key_fields[] = {
	CODEC_U8(1, msg_ssh_key, verify),
	CODEC_STR(2, msg_ssh_key, type),
	CODEC_STR(3, msg_ssh_key, blob),
};
static const struct layout ssh_key_layout =
    CODEC_LAYOUT("SSH_KEY", 1, msg_ssh_key, ssh_key_fields);

static const struct field ssh_keys_fields[] = {
	CODEC_LIST(1, msg_ssh_keys, keys, n, &ssh_key_layout),
};
const struct layout msg_ssh_keys_layout =
    CODEC_LAYOUT("SSH_KEYS", M_SSH_KEYS, msg_ssh_keys, ssh_keys_fields);

const struct layout *const msg_key_layouts[] = { &msg_agent_layout,
	&msg_agent_is_layout, &msg_ssh_keys_layout, NULL };
