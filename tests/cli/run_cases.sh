#!/usr/bin/env bash
# Runs the cases of a file against the program: run_cases.sh STRATA CASES [NAME]
# With NAME, only the cases whose name contains it. Each file *_cases.txt here is a ctest entry *_command_lines.
#
# A case is a line "== NAME", commands for bash in an empty folder, and expectations:
#   > exit CODE         > out TEXT, err TEXT: the stream has it      > no-out TEXT, no-err TEXT: it has not
#   > out-matches RE, err-matches RE: a line matches                 > out-lines N, err-lines N
#   > error TEXT: nothing on stdout, one line on stderr, `strata: error: …`, with TEXT
#   > plain: no carriage return, no escape code
#   > unsanitized: the case is left out under sanitizers
# A case that calls script(1) needs a pseudo-terminal: it is skipped where there is none, and then the whole ends with exit
# code 77, which ctest shows as skipped. A case that takes two minutes has failed.
# $DATA is a folder of small IDX files (64 and 16 rows of 4 x 4, 3 classes), $SMALL the options of a small network on it,
# $TINY those of one epoch of it, $DEEP those of a deeper network.
set -u
program=$(realpath "$1")
cases=$2
only=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$program" "$work/bin/strata"
PATH=$work/bin:$PATH
unset NO_COLOR
export TERM=xterm LC_ALL=C.UTF-8 SHELL=/bin/bash  # the shell that script(1) starts

# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/small_data.sh"
export DATA=$work/data
INPUTS=$(dirname "$(realpath "$0")")/inputs  # files that cases take
export INPUTS
make_small_data "$DATA"
export SMALL="--data $DATA --hidden 4 --batch-size 8 --threads 1"
export TINY="$SMALL --epochs 1"
# What earlier versions have left.
SAMPLES=$(dirname "$(realpath "$0")")/samples
export SAMPLES
export DEEP="--data $DATA --hidden 6,5,4 --batch-size 8"

# npy FILE TYPE SHAPE VALUES: an array as numpy.save writes it, of values in printf's escapes.
npy() {
  local header="{'descr': '$2', 'fortran_order': False, 'shape': $3, }"
  printf '%b%s%b' "\\x93NUMPY\\x01\\x00\\x$(printf %02x ${#header})\\x00" "$header" "$4" >"$1"
}
# npy_data ROWS: X.npy, ROWS floats x 2, and y.npy, labels 0, 1, 2, 0, 1, 2, …
npy_data() {
  local values='' labels='' row
  for ((row = 0; row < $1; ++row)); do
    values+="\\x00\\x$(printf %02x $((row * 37 % 256)))\\x$(printf %02x $((row % 3 * 32 + 128)))\\x3f"
    values+="\\x00\\x$(printf %02x $((row * 91 % 256)))\\x80\\xbf"
    labels+="\\x$(printf %02x $((row % 3)))"
  done
  npy X.npy '<f4' "($1, 2)" "$values"
  npy y.npy '|u1' "($1,)" "$labels"
}
# table ROWS: a CSV of two numbers and a category, and the species that they tell.
table() {
  local row
  echo length,width,colour,species
  for ((row = 0; row < $1; ++row)); do
    echo "$((row % 3)).$((row * 37 % 10)),-$((row * 91 % 100)),$((row % 2 == 0)),$([ $((row % 3)) = 0 ] && echo rose || echo lily)"
  done
}
# without_reader COMMAND…: its stdout is a pipe whose reader has gone.
without_reader() {
  local code=0
  mkfifo pipe
  true <pipe &
  exec 8>pipe
  wait $!
  "$@" >&8 || code=$?
  exec 8>&-
  rm pipe
  return "$code"
}
# until_ready PROCESS: until the program, started in the background, takes SIGTERM.
until_ready() {
  until grep -qE '^SigCgt:.*[4567c-f][0-9a-f]{3}$' "/proc/$1/status"; do sleep 0.01; done
}
# minute FROM: a CSV of the seconds of a minute that begins with FROM, of a number without meaning, and of their half.
minute() { awk -v from="$1" 'BEGIN { print "when,b,label"; for (i = 0; i < 60; ++i) printf "%d,%.3f,%s\n", from + i, i * 37 % 100 / 40 - 1.2, i < 30 ? "early" : "late" }'; }
export -f minute npy npy_data table without_reader until_ready
export ENGINES="onednn panels"
export MINUTE="--hidden 8 --validation-split 0 --batch-size 12 --threads 1"
export FLOATS="--hidden 4 --batch-size 8 --epochs 1 --threads 1"

