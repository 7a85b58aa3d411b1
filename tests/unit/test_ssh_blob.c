/*
 * FIDO2 keys of OpenSSH as people paste them, and their signatures: vectors
 * made by ssh-keygen with openssh-tests' sk-dummy.so.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "kosmod/talk/ssh_blob.h"
#include "kosmod/talk/ssh_line.h"

#define ED_TYPE "sk-ssh-ed25519@openssh.com"
#define ED_BLOB                                                           \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIGzcQp9fBhLM9IQEQ+w" \
	"b/VSS7kXvko6gltjkDmwqrpsoAAAABHNzaDo="
#define EC_TYPE "sk-ecdsa-sha2-nistp256@openssh.com"
#define EC_BLOB                                                           \
	"AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHA" \
	"yNTYAAABBBCRPGkzU0B9EWjAM1mqgD3z68Ztcz+MFfQoxIy92lybSNHblUhaV4T" \
	"6e4zVHHG+NbQJAXlUNyyuFqoPVjMABlHQAAAAEc3NoOg=="
#define APP_LINE                                                         \
	ED_TYPE " AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOKbKQeun" \
		"ZHROy4hmfFaAQuIALgklR/INa0IWZmlWJkBAAAACHNzaDp3b3Jr "
#define PLAIN_LINE                                                        \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK60qSGjiXgKSsmB6naFz5y3kba" \
	"GYimbLM7LWaeney0 plain"
#define CERT_LINE                                                         \
	"sk-ssh-ed25519-cert-v01@openssh.com AAAAI3NrLXNzaC1lZDI1NTE5LWN" \
	"lcnQtdjAxQG9wZW5zc2guY29tAAAAIKnDrvIR5XeKyuf3a3mlLGfQFurjUTGq7B" \
	"g7PMKndrUZAAAA taro@pc"

/* What agents answer: 66 and 73 bytes of signature, flags, counter. */
#define ED_SIGNATURE                                                   \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAQFPzscczj9mwGjom" \
	"kgWlkvFyYEQv8RRGJ69HqxrzH2Hare6IqwY0CiZXo+5CUdPBB//P3Ht8xadO" \
	"ODEOtWHB5wYFEjRWeA=="
#define EC_SIGNATURE                                                   \
	"AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAABJAAAA" \
	"IQDfljKMy550FJcNNUjDowNJ92Um4Hxpee5dG2n8NUov4wAAACAYoYG+5KMA" \
	"EpWQMu4zPePD6ZgYECw6Gkt1DiU8y4hZ0QUSNFZ4"

static enum ssh_line
line(const char *text, struct k_ssh_pub *ret)
{
	return ssh_line_read(text, strlen(text), ret);
}

static size_t
decode(const char *base64, uint8_t ret[static 512])
{
	size_t n = strlen(base64);
	int len = EVP_DecodeBlock(ret, (const unsigned char *)base64, (int)n);

	assert_true(len > 0);
	for (; n > 0 && base64[n - 1] == '='; n--)
		len--;
	return (size_t)len;
}

static void
test_lines(void **state)
{
	static const char *const good[] = {
		ED_TYPE " " ED_BLOB,
		ED_TYPE " " ED_BLOB " taro@pc",
		ED_TYPE " " ED_BLOB " two words, \xe5\xa4\xaa\xe9\x83\x8e",
		"  \t" ED_TYPE "\t  " ED_BLOB "  taro@pc  ",
		ED_TYPE " " ED_BLOB " taro@pc\r\n",
		ED_TYPE " " ED_BLOB "\r",
		ED_TYPE " " ED_BLOB "\n\n",
		"\xef\xbb\xbf" ED_TYPE " " ED_BLOB " taro@pc\r\n",
	};
	struct k_ssh_pub key, other;

	(void)state;
	assert_int_equal(line(good[0], &key), SSH_LINE_KEY);
	assert_int_equal(key.alg, ALG_EDDSA);
	assert_int_equal(key.key_len, 32);
	assert_int_equal(key.device, 0);
	assert_string_equal(key.application, "ssh:");
	assert_memory_equal(key.key, "\x6c\xdc\x42\x9f\x5f\x06\x12\xcc", 8);
	for (size_t i = 1; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(line(good[i], &other), SSH_LINE_KEY);
		assert_memory_equal(&other, &key, sizeof(key));
	}
	assert_int_equal(line(EC_TYPE " " EC_BLOB " x", &key), SSH_LINE_KEY);
	assert_int_equal(key.alg, ALG_ES256);
	assert_int_equal(key.key_len, 64);
	assert_memory_equal(key.key, "\x24\x4f\x1a\x4c\xd4\xd0\x1f\x44", 8);
	assert_int_equal(line(APP_LINE, &key), SSH_LINE_KEY);
	assert_string_equal(key.application, "ssh:work");
}

