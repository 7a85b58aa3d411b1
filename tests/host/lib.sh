# shellcheck shell=bash
# What the host tests and quickstart share: the private host's daemons, people,
# terminals, a software authenticator app, and results as TAP.

lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# --- results ------------------------------------------------------------------

n_tests=0
n_failed=0

# ok WHAT, nok WHAT [DETAIL]
ok() {
	n_tests=$((n_tests + 1))
	echo "ok $n_tests - $1"
}

nok() {
	n_tests=$((n_tests + 1))
	n_failed=$((n_failed + 1))
	echo "not ok $n_tests - $1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

skip() {
	n_tests=$((n_tests + 1))
	echo "ok $n_tests - $1 # SKIP $2"
}

# check WHAT COMMAND [ARG ...]: passes if the command does.
check() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then ok "$what"; else nok "$what" "$out"; fi
}

# same WHAT EXPECTED FOUND
same() {
	if [ "$2" = "$3" ]; then ok "$1"; else
		nok "$1" "expected: $2
found:    $3"
	fi
}

# has WHAT REGEX TEXT, lacks WHAT REGEX TEXT
has() {
	if printf '%s\n' "$3" | grep -Eq -e "$2"; then ok "$1"; else
		nok "$1" "no /$2/ in:
$3"
	fi
}

lacks() {
	if printf '%s\n' "$3" | grep -Eq -e "$2"; then
		nok "$1" "/$2/ in:
$3"
	else ok "$1"; fi
}

# The last line of a test script.
finish_tests() {
	[ -z "${KOSMO_WORK-}" ] || on_terminal kill-server 2> /dev/null || :
	echo "1..$n_tests"
	[ "$n_failed" = 0 ]
}

# Seconds for what should come at once: only a test that fails waits so long.
PATIENCE=60

# wait_for SECONDS COMMAND [ARG ...]: until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep "${KOSMO_POLL:-0.05}"
	done
}

# --- the host's daemons -------------------------------------------------------

# on_host COMMAND [ARG ...]: as root on the host under test.
on_host() {
	if [ "$KOSMO_HOST" = private ]; then
		"$@"
	else
		nsenter --target "$KOSMO_HOST" --all -- env -i \
		    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
		    LC_ALL=C.UTF-8 HOME=/root TERM=xterm "$@"
	fi
}

as_kosmo() {
	setpriv --reuid kosmo --regid kosmo --clear-groups --no-new-privs \
	    --inh-caps=-all "$@"
}

private_init() {
	as_kosmo "$KOSMO_DEST/usr/sbin/kosmod" --init
}

private_start() {
	local preload=()
	[ -z "${KOSMOD_PRELOAD-}" ] || preload=("LD_PRELOAD=$KOSMOD_PRELOAD"
	    "KOSMO_TEST_CLOCK=$KOSMO_WORK/clock")
	env -i PATH="$PATH" "${preload[@]}" \
	    perl "$lib/sockets.pl" /run/kosmo setpriv --reuid kosmo \
	    --regid kosmo --clear-groups --no-new-privs --inh-caps=-all \
	    ${KOSMOD_UNDER-} "$KOSMO_DEST/usr/sbin/kosmod" >> "$KOSMO_WORK/kosmod.log" 2>&1 \
	    3<&- &
	echo $! > "$KOSMO_WORK/kosmod.pid"
	disown
	wait_for "$PATIENCE" kosmod_answers || {
		echo "# kosmod does not answer:"
		tail -n 20 "$KOSMO_WORK/kosmod.log"
		kosmoctl status
		return 1
	} >&2
}

# kosmo-post, as its unit starts it; kosmod must be there.
private_post() {
	setpriv --reuid kosmo-mail --regid kosmo-mail --clear-groups \
	    --inh-caps=-all "$KOSMO_DEST/usr/libexec/kosmo/kosmo-post" \
	    >> "$KOSMO_WORK/post.log" 2>&1 3<&- &
	echo $! > "$KOSMO_WORK/post.pid"
	disown
	wait_for "$PATIENCE" post_answers || {
		echo "# kosmo-post does not connect:"
		tail -n 20 "$KOSMO_WORK/post.log"
		return 1
	} >&2
}

post_answers() {
	on_host kosmoctl --json status | grep -q '"post": *true'
}

