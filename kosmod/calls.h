/*
 * calls.h: tables of system calls, for the filters of all programs.
 */
#ifndef KOSMO_KOSMOD_CALLS_H
#define KOSMO_KOSMOD_CALLS_H

#include <seccomp.h>
#include <stdbool.h>

#include "libkosmo/error.h"

/*
 * In builds with sanitizers true, and then what ASan and UBSan call to map
 * shadow memory and to report.
 */
extern const bool calls_sanitizers;
extern const char *const calls_of_sanitizers[];

/*
 * Allows names, which end with NULL; one that this architecture does not have
 * is passed over. KOSMO_EIO: *ret_why is the name.
 */
KOSMO_CHECK int calls_allow(
    scmp_filter_ctx ctx, const char *const *names, const char **ret_why);

/* Allows call number nr where one argument is as only says. KOSMO_EIO. */
KOSMO_CHECK int
calls_allow_if(scmp_filter_ctx ctx, int nr, struct scmp_arg_cmp only);

/* Memory that can't be executed: mmap and mprotect. KOSMO_EIO. */
KOSMO_CHECK int calls_allow_data(scmp_filter_ctx ctx);

/* Sockets of one family. KOSMO_EIO. */
KOSMO_CHECK int calls_allow_family(scmp_filter_ctx ctx, int family);

/* openat that neither makes nor empties a file, with access O_RDONLY or
 * O_RDWR. KOSMO_EIO. */
KOSMO_CHECK int calls_allow_open(scmp_filter_ctx ctx, int access);

/*
 * This process is under the filter of kind that add makes from now on; a call
 * that it does not allow is answered by otherwise. KOSMO_EIO, KOSMO_ENOMEM.
 */
KOSMO_CHECK int calls_load(
    uint32_t otherwise, int (*add)(scmp_filter_ctx ctx, int kind), int kind);

#endif
