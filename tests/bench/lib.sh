# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153
# Daemons, people and the table of the benchmark.

work=$KOSMO_WORK/bench
pam=$work/pam.d
bin=$KOSMO_BUILD/tests/bench
many=${KOSMO_BENCH_PEOPLE:-1000000}
rounds=60
over=0
mkdir -p "$pam" "$work/google"

# row WHAT MEASURED PEER RATIO least|most BOUND: one line of the table.
row() {
	local verdict
	verdict=$(awk -v r="$4" -v b="$6" -v way="$5" 'BEGIN {
		print ((way == "most" ? r <= b : r >= b) ? "ok" : "over") }')
	[ "$verdict" = ok ] || over=$((over + 1))
	printf '%-44s %14s %14s %8s %8s %s\n' "$1" "$2" "$3" "$4" "$6" \
	    "$verdict"
}

quotient() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3g", a / b }'
}

# ratio WHAT MEASURED PEER BOUND [UNIT]: smaller is better.
ratio() {
	row "$1" "$2 ${5-us}" "$3 ${5-us}" "$(quotient "$2" "$3")" most "$4"
}

# absolute WHAT MEASURED UNIT BOUND
absolute() {
	row "$1" "$2 $3" - "$2" most "$4"
}

median() {
	sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}

now_ms() {
	echo $((${EPOCHREALTIME/./} / 1000))
}

# --- stores and their daemons ---------------------------------------------------

# house NAME: a configuration, a master key and an empty store.
house() {
	local dir=$work/$1
	install -d -m 755 "$dir" "$dir/run"
	install -d -o kosmo -g kosmo -m 700 "$dir/state"
	cat > "$dir/kosmod.conf" <<-CONF
	[paths]
	state = $dir/state
	master-key = $dir/key/master.key
	[limits]
	conversations = 1100
	[registration]
	birth-date = no
	terms = no
	email = no
	user-id = no
	relogin = no
	[recovery]
	count = 0
	CONF
	"$KOSMO_DEST/usr/sbin/kosmod" --config "$dir/kosmod.conf" --init \
	    > /dev/null
	echo "auth required pam_kosmo.so steps=factor" \
	    "socket=$dir/run/kosmod.sock" > "$pam/$1"
}

# people_in NAME COUNT
people_in() {
	as_kosmo "$bin/people" store "$work/$1/state" \
	    "$work/$1/key/master.key" 0 "$2" "${HASH-*}"
}

start() {
	local dir=$work/$1
	# shellcheck disable=SC2154 # lib of tests/host/lib.sh
	env -i PATH="$PATH" perl "$lib/sockets.pl" "$dir/run" setpriv \
	    --reuid kosmo --regid kosmo --clear-groups --no-new-privs \
	    --inh-caps=-all "$KOSMO_DEST/usr/sbin/kosmod" --config \
	    "$dir/kosmod.conf" >> "$dir/log" 2>&1 3<&- &
	echo $! > "$dir/pid"
	"$bin/wait" ready "$dir/run/kosmod.sock"
}

stop() {
	local pid
	pid=$(cat "$work/$1/pid")
	rm "$work/$1/pid"
	kill -TERM "$pid"
	wait "$pid" || :
}

stop_all() {
	local file
	for file in "$work"/*/pid; do
		[ ! -e "$file" ] || stop "$(basename "$(dirname "$file")")"
	done
}

fill() {
	local began
	HASH=$(perl -e 'print crypt("Bench-Passw0rd", "\$y\$j9T\$kosmobenchkosmobench1.")')
	export HASH
	house hundred
	people_in hundred 100
	start hundred
	house million
	began=$(now_ms)
	people_in million "$many"
	echo "# $many people in $((($(now_ms) - began) / 1000)) s," \
	    "$(du -sm "$work/million/state" | cut -f 1) MB"
	start million
}

# accounts FIRST STRIDE COUNT: they have Unix accounts, as on a real host.
accounts() {
	awk -v n="$1" -v by="$2" -v count="$3" 'BEGIN {
		for (; count-- > 0; n += by)
			printf "p%07d:x:%d:100::/:/bin/sh\n", n,
			    100000 + n
	}' >> /etc/passwd
}

# --- peers ----------------------------------------------------------------------

google() {
	# shellcheck disable=SC2016 # the module's own variable
	echo "auth required pam_google_authenticator.so user=root" \
	    "secret=$work/google/\${USER}" > "$pam/google"
	"$bin/people" google "$work/google" "$1" "$2"
}

# oath COUNT: the service oathCOUNT.
oath() {
	"$bin/people" oath 0 "$1" > "$work/users.$1"
	chmod 600 "$work/users.$1"
	echo "auth required pam_oath.so window=20 digits=6" \
	    "usersfile=$work/users.$1" > "$pam/oath$1"
}

# pairs ROUNDS SERVICE:FIRST:STRIDE ...: sets took[SERVICE].
declare -A took
pairs() {
	local name us
	"$bin/login" pairs "$pam" "$@" > "$work/pairs"
	while read -r name us; do
		took[$name]=$us
	done < "$work/pairs"
}

# --- memory ---------------------------------------------------------------------

# private_kib PID: what nobody shares with it.
private_kib() {
	awk '/^Private_(Clean|Dirty):/ { n += $2 } END { print n }' \
	    "/proc/$1/smaps_rollup"
}

# of_kosmod NAME PATTERN: its processes whose name is like that.
of_kosmod() {
	local parent pid
	parent=$(cat "$work/$1/pid")
	for pid in $(pgrep -P "$parent") $(pgrep -P "$parent" |
	    xargs -n 1 pgrep -P 2> /dev/null); do
		! grep -qx "$2" "/proc/$pid/comm" 2> /dev/null || echo "$pid"
	done
}

# The kernel's own memory that comes and goes with processes and sockets.
kernel_kib() {
	awk '/^(SUnreclaim|KernelStack|PageTables|Percpu):/ { n += $2 }
	    END { print n }' /proc/meminfo
}

# held COMMAND [ARG ...]: until it says "waiting"; then release ends it.
held() {
	coproc HELD { exec "$@"; }
	# shellcheck disable=SC2153 # coproc sets it
	held_pid=$HELD_PID
	local word=
	read -r word <&"${HELD[0]}" || :
	[ "$word" = waiting ]
}

release() {
	eval "exec ${HELD[1]}>&-"
	wait "$held_pid" 2> /dev/null || :
}
