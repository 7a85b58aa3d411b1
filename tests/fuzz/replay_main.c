/*
 * Gives the files named as arguments to a fuzz target, one by one: the
 * committed corpus then runs with any compiler.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define INPUT_MAX ((size_t)1024 * 1024)

static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX);
	size_t len;

	if (f == NULL || data == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(data, 1, INPUT_MAX, f);
	(void)fclose(f);
	/* A block of exactly this size, so that a read beyond it shows. */
	uint8_t *exact = realloc(data, len > 0 ? len : 1);

	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		(void)replay(argv[i]);
	(void)printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