static void
test_other_lines(void **state)
{
	static const char *const other[] = { "", " ", "\n", "yes", PLAIN_LINE,
		CERT_LINE, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ",
		"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=",
		"no-touch-required " ED_TYPE " " ED_BLOB,
		"verify-required,from=\"192.0.2.1\" " ED_TYPE " " ED_BLOB,
		"cert-authority " ED_TYPE " " ED_BLOB, ED_BLOB,
		"# " ED_TYPE " " ED_BLOB, "\xef\xbb\xbf", "\xef\xbb",
		"\xef\xbb\xbf\xef\xbb\xbf" ED_TYPE " " ED_BLOB,
		"webauthn-" EC_TYPE " " EC_BLOB,
		/* of a web page, not of ssh */
		ED_TYPE
		" AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIGzcQp9fBh"
		"LM9IQEQ+wb/VSS7kXvko6gltjkDmwqrpsoAAAADGh0dHBzOi8vd2ViMQ==" };
	struct k_ssh_pub key, none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(line(other[i], &key), SSH_LINE_OTHER);
		assert_memory_equal(&key, &none, sizeof(key));
	}
	assert_int_equal(line("-----BEGIN OPENSSH PRIVATE KEY-----", &key),
	    SSH_LINE_PRIVATE);
	assert_int_equal(line("-----BEGIN RSA PRIVATE KEY-----\r\n", &key),
	    SSH_LINE_PRIVATE);
	assert_memory_equal(&key, &none, sizeof(key));
}

/* Cut anywhere behind "sk-" it is never taken for a key, nor for another. */
static void
test_cut_lines(void **state)
{
	static const char *const lines[] = { ED_TYPE " " ED_BLOB,
		EC_TYPE " " EC_BLOB };
	static const char *const damaged[] = { EC_TYPE " " ED_BLOB,
		ED_TYPE " " EC_BLOB, ED_TYPE " " ED_BLOB "=",
		ED_TYPE " " ED_BLOB "AAAA", ED_TYPE " =" ED_BLOB,
		ED_TYPE "  taro@pc", "sk-ssh-ed25519 " ED_BLOB,
		/* the same bytes, not written in the one way */
		ED_TYPE " AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIGzcQp"
			"9fBhLM9IQEQ+wb/VSS7kXvko6gltjkDmwqrpsoAAAABHNzaDp=" };
	struct k_ssh_pub key, none = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t n = 3; n < strlen(lines[i]); n++) {
			assert_int_equal(
			    ssh_line_read(lines[i], n, &key), SSH_LINE_CUT);
			assert_memory_equal(&key, &none, sizeof(key));
		}
	}
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		assert_int_equal(line(damaged[i], &key), SSH_LINE_CUT);
}

/* An answer of PAM has 511 bytes: the longest key, and a comment. */
static void
test_room(void **state)
{
	struct k_ssh_pub key = { .alg = ALG_ES256, .key_len = 64 }, again;
	struct buf blob = BUF_INIT;
	char text[1024];
	int n;

	(void)state;
	memset(key.application, 'a', 64);
	memcpy(key.application, "ssh:", 4);
	assert_int_equal(ssh_key_write(&key, &blob), 0);
	n = sprintf(text, "%s ", EC_TYPE);
	n += EVP_EncodeBlock(
	    (unsigned char *)text + n, blob.data, (int)blob.len);
	assert_true(n < 400);
	assert_int_equal(line(text, &again), SSH_LINE_KEY);
	assert_memory_equal(&again, &key, sizeof(key));
	buf_done(&blob);
}

