#!/bin/bash
# A key as a device of the kernel: from udev's rule to a login. Run by
# hidraw-vm in its machine.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/host/lib.sh
. "$here/lib.sh"
keys=$KOSMO_BUILD/tests/authenticator

mkdir "$KOSMO_WORK/usb"
"$keys/authenticator" -p 1234 "$KOSMO_WORK/usb/blue" "$KOSMO_WORK/blue" &
wait_for "$PATIENCE" test -S "$KOSMO_WORK/usb/blue"
"$keys/uhid" "$KOSMO_WORK/usb/blue" &
wait_for "$PATIENCE" test -c /dev/hidraw0
has "it is listed" '^/dev/hidraw0: vendor=0x1209, product=0x0001' \
    "$(fido2-token -L)"
finish_tests