ran=0
failed=0
skipped=0
name=
commands=
expectations=()

complain() {
  [ "$good" = 1 ] && printf 'FAILED %s\n%s' "$name" "$commands"
  good=0
  printf '  %s\n' "$1"
}

# check EXPECTATION, in the folder with the streams `out` and `err` and the exit code in $code.
check() {
  local what=${1%% *} text=${1#* }
  case $what in
    exit) [ "$code" = "$text" ] || complain "exit code $code, expected $text" ;;
    out) grep -qF -- "$text" out || complain "stdout lacks: $text" ;;
    err) grep -qF -- "$text" err || complain "stderr lacks: $text" ;;
    no-out) ! grep -qF -- "$text" out || complain "stdout has: $text" ;;
    no-err) ! grep -qF -- "$text" err || complain "stderr has: $text" ;;
    out-matches) grep -qE -- "$text" out || complain "no line of stdout matches: $text" ;;
    err-matches) grep -qE -- "$text" err || complain "no line of stderr matches: $text" ;;
    out-lines) [ "$(wc -l <out)" = "$text" ] || complain "stdout has $(wc -l <out) lines, expected $text" ;;
    err-lines) [ "$(wc -l <err)" = "$text" ] || complain "stderr has $(wc -l <err) lines, expected $text" ;;
    unsanitized) ;;
    plain) ! grep -q $'[\r\e]' out err || complain 'a carriage return or an escape code where there is no terminal' ;;
    error)
      [ -s out ] && complain 'stdout is not empty'
      [ "$(wc -l <err)" = 1 ] || complain "stderr has $(wc -l <err) lines, expected 1"
      grep -q '^strata: error: ' err || complain 'stderr does not begin with strata: error:'
      grep -qF -- "$text" err || complain "stderr lacks: $text"
      ;;
    *) complain "unknown expectation: $1" ;;
  esac
}

# has_terminals: whether script(1) is here and can open a pseudo-terminal (a bare chroot has no /dev/pts).
has_terminals() {
  [ -n "${terminals:-}" ] || { script -qec true /dev/null </dev/null >/dev/null 2>&1 && terminals=yes || terminals=no; }
  [ "$terminals" = yes ]
}

run_case() {
  if [ -z "$name" ] || [[ $name != *"$only"* ]]; then return; fi
  if [ -n "${STRATA_SANITIZE:-}" ] && [[ " ${expectations[*]} " == *' unsanitized '* ]]; then return; fi
  if [[ $commands =~ (^|[[:space:]])script[[:space:]] ]] && ! has_terminals; then
    echo "SKIPPED $name: no pseudo-terminal here"
    skipped=$((skipped + 1))
    return
  fi
  local folder=$work/case code good=1
  mkdir "$folder"
  cd "$folder" || exit
  timeout 120 bash -c "$commands" >out 2>err </dev/null
  code=$?
  for expectation in "${expectations[@]}"; do check "$expectation"; done
  ran=$((ran + 1))
  if [ "$good" = 0 ]; then
    failed=$((failed + 1))
    sed 's/^/  stdout: /' out | head -20
    sed 's/^/  stderr: /' err | head -20
  fi
  cd "$work" || exit
  rm -rf "$folder"
}

while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    '#'* | '') ;;
    '== '*)
      run_case
      name=${line#== }
      commands=
      expectations=()
      ;;
    '> '*) expectations+=("${line#> }") ;;
    *) commands+=$line$'\n' ;;
  esac
done < <(cat "$cases"; echo '== ')
echo "$ran cases, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || exit 77
[ "$ran" -gt 0 ]
