#include "config.h"

#include <fido/param.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/log.h"
#include "touch/job.h"

bool
job_take(const char *what, const unsigned char *from, size_t len, uint8_t *to,
    size_t max, uint32_t *ret_len)
{
	if (from == NULL || len == 0 || len > max) {
		log_say(LOG_WARNING, "a key sent %zu bytes of %s", len, what);
		return false;
	}
	memcpy(to, from, len);
	*ret_len = (uint32_t)len;
	return true;
}

static bool
can_do(const fido_cbor_info_t *info, int alg)
{
	for (size_t i = 0; i < fido_cbor_info_algorithm_count(info); i++) {
		if (fido_cbor_info_algorithm_cose(info, i) == alg)
			return true;
	}
	return false;
}

/* The first of ours that the key names; what names none does ES256. */
static int
choose_alg(fido_dev_t *dev, int *ret)
{
	static const int ours[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };
	fido_cbor_info_t *info = fido_cbor_info_new();
	int r = info == NULL ? FIDO_ERR_INTERNAL : FIDO_OK;

	*ret = COSE_ES256;
	if (r != FIDO_OK || !fido_dev_is_fido2(dev) ||
	    (r = fido_dev_get_cbor_info(dev, info)) != FIDO_OK ||
	    fido_cbor_info_algorithm_count(info) == 0)
		goto out;
	r = FIDO_ERR_UNSUPPORTED_ALGORITHM;
	for (size_t i = 0; i < 3 && r != FIDO_OK; i++) {
		if (can_do(info, ours[i])) {
			*ret = ours[i];
			r = FIDO_OK;
		}
	}
out:
	fido_cbor_info_free(&info);
	return r;
}

static int
fill(const struct job *j, fido_cred_t *cred, int alg, enum way way)
{
	const struct p_touch *ask = j->ask;
	int r;

	if ((r = fido_cred_set_type(cred, alg)) != FIDO_OK ||
	    (r = fido_cred_set_rp(cred, ask->rp_id, ask->rp_id)) != FIDO_OK ||
	    (r = fido_cred_set_clientdata_hash(
		 cred, ask->hash, sizeof(ask->hash))) != FIDO_OK ||
	    (r = fido_cred_set_user(cred, ask->user, sizeof(ask->user),
		 ask->login, ask->login, NULL)) != FIDO_OK)
		return r;
	/* one that was asked before holds none of them */
	for (size_t i = 0; i < ask->n && j->devices.list[0].unsure; i++) {
		r = fido_cred_exclude(
		    cred, ask->credentials[i].id, ask->credentials[i].len);
		if (r != FIDO_OK)
			return r;
	}
	/* some hide new credentials from who has not given the PIN yet */
	if (fido_dev_supports_cred_prot(j->devices.list[0].fido) &&
	    (r = fido_cred_set_prot(
		 cred, FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID)) != FIDO_OK)
		return r;
	/* rk stays off: what is stored on the key names nobody */
	return way == WAY_UV ? fido_cred_set_uv(cred, FIDO_OPT_TRUE) : FIDO_OK;
}

static bool
take(struct k_touched *to, const fido_cred_t *cred)
{
	const char *format = fido_cred_fmt(cred);

	if (format == NULL || strlen(format) >= sizeof(to->format)) {
		log_say(LOG_WARNING, "a key sent no format that can be");
		return false;
	}
	(void)snprintf(to->format, sizeof(to->format), "%s", format);
	return job_take("credential id", fido_cred_id_ptr(cred),
		   fido_cred_id_len(cred), to->credential,
		   sizeof(to->credential), &to->credential_len) &&
	    job_take("authenticator data", fido_cred_authdata_raw_ptr(cred),
		fido_cred_authdata_raw_len(cred), to->auth_data,
		sizeof(to->auth_data), &to->auth_data_len) &&
	    job_take("attestation", fido_cred_attstmt_ptr(cred),
		fido_cred_attstmt_len(cred), to->statement,
		sizeof(to->statement), &to->statement_len);
}

int
job_enrol(struct job *j, enum way way, const char *pin)
{
	fido_dev_t *dev = j->devices.list[0].fido;
	fido_cred_t *cred = fido_cred_new();
	int alg = COSE_ES256, r = FIDO_ERR_INTERNAL;

	if (cred == NULL || (r = choose_alg(dev, &alg)) != FIDO_OK ||
	    (r = fill(j, cred, alg, way)) != FIDO_OK ||
	    (r = fido_dev_set_timeout(dev, job_left(j))) != FIDO_OK ||
	    (r = fido_dev_make_cred(dev, cred, pin)) != FIDO_OK)
		goto out;
	if (!take(&j->word, cred))
		r = FIDO_ERR_INVALID_LENGTH;
out:
	fido_cred_free(&cred);
	return r;
}
