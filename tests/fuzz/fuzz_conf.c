#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kosmod/conf_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as kosmod.conf: told and refused, or read and checked. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	FILE *in, *err;

	if (size == 0)
		return 0;
	in = fmemopen((void *)(uintptr_t)data, size, "r");
	err = fopen("/dev/null", "w");
	if (in != NULL && err != NULL) {
		conf_defaults(&conf);
		if (conf_read(in, "fuzz.conf", &conf, err) == KOSMO_OK &&
		    conf_check(&conf, "fuzz.conf", err) == KOSMO_OK)
			conf_advise(&conf, err);
	}
	if (in != NULL)
		(void)fclose(in);
	if (err != NULL)
		(void)fclose(err);
	return 0;
}
