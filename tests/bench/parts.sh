# shellcheck shell=bash
# What run and lib.sh set, and what lib.sh is sourced for.
# shellcheck disable=SC2154
# The parts of the table.

# One code, with the replay mark on disk; and what it costs as people grow.
part_check() {
	local stride=$((many / 10 / rounds))
	accounts 0 1 100
	accounts $((many / 2)) "$stride" "$rounds"
	google 0 100
	oath 100
	pairs "$rounds" hundred:0:1 google:0:1 oath100:0:1 floor \
	    million:$((many / 2)):$stride
	ratio "TOTP check / pam_google_authenticator" "${took[hundred]}" \
	    "${took[google]}" 0.25
	ratio "TOTP check / pam_oath, 100 people" "${took[hundred]}" \
	    "${took[oath100]}" 0.6
	ratio "TOTP check / floor" "${took[hundred]}" "${took[floor]}" 3
	ratio "TOTP check, $many people / 100 people" "${took[million]}" \
	    "${took[hundred]}" 1.15
	part_curve
}

# The same at sizes between, with pam_oath beside: points for the plot.
part_curve() {
	local n
	{
		echo "kosmo 100 ${took[hundred]}"
		echo "oath 100 ${took[oath100]}"
		for n in 1000 10000 100000; do
			house "n$n"
			people_in "n$n" "$n"
			start "n$n"
			oath "$n"
			pairs 9 "n$n:0:1" "oath$n:0:1"
			echo "kosmo $n ${took[n$n]}"
			echo "oath $n ${took[oath$n]}"
			stop "n$n"
		done
		oath "$many"
		pairs 1 "oath$many:0:1"
		echo "kosmo $many ${took[million]}"
		echo "oath $many ${took[oath$many]}"
	} > "$work/points"
	"$here/plot" "$work/points" > "$KOSMO_BENCH_OUT/people.svg"
	sed 's/^/# people: /' "$work/points"
}

part_crowd() {
	local i k=() g=()
	accounts $((many * 7 / 10)) 1 320
	google $((many * 7 / 10)) 320
	for i in 0 1 2 3 4; do
		k+=("$("$bin/login" crowd "$pam" 64 \
		    million:$((many * 7 / 10 + 64 * i)):1)")
		g+=("$("$bin/login" crowd "$pam" 64 \
		    google:$((many * 7 / 10 + 64 * i)):1)")
	done
	local ours theirs
	ours=$(printf '%s\n' "${k[@]}" | median)
	theirs=$(printf '%s\n' "${g[@]}" | median)
	ours=$((64000000 / ours))
	theirs=$((64000000 / theirs))
	row "64 logins at once / pam_google_authenticator" "$ours /s" \
	    "$theirs /s" "$(quotient "$ours" "$theirs")" least 6
}

part_module() {
	local module=$work/pam_kosmo.so extra
	cp "$(find "$KOSMO_DEST" -name pam_kosmo.so | head -n 1)" "$module"
	strip --strip-unneeded "$module"
	absolute "pam_kosmo.so, stripped" \
	    "$(($(stat -c %s "$module") / 1024))" KiB 64
	extra=$(readelf -d "$module" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
	    grep -vcE '^lib(c|pam)\.so' || :)
	absolute "its libraries beyond libc and libpam" "$extra" "" 0
}

# waits WHAT SERVICE USER [ANSWER ...]: private memory of the talk at that ask.
waits() {
	local what=$1 service=$2 user=$3
	shift 3
	held "$bin/login" hold "$pam" "$service" "$user" "$@"
	absolute "private memory, $what" \
	    "$(private_kib "$(of_kosmod million kosmod-talk)")" KiB 256
	release
}

part_memory() {
	local slip before n=400 somebody
	somebody=$(printf p%07d $((many * 8 / 10)))
	absolute "private memory, keeper, $many people" \
	    "$(($(private_kib "$(of_kosmod million kosmod-keeper)") / 1024))" \
	    MiB 16
	echo "auth required pam_kosmo.so" \
	    "socket=$work/million/run/kosmod.sock" > "$pam/sshd"
	waits "waiting for the password" sshd "$somebody"
	waits "after a password" sshd "$somebody" Bench-Passw0rd
	echo 19850401 | kosmoctl --socket "$work/million/run/admin.sock" \
	    user add newcomer --no-account --stdin \
	    --email newcomer@example.com > "$work/slip" 2> /dev/null
	slip=$(initial_password "$work/slip")
	waits "at the QR code" sshd newcomer "$slip" \
	    'Another-Passw0rd' 'Another-Passw0rd'
	before=$(kernel_kib)
	held "$bin/wait" "$n" "$work/million/run/kosmod.sock"
	absolute "kernel memory of a waiting conversation" \
	    "$((($(kernel_kib) - before) / n))" KiB 128
	release
}

