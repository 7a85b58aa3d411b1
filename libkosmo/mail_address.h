/*
 * mail_address.h: what may stand in the To: line of a mail.
 */
#ifndef KOSMO_LIBKOSMO_MAIL_ADDRESS_H
#define KOSMO_LIBKOSMO_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#define MAIL_ADDRESS_MAX 254 /* bytes, RFC 5321 4.5.3.1.3 */

/*
 * True for local@domain as RFC 5321 writes it without quotes: a dot-atom of
 * at most 64 bytes, then labels of letters, digits and inner hyphens. ASCII
 * only; no address literals, no leading '-', so it is safe as an argument and
 * in a header.
 */
bool mail_address_valid(const char *s);

#define MAIL_MASKED_MAX (MAIL_ADDRESS_MAX + 3) /* bytes of a masked one */

/*
 * "t***@example.co.jp": for who has a right to know that there is an address,
 * and none to learn it. What does not fit into size bytes is cut off.
 */
void mail_address_mask(const char *s, char *ret, size_t size);

#endif
