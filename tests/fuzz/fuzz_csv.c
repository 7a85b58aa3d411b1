/*
 * The file of user import. The first byte chooses an encoding; whatever comes
 * out of a reading must be whole: values with an end, people with a state.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kosmoctl/csv.h"
#include "kosmoctl/csv_file.h"

#define NOW 1775000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct csv *csv)
{
	size_t bad, warnings, seen = 0;

	csv_count(csv, &bad, &warnings);
	for (size_t i = 0; i < csv->n_people; i++) {
		const struct csv_person *p = &csv->people[i];

		for (size_t k = 0; k < CSV_COLUMNS; k++)
			seen += strlen(p->value[k]);
		if (p->state == CSV_GOOD && strlen(p->birth) != 8)
			abort();
		if (p->line == 0 || (i > 0 && p->line < p[-1].line))
			abort();
	}
	for (size_t i = 0; i < csv->n_problems; i++) {
		const struct csv_problem *q = &csv->problems[i];

		if (q->reason == NULL || q->value == NULL || q->login == NULL)
			abort();
	}
	if (bad > csv->n_people || seen > csv->bytes)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_file f = { 0 };
	struct csv csv = { 0 };

	if (size == 0 || (f.bytes = malloc(size)) == NULL)
		return 0;
	f.len = size - 1;
	memcpy(f.bytes, data + 1, f.len);
	f.bytes[f.len] = '\0';
	if (csv_file_decode(data[0] == 's' ? "cp932" : NULL, &f) == KOSMO_OK) {
		if (csv_read(f.bytes, f.len, NOW, &csv) == KOSMO_OK)
			(void)!csv_doubles(&csv);
		csv_sort_problems(&csv);
		look(&csv);
	}
	csv_done(&csv);
	csv_file_done(&f);
	return 0;
}
