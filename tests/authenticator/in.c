#include "config.h"

#include "tests/authenticator/in.h"

#include <string.h>

static const cbor_item_t *
look_up(const cbor_item_t *map, bool (*is)(const cbor_item_t *, const void *),
    const void *key)
{
	const struct cbor_pair *pairs;

	if (map == NULL || !cbor_isa_map(map))
		return NULL;
	pairs = cbor_map_handle(map);
	for (size_t i = 0; i < cbor_map_size(map); i++)
		if (is(pairs[i].key, key))
			return pairs[i].value;
	return NULL;
}

static bool
is_number(const cbor_item_t *item, const void *key)
{
	int64_t n;

	return in_int(item, &n) && n == *(const int64_t *)key;
}

static bool
is_name(const cbor_item_t *item, const void *key)
{
	char name[64];

	return in_text(item, name, sizeof(name)) && strcmp(name, key) == 0;
}

const cbor_item_t *
in_at(const cbor_item_t *map, uint64_t key)
{
	int64_t n = (int64_t)key;

	return look_up(map, is_number, &n);
}

const cbor_item_t *
in_named(const cbor_item_t *map, const char *name)
{
	return look_up(map, is_name, name);
}

bool
in_bytes(const cbor_item_t *item, const uint8_t **data, size_t *len)
{
	if (item == NULL || !cbor_isa_bytestring(item) ||
	    !cbor_bytestring_is_definite(item))
		return false;
	*data = cbor_bytestring_handle(item);
	*len = cbor_bytestring_length(item);
	return true;
}

bool
in_text(const cbor_item_t *item, char *to, size_t size)
{
	size_t n;

	if (item == NULL || !cbor_isa_string(item) ||
	    !cbor_string_is_definite(item))
		return false;
	if ((n = cbor_string_length(item)) >= size)
		return false;
	if (n != 0)
		memcpy(to, cbor_string_handle(item), n);
	to[n] = '\0';
	return strlen(to) == n;
}

bool
in_int(const cbor_item_t *item, int64_t *n)
{
	uint64_t u;

	if (item == NULL || (!cbor_isa_uint(item) && !cbor_isa_negint(item)) ||
	    (u = cbor_get_int(item)) > INT64_MAX)
		return false;
	*n = cbor_isa_uint(item) ? (int64_t)u : -1 - (int64_t)u;
	return true;
}

bool
in_bool(const cbor_item_t *item, bool *b)
{
	if (item == NULL || !cbor_isa_float_ctrl(item) || !cbor_is_bool(item))
		return false;
	*b = cbor_ctrl_value(item) == CBOR_CTRL_TRUE;
	return true;
}

size_t
in_count(const cbor_item_t *item)
{
	if (item == NULL || !cbor_isa_array(item))
		return 0;
	return cbor_array_size(item);
}

const cbor_item_t *
in_item(const cbor_item_t *item, size_t i)
{
	return cbor_array_handle(item)[i];
}

bool
in_point(const cbor_item_t *cose, uint8_t point[65])
{
	const int64_t labels[] = { -2, -3 };
	const uint8_t *data;
	size_t len;

	point[0] = 0x04;
	for (size_t i = 0; i < 2; i++) {
		if (!in_bytes(
			look_up(cose, is_number, &labels[i]), &data, &len) ||
		    len != 32)
			return false;
		memcpy(point + 1 + 32 * i, data, 32);
	}
	return true;
}
