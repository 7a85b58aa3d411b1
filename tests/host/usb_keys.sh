# shellcheck shell=bash
# Security keys for tests on a private host: software authenticators of the
# build, which kosmo-touch finds in place of USB keys. After lib.sh.
# shellcheck disable=SC2154 # KOSMO_WORK, KOSMO_DEST, PATIENCE

usb=/run/kosmo-authenticators
authenticator=${KOSMO_BUILD-}/tests/authenticator/authenticator
shim=${KOSMO_BUILD-}/tests/authenticator/.libs/shim.so
touch=$KOSMO_DEST/usr/libexec/kosmo/kosmo-touch

# Has the build what this needs?
usb_ready() {
	[ -x "$authenticator" ] && [ -e "$shim" ] && [ -x "$touch" ] || return 1
	install -d -o kosmo-touch "$usb"
	install -m 755 "$shim" "$KOSMO_WORK/shim.so"
}

# key NAME [OPTION ...]: a key that is plugged in, see its main.c.
key() {
	mkdir -p "$KOSMO_WORK/key.$1"
	"$authenticator" "${@:2}" "$usb/$1" "$KOSMO_WORK/key.$1" \
	    >> "$KOSMO_WORK/keys.log" 2>&1 3<&- &
	disown
	wait_for "$PATIENCE" test -e "$usb/$1"
}

# turn NAME SWITCH VALUE: what was written before a request holds for it.
turn() {
	echo "${*:2}" > "$KOSMO_WORK/key.$1/control"
}

plug() {
	echo plug > "$KOSMO_WORK/key.$1/control"
	wait_for "$PATIENCE" test -e "$usb/$1"
}

is_out() {
	[ ! -e "$usb/$1" ]
}

unplug() {
	echo unplug > "$KOSMO_WORK/key.$1/control"
	wait_for "$PATIENCE" is_out "$1"
}

# kosmo-touch as its unit starts it, but for the preload.
private_touch() {
	env LD_PRELOAD="$KOSMO_WORK/shim.so" setpriv --reuid kosmo-touch \
	    --regid kosmo-touch --clear-groups --inh-caps=-all "$touch" \
	    >> "$KOSMO_WORK/touch.log" 2>&1 3<&- &
	disown
	wait_for "$PATIENCE" touch_answers
}
