/*
 * codec.h: structs to bytes and back, by a table of their fields.
 *
 * Everything that crosses a process, and every record at rest, is a plain
 * struct with arrays of fixed size, described once by a struct layout; one
 * encoder and one decoder serve all. No pointers, so nothing is owned and a
 * decoded struct is wiped with explicit_bzero.
 *
 * On the wire: u8 type, u8 number of fields, then per field u8 tag,
 * u32 length, bytes. Tags rise strictly. A message carries every field; a
 * record leaves out those that are zero. Numbers are big endian.
 */
#ifndef KOSMO_LIBKOSMO_CODEC_H
#define KOSMO_LIBKOSMO_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

enum field_kind {
	F_U8 = 1,
	F_U32,
	F_U64,
	F_STR,	  /* char[max + 1], UTF-8 in one line */
	F_TEXT,	  /* char[max + 1], UTF-8, newlines allowed */
	F_BYTES,  /* uint8_t[max], always max bytes */
	F_SECRET, /* struct secret, at most max bytes, any content */
	F_BLOB,	  /* uint8_t[max] of any content, uint32_t used of it */
	F_LIST	  /* array of max structs, u8 count before it */
};

struct layout;

struct field {
	uint8_t tag; /* 1 to 255, rising within a layout */
	enum field_kind kind;
	size_t off;		  /* of the field in the struct */
	size_t max;		  /* see the kinds */
	const struct layout *sub; /* F_LIST: of one element */
	size_t count_off;	  /* F_LIST: of the uint8_t count; F_BLOB: of
				     the uint32_t length */
};

struct layout {
	const char *name; /* as in PROTOCOL.md */
	uint8_t type;	  /* of the message or record */
	size_t size;	  /* sizeof the struct */
	const struct field *fields;
	uint8_t n;
};

#define CODEC_U8(t, s, m)                                  \
	{                                                  \
		t, F_U8, offsetof(struct s, m), 1, NULL, 0 \
	}
#define CODEC_U32(t, s, m)                                  \
	{                                                   \
		t, F_U32, offsetof(struct s, m), 4, NULL, 0 \
	}
#define CODEC_U64(t, s, m)                                  \
	{                                                   \
		t, F_U64, offsetof(struct s, m), 8, NULL, 0 \
	}
#define CODEC_STR(t, s, m)                                  \
	{                                                   \
		t, F_STR, offsetof(struct s, m),            \
		    sizeof(((struct s *)0)->m) - 1, NULL, 0 \
	}
#define CODEC_TEXT(t, s, m)                                 \
	{                                                   \
		t, F_TEXT, offsetof(struct s, m),           \
		    sizeof(((struct s *)0)->m) - 1, NULL, 0 \
	}
#define CODEC_BYTES(t, s, m)                                                   \
	{                                                                      \
		t, F_BYTES, offsetof(struct s, m), sizeof(((struct s *)0)->m), \
		    NULL, 0                                                    \
	}
#define CODEC_SECRET(t, s, m)                                           \
	{                                                               \
		t, F_SECRET, offsetof(struct s, m), SECRET_MAX, NULL, 0 \
	}
#define CODEC_BLOB(t, s, m, used)                                             \
	{                                                                     \
		t, F_BLOB, offsetof(struct s, m), sizeof(((struct s *)0)->m), \
		    NULL, offsetof(struct s, used)                            \
	}
#define CODEC_LIST(t, s, m, count, layout)            \
	{                                             \
		t, F_LIST, offsetof(struct s, m),     \
		    sizeof(((struct s *)0)->m) /      \
		    sizeof(((struct s *)0)->m[0]),    \
		    layout, offsetof(struct s, count) \
	}
#define CODEC_LAYOUT(name, type, s, fields)                         \
	{                                                           \
		name, type, sizeof(struct s), fields,               \
		    (uint8_t)(sizeof(fields) / sizeof((fields)[0])) \
	}

enum codec_form {
	CODEC_MESSAGE, /* every field must be there */
	CODEC_RECORD   /* absent fields are zero */
};

/*
 * Appends the struct at from to out. KOSMO_EINVAL names text that is no clean
 * UTF-8, KOSMO_ETOOBIG a list, secret or blob beyond its room; out is then as
 * it was.
 */
KOSMO_CHECK int codec_encode(const struct layout *l, enum codec_form form,
    const void *from, struct buf *out);

/*
 * Reads one struct that fills bytes to the end into to, which is zeroed
 * first, and wiped again on error. KOSMO_EFORMAT for anything that
 * codec_encode would not have written, leftovers included.
 */
KOSMO_CHECK int codec_decode(const struct layout *l, enum codec_form form,
    const uint8_t *bytes, size_t len, void *to);

#endif
