/*
 * date.h: dates, durations and moments as people type them.
 */
#ifndef KOSMO_LIBKOSMO_DATE_H
#define KOSMO_LIBKOSMO_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#define DATE_LEN 8 /* characters of YYYYMMDD */

/*
 * True if s is eight ASCII digits YYYYMMDD that name a day of the calendar
 * from 1900 on, and none that is still to come everywhere on earth at the
 * moment now (seconds since 1970).
 */
bool date_valid_birth(const char *s, int64_t now);

/* True if year, month and day (from 1) are a day of the calendar. */
bool date_is_day(int year, int month, int day);

/*
 * "90s", "10m", "12h", "30d": seconds, at least 1 and at most ten years.
 * KOSMO_EINVAL for anything else.
 */
KOSMO_CHECK int duration_parse(const char *s, uint32_t *ret);

/*
 * A moment for --since: RFC 3339 ("2026-04-01T09:00:00+09:00", fractions are
 * dropped), "YYYY-MM-DD" (its local midnight), or a duration back from now.
 * KOSMO_EINVAL for anything else.
 */
KOSMO_CHECK int moment_parse(const char *s, int64_t now, int64_t *ret);

#endif
