#!/usr/bin/env bash
# Lets every system call of a save fail in turn: failing_calls.sh STRATA LIBRARY all|some [SCENARIO…]
# Each call on a file below the folder in which a scenario (scenarios.sh) runs meets each of the `ways` (`some`: about
# twenty calls, one of the ways in turn). Then the exit code must be right, the message one line that names the file,
# nothing half-written or temporary may be left, and the program must be able to go on from what is there.
# shellcheck disable=SC2154  # scenarios.sh sets much
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=/dev/null
. "$here/scenarios.sh"
# shellcheck source=/dev/null
. "$here/../random_draws.sh"
set_up "$@"
ways=(ENOSPC EIO EINTR full short KILL INT TERM)

failed() {
  echo "failing_calls: $scenario, call $call of $calls ($(call_made)), $way${nameless:+, no files without a name}: $*" >&2
  tell_state
  exit 1
}

# The call that was disturbed: its number, its name and the file.
call_made() { sed -n "${call}p" "$work/calls"; }

# disturbed NUMBER WAY: the scenario's command in a fresh folder, which becomes the current one; its code is in $code.
disturbed() {
  fresh_folder
  launched env LD_PRELOAD="$library" STRATA_FAULT_BELOW="$work/case" STRATA_FAULT_CALL="$1" STRATA_FAULT_WAY="$2" \
    ${nameless:+STRATA_FAULT_NAMED=1} STRATA_FAULT_LOG="$work/log" "$program" "${command[@]}"
}

# What the message of a failure must be.
check_message() {
  one_error_line || failed 'the message is not one line of an error'
  grep -qF "$output" "$work/err" || failed 'the message names no file'
  grep -qE 'No space left on device|Input/output error' "$work/err" || failed 'the message does not tell the reason'
}

check() {
  case $way:$code in
    EINTR:0 | short:0 | KILL:137 | INT:130 | TERM:143) ;;
    ENOSPC:1 | EIO:1 | full:1) check_message ;;
    *:0) ((harmless += 1)) ;;
    *) failed "exit code $code" ;;
  esac
  # A process that is killed, or may not remove a file, leaves it to the next one.
  [[ $way = KILL || $(call_made) = *' unlink '* ]] || no_temporary || failed 'a temporary file is left'
  "finish_$scenario" >/dev/null 2>"$work/err" || failed 'the program cannot go on from what is left'
}

# Every call of the scenario, in the ways.
all_calls() {
  way=none call=0 calls=0
  disturbed 0 none
  [[ $code = 0 ]] || failed "exit code $code"
  mv "$work/log" "$work/calls"
  calls=$(wc -l <"$work/calls")
  ((calls > 0)) || failed 'no call was counted: does LD_PRELOAD work?'
  stride_of "$calls"
  draw "$stride"
  for ((call = 1 + drawn; call <= calls; call += stride)); do
    for ((w = 0; w < ${#ways[@]}; ++w)); do
      way=${ways[w]}
      if [[ $extent = all || $(((call / stride + w) % ${#ways[@]})) = 0 ]]; then
        disturbed "$call" "$way"
        check
        ((runs += 1))
      fi
    done
  done
  all=$((all + calls))
}

runs=0 all=0 harmless=0
for scenario in "${scenarios[@]}"; do
  prepare
  for nameless in '' 1; do
    [[ $extent = all || -z $nameless ]] || continue
    all_calls
  done
done
echo "${#scenarios[@]} commands with $all calls: $runs runs in which one met a fault, in $harmless of them without harm"
