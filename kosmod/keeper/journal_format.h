/*
 * journal_format.h: bytes that journal.c writes and replay.c reads.
 */
#ifndef KOSMO_KEEPER_JOURNAL_FORMAT_H
#define KOSMO_KEEPER_JOURNAL_FORMAT_H

#include "kosmod/keeper/journal.h"

#define JOURNAL_MAGIC "KSMJRNL" /* and a byte for the version */
#define JOURNAL_VERSION 1
#define JOURNAL_EPOCH_LEN 16
#define BATCH_MAGIC "KSMBATCH"
#define BATCH_HEAD 56	    /* magic, u32 length, u32 zero, u64 sequence, MAC */
#define JOURNAL_NAME_LEN 25 /* with the NUL */

/* What every MAC of a file covers besides the batch. */
struct journal_scope {
	uint8_t id[STORE_ID_LEN];
	uint8_t epoch[JOURNAL_EPOCH_LEN];
};

/* "journal.<first>". */
void journal_name(uint64_t first, char ret[static JOURNAL_NAME_LEN]);

KOSMO_CHECK int
journal_head(struct seal *seal, const struct journal_scope *scope,
    uint64_t first, uint8_t ret[static JOURNAL_HEAD]);

/* The head of a batch with this payload. */
KOSMO_CHECK int journal_batch_head(struct seal *seal,
    const struct journal_scope *scope, uint64_t sequence,
    const uint8_t *payload, size_t len, uint8_t ret[static BATCH_HEAD]);

#endif