/* Each byte less or more, each length that says something else. */
static void
test_blobs(void **state)
{
	static const char *const blobs[] = { ED_BLOB, EC_BLOB };
	uint8_t blob[512], more[513];
	struct k_ssh_pub key;
	struct buf b = BUF_INIT;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		len = decode(blobs[i], blob);
		assert_int_equal(ssh_key_read(blob, len, &key), 0);
		assert_int_equal(ssh_key_write(&key, &b), 0);
		assert_int_equal(b.len, len);
		assert_memory_equal(b.data, blob, len);
		buf_done(&b);
		for (size_t n = 0; n < len; n++)
			assert_int_equal(
			    ssh_key_read(blob, n, &key), KOSMO_EFORMAT);
		memcpy(more, blob, len);
		more[len] = 0;
		assert_int_equal(
		    ssh_key_read(more, len + 1, &key), KOSMO_EFORMAT);
	}
}

static void
test_points(void **state)
{
	static const struct {
		size_t at;
		uint8_t is;
	} changes[] = {
		{ 4 + 34 + 4 + 7, '1' },   /* nistp251 */
		{ 4 + 34 + 3, 7 },	   /* nistp25 */
		{ 4 + 34 + 4 + 8 + 4, 2 }, /* compressed */
		{ 4 + 34 + 4 + 8 + 4, 6 }, /* hybrid */
		{ 4 + 34 + 4 + 8 + 4, 0 }, /* infinity */
		{ 4 + 34 + 4 + 8 + 3, 64 }, { 4 + 34 + 4 + 8 + 3, 66 },
		{ 0, 0xff }, /* a type of 4 GiB */
	};
	uint8_t blob[512];
	struct k_ssh_pub key;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		size_t len = decode(EC_BLOB, blob);

		blob[changes[i].at] = changes[i].is;
		assert_int_equal(ssh_key_read(blob, len, &key), KOSMO_EFORMAT);
	}
}

static void
test_applications(void **state)
{
	static const char *const bad[] = { "", "ssh",
		"SSH:", " ssh:", "https://web1", "ssh:\n", "ssh:\xff",
		"ssh:\x1b[2J" };
	struct k_ssh_pub key = { .alg = ALG_EDDSA, .key_len = 32 }, again;
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(
		    key.application, sizeof(key.application), "%s", bad[i]);
		assert_int_equal(ssh_key_write(&key, &b), 0);
		assert_int_equal(
		    ssh_key_read(b.data, b.len, &again), KOSMO_EINVAL);
		buf_reset(&b);
	}
	assert_int_equal(
	    ssh_key_write(&(struct k_ssh_pub){ 0 }, &b), KOSMO_EINVAL);
	buf_done(&b);
}

static void
test_signatures(void **state)
{
	static const char *const signatures[] = { ED_SIGNATURE, EC_SIGNATURE };
	static const uint8_t algs[] = { ALG_EDDSA, ALG_ES256 };
	struct k_signed s = { 0 };
	uint8_t blob[512];
	size_t len;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		len = decode(signatures[i], blob);
		assert_int_equal(ssh_signature_read(algs[i], blob, len, &s), 0);
		assert_int_equal(s.flags, KEY_UP | KEY_UV);
		assert_int_equal(s.counter, 0x12345678);
		for (size_t n = 0; n < len; n++)
			assert_int_equal(
			    ssh_signature_read(algs[i], blob, n, &s),
			    KOSMO_EFORMAT);
		blob[len] = 0;
		assert_int_equal(ssh_signature_read(algs[i], blob, len + 1, &s),
		    KOSMO_EFORMAT);
		assert_int_equal(ssh_signature_read(algs[1 - i], blob, len, &s),
		    KOSMO_EFORMAT);
	}
	assert_memory_equal(s.signature, "\xdf\x96\x32\x8c", 4);
	assert_memory_equal(s.signature + 32, "\x18\xa1\x81\xbe", 4);
	assert_int_equal(
	    ssh_signature_read(ALG_RS256, blob, 1, &s), KOSMO_EINVAL);
}

