# What failed, in a suite's log: each test's name, and below it, indented, at
# most -v lines=N lines of why. Knows TAP, unittest, cmocka, sanitizers, and
# the logs of make check that tests/suites puts in ("--- TEST", then "| ...").
# Of anything else the last lines are taken.

# begin(NAME, KEEP): a failed test; of its lines the "first" or "last" count.
function begin(name, keep_which) {
	n++
	name_of[n] = section name
	keep[n] = keep_which
	size[n] = 0
	found++
	open = n
}

function add(line) {
	if (open && line !~ /^[ \t]*$/)
		text[open, ++size[open]] = substr(line, 1, 120)
}

function forget() {
	recent = 0
}

# The lines since the last result: what a test said before it was judged.
function recall(most, i) {
	for (i = recent > most ? recent - most + 1 : 1; i <= recent; i++)
		add(said[i])
	forget()
}

# The end of a log in which nothing was found.
function leave() {
	if (in_log && !found) {
		sub(/: $/, "", section)
		begin("", "last")
		recall(recent)
	}
	open = found = title = body = comments = report = 0
	forget()
}

/^--- / {
	leave()
	in_log = 1
	section = $2 ": "
	next
}

{
	line = $0
	if (in_log && !sub(/^\| ?/, "", line)) {
		leave()
		in_log = 0
		section = ""
	}
	said[++recent] = line
}

line ~ /^=====+$/ { title = 1; open = 0; next }
title && line ~ /^(FAIL|ERROR): / {
	sub(/^(FAIL|ERROR): /, "", line)
	begin(line, "last")
	title = 0
	body = 1
	next
}
body && line ~ /^-----+$/ {
	if (size[open] > 0)
		open = body = 0
	next
}
body { add(line); next }

line ~ /^\[ RUN / { open = 0; forget(); running = $NF; next }
# "error" is a test that could not be set up
line ~ /^\[  (FAILED |ERROR  ) \] / && running == $NF {
	begin(running, "first")
	recent--
	recall(recent)
	open = 0
	running = ""
	next
}

line ~ /^ok / { open = 0; forget(); next }
line ~ /^not ok/ {
	sub(/^not ok( [0-9]+)?( -)? */, "", line)
	recent--
	begin(line, "first")
	recall(5)
	comments = 1
	next
}
comments && line ~ /^#/ { sub(/^# ?/, "", line); add(line); next }
comments { open = comments = 0 }

line ~ /ERROR: [A-Za-z]*Sanitizer|runtime error: / && !report {
	begin("sanitizer", "first")
	report = 1
}
report { add(line) }
line ~ /^SUMMARY: / { open = report = 0 }

# what compilers say, and what make says of it, which is no news
!in_log && line ~ /^[^#\[]*:[0-9]+: (fatal )?error: / {
	if (!compiler) {
		begin("compiling", "first")
		compiler = n
	}
	open = compiler
	add(line)
	open = 0
}
line ~ /^make(\[[0-9]+\])?: / { recent-- }

END {
	if (in_log)
		leave()
	if (n == 0) {
		begin("the end of its log", "last")
		recall(recent)
	}
	for (i = 1; i <= n; i++) {
		print name_of[i]
		from = 1
		if (keep[i] == "last" && size[i] > lines)
			from = size[i] - lines + 1
		for (j = from; j <= size[i] && j < from + lines; j++)
			print "    " text[i, j]
	}
}
