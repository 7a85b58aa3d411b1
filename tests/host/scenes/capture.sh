# shellcheck shell=bash
# How tests/host/screens captures: what differs from run to run is masked, a
# screen is kept once its last line asks something, a mail once it has come.
# shellcheck disable=SC2034,SC2154 # shared with lib.sh, screens and its scenes

# Everything that is never twice the same, in the same width; but a public key,
# which is longer than a line, is cut, and so is what ssh says of it.
mask() {
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}/2026-04-01/g' \
	    -e 's/\b[0-9]{2}:[0-9]{2}(:[0-9]{2})?( [A-Z]{3,4}|\b)/09:00\2/g' \
	    -e 's/\b[0-9a-z]{4}-[0-9a-z]{4}\b/k7mq-4xtp/g' \
	    -e 's/k7mq-4xtp-k7mq-4xtp/h7kd-94mw-zq2t-c8xv/g' \
	    -e 's/( in |再送は)[0-9]+( seconds|秒後)/\160\2/' \
	    -e 's/([A-Z2-7]{4} ){7}[A-Z2-7]{4}/QVLK 3ZP7 WJ2X MB5D TR6Y HNC4 FGSA 7EUO/' \
	    -e 's|SHA256:[A-Za-z0-9+/]{43}|SHA256:Vq0m7cT2Jr9sKx4LhYdE1uWnPbZa8oGf3iRtCvQeXyM|' \
	    -e 's/AAAA[A-Za-z0-9+\/=]{20,}/AAAAGnNrLXNzaC1lZDI1.../' \
	    -e '/^Confirm user presence for key/d' \
	    -e 's/^    [0-9]{3} [0-9]{3}$/    395 204/' \
	    -e 's/((Code|コード|code|mail).*[:：] *)[0-9]{6}$/\1395204/' \
	    -e 's/ [0-9]+( bytes since| バイト| lines\.)/ 240\1/' \
	    -e 's/（[0-9]+行）/（240行）/' \
	    -e 's/^(Last batch|Conversations|最後の書き込み|対話中)( +)[0-9]+$/\1\2240/' \
	    -e 's/( port )[0-9]+$/\122/' \
	    -e 's/(report no\. |番号 )[0-9a-z]{4}\b/\1k7mq/' \
	    -e 's/09:00 [A-Z]{3,4}/09:00 JST/; /^(Linux .*SMP|Last login: )/d' \
	    -e "s/\b$(uname -n)\b/web1/g; s|$KOSMO_WORK|/tmp|g" \
	    -e "s/ -p $KOSMO_PORT//; s/-p $KOSMO_PORT //; s/ +\$//" |
	    awk '/▀|▄|█/ { n++; next }
		n { print "(QR code, " n " lines)"; n = 0 }
		{ print }
		END { if (n) print "(QR code, " n " lines)" }'
}

# keep NAME: standard input becomes the capture NAME.
keep() {
	mask > "$folder/$1.txt"
}

# The terminal that is looked at and typed into.
terminal=ssh

# As it is: a line that the terminal has broken is longer than 80 columns.
shown() {
	on_terminal capture-pane -p -J -t "$terminal" |
	    sed -e :a -e '/^[ \n]*$/{$d;N;ba' -e '}'
}

# The cursor waits behind an ask or a shell's prompt.
at_rest() {
	local x y
	read -r x y <<< "$(on_terminal display-message -p -t "$terminal" \
	    '#{cursor_x} #{cursor_y}')"
	[ "$x" -gt 0 ] && screen_text "$terminal" | sed -n "$((y + 1))p" |
	    grep -Eq '([:：]|\$|#|[?）\)]) *$'
}

