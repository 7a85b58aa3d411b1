#include "config.h"

#include "msg.h"

#include <string.h>

static const struct field open_fields[] = {
	CODEC_U32(1, msg_open, version),
	CODEC_U8(2, msg_open, phase),
	CODEC_BYTES(3, msg_open, nonce),
	CODEC_BYTES(4, msg_open, ticket),
	CODEC_U32(5, msg_open, ruid),
	CODEC_STR(6, msg_open, tty),
	CODEC_STR(7, msg_open, user),
	CODEC_U32(8, msg_open, uid),
	CODEC_STR(9, msg_open, service),
	CODEC_STR(10, msg_open, ruser),
	CODEC_U32(11, msg_open, options),
	CODEC_U8(12, msg_open, remote),
	CODEC_STR(13, msg_open, from),
	CODEC_TEXT(14, msg_open, auth_info),
};
const struct layout msg_open_layout =
    CODEC_LAYOUT("OPEN", M_OPEN, msg_open, open_fields);

static const struct field arg_fields[] = {
	CODEC_STR(1, msg_arg, name),
	CODEC_STR(2, msg_arg, value),
};
static const struct layout arg_layout =
    CODEC_LAYOUT("ARG", 1, msg_arg, arg_fields);

static const struct field hello_fields[] = {
	CODEC_STR(1, msg_hello, user),
	CODEC_U32(2, msg_hello, uid),
	CODEC_STR(3, msg_hello, service),
	CODEC_STR(4, msg_hello, tty),
	CODEC_STR(5, msg_hello, rhost),
	CODEC_STR(6, msg_hello, source),
	CODEC_STR(7, msg_hello, ruser),
	CODEC_U32(8, msg_hello, options),
	CODEC_STR(9, msg_hello, verb),
	CODEC_LIST(10, msg_hello, args, n_args, &arg_layout),
	CODEC_STR(11, msg_hello, language),
	CODEC_U32(12, msg_hello, columns),
	CODEC_U32(13, msg_hello, lines),
};
const struct layout msg_hello_layout =
    CODEC_LAYOUT("HELLO", M_HELLO, msg_hello, hello_fields);

static const struct field show_fields[] = {
	CODEC_U8(1, msg_show, kind),
	CODEC_TEXT(2, msg_show, text),
};
const struct layout msg_show_layout =
    CODEC_LAYOUT("SHOW", M_SHOW, msg_show, show_fields);

static const struct field ask_fields[] = {
	CODEC_U8(1, msg_ask, echo),
	CODEC_U8(2, msg_ask, kind),
	CODEC_U32(3, msg_ask, seconds),
	CODEC_TEXT(4, msg_ask, text),
};
const struct layout msg_ask_layout =
    CODEC_LAYOUT("ASK", M_ASK, msg_ask, ask_fields);

static const struct field answer_fields[] = {
	CODEC_SECRET(1, msg_answer, text),
};
const struct layout msg_answer_layout =
    CODEC_LAYOUT("ANSWER", M_ANSWER, msg_answer, answer_fields);

static const struct field wait_fields[] = {
	CODEC_U32(1, msg_wait, seconds),
};
const struct layout msg_wait_layout =
    CODEC_LAYOUT("WAIT", M_WAIT, msg_wait, wait_fields);

static const struct field account_fields[] = {
	CODEC_U8(1, msg_account, unused),
};
const struct layout msg_account_layout =
    CODEC_LAYOUT("ACCOUNT", M_ACCOUNT, msg_account, account_fields);

static const struct field end_fields[] = {
	CODEC_U8(1, msg_end, result),
	CODEC_BYTES(2, msg_end, nonce),
	CODEC_BYTES(3, msg_end, ticket),
	CODEC_STR(4, msg_end, user),
	CODEC_U32(5, msg_end, uid),
};
const struct layout msg_end_layout =
    CODEC_LAYOUT("END", M_END, msg_end, end_fields);

static const struct field cell_fields[] = {
	CODEC_STR(1, msg_cell, name),
	CODEC_TEXT(2, msg_cell, value),
};
static const struct layout cell_layout =
    CODEC_LAYOUT("CELL", 1, msg_cell, cell_fields);

static const struct field row_fields[] = {
	CODEC_STR(1, msg_row, kind),
	CODEC_LIST(2, msg_row, cells, n_cells, &cell_layout),
};
const struct layout msg_row_layout =
    CODEC_LAYOUT("ROW", M_ROW, msg_row, row_fields);

static const struct field more_fields[] = {
	CODEC_U8(1, msg_more, unused),
};
const struct layout msg_more_layout =
    CODEC_LAYOUT("MORE", M_MORE, msg_more, more_fields);

void
msg_open_person(struct msg_open *open, const struct msg_hello *hello)
{
	memcpy(open->user, hello->user, sizeof(open->user));
	open->uid = hello->uid;
	memcpy(open->service, hello->service, sizeof(open->service));
	memcpy(open->ruser, hello->ruser, sizeof(open->ruser));
	open->options = hello->options;
	open->remote = hello->rhost[0] != '\0' || hello->source[0] != '\0';
	if (hello->source[0] != '\0')
		memcpy(open->from, hello->source, sizeof(open->from));
	else if (strlen(hello->rhost) < sizeof(open->from))
		memcpy(open->from, hello->rhost, strlen(hello->rhost) + 1);
}

const struct layout *const msg_layouts[] = {
	&msg_open_layout,
	&msg_hello_layout,
	&msg_show_layout,
	&msg_ask_layout,
	&msg_answer_layout,
	&msg_wait_layout,
	&msg_account_layout,
	&msg_end_layout,
	&msg_row_layout,
	&msg_more_layout,
	NULL,
};
