#!/usr/bin/env bash
# Lets the program run out of memory: failing_allocations.sh STRATA LIBRARY all|some [SCENARIO…]
# Each allocation of its own code fails in turn (`some`: about twenty of them), alone and with all that follow: then it must
# say so in one line and leave no file half-written or temporary.
# shellcheck disable=SC2154  # scenarios.sh sets much
set -euo pipefail
here=$(dirname "$(realpath "$0")")
# shellcheck source=/dev/null
. "$here/scenarios.sh"
# shellcheck source=/dev/null
. "$here/../random_draws.sh"
scenarios+=(evaluate)
set_up "$@"

failed() {
  echo "failing_allocations: $scenario, allocation $number of $count${following:+ and all that follow}: $*" >&2
  tell_state
  exit 1
}

# starved NUMBER: the scenario's command in a fresh folder, which becomes the current one; its code is in $code.
starved() {
  fresh_folder
  launched timeout 60 env LD_PRELOAD="$library" STRATA_FAULT_MEMORY="$1" ${following:+STRATA_FAULT_MEMORY_ALL=1} \
    STRATA_FAULT_MEMORY_COUNT="$work/count" "$program" "${command[@]}"
}

check() {
  case $code in
    0) ((harmless += 1)) ;;
    1)
      one_error_line || failed 'the message is not one line of an error'
      grep -q 'out of memory' "$work/err" || failed 'the message does not tell the reason'
      ;;
    3) grep -q 'does not fit into memory' "$work/err" || failed 'the message does not tell the reason' ;; # a file
    *) failed "exit code $code" ;;
  esac
  no_temporary || failed 'a temporary file is left'
  "sound_$scenario" >/dev/null 2>"$work/err" || failed 'a file is half-written'
}

every_allocation() {
  number=0 count=0 following=
  starved 0
  [[ $code = 0 ]] || failed "exit code $code"
  count=$(<"$work/count")
  stride_of "$count"
  draw "$stride"
  for ((number = 1 + drawn; number <= count; number += stride)); do
    for following in '' 1; do
      starved "$number"
      check
      ((runs += 1))
    done
  done
  all=$((all + count))
}

runs=0 all=0 harmless=0
for scenario in "${scenarios[@]}"; do
  prepare
  every_allocation
done
echo "${#scenarios[@]} commands with $all allocations: $runs runs in which memory ran out, in $harmless of them without harm"