post_stop() {
	kill -TERM "$(cat "$KOSMO_WORK/post.pid")"
	wait_for "$PATIENCE" is_gone "$(cat "$KOSMO_WORK/post.pid")"
}

# kosmo-touch, as its unit starts it: for those that have keys to touch.
private_touch() {
	setpriv --reuid kosmo-touch --regid kosmo-touch --clear-groups \
	    --no-new-privs --inh-caps=-all \
	    "$KOSMO_DEST/usr/libexec/kosmo/kosmo-touch" \
	    >> "$KOSMO_WORK/touch.log" 2>&1 3<&- &
	echo $! > "$KOSMO_WORK/touch.pid"
	disown
	wait_for "$PATIENCE" touch_answers || {
		echo "# kosmo-touch does not connect:"
		tail -n 20 "$KOSMO_WORK/touch.log"
		return 1
	} >&2
}

touch_answers() {
	on_host kosmoctl --json status | grep -q '"touch": *true'
}

# kosmo-warden, as its unit starts it.
private_warden() {
	env -i PATH="$PATH" "$KOSMO_DEST/usr/libexec/kosmo/kosmo-warden" \
	    >> "$KOSMO_WORK/warden.log" 2>&1 3<&- &
	echo $! > "$KOSMO_WORK/warden.pid"
	disown
	wait_for "$PATIENCE" warden_answers || {
		echo "# kosmo-warden does not connect:"
		tail -n 20 "$KOSMO_WORK/warden.log"
		return 1
	} >&2
}

warden_answers() {
	on_host kosmoctl --json status | grep -q '"warden": *true'
}

kosmod_answers() {
	on_host kosmoctl status > /dev/null 2>&1
}

# The main process of kosmod on the host under test.
kosmod_pid() {
	if [ "$KOSMO_HOST" = private ]; then
		cat "$KOSMO_WORK/kosmod.pid"
	else
		on_host systemctl show --property MainPID --value kosmod
	fi
}

kosmod_start() {
	if [ "$KOSMO_HOST" = private ]; then
		private_start
	else
		on_host systemctl start kosmod.socket kosmod-admin.socket \
		    kosmod-priv.socket kosmod-touch.socket \
		    kosmod-keys.socket kosmod.service
		wait_for "$PATIENCE" kosmod_answers
	fi
}

kosmod_stop() {
	if [ "$KOSMO_HOST" = private ]; then
		kill -TERM "$(kosmod_pid)"
		wait_for "$PATIENCE" is_gone "$(kosmod_pid)"
	else
		on_host systemctl stop kosmod.socket kosmod-admin.socket \
		    kosmod-priv.socket kosmod-touch.socket \
		    kosmod-keys.socket kosmod.service
	fi
}

# kill -9 of the whole of kosmod; then it is there again.
kosmod_crash() {
	local old
	old=$(kosmod_pid)
	on_host kill -KILL "$old"
	if [ "$KOSMO_HOST" = private ]; then
		wait_for "$PATIENCE" is_gone "$old"
		private_start
	else
		wait_for "$PATIENCE" kosmod_changed "$old"
		wait_for "$PATIENCE" kosmod_answers
	fi
}

is_gone() {
	! kill -0 "$1" 2> /dev/null
}

kosmod_changed() {
	local now
	now=$(kosmod_pid)
	[ "$now" != "$1" ] && [ "$now" != 0 ]
}

