# shellcheck shell=bash
# What quickstart and run-tests share: missing packages, and a build out of
# tree from a copy of the sources, so that nothing is left among them.
# The caller sets top (the sources) and scratch (a folder to write in).
# shellcheck disable=SC2034,SC2154 # used, and set, by the caller

packages_build='gcc libc6-dev make autoconf automake libtool pkg-config gettext
libssl-dev libcbor-dev libqrencode-dev libevent-dev libseccomp-dev libinih-dev
libjansson-dev libcrypt-dev libpam0g-dev libgdbm-dev libcsv-dev libpng-dev
libsystemd-dev libfido2-dev'
packages_host='openssh-server openssh-client passwd login procps util-linux
perl-base'
packages_play='tmux zbar-tools oathtool'
packages_tests='binutils clang valgrind libcmocka-dev strace
xz-utils shellcheck mandoc sudo sshpass python3 debootstrap systemd-container
iproute2 openssh-tests fido2-tools'

is_installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2> /dev/null |
	    grep -qx installed
}

# quietly WHAT COMMAND [ARG ...]: its output is shown only if it fails.
quietly() {
	local what=$1 log
	shift
	log=$(mktemp "$scratch/log.XXXXXX")
	if ! "$@" > "$log" 2>&1; then
		echo "$what failed:" >&2
		tail -n 40 "$log" >&2
		return 1
	fi
	rm -f "$log"
}

# A package that brings a service must not start it on this host.
without_starting() {
	local guard=/usr/sbin/policy-rc.d status=0
	if [ -e "$guard" ]; then
		"$@"
		return
	fi
	printf '#!/bin/sh\nexit 101\n' > "$guard"
	chmod 755 "$guard"
	"$@" || status=$?
	rm -f "$guard"
	return "$status"
}

# need PACKAGE ...: installs those that are missing, and says so.
need() {
	local package missing=()
	for package in "$@"; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} != 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "missing, and only root can install: ${missing[*]}" >&2
		return 1
	fi
	echo "installing: ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	without_starting quietly 'apt-get' install_now "${missing[@]}" ||
	    return 1
	case " ${missing[*]} " in *' openssh-server '*) quiet_sshd ;; esac
}

install_now() {
	local get=(apt-get -q -y -o DPkg::Lock::Timeout=120)
	"${get[@]}" install --no-install-recommends "$@" < /dev/null || {
		"${get[@]}" update < /dev/null
		"${get[@]}" install --no-install-recommends "$@" < /dev/null
	}
}

# Out of a package that brings much else: a security key for ssh, in software.
need_soft_key() {
	SK_DUMMY=/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so
	if [ ! -e "$SK_DUMMY" ]; then
		echo "fetching: openssh-tests (one file of it)"
		mkdir "$scratch/soft-key"
		quietly apt-get fetch_now openssh-tests "$scratch/soft-key" ||
		    return 1
		SK_DUMMY=$scratch/soft-key$SK_DUMMY
	fi
	export SK_DUMMY
}

fetch_now() (
	cd "$2" || exit
	apt-get -q download "$1" || {
		apt-get -q update
		apt-get -q download "$1"
	}
	dpkg-deb -x "$1"_*.deb .
)

# We brought sshd for a private copy of the host: the host itself stays shut.
quiet_sshd() {
	echo "openssh-server is new here: it is not started and not enabled"
	[ ! -d /run/systemd/system ] ||
	    systemctl -q disable ssh.service ssh.socket 2> /dev/null || :
}

# The sources without what builds leave in them, as scratch/source.
copy_sources() {
	[ ! -d "$scratch/source" ] || return 0
	mkdir "$scratch/source"
	tar -C "$top" --exclude=./.git --exclude=./autom4te.cache \
	    --exclude=./config.status --exclude=./Makefile --exclude=.libs \
	    --exclude=.deps --exclude='*.o' --exclude='*.lo' --exclude='*.la' \
	    -cf - . | tar -C "$scratch/source" --no-same-owner -xf -
	(cd "$scratch/source" && quietly autoreconf autoreconf -fi)
}

# configure_in NAME [ARG ...]: scratch/NAME, with the paths of a real host.
configure_in() {
	local name=$1 triplet
	shift
	triplet=$(gcc -print-multiarch)
	copy_sources || return 1
	mkdir -p "$scratch/$name"
	# libtool runs for each file, in a third less time than with bash
	(cd "$scratch/$name" && CONFIG_SHELL=/bin/sh quietly configure \
	    ../source/configure \
	    --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
	    --libdir="/usr/lib/$triplet" "$@")
}

# make_in NAME [ARG ...]
make_in() {
	local name=$1
	shift
	quietly "make $*" make -C "$scratch/$name" -j"$(nproc)" "$@"
}
