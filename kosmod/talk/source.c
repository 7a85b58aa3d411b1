#include "config.h"

#include "source.h"

#include <arpa/inet.h>
#include <string.h>

/* The text of an address, folded; false if it is none. */
static bool
fold_address(const char *text, char *ret, size_t size)
{
	char plain[64];
	struct in6_addr six;
	struct in_addr four;
	size_t len = strcspn(text, "%");

	if (len == 0 || len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	if (inet_pton(AF_INET, plain, &four) == 1)
		return inet_ntop(AF_INET, &four, ret, (socklen_t)size) != NULL;
	if (inet_pton(AF_INET6, plain, &six) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&six)) {
		memcpy(&four, six.s6_addr + 12, sizeof(four));
		return inet_ntop(AF_INET, &four, ret, (socklen_t)size) != NULL;
	}
	memset(six.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &six, ret, (socklen_t)size) != NULL;
}

void
source_of(const struct msg_hello *hello, bool console, struct k_bind *bind)
{
	char text[sizeof(bind->source)] = "";

	if (!fold_address(hello->source, text, sizeof(text)) &&
	    !fold_address(hello->rhost, text, sizeof(text)))
		text[0] = '\0';
	memcpy(bind->source, text, sizeof(bind->source));
	bind->console =
	    console && hello->source[0] == '\0' && hello->rhost[0] == '\0';
}
