/*
 * kmsg_size.h: how long the things are that messages and records hold.
 */
#ifndef KOSMO_KOSMOD_KMSG_SIZE_H
#define KOSMO_KOSMOD_KMSG_SIZE_H

#define DIGEST_LEN 32 /* SHA-256 */
#define HASH_LEN 383  /* characters of a crypt(5) string or setting */
#define LABEL_LEN 80  /* bytes of a device name: 20 characters */
#define MAIL_LEN 254
#define DEVICES_MAX 16
#define SEED_MAX 64
#define CURSOR_LEN 32

#endif
