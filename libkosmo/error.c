#include "config.h"

#include "error.h"

const char *
kosmo_strerror(int err)
{
	switch ((enum kosmo_err)err) {
	case KOSMO_OK:
		return "no error";
	case KOSMO_ENOMEM:
		return "out of memory";
	case KOSMO_EINVAL:
		return "value not allowed";
	case KOSMO_ETOOBIG:
		return "too long";
	case KOSMO_EFORMAT:
		return "malformed message";
	case KOSMO_EVERSION:
		return "made by a newer version";
	case KOSMO_ENOTFOUND:
		return "not found";
	case KOSMO_EEXIST:
		return "exists already";
	case KOSMO_ECONFLICT:
		return "changed meanwhile";
	case KOSMO_EPERM:
		return "not allowed";
	case KOSMO_EIO:
		return "input/output failed";
	case KOSMO_EFULL:
		return "full";
	case KOSMO_ECORRUPT:
		return "stored data is damaged";
	case KOSMO_ECLOSED:
		return "peer is gone";
	case KOSMO_ETIMEOUT:
		return "timed out";
	case KOSMO_ECRYPTO:
		return "crypto library failed";
	}
	return "unknown error";
}
