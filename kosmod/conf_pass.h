/*
 * conf_pass.h: the configuration as the parent read it, for a process that
 * can't or must not read the file: a sealed memory file.
 */
#ifndef KOSMO_KOSMOD_CONF_PASS_H
#define KOSMO_KOSMOD_CONF_PASS_H

#include "kosmod/conf.h"

/* KOSMO_EIO */
KOSMO_CHECK int conf_give(const struct conf *conf, int *ret_fd);

/* Fills ret and closes fd. KOSMO_EIO; KOSMO_EVERSION: not of this program. */
KOSMO_CHECK int conf_take(int fd, struct conf *ret);

#endif
