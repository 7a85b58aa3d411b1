#include "config.h"

#include "msg_people.h"

static const struct field invitee_fields[] = {
	CODEC_STR(1, msg_invitee, login),
	CODEC_U32(2, msg_invitee, uid),
	CODEC_STR(3, msg_invitee, email),
	CODEC_STR(4, msg_invitee, birth),
	CODEC_STR(5, msg_invitee, name),
	CODEC_STR(6, msg_invitee, language),
	CODEC_STR(7, msg_invitee, user_id),
	CODEC_U32(8, msg_invitee, expires),
};
const struct layout msg_invitee_layout =
    CODEC_LAYOUT("INVITEE", 1, msg_invitee, invitee_fields);

static const struct field people_fields[] = {
	CODEC_U8(1, msg_people, pass),
	CODEC_LIST(2, msg_people, people, n, &msg_invitee_layout),
};
const struct layout msg_people_layout =
    CODEC_LAYOUT("PEOPLE", M_PEOPLE, msg_people, people_fields);

static const struct field invitation_fields[] = {
	CODEC_U8(1, msg_invitation, word),
	CODEC_STR(2, msg_invitation, field),
	CODEC_STR(3, msg_invitation, language),
	CODEC_STR(4, msg_invitation, secret),
	CODEC_U64(5, msg_invitation, made),
	CODEC_U64(6, msg_invitation, expires),
};
const struct layout msg_invitation_layout =
    CODEC_LAYOUT("INVITATION", 1, msg_invitation, invitation_fields);

static const struct field invited_fields[] = {
	CODEC_LIST(1, msg_invited, people, n, &msg_invitation_layout),
	CODEC_STR(2, msg_invited, contact_en),
	CODEC_STR(3, msg_invited, contact_ja),
	CODEC_STR(4, msg_invited, domains),
};
const struct layout msg_invited_layout =
    CODEC_LAYOUT("INVITED", M_INVITED, msg_invited, invited_fields);

const struct layout *const msg_people_layouts[] = {
	&msg_people_layout,
	&msg_invited_layout,
	NULL,
};
