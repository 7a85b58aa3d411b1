/*
 * scan.h: a terminal's screen, drawn as pixels and read by zbarimg.
 */
#ifndef KOSMO_TESTS_SCAN_H
#define KOSMO_TESTS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether zbarimg is there. */
bool scan_possible(void);

/*
 * The QR code in text, as a terminal of 90 columns by 50 lines shows it, white
 * on black; if that is not read, black on white. False if neither is.
 */
bool scan(const char *text, char *ret, size_t size);

#endif
