/*
 * error.h: the one space of errors that all rooms share.
 *
 * Functions that can fail return 0 or one of these (negative). PAM codes live
 * in pam_kosmo, exit codes in kosmoctl/main.c, gdbm errors in store_gdbm.c;
 * errno becomes one of these at the system call.
 */
#ifndef KOSMO_LIBKOSMO_ERROR_H
#define KOSMO_LIBKOSMO_ERROR_H

enum kosmo_err {
	KOSMO_OK = 0,
	KOSMO_ENOMEM = -1,    /* out of memory */
	KOSMO_EINVAL = -2,    /* a value that can't be: range, UTF-8, control */
	KOSMO_ETOOBIG = -3,   /* does not fit the field, packet or record */
	KOSMO_EFORMAT = -4,   /* bytes from outside that are no message */
	KOSMO_EVERSION = -5,  /* made by a newer program */
	KOSMO_ENOTFOUND = -6, /* no such record, person, device */
	KOSMO_EEXIST = -7,    /* is there already */
	KOSMO_ECONFLICT = -8, /* the record changed under a stale copy */
	KOSMO_EPERM = -9,     /* not allowed now, or not to this peer */
	KOSMO_EIO = -10,      /* a system call failed; errno says which way */
	KOSMO_EFULL = -11,    /* disk or a bound is full */
	KOSMO_ECORRUPT = -12, /* stored bytes fail their checksum or seal */
	KOSMO_ECLOSED = -13,  /* the peer is gone */
	KOSMO_ETIMEOUT = -14, /* the peer was silent past the deadline */
	KOSMO_ECRYPTO = -15   /* the crypto library refused */
};

#define KOSMO_CHECK __attribute__((warn_unused_result))

/* A short English phrase for err, for logs; never NULL. */
const char *kosmo_strerror(int err);

#endif