part_waiting() {
	# other people than part_check had: each code works once
	house idle
	people_in idle 100
	start idle
	held "$bin/wait" 1000 "$work/hundred/run/kosmod.sock"
	pairs 40 hundred:60:1 idle:60:1
	ratio "TOTP check, 1000 waiting / idle" "${took[hundred]}" \
	    "${took[idle]}" 1.3
	release
	stop idle
}

part_ready() {
	local began pid
	stop million
	began=$(now_ms)
	start million
	absolute "ready after a clean stop, $many people" \
	    "$(seconds $(($(now_ms) - began)))" s 0.5
	stop million
	as_kosmo "$bin/people" tail "$work/million/state" \
	    "$work/million/key/master.key" "$many" $((31 << 20))
	start million
	pid=$(cat "$work/million/pid")
	"$bin/login" crowd "$pam" 64 million:$((many * 9 / 10)):1 > /dev/null
	kill -KILL "$pid"
	wait "$pid" || :
	began=$(now_ms)
	start million
	absolute "ready after kill -9, $many people" \
	    "$(seconds $(($(now_ms) - began)))" s 5
}

seconds() {
	awk -v ms="$1" 'BEGIN { printf "%.2f", ms / 1000 }'
}

# --- whole logins over ssh -------------------------------------------------------

declare -A port

# sshd_with NAME LINE ...: a private sshd whose stack these lines are. Its
# program's name is the service, in any release.
sshd_with() {
	local name=$1
	shift
	printf '%s\n' "$@" "account required pam_permit.so" \
	    "session required pam_permit.so" > "/etc/pam.d/$name"
	cp "$(readlink -f /usr/sbin/sshd)" "$work/$name"
	port[$name]=$(free_port)
	cat > "$work/$name.conf" <<-CONF
	Port ${port[$name]}
	ListenAddress 127.0.0.1
	HostKey /etc/ssh/ssh_host_ed25519_key
	PidFile none
	UsePAM yes
	PasswordAuthentication no
	KbdInteractiveAuthentication yes
	AuthenticationMethods keyboard-interactive
	PrintMotd no
	PrintLastLog no
	CONF
	echo 'PerSourcePenalties no' >> "$work/$name.conf"
	"$work/$name" -t -f "$work/$name.conf" 2> /dev/null ||
	    sed -i '/^PerSourcePenalties/d' "$work/$name.conf"
	"$work/$name" -D -f "$work/$name.conf" -E "$work/$name.log" 3<&- &
	echo $! > "$work/$name.sshd"
	KOSMO_PORT=${port[$name]} wait_for 10 sshd_listens
}

# ssh_ms NAME NUMBER: a whole login and `true`; its milliseconds.
ssh_ms() {
	local began user
	user=$(printf p%07d "$2")
	CODE=$("$bin/people" code "$2")
	export CODE
	began=${EPOCHREALTIME/./}
	SSH_ASKPASS=$work/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=none \
	    setsid --wait ssh -F none -p "${port[$1]}" \
	    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    -o LogLevel=ERROR -o NumberOfPasswordPrompts=1 \
	    -o PreferredAuthentications=keyboard-interactive \
	    "$user@127.0.0.1" true < /dev/null 3<&- || return 1
	echo $(((${EPOCHREALTIME/./} - began) / 1000))
}

part_ssh() {
	local i n=15 first=$((many * 6 / 10)) module
	module=$(dirname "$(find /lib/*/security /usr/lib/*/security \
	    -name pam_unix.so 2> /dev/null | head -n 1)")
	cp "$KOSMO_BUILD/tests/bench/.libs/ask.so" "$module/pam_bench_ask.so"
	accounts "$first" 1 $n
	for ((i = first; i < first + n; i++)); do
		printf 'p%07d:%s:19000:0:99999:7:::\n' "$i" "$HASH"
	done >> /etc/shadow
	cat > "$work/askpass" <<-'ASK'
	#!/bin/sh
	case $1 in
	*Password*) echo Bench-Passw0rd ;;
	*) echo "$CODE" ;;
	esac
	ASK
	chmod 755 "$work/askpass" "$work"
	sshd_with bench-kosmo "auth required pam_kosmo.so \
	    steps=password,factor socket=$work/million/run/kosmod.sock"
	sshd_with bench-unix "auth required pam_unix.so" \
	    "auth required pam_bench_ask.so"
	for ((i = first; i < first + n; i++)); do
		ssh_ms bench-kosmo "$i" >> "$work/ssh.kosmo"
		ssh_ms bench-unix "$i" >> "$work/ssh.unix"
	done
	ratio "whole ssh login / pam_unix and a prompt" \
	    "$(median < "$work/ssh.kosmo")" "$(median < "$work/ssh.unix")" 1.1 ms
}