# screen NAME [TYPED]: waits for the next ask, keeps the screen as NAME ("-":
# does not), and types.
screen() {
	wait_for "$PATIENCE" at_rest || {
		echo "# $1: nothing is asked:"
		screen_text "$terminal" | sed 's/^/# |/'
		return 1
	} >&2
	[ "$1" = - ] || shown | keep "$1"
	[ $# -lt 2 ] || screen_type "$terminal" "$2"
}

# mailed NAME [ADDRESS]: the same, and types the code of the newest mail.
mailed() {
	screen "$1"
	screen_type "$terminal" "$(mail_code "${2-$login@example.com}")"
}

# screens TYPED ...: a line to each ask, none of them kept.
screens() {
	local typed
	for typed; do
		screen - "$typed"
	done
}

# verb COMMAND: at the top of an empty screen, behind the shell's prompt.
verb() {
	screen -
	screen_key "$terminal" C-l
	wait_for "$PATIENCE" at_top
	screen_type "$terminal" "$1"
}

at_top() {
	[ "$(on_terminal display-message -p -t "$terminal" \
	    '#{cursor_y}')" = 0 ] && at_rest
}

# ended NAME: keeps what stands there when the program has ended.
ended() {
	wait_for "$PATIENCE" has_ended || {
		echo "# $1: it does not end:"
		screen_text "$terminal" | sed 's/^/# |/'
		return 1
	} >&2
	shown | sed '/^\[ended: /d' | keep "$1"
}

has_ended() {
	screen_text "$terminal" | grep -q '^\[ended: '
}

# on TERMINAL COMMAND [ARG ...]: from now on this one, which is opened anew.
on() {
	terminal=$1
	shift
	screen_close "$terminal"
	screen_open "$terminal" 80x24 "$@"
}

# Fresh logins by ssh, from the person's own address, and on a console.
come_in() {
	on ssh ssh -F "$KOSMO_WORK/ssh_config" -o "BindAddress=$from" \
	    "$login@127.0.0.1"
}

sit_down() {
	on console login
	screen "$1" "${2-$login}"
}

# mail NAME WORDS [ADDRESS]: keeps the newest mail with these words in it, once
# it is there.
mail() {
	local address=${3-$login@example.com}
	wait_for "$PATIENCE" mail_found "$2" "$address" || {
		echo "# no mail with /$2/ for $address" >&2
		return 1
	}
	keep "mail-$1" < "$KOSMO_WORK/mail.found"
}

mail_found() {
	"$lib/mailbox" --newest "$KOSMO_MAIL" "$2" "$1" \
	    > "$KOSMO_WORK/mail.found" 2> /dev/null
}

# new_person LOGIN ADDRESS NAME [ARG ...]
new_person() {
	login=$1 from=$2
	initial=$(invite "$login" --name "$3" --language "$KOSMO_LANGUAGE" \
	    "${@:4}")
}

scan() {
	seed=$(uri_field "$(phone_scan "$terminal")" secret)
	[ -n "$seed" ]
}

# The next code of the app, into code: time goes by.
app() {
	go_on 30
	code=$(phone_code "$seed" "$CLOCK")
}

# Password and code, as kosmoctl asks for them before a change.
confirm() {
	screen - "$password"
	app
	screen - "$code"
}

# configure LINES: more of kosmod.conf, in place of what it said of these keys.
configure() {
	local before key
	before=$(grep -c reloaded "$KOSMO_WORK/kosmod.log" || :)
	for key in $(sed -n 's/^\([a-z-]*\) = .*/\1/p' <<< "$1"); do
		sed -i "/^$key = /d" /etc/kosmo/kosmod.conf
	done
	printf '%s\n' "$1" >> /etc/kosmo/kosmod.conf
	kill -HUP "$(kosmod_pid)"
	wait_for "$PATIENCE" has_reloaded "$before" || {
		tail -n 5 "$KOSMO_WORK/kosmod.log"
		return 1
	} >&2
}

has_reloaded() {
	[ "$(grep -c reloaded "$KOSMO_WORK/kosmod.log")" -gt "$1" ]
}

# Nobody is logged in as LOGIN any more: what counts sessions counts none.
gone() {
	wait_for "$PATIENCE" has_gone "$1"
}

has_gone() {
	[ "$(on_host kosmoctl --json user show "$1" |
	    sed -n 's/.*"sessions": *\([0-9]*\).*/\1/p')" = 0 ]
}

# in_both EN JA: the one in the language of this run.
in_both() {
	if [ "$KOSMO_LANGUAGE" = ja ]; then echo "$2"; else echo "$1"; fi
}
