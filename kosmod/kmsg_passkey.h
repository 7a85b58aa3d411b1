/*
 * kmsg_passkey.h: the requests about passkeys: authenticators at this host,
 * through kosmo-touch, and FIDO2 keys of OpenSSH, through sshd or an agent.
 *
 * Talk takes apart what authenticators and agents send, and turns it into the
 * fixed fields below; the keeper compares them with what it asked for and
 * verifies the signature itself. Part of kmsg.h, which includes it.
 */
#ifndef KOSMO_KOSMOD_KMSG_PASSKEY_H
#define KOSMO_KOSMOD_KMSG_PASSKEY_H

#include <stdint.h>

#include "kosmod/kmsg_size.h"
#include "libkosmo/msg.h"
#include "libkosmo/secret.h"

/*
 * Seconds of its time that a conversation keeps from touches and signatures,
 * to say why one came to nothing.
 */
#define SECONDS_TO_SAY_WHY 5

/* How a public key and its signatures are written (COSE, RFC 9053). */
enum key_alg {
	ALG_NONE = 0,
	ALG_ES256, /* COSE -7: x, y, 32 bytes each; signature r, s, 32 each */
	ALG_EDDSA, /* COSE -8: Ed25519, 32 bytes; signature 64 */
	ALG_RS256  /* COSE -257: n, 256 bytes, then e; signature 256 */
};

/* Flags of authenticator data (WebAuthn 6.1), and of an SSH signature. */
enum key_flag {
	KEY_UP = 0x01, /* somebody touched it */
	KEY_UV = 0x04, /* and was verified: PIN, finger, face */
	KEY_AT = 0x40, /* a credential follows */
	KEY_ED = 0x80  /* extensions follow */
};

/* What kosmo-touch is to do, and on behalf of whom. */
enum touch_act {
	TOUCH_ENROL =
	    1,	     /* a new credential (CTAP2 authenticatorMakeCredential) */
	TOUCH_PROVE, /* a signature (authenticatorGetAssertion) */
	TOUCH_NEXT,  /* go on; the reply is the next word */
	TOUCH_PIN,   /* go on with this PIN */
	TOUCH_STOP   /* no more: the key stops blinking */
};

/*
 * An authenticator at this host: begins a job of kosmo-touch, goes on with the
 * one that is under way, or ends it (a new one ends the one before). device:
 * TOUCH_PROVE: which is asked for; others of the person under the same rp id
 * will do. Reply: K_TOUCHED, when there is something to be said; TOUCH_STOP:
 * TOUCH_FAILED.
 */
struct k_touch {
	uint8_t act; /* enum touch_act */
	uint32_t device;
	struct secret pin; /* TOUCH_PIN */
};

/* What the job has come to. Those above TOUCH_ASKS go on, the others end it. */
enum touch_word {
	TOUCH_FAILED = 0,  /* anything else; the log of kosmo-touch says what */
	TOUCH_DONE,	   /* credential or signature is there */
	TOUCH_AWAY,	   /* there is no kosmo-touch, or no right to ask it */
	TOUCH_NO_KEY,	   /* none is plugged in */
	TOUCH_NOT_YOURS,   /* none that is plugged in is enrolled for you */
	TOUCH_KNOWN,	   /* enrol: it is yours already, as device */
	TOUCH_UNSET,	   /* it has neither PIN nor fingerprint, and must */
	TOUCH_PIN_BLOCKED, /* too many wrong PINs: out of use; retries: not 0:
			      until it is plugged in anew */
	TOUCH_TIMEOUT,	   /* nobody touched it in time */
	TOUCH_GONE,	   /* it was pulled out */
	TOUCH_BUSY,	   /* another login is using it */
	TOUCH_SILENT,	   /* it does not answer: another program may have it */
	TOUCH_PIN_OLD,	   /* its PIN has to be changed before it takes any */
	TOUCH_UV_BLOCKED,  /* it reads no fingers until it was given its PIN,
			      which is not asked for here */
	TOUCH_UNFIT,	   /* what policy asks for it can't check */
	TOUCH_STRANGE,	   /* none of the algorithms is its */
	TOUCH_ENDS,	   /* no word: those before it end the job */
	TOUCH_ASKS = 64,
	TOUCH_WAITS, /* somebody has to touch it now; keys: how many blink */
	TOUCH_WANTS_PIN, /* TOUCH_PIN next; retries: left, 0: not known */
	TOUCH_PIN_WRONG, /* the same, after a wrong one */
	TOUCH_UV_FAILED	 /* the finger was not read; it may be tried again
			    (TOUCH_NEXT), or TOUCH_PIN if retries is not 0 */
};

/*
 * TOUCH_DONE of an enrolment: credential, auth_data, format and statement
 * (WebAuthn 6.5.4), as the authenticator sent them. Of a proof: auth_data and
 * signature; device is the one whose credential was used (0: of nobody here).
 */
