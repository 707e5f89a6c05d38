# table.awk UNREACHED LCOV, called by check: a table of the branches taken of each source, and below it those that are not
# and need not be. Variables: least, the share in % that each source must reach; sources, their names; missed, the file that
# lists the branches not taken.

function trimmed(text) {
  gsub(/^[ \t]+|[ \t]+$/, "", text)
  return text
}

# The source line at hand, without what is left and right of it.
function line_text(number,  line) {
  while (read < number && (getline line < path) > 0) lines[++read] = line
  return trimmed(lines[number])
}

# The source's name in a path, which may lead through the build folder; empty if it is none of the sources.
function source_name(path) {
  while (match(path, /[^\/]+\/\.\.\//)) path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
  for (s in wanted) {
    if (substr(path, length(path) - length(s)) == "/" s) return s
  }
  return ""
}

BEGIN {
  count = split(sources, list, " ")
  for (i = 1; i <= count; ++i) wanted[list[i]]
}

function share() { return found > 0 ? 100 * (found - lost) / found : 100 }

FNR == 1 { file_number++ }

# A source, a colon and a line of it; the reason below, indented.
file_number == 1 && /^#|^$/ { next }
file_number == 1 && /^ / {
  reasons[key] = reasons[key] " " trimmed($0)
  next
}
file_number == 1 {
  key = $0
  order[++keys] = key
  next
}

/^SF:/ {
  path = substr($0, 4)
  name = source_name(path)
  found = lost = told = read = 0
  delete lines
}
name == "" { next }
/^BRDA:/ {
  split(substr($0, 6), branch, ",")
  found++
  key = name ": " line_text(branch[1])
  seen[key] = 1
  if (branch[4] != "0" && branch[4] != "-") next
  if (key in reasons) {
    told++
    unreached[key]++
  } else {
    lost++
    printf "%s:%d: %s\n", name, branch[1], line_text(branch[1]) > missed
  }
}
/^end_of_record/ {
  close(path)
  found -= told
  if (!heads++) print "| source | branches | taken | explained | share |\n|---|---|---|---|---|"
  printf "| `%s` | %d | %d | %d | %.1f %% |\n", name, found + told, found - lost, told, share()
  if (share() < least) low = low " " name
  branches += found + told
  taken += found - lost
  explained += told
}

END {
  printf "| all | %d | %d | %d | %.1f %% |\n\nNot taken, and why:\n", branches, taken, explained, 100 * taken / (branches - explained)
  for (k = 1; k <= keys; ++k) {
    if (unreached[order[k]] > 0) printf "%s (%d):%s\n", order[k], unreached[order[k]], reasons[order[k]]
    if (!seen[order[k]]) stale = stale "\n" order[k]
  }
  if (stale != "") print "tests/coverage/unreached.txt explains branches that are no more:" stale
  if (low != "") print "less than " least " % of the branches are taken, see " missed ":" low
  exit low != "" || stale != "" || branches == 0
}
