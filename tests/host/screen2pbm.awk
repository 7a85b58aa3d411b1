# Draws a terminal's screen as a picture (PBM): a cell is one module wide and
# two high, as half-blocks and "##" need it. -v ink=0 for a dark terminal (what
# is written is light), ink=1 for a light one. Other characters become specks:
# whoever scans has to cope with the text below.
BEGIN {
	scale = 6
	paper = 1 - ink
}

{
	gsub(/█/, "\001"); gsub(/▀/, "\002"); gsub(/▄/, "\003")
	gsub(/[\300-\367][\200-\277]+/, "?")
	line[NR] = $0
	if (length($0) > width)
		width = length($0)
}

function pixels(c, half) {
	if (c == "\001" || c == "#")
		return ink
	if (c == "\002")
		return half == 0 ? ink : paper
	if (c == "\003")
		return half == 1 ? ink : paper
	return paper
}

# Specks fill the lower left of their half of the cell.
function speck(c, half) {
	return half == 1 && c !~ /^[ \001\002\003#]?$/
}

function draw(text, half,    i, c, row, last, v, k, x) {
	for (i = 1; i <= width + 8; i++) {
		c = i > 4 ? substr(text, i - 4, 1) : ""
		v = pixels(c, half)
		for (k = 1; k <= scale; k++)
			row = row v " "
		for (k = 1; k <= scale; k++) {
			x = speck(c, half) && k > 2 && k < 5 ? ink : v
			last = last x " "
		}
	}
	for (k = 1; k <= scale; k++)
		print(k > 2 && k < 5 ? last : row)
}

END {
	print "P1"
	print (width + 8) * scale, (NR + 4) * 2 * scale
	for (n = -1; n <= NR + 2; n++) {
		draw(line[n], 0)
		draw(line[n], 1)
	}
}