# Below those that the kernel gives to clients, who come at any time.
free_port() {
	local port
	for ((;;)); do
		port=$((20000 + RANDOM % 12000))
		(exec 4<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || break
	done
	echo "$port"
}

private_sshd() {
	local conf=/etc/ssh/kosmo_sshd_config log=$KOSMO_WORK/sshd.log
	KOSMO_PORT=$(free_port)
	export KOSMO_PORT
	rm -f /etc/ssh/ssh_host_*
	ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
	cat > "$conf" <<-CONF
	${SSHD_FIRST-}
	Include /etc/ssh/sshd_config.d/20-kosmo.conf
	Port $KOSMO_PORT
	ListenAddress 127.0.0.1
	HostKey /etc/ssh/ssh_host_ed25519_key
	PidFile none
	PrintMotd no
	PrintLastLog no
	MaxSessions 10
	AcceptEnv LANG
	SetEnv PATH=$KOSMO_DEST/usr/bin:/usr/local/bin:/usr/bin:/bin
	CONF
	# Where it exists: tests fail to log in oftener than people do.
	echo 'PerSourcePenalties no' >> "$conf"
	/usr/sbin/sshd -t -f "$conf" 2> /dev/null ||
	    sed -i '/^PerSourcePenalties/d' "$conf"
	/usr/sbin/sshd -D -f "$conf" -E "$log" 3<&- &
	echo $! > "$KOSMO_WORK/sshd.pid"
	disown
	wait_for "$PATIENCE" sshd_listens || {
		cat "$log" >&2
		return 1
	}
	ssh_client
}

sshd_listens() {
	(exec 4<> "/dev/tcp/127.0.0.1/$KOSMO_PORT") 2> /dev/null
}

# ssh of our own: no files of the one who runs this, the host's key known.
ssh_client() {
	cat > "$KOSMO_WORK/ssh_config" <<-CONF
	Host *
	Port $KOSMO_PORT
	IdentityFile none
	IdentitiesOnly yes
	PreferredAuthentications keyboard-interactive
	UserKnownHostsFile $KOSMO_WORK/known_hosts
	GlobalKnownHostsFile none
	CONF
}

know_host_key() {
	printf '[127.0.0.1]:%s %s\n' "$KOSMO_PORT" \
	    "$(on_host cat /etc/ssh/ssh_host_ed25519_key.pub)" \
	    > "$KOSMO_WORK/known_hosts"
}

# --- people -------------------------------------------------------------------

# account NAME: a Unix account, without a Unix password.
account() {
	local homes=/home
	[ "$KOSMO_HOST" != private ] || homes=$KOSMO_WORK/host/home
	on_host useradd -m -k /nonexistent -d "$homes/$1" -s /bin/bash "$1" \
	    2> /dev/null
}

# invite NAME [ARG ...]: account and slip; the slip goes to WORK/slip.NAME,
# and the initial password to standard output.
invite() {
	local name=$1
	shift
	account "$name"
	printf '19850401\n' | on_host kosmoctl user add "$name" --stdin \
	    --email "$name@example.com" "$@" > "$KOSMO_WORK/slip.$name"
	initial_password "$KOSMO_WORK/slip.$name"
}

initial_password() {
	sed -n 's/^ *\(Initial password\|初期パスワード\) *//p' "$1"
}

# --- mail -----------------------------------------------------------------------

# Where the host under test puts mails.
: "${KOSMO_MAIL:=${KOSMO_WORK-}/mail}"

# mail_code ADDRESS: waits for a mail with a code, and prints the code.
mail_code() {
	wait_for "$PATIENCE" mail_has_code "$1" || {
		echo "# no mail with a code for $1" >&2
		return 1
	}
	cat "$KOSMO_WORK/code.$1"
}

mail_has_code() {
	"$lib/mailbox" --code "$KOSMO_MAIL" "$1" \
	    > "$KOSMO_WORK/code.$1" 2> /dev/null
}

# The newest mail to ADDRESS, as its reader sees it.
mail_newest() {
	"$lib/mailbox" --newest "$KOSMO_MAIL" "$1"
}

mail_count() {
	"$lib/mailbox" --count "$KOSMO_MAIL" "$1"
}

# --- terminals ----------------------------------------------------------------

on_terminal() {
	tmux -u -f /dev/null -S "${TERMINALS-${KOSMO_WORK-}/tmux}" "$@"
}

# screen_open NAME 80x24 COMMAND [ARG ...]: the command on a terminal of its own.
screen_open() {
	local name=$1 size=$2
	shift 2
	# That of Debian 13 hangs its terminal up first, which tmux takes for
	# the end, and has to be the leader of its session, as below getty.
	[ "$1" != login ] || set -- setsid --ctty --wait \
	    setpriv --bounding-set -sys_tty_config login
	# tmux goes with its last session: one stays, so that it can't be going
	# while the next is opened
	on_terminal has-session -t stays 2> /dev/null ||
	    on_terminal new-session -d -s stays 'exec cat' 3<&-
	on_terminal new-session -d -s "$name" -x "${size%x*}" -y "${size#*x}" \
	    "$(printf '%q ' "$@"); echo \"[ended: \$?]\"; exec cat" \
	    \; set-option -g status off \; set-option -g history-limit 5000 \
	    3<&-
}

screen_text() {
	on_terminal capture-pane -p -t "$1"
}

# All that was shown, also what has scrolled away.
screen_history() {
	on_terminal capture-pane -p -S - -t "$1"
}

screen_last_line() {
	screen_text "$1" | sed -n '/[^ ]/h;${x;p}'
}

screen_asks() {
	screen_last_line "$1" | grep -Eq -e "$2"
}

# screen_wait NAME REGEX: until the last line of the screen matches.
screen_wait() {
	wait_for "$PATIENCE" screen_asks "$1" "$2" || {
		echo "# nothing like /$2/ on the screen in $PATIENCE s:"
		screen_text "$1" | sed 's/^/# |/'
		return 1
	} >&2
}

screen_place() {
	on_terminal display-message -p -t "$1" \
	    '#{history_size} #{cursor_y} #{pane_dead}'
}

screen_moved() {
	[ "$(screen_place "$1")" != "$2" ]
}

# screen_type NAME TEXT: a line, with Enter; returns when the cursor moved on.
screen_type() {
	local place
	place=$(screen_place "$1")
	[ -z "$2" ] || on_terminal send-keys -t "$1" -l -- "$2"
	on_terminal send-keys -t "$1" Enter
	wait_for "$PATIENCE" screen_moved "$1" "$place"
}

screen_key() {
	on_terminal send-keys -t "$1" "$2"
}

screen_close() {
	on_terminal kill-session -t "$1" 2> /dev/null || :
}

# As a person sees it, in a frame.
screen_show() {
	local width
	width=$(on_terminal display-message -p -t "$1" '#{pane_width}')
	printf '+%*s+\n' "$width" '' | tr ' ' -
	screen_text "$1" | awk '/^ *$/ { blank = blank "\n"; next }
	    { printf "%s %s\n", blank, $0; blank = "" }'
	printf '+%*s+\n' "$width" '' | tr ' ' -
}

# --- an authenticator app -----------------------------------------------------

# scan_picture FILE: what the QR code in it says.
scan_picture() {
	zbarimg --raw -q -Sdisable -Sqrcode.enable "$1" 2> /dev/null
}

# phone_scan NAME [dark|light]: reads the QR code from the terminal's screen.
phone_scan() {
	local ink=0 picture
	[ "${2-dark}" = dark ] || ink=1
	picture=$(mktemp "$KOSMO_WORK/scan.XXXXXX.pbm")
	screen_text "$1" | LC_ALL=C awk -v ink="$ink" \
	    -f "$lib/screen2pbm.awk" > "$picture"
	scan_picture "$picture"
	rm -f "$picture"
}

uri_field() {
	printf '%s\n' "$1" | sed -n "s/.*[?&]$2=\\([^&]*\\).*/\\1/p"
}

# phone_code SECRET [SECONDS FROM NOW]: the code shown by the app.
phone_code() {
	oathtool --totp -b --now "$(date -u -d "${2-0} seconds" '+%F %T UTC')" \
	    "$1"
}

# phone_next SECRET OLD: waits, at most 30 seconds, for a code that is not OLD.
phone_next() {
	wait_for "$PATIENCE" phone_changed "$1" "$2"
	phone_code "$1"
}

phone_changed() {
	[ "$(phone_code "$1")" != "$2" ]
}

# --- scripted logins ------------------------------------------------------------

# The clock of kosmod and of all apps is CLOCK seconds ahead of the host's.
CLOCK=0

set_clock() {
	CLOCK=$1
	perl -e 'print pack "q", $ARGV[0]' "$CLOCK" |
	    dd of="$KOSMO_WORK/clock" conv=notrunc status=none
}

# Time goes by: as long as a code lives, or the seconds given.
go_on() {
	set_clock $((CLOCK + ${1-30}))
}

# Builds the preload and starts kosmod anew with a clock that tests can move.
movable_clock() {
	set_clock 0
	chmod 644 "$KOSMO_WORK/clock"
	gcc -shared -fPIC -o "$KOSMO_WORK/clock.so" "$lib/clock.c" -ldl
	kosmod_stop
	KOSMOD_PRELOAD=$KOSMO_WORK/clock.so
	private_start
}

# The folder of a person's scripted logins: seed, asks, answers, output.
person() {
	echo "$KOSMO_WORK/people/$1"
}

# ssh_login NAME LINE ...: a login that answers each ask with the next line, and
# runs `id -un`. Passes if it got in. FROM is the source address, RUN the name
# of the run (for several at once); COMMAND runs instead, and EXPECT is what it
# prints.
ssh_login() {
	local name=$1 dir
	shift
	dir=$(person "$name")${RUN:+.$RUN}
	mkdir -p "$dir"
	if [ -n "${RUN-}" ] && [ -e "$(person "$name")/seed" ]; then
		cp "$(person "$name")/seed" "$dir/seed"
	fi
	printf '%s\n' "$@" > "$dir/script"
	echo "$CLOCK" > "$dir/clock"
	rm -f "$dir/asks" "$dir/answers" "$dir/waits"
	date +%s%3N > "$dir/began"
	{
		MAILBOX=$lib/mailbox MAIL_FOLDER=$KOSMO_MAIL \
		    MAIL_ADDRESS=$name@example.com \
		    ASK_DIR=$dir SSH_ASKPASS=$lib/askpass \
		    SSH_ASKPASS_REQUIRE=force DISPLAY=none \
		    timeout "${LIMIT-60}" setsid --wait \
		    ssh -F "$KOSMO_WORK/ssh_config" \
		    -o "BindAddress=${FROM-127.0.0.1}" ${SSH_OPTIONS-} \
		    "$name@127.0.0.1" "${COMMAND-id -un}"
	} > "$dir/output" 2> "$dir/errors" < /dev/null 3<&-
	date +%s%3N > "$dir/ended"
	[ "$(cat "$dir/output")" = "${EXPECT-$name}" ]
}

# All asks of the last login of NAME, one after the other, without ssh's prefix.
asks() {
	local dir
	dir=$(person "$1")${RUN:+.$RUN}
	while read -r _ text; do
		printf '%s' "$text" | base64 -d
		echo
	done < "$dir/asks" | sed "s/^($1@127.0.0.1) //"
}

# register NAME [ARG ...]: account, invitation and the whole first login; the
# password is PASSWORD, and the seed is kept in the person's folder.
PASSWORD='Himawari-2026'
register() {
	local name=$1 initial
	shift
	initial=$(invite "$name" "$@")
	ssh_login "$name" "$initial" "$PASSWORD" "$PASSWORD" key @key phone ''
}

# register_whole NAME [ARG ...]: the same with every step of the journey; the
# sample terms have two pages.
register_whole() {
	local name=$1 initial
	shift
	initial=$(invite "$name" "$@")
	ssh_login "$name" "$initial" 19850401 '' agree '' @mail \
	    "${name}yamada" 2 "$PASSWORD" "$PASSWORD" '' "$PASSWORD" \
	    key @key phone ''
}

# --- FIDO2 keys of OpenSSH ------------------------------------------------------

# An authenticator in software, of package openssh-tests.
: "${SK_DUMMY:=/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so}"

# soft_key FILE [ed25519-sk|ecdsa-sk] [OPTION ...]
soft_key() {
	local file=$1 type=${2-ed25519-sk}
	shift; [ $# = 0 ] || shift
	ssh-keygen -q -t "$type" -w "$SK_DUMMY" -N '' -C "${file##*/}" \
	    "${@:--Overify-required}" -f "$file"
}

# key_login FILE NAME LINE ...: ssh_login that offers this key first.
key_login() {
	local file=$1
	shift
	SSH_OPTIONS="-o IdentityFile=$file -o SecurityKeyProvider=$SK_DUMMY
	    -o PreferredAuthentications=publickey,keyboard-interactive
	    ${SSH_OPTIONS-}" ssh_login "$@"
}

seed_of() {
	cat "$(person "$1")/seed"
}

# The code of NAME's app now, or SECONDS from now.
code_of() {
	phone_code "$(seed_of "$1")" $((CLOCK + ${2-0}))
}

# The code that NAME's last login was answered with; the app may be at its
# next by now.
code_used() {
	awk '$2 ~ /^[0-9]+$/ && length($2) == 6 { code = $2 }
	    END { print code }' "$(person "$1")/answers"
}

# sshd_again LINE ...: the private sshd, with these lines before all others.
sshd_again() {
	kill "$(cat "$KOSMO_WORK/sshd.pid")"
	wait_for "$PATIENCE" is_gone "$(cat "$KOSMO_WORK/sshd.pid")"
	SSHD_FIRST=$(printf '%s\n' "$@")
	private_sshd
	know_host_key
}