/* sk-ecdsa: r is what varies, s is 1, flags 5, counter 9. */
static int
read_numbers(const char *r, size_t len, struct k_signed *ret)
{
	struct buf b = BUF_INIT, both = BUF_INIT;
	int e;

	assert_int_equal(ssh_add_string(&both, r, len), 0);
	assert_int_equal(ssh_add_string(&both, "\x01", 1), 0);
	assert_int_equal(ssh_add_string(&b, EC_TYPE, strlen(EC_TYPE)), 0);
	assert_int_equal(ssh_add_string(&b, both.data, both.len), 0);
	assert_int_equal(buf_add(&b, "\x05\0\0\0\x09", 5), 0);
	e = ssh_signature_read(ALG_ES256, b.data, b.len, ret);
	buf_done(&b);
	buf_done(&both);
	return e;
}

static void
test_numbers(void **state)
{
	struct k_signed s = { 0 };
	char long_one[34];

	(void)state;
	assert_int_equal(read_numbers("\x7f", 1, &s), 0);
	assert_int_equal(s.signature[31], 0x7f);
	assert_int_equal(s.signature[30], 0);
	assert_int_equal(s.signature[63], 1);
	assert_int_equal(s.counter, 9);
	assert_int_equal(read_numbers("\0\x80", 2, &s), 0);
	assert_int_equal(s.signature[31], 0x80);
	memset(long_one, 0x7f, sizeof(long_one));
	assert_int_equal(read_numbers(long_one, 32, &s), 0);
	assert_int_equal(read_numbers(long_one, 33, &s), KOSMO_EFORMAT);
	long_one[0] = 0;
	memset(long_one + 1, 0xff, 33);
	assert_int_equal(read_numbers(long_one, 33, &s), 0);
	assert_int_equal(s.signature[0], 0xff);
	assert_int_equal(read_numbers(long_one, 34, &s), KOSMO_EFORMAT);
	/* zero, negative, and not the shortest */
	assert_int_equal(read_numbers("", 0, &s), KOSMO_EFORMAT);
	assert_int_equal(read_numbers("\0", 1, &s), KOSMO_EFORMAT);
	assert_int_equal(read_numbers("\x80", 1, &s), KOSMO_EFORMAT);
	assert_int_equal(read_numbers("\0\x7f", 2, &s), KOSMO_EFORMAT);
	assert_int_equal(read_numbers("\0\0\x80", 3, &s), KOSMO_EFORMAT);
}

/* PROTOCOL.sshsig, "Signed Data, of which the signature goes into the blob" */
static void
test_sshsig(void **state)
{
	static const char want[] = "SSHSIG\0\0\0\017kosmo-sudo@web1\0\0\0\0"
				   "\0\0\0\06sha256\0\0\0\x20"
				   "\x2c\xf2\x4d\xba\x5f\xb0\xa3\x0e\x26\xe8"
				   "\x3b\x2a\xc5\xb9\xe2\x9e\x1b\x16\x1e\x5c"
				   "\x1f\xa7\x42\x5e\x73\x04\x33\x62\x93\x8b"
				   "\x98\x24";
	static const struct k_challenge challenge = {
		.namespace = "kosmo-sudo@web1", .text = "hello"
	};
	struct buf b = BUF_INIT;

	(void)state;
	assert_int_equal(ssh_sig_write(&challenge, &b), 0);
	assert_int_equal(b.len, sizeof(want) - 1);
	assert_memory_equal(b.data, want, b.len);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_cut_lines),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_blobs),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_applications),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_sshsig),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