struct k_touched {
	uint8_t word;	  /* enum touch_word */
	uint32_t seconds; /* TOUCH_WAITS: for the touch; TOUCH_TIMEOUT: were */
	uint32_t retries;
	uint32_t keys;
	uint32_t device;
	uint32_t credential_len;
	uint8_t credential[CREDENTIAL_LEN];
	uint32_t auth_data_len;
	uint8_t auth_data[AUTH_DATA_LEN];
	uint32_t signature_len;
	uint8_t signature[SIGNATURE_LEN]; /* ES256: in DER */
	char format[32];
	uint32_t statement_len;
	uint8_t statement[STATEMENT_LEN]; /* CBOR map */
};

enum attestation {
	ATTEST_NONE = 0, /* format none: nothing signs it */
	ATTEST_SELF,	 /* packed, by the new key itself */
	ATTEST_PACKED,	 /* packed, by the key of its certificate */
	ATTEST_U2F	 /* fido-u2f, by the key of its certificate */
};

/*
 * A new authenticator, taken apart. auth_data is what the attestation signs;
 * the keeper holds rp id hash, flags, credential and key against it, and
 * against the challenge of the TOUCH_ENROL before. Stores the device under name
 * (made unique). Reply: K_VERDICT: YES with device; NO: something does not fit,
 * which the log names; TAKEN: it is enrolled already; NOT_NOW.
 */
struct k_passkey_new {
	char name[LABEL_LEN + 1];
	uint32_t credential_len;
	uint8_t credential[CREDENTIAL_LEN];
	uint8_t alg; /* enum key_alg */
	uint32_t key_len;
	uint8_t key[KEY_LEN];
	uint32_t auth_data_len;
	uint8_t auth_data[AUTH_DATA_LEN];
	uint8_t attestation; /* enum attestation */
	uint8_t signer_alg;  /* enum key_alg: of the certificate's key */
	uint32_t signer_len;
	uint8_t signer[KEY_LEN];
	uint32_t signature_len;
	uint8_t signature[RAW_SIGNATURE_LEN];
};

/*
 * A signature for the TOUCH_PROVE before it, taken apart: one attempt at the
 * factor. The signature goes over rp_hash, flags, counter (authenticator data
 * without extensions) and the challenge. Reply: K_VERDICT: YES; NO; USED: the
 * counter went back, so the key may have been copied. last as in K_CODE.
 */
struct k_passkey {
	uint32_t device;
	uint8_t rp_hash[DIGEST_LEN];
	uint8_t flags; /* enum key_flag */
	uint32_t counter;
	uint32_t signature_len;
	uint8_t signature[RAW_SIGNATURE_LEN]; /* as enum key_alg has it */
	uint8_t last;
};

/*
 * A FIDO2 key of OpenSSH that is to be enrolled: it waits until it is proven by
 * K_SIGNED (agent) or K_SSH_SEEN (a login), for a week, in place of one that
 * waited before.
 * Reply: K_VERDICT: YES; TAKEN: it is enrolled already; NOT_NOW; NO: a key that
 * there is not.
 */
struct k_ssh_key {
	uint8_t alg; /* ALG_EDDSA or ALG_ES256 */
	uint32_t key_len;
	uint8_t key[64];
	char application[65]; /* "ssh:", "ssh:..." */
	char name[LABEL_LEN + 1];
};

/*
 * sshd has let the waiting key in here (the keeper reads that in OPEN): makes
 * it a device. Reply: K_VERDICT: YES with device; NO: another key or none was
 * used; NOT_NOW.
 */
struct k_ssh_seen {
	uint8_t unused;
};

enum agent_purpose {
	AGENT_FACTOR = 1, /* the factor, by a key that is enrolled */
	AGENT_ENROL	  /* the key that waits */
};

/*
 * A challenge for the person's agent, single use, for 60 seconds. Reply:
 * K_CHALLENGE, or K_VERDICT with NOT_NOW.
 */
struct k_agent {
	uint8_t purpose; /* enum agent_purpose */
};

struct k_ssh_pub {
	uint32_t device; /* 0: the one that waits */
	uint8_t alg;
	uint32_t key_len;
	uint8_t key[64];
	char application[65];
};

/*
 * What is to be signed: an SSHSIG (OpenSSH PROTOCOL.sshsig) over text, with the
 * hash sha256, no reserved bytes and this namespace; and by which keys.
 */
struct k_challenge {
	char namespace[256]; /* kosmo-sudo@HOST, kosmo-enroll@HOST */
	char text[1024];     /* host, person, service, tty, nonce: one line */
	uint8_t n;
	struct k_ssh_pub keys[DEVICES_MAX];
};

/*
 * The signature, taken apart (OpenSSH PROTOCOL.u2f). AGENT_FACTOR: one attempt
 * at the factor; YES; USED: the counter went back. AGENT_ENROL: YES with device
 * makes the waiting key a device. NO otherwise; NOT_NOW: no challenge, or it is
 * older than 60 seconds; MISSING: flags lack what policy asks (a PIN or
 * finger). Reply: K_VERDICT. last as in K_CODE.
 */
struct k_signed {
	uint32_t device;
	uint8_t flags; /* enum key_flag */
	uint32_t counter;
	uint8_t signature[64]; /* as enum key_alg has it */
	uint8_t last;
};

#endif
