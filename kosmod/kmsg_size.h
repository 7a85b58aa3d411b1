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
#define CREDENTIAL_LEN 1023   /* of a FIDO2 credential id (WebAuthn, 4) */
#define KEY_LEN 264	      /* of a public key, as enum key_alg has it */
#define RAW_SIGNATURE_LEN 256 /* the same of a signature */
#define SIGNATURE_LEN 512     /* as an authenticator sends it */
#define AUTH_DATA_LEN 1536    /* of authenticator data */
#define STATEMENT_LEN 4096    /* of an attestation statement */
#define RP_ID_LEN 253

#endif
