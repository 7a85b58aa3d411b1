#include "config.h"

#include <string.h>

#include "kosmod/log.h"
#include "touch/job.h"

/* One credential where the key has said which, else all of them. */
static int
allow(const struct job *j, fido_assert_t *a)
{
	const struct p_credential *holds = j->devices.list[0].holds;
	int r = FIDO_OK;

	if (holds != NULL)
		return fido_assert_allow_cred(a, holds->id, holds->len);
	for (size_t i = 0; i < j->ask->n && r == FIDO_OK; i++)
		r = fido_assert_allow_cred(
		    a, j->ask->credentials[i].id, j->ask->credentials[i].len);
	return r;
}

static int
fill(const struct job *j, fido_assert_t *a, enum way way)
{
	int r;

	if ((r = fido_assert_set_rp(a, j->ask->rp_id)) != FIDO_OK ||
	    (r = fido_assert_set_clientdata_hash(
		 a, j->ask->hash, sizeof(j->ask->hash))) != FIDO_OK ||
	    (r = allow(j, a)) != FIDO_OK)
		return r;
	return way == WAY_UV ? fido_assert_set_uv(a, FIDO_OPT_TRUE) : FIDO_OK;
}

/*
 * Authenticator data out of the byte string that libfido2 gives (RFC 8949,
 * 3.1): up to 23 bytes, one byte of length, two bytes.
 */
static bool
take_auth_data(struct k_touched *to, const unsigned char *cbor, size_t len)
{
	size_t head = 0, n = 0;

	if (cbor != NULL && len >= 1 && cbor[0] >= 0x40 && cbor[0] <= 0x57) {
		head = 1;
		n = cbor[0] - 0x40U;
	} else if (cbor != NULL && len >= 2 && cbor[0] == 0x58) {
		head = 2;
		n = cbor[1];
	} else if (cbor != NULL && len >= 3 && cbor[0] == 0x59) {
		head = 3;
		n = (size_t)cbor[1] << 8 | cbor[2];
	}
	if (head == 0 || len - head != n) {
		log_say(LOG_WARNING, "a key sent no authenticator data");
		return false;
	}
	return job_take("authenticator data", cbor + head, n, to->auth_data,
	    sizeof(to->auth_data), &to->auth_data_len);
}

/* A key that was asked for one credential need not say which it used. */
static bool
take_id(struct k_touched *to, const struct job *j, const fido_assert_t *a)
{
	const struct p_credential *holds = j->devices.list[0].holds;
	const unsigned char *id = fido_assert_id_ptr(a, 0);
	size_t len = fido_assert_id_len(a, 0);

	if (len == 0 && j->ask->n == 1)
		holds = &j->ask->credentials[0];
	if (len == 0 && holds != NULL) {
		id = holds->id;
		len = holds->len;
	}
	return job_take("credential id", id, len, to->credential,
	    sizeof(to->credential), &to->credential_len);
}

int
job_prove(struct job *j, enum way way, const char *pin)
{
	fido_dev_t *dev = j->devices.list[0].fido;
	fido_assert_t *a = fido_assert_new();
	int r = FIDO_ERR_INTERNAL;

	if (a == NULL || (r = fill(j, a, way)) != FIDO_OK ||
	    (r = fido_dev_set_timeout(dev, job_left(j))) != FIDO_OK ||
	    (r = fido_dev_get_assert(dev, a, pin)) != FIDO_OK)
		goto out;
	if (fido_assert_count(a) != 1 || !take_id(&j->word, j, a) ||
	    !take_auth_data(&j->word, fido_assert_authdata_ptr(a, 0),
		fido_assert_authdata_len(a, 0)) ||
	    !job_take("signature", fido_assert_sig_ptr(a, 0),
		fido_assert_sig_len(a, 0), j->word.signature,
		sizeof(j->word.signature), &j->word.signature_len))
		r = FIDO_ERR_INVALID_LENGTH;
out:
	fido_assert_free(&a);
	return r;
}
