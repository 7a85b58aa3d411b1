/* Prints every layout for protocol.sh: name, type, tag, kind and size. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/kmsg.h"
#include "kosmod/priv.h"
#include "libkosmo/codec.h"
#include "libkosmo/msg.h"
#include "libkosmo/msg_key.h"
#include "libkosmo/msg_people.h"

static void
print_kind(const struct field *f)
{
	static const char *const names[] = { [F_U8] = "u8",
		[F_U32] = "u32",
		[F_U64] = "u64",
		[F_STR] = "str",
		[F_TEXT] = "text",
		[F_BYTES] = "bytes",
		[F_SECRET] = "secret",
		[F_BLOB] = "blob",
		[F_LIST] = "list" };

	switch (f->kind) {
	case F_U8:
	case F_U32:
	case F_U64:
		(void)printf("%s\n", names[f->kind]);
		return;
	case F_LIST:
		(void)printf("list %zu %s\n", f->max, f->sub->name);
		return;
	case F_STR:
	case F_TEXT:
	case F_BYTES:
	case F_SECRET:
	case F_BLOB:
		(void)printf("%s %zu\n", names[f->kind], f->max);
		return;
	}
}

static void
print_layout(const struct layout *l)
{
	for (uint8_t i = 0; i < l->n; i++) {
		if (l->fields[i].kind == F_LIST)
			print_layout(l->fields[i].sub);
	}
	for (uint8_t i = 0; i < l->n; i++) {
		(void)printf("%s %u %u ", l->name, (unsigned)l->type,
		    (unsigned)l->fields[i].tag);
		print_kind(&l->fields[i]);
	}
}

int
main(void)
{
	for (size_t i = 0; msg_layouts[i] != NULL; i++)
		print_layout(msg_layouts[i]);
	for (size_t i = 0; msg_key_layouts[i] != NULL; i++)
		print_layout(msg_key_layouts[i]);
	for (size_t i = 0; msg_people_layouts[i] != NULL; i++)
		print_layout(msg_people_layouts[i]);
	for (size_t i = 0; kmsg_layouts[i] != NULL; i++)
		print_layout(kmsg_layouts[i]);
	for (size_t i = 0; priv_layouts[i] != NULL; i++)
		print_layout(priv_layouts[i]);
	return 0;
}
