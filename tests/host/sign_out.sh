# shellcheck shell=bash
# What sign-out does to real logins: ssh, console and sudo, with plain Unix
# passwords; the warden is driven by a keeper of ours. Sourced, after lib.sh,
# by warden.test (no logind) and warden-host (booted, logind).
# shellcheck disable=SC2154 # lib and on are set by who sources this

UNIX='Unix-Password-1'
keeper=$lib/../warden/keeper.py

# warden_says WHAT ARG ...: a question of the keeper's, and the answer.
warden_says() {
	python3 "$keeper" "$warden_socket" "$@" 2> /dev/null
}

# unix_account NAME: with a Unix password.
unix_account() {
	on_host id -u "$1" > /dev/null 2>&1 || account "$1"
	echo "$1:$UNIX" | on_host chpasswd
}

# by_ssh SCREEN USER: a shell there; SHELL_PID is its number on the host.
by_ssh() {
	screen_open "$1" 80x24 sshpass -p "$UNIX" \
	    ssh -F "$KOSMO_WORK/ssh_config" \
	    -o PreferredAuthentications=keyboard-interactive,password \
	    "$2@127.0.0.1"
	screen_wait "$1" '\$ *$' || return
	SHELL_PID=$(on_host pgrep -n -u "$2" -x bash)
}

# busy SCREEN N: four processes in the background, sleep N1 to N4: a plain
# one, nohup, one that left session and terminal, and one that will not hear.
busy() {
	screen_type "$1" "sleep ${2}1 &"
	screen_type "$1" "nohup sleep ${2}2 > /dev/null 2>&1 &"
	screen_type "$1" "(setsid sleep ${2}3 > /dev/null 2>&1 &)"
	screen_type "$1" "(trap '' HUP TERM; exec sleep ${2}4) &"
	wait_for 10 sleepers_are "$2" '1 2 3 4'
}

# Which of them there are.
sleepers() {
	on_host pgrep -a -x sleep | sed -n "s/^[0-9]* sleep ${1}\\([1-4]\\)\$/\\1/p" |
	    sort | paste -s -d ' '
}

sleepers_are() {
	[ "$(sleepers "$1")" = "$2" ]
}

# same_soon WHAT EXPECTED COMMAND ...: what it prints, in ten seconds at most.
same_soon() {
	local what=$1 expected=$2
	shift 2
	prints() { [ "$("$@")" = "$expected" ]; }
	wait_for 10 prints "$@" || :
	same "$what" "$expected" "$("$@")"
}

sshds_of() {
	on_host ps -eo args= | grep -cE "^sshd(-session)?: $1( |@)"
}

count_shells() {
	on_host pgrep -u "$1" -x bash | wc -l
}

# The whole story. Who sources this has console_begin USER, which opens a
# shell on a console, console_types LINE, and console_ended.
sign_out_story() {
	local uid keep ticket
	unix_account taro
	unix_account hanako
	uid=$(on_host id -u taro)
	printf 'taro ALL=(ALL) ALL\n' |
	    on_host tee /etc/sudoers.d/sign-out > /dev/null
	on_host chmod 440 /etc/sudoers.d/sign-out

	{ by_ssh kept taro && keep=$SHELL_PID && busy kept 81 &&
	    by_ssh gone taro && busy gone 82 &&
	    by_ssh other hanako && busy other 84 && console_begin taro; } || {
		nok "$on: four logins"
		return
	}
	ticket=$(sudo_in kept)
	has "$on: sudo asked, and then runs without asking" '^root' "$ticket"

	same "$on: two other sessions and a ticket are counted" '1 2 1' \
	    "$(warden_says sessions taro "$uid" "$keep" 0)"
	same "$on: which ends none of the two for each ssh" 4 "$(sshds_of taro)"
	same "$on: signing out ends two, and the ticket" '1 2 1' \
	    "$(warden_says sessions taro "$uid" "$keep" 1)"
	same_soon "$on: shells are gone but one" 1 count_shells taro
	same_soon "$on: nothing in the background is left" '' sleepers 82
	screen_wait gone 'ended: 255'
	ok "$on: the ssh of that session has ended"
	check "$on: the console is signed out" console_ended
	same "$on: the kept session has all that it had" '1 2 3 4' \
	    "$(sleepers 81)"
	same "$on: so has somebody else's" '1 2 3 4' "$(sleepers 84)"
	screen_type kept 'id -un'
	screen_wait kept '\$ *$'
	has "$on: one can go on working there" '^taro' "$(screen_text kept)"
	screen_type kept 'sudo -n id -un'
	screen_wait kept '\$ *$'
	has "$on: where sudo asks again" 'password is required' \
	    "$(screen_text kept)"
	same "$on: there is nothing else to sign out" '1 0 0' \
	    "$(warden_says sessions taro "$uid" "$keep" 0)"
	same "$on: without one to keep, that ends too" '1 1 0' \
	    "$(warden_says sessions taro "$uid" 0 1)"
	screen_wait kept 'ended: 255'
	same_soon "$on: no shell is left" 0 count_shells taro
	same_soon "$on: no process of sshd either" 0 sshds_of taro
	same "$on: nor anything in the background" '' "$(sleepers 81)"
	same "$on: somebody else is still there" '1 2 3 4' "$(sleepers 84)"
	has "$on: accounts are looked up" "^$uid [0-9]+\$" \
	    "$(warden_says account taro sudo)"
	screen_close other
	screen_close kept
	screen_close gone
	on_host pkill -KILL -u hanako
}

# pid_of N: of sleep N, once it is there.
pid_of() {
	wait_for 10 on_host pgrep -f -x "sleep $1" | tail -n 1
}

# where_story ALONE BESIDE: where somebody sits, while they are at the console
# and far away as well. 1 is here, 2 elsewhere, 0 not known; which of them is
# said of what init took over, while they are only here, and while not.
where_story() {
	local uid here left
	unix_account jiro
	uid=$(on_host id -u jiro)
	console_begin jiro || {
		nok "$on: a login at the console"
		return
	}
	here=$(on_host pgrep -n -u jiro -x bash)
	console_types '(setsid sleep 871 > /dev/null 2>&1 &)'
	left=$(pid_of 871)
	same "$on: who is at the console is here" 1 \
	    "$(warden_says where "$uid" "$here")"
	same "$on: and what the shell left behind" "$1" \
	    "$(warden_says where "$uid" "$left")"
	by_ssh far jiro
	same "$on: who came by ssh is not" 2 \
	    "$(warden_says where "$uid" "$SHELL_PID")"
	same "$on: which changes nothing at the console" 1 \
	    "$(warden_says where "$uid" "$here")"
	same "$on: but a terminal of tmux may be looked at from there" "$2" \
	    "$(warden_says where "$uid" "$left")"
	same "$on: of a process that there is not nothing is said" 0 \
	    "$(warden_says where "$uid" 999999)"
	warden_says sessions jiro "$uid" 0 1 > /dev/null
	check "$on: jiro is signed out" console_ended
	screen_close far
}

# A ticket of sudo on that screen; what a second sudo says.
sudo_in() {
	screen_type "$1" 'sudo -v'
	screen_wait "$1" '[Pp]assword.*: *$'
	screen_type "$1" "$UNIX"
	screen_wait "$1" '\$ *$'
	screen_type "$1" 'sudo -n id -un'
	screen_wait "$1" '\$ *$'
	screen_text "$1"
}
