#!/bin/bash
# A key as a device of the kernel, on a host that systemd runs, with Kosmo's
# units, rule of udev and accounts as they are installed and set up by
# README.md's commands: enrolments, logins and sudo. Run by hidraw-vm in its
# machine.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/host/lib.sh
. "$here/lib.sh"
software=$KOSMO_BUILD/tests/authenticator

# --- keys -----------------------------------------------------------------------

mkdir "$KOSMO_WORK/usb"

# A key with the PIN 1234, which is touched when told, not plugged in yet.
key_make() {
	"$software/authenticator" -u -p 1234 -s touch=told \
	    "$KOSMO_WORK/usb/$1" "$KOSMO_WORK/$1" 3<&- &
	disown
	wait_for "$PATIENCE" test -p "$KOSMO_WORK/$1/control"
}

key_plug() {
	echo plug > "$KOSMO_WORK/$1/control"
	wait_for "$PATIENCE" test -S "$KOSMO_WORK/usb/$1"
	"$software/uhid" "$KOSMO_WORK/usb/$1" 3<&- &
	disown
}

# udev has done its part.
has_rights() {
	[ "$(stat -c %G /dev/hidraw0 2> /dev/null)" = kosmo-touch ]
}

key_pull() {
	echo unplug > "$KOSMO_WORK/$1/control"
	wait_for "$PATIENCE" test ! -e /dev/hidraw0
}

# key_touch NAME: touches it as soon as it blinks.
key_touch() {
	wait_for "$PATIENCE" key_blinks "$1"
	echo touch > "$KOSMO_WORK/$1/control"
	wait_for "$PATIENCE" key_was_touched "$1"
}

key_blinks() {
	[ "$(grep -c blinks "$KOSMO_WORK/$1/log")" -gt \
	    "$(grep -c touched "$KOSMO_WORK/$1/log")" ]
}

key_was_touched() {
	! key_blinks "$1"
}

# --- the host ---------------------------------------------------------------------

# readme BEGIN: types what README.md says.
readme() {
	"$here/readme" "$1" > "$KOSMO_WORK/typed" &&
	    sh -euc ". $KOSMO_WORK/typed" 2>&1
}

as_touch() {
	setpriv --reuid kosmo-touch --regid kosmo-touch --clear-groups "$@"
}

rule=/usr/lib/udev/rules.d/71-kosmo-touch.rules
mv "$rule" "$KOSMO_WORK/rule"
# What libfido2's own sources tell people to install.
cat > /etc/udev/rules.d/70-u2f.rules <<'RULE'
KERNEL=="hidraw*", SUBSYSTEM=="hidraw", TAG+="uaccess", GROUP="plugdev", MODE="0660"
RULE
same "no key has been plugged in since the start" 0 \
    "$(grep -c hidraw /proc/devices)"
mkdir -p /etc/kosmo
cat > /etc/kosmo/kosmod.conf <<'CONF'
[login]
methods = passkey totp
[registration]
birth-date = no
terms = no
email = no
user-id = no
relogin = no
[recovery]
count = 0
CONF
readme systemd-sysusers > "$KOSMO_WORK/log"
check "README.md's commands set it up" wait_for "$PATIENCE" touch_answers
same "and the kernel knows of such devices, which the unit names" 1 \
    "$(grep -c hidraw /proc/devices)"

# --- the device and libfido2 ------------------------------------------------------

modprobe uhid
key_make blue
key_make red
key_plug blue
wait_for "$PATIENCE" test -c /dev/hidraw0
udevadm settle
same "a key that comes without the rule is not kosmo-touch's" 'root:plugdev 660' \
    "$(stat -c '%U:%G %a' /dev/hidraw0)"
cp "$KOSMO_WORK/rule" "$rule"
readme 'udevadm control' > /dev/null
wait_for "$PATIENCE" has_rights
same "README.md's udevadm gives it to kosmo-touch" \
    'root:kosmo-touch 660 crw-rw----' \
    "$(stat -c '%U:%G %a %A' /dev/hidraw0)"
has "it is listed" '^/dev/hidraw0: vendor=0x1209, product=0x0001' \
    "$(as_touch fido2-token -L)"
has "others can't ask it" FIDO_ERR_INTERNAL "$(setpriv --reuid nobody \
    --regid nogroup --clear-groups fido2-token -I /dev/hidraw0 2>&1)"

# --- enrolments and logins ----------------------------------------------------------

readme 'cat /usr/share/kosmo/login.defs'
readme 'install -m 440'
echo 'taro ALL=(ALL) ALL' > /etc/sudoers.d/kosmo-test
initial=$(invite taro)

# console NAME PASSWORD
console() {
	screen_open "$1" 80x24 login
	screen_wait "$1" 'login: *$'
	screen_type "$1" taro
	screen_wait "$1" 'Password: *$'
	screen_type "$1" "$2"
}

# has_shell WHAT SCREEN
has_shell() {
	screen_wait "$2" '\$ *$'
	screen_type "$2" id
	screen_wait "$2" '\$ *$'
	has "$1" '^uid=[0-9]+\(taro\)' "$(screen_text "$2")"
}

console first "$initial"
screen_wait first 'Method.*: *$'
has "a passkey is offered" '1 passkey' "$(screen_text first)"
screen_type first 1
screen_wait first 'New password: *$'
screen_type first "$PASSWORD"
screen_wait first 'Retype new password: *$'
screen_type first "$PASSWORD"
screen_wait first 'Press Enter when ready.*: *$'
screen_type first ''
screen_wait first 'PIN of the key: *$'
screen_type first 1234
key_touch blue
screen_wait first 'Device name.*: *$'
screen_type first blue
screen_wait first 'Enter.*: *$'
screen_type first ''
has_shell "a first login with a new passkey ends in a shell" first

screen_type first 'kosmoctl enroll passkey --name=red'
screen_wait first 'Password: *$'
screen_type first "$PASSWORD"
screen_wait first 'PIN of the key: *$'
screen_type first 1234
key_touch blue
screen_wait first 'Press Enter when ready.*: *$'
key_pull blue
key_plug red
wait_for "$PATIENCE" has_rights
screen_type first ''
screen_wait first 'PIN of the key: *$'
screen_type first 1234
key_touch red
screen_wait first '\$ *$'
has "another is enrolled by kosmoctl" '"red" is enrolled' \
    "$(screen_text first)"
screen_close first

console second "$PASSWORD"
screen_wait second 'PIN of the key: *$'
screen_type second 4321
screen_wait second 'PIN of the key: *$'
has "a wrong PIN is told" 'Wrong PIN' "$(screen_text second)"
screen_type second 1234
key_touch red
has_shell "a console login with the key opens a shell" second

screen_type second 'clear; sudo id'
screen_wait second '[Pp]assword.*: *$'
screen_type second "$PASSWORD"
screen_wait second 'PIN of the key: *$'
screen_type second 1234
key_touch red
screen_wait second '\$ *$'
has "sudo with the key makes root" '^uid=0' "$(screen_text second)"
screen_close second

console third "$PASSWORD"
screen_wait third 'PIN of the key: *$'
screen_type third 1234
wait_for "$PATIENCE" key_blinks red
key_pull red
screen_wait third 'Press Enter when ready.*: *$'
has "a key that is pulled out is told" 'pulled out' "$(screen_text third)"
screen_close third
lacks "kosmo-touch had nothing to complain of" . \
    "$(journalctl -q --no-pager -o cat -p warning -u kosmo-touch)"
finish_tests
