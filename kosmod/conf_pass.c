#include "config.h"

#include "conf_pass.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Both ends are the same program; the size would tell if they were not. */
struct given {
	char version[16];
	struct conf conf;
};

int
conf_give(const struct conf *conf, int *ret_fd)
{
	static const int seals =
	    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	char version[sizeof(((struct given *)0)->version)] = PACKAGE_VERSION;
	int fd = memfd_create("kosmod.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1)
		return KOSMO_EIO;
	if (pwrite(fd, version, sizeof(version), 0) !=
		(ssize_t)sizeof(version) ||
	    pwrite(fd, conf, sizeof(*conf), offsetof(struct given, conf)) !=
		(ssize_t)sizeof(*conf) ||
	    fcntl(fd, F_ADD_SEALS, seals) == -1) {
		(void)close(fd);
		return KOSMO_EIO;
	}
	*ret_fd = fd;
	return KOSMO_OK;
}

int
conf_take(int fd, struct conf *ret)
{
	char version[sizeof(((struct given *)0)->version)];
	int r = KOSMO_EVERSION;
	struct stat st;

	if (fstat(fd, &st) == -1 || (size_t)st.st_size != sizeof(struct given))
		goto out;
	if (pread(fd, version, sizeof(version), 0) !=
		(ssize_t)sizeof(version) ||
	    strncmp(version, PACKAGE_VERSION, sizeof(version)) != 0)
		goto out;
	r = pread(fd, ret, sizeof(*ret), offsetof(struct given, conf)) ==
		(ssize_t)sizeof(*ret)
	    ? KOSMO_OK
	    : KOSMO_EIO;
out:
	(void)close(fd);
	return r;
}
