#!/usr/bin/env bash
# sweep.sh STRATA MPIEXEC FOLDER: a sweep by 2 and 3 ranks has the records, the table and the best model of one process,
# and goes on after one of its ranks was killed or stopped. Exits with 77 (skipped) without MPI.
set -euo pipefail

# shellcheck source=tests/dist/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

table_of_three_classes >table.csv

# What a sweep has found, without the order of its trials and their seconds.
records() { sed -E 's/"seconds":[^,}]*,//' "$1/trials.jsonl" | sort; }

# check_whole NAME EXPECTED FOUND: the folders hold the same sweep, done, and nothing that a killed one leaves.
check_whole() {
  local name=$1 expected=$2 found=$3
  diff <(records "$expected") <(records "$found") >difference ||
    fail "$name: other records than one process: $(head -c 500 difference)"
  cmp "$expected/best/model.safetensors" "$found/best/model.safetensors" || fail "$name: another best model"
  [[ -s $found/report.html && -s $found/best/report.html ]] || fail "$name: no report"
  [[ -z $(find "$found" -name '.strata-*' -o -name '*.partial') ]] || fail "$name: leaves $(find "$found" -name '.strata-*')"
}

# check NAME OPTION…: one process, and 2 and 3 ranks. Each in a folder of its own, so that their texts are the same.
check() {
  local name=$1 n
  shift
  mkdir -p "$name"/{1,2,3}
  (cd "$name/1" && "$strata" sweep --data ../../table.csv --jobs 2 --progress none "$@" --run-dir sweep >table 2>notes) ||
    fail "$name: one process: $(cat "$name/1/notes")"
  for n in 2 3; do
    (cd "$name/$n" && on_ranks "$n" "$strata" sweep --data ../../table.csv --progress none "$@" --run-dir sweep >table 2>notes) ||
      fail "$name: $n ranks: $(cat "$name/$n/notes")"
    check_whole "$name, $n ranks" "$name/1/sweep" "$name/$n/sweep"
    diff "$name/1/table" "$name/$n/table" >difference || fail "$name: $n ranks print another table: $(cat difference)"
    [[ $(grep -c '^jobs' "$name/$n/notes") == 1 ]] || fail "$name: not one rank speaks: $(cat "$name/$n/notes")"
  done
}

short=(--hidden "12,8" --epochs 2)
"$strata" train --data table.csv "${short[@]}" --quiet --save there.safetensors >/dev/null
# Some of them diverge, and some cannot begin, which are results too.
check grid "${short[@]}" --lower sgd --lower rmsprop --lower-lr 0.001,0.1,1e30 --upper sgd --upper-lr 0.01,1e30 --seeds 2
check failing "${short[@]}" --lower-lr 0.01,0.1 --vary 'initial-weights=../../missing.safetensors|../../there.safetensors'
check random "${short[@]}" --strategy random --trials 7 --lower-lr 1e-3..1 --upper-lr 1e-4..1e-1 --vary 'activation=elu|relu'
check halving --hidden "12,8" --epochs 4 --strategy halving --trials 9 --eta 2 --seeds 2 --lower-lr 1e-3..1 --upper-lr 1e-4..1e-1

# The records of a sweep that is stopped in the middle stay as they are, and a restart runs what is missing. It has as
# many epochs as it takes to have a middle here: some seconds.
epochs=20
whole_seconds=0
while ((whole_seconds < 3 && epochs < 5000)); do
  epochs=$((2 * epochs))
  long=(sweep --data table.csv --hidden "60,40" --epochs "$epochs" --batch-size 8 --lower-lr 1e-3..0.1:6
    --upper-lr 1e-3..0.1:5 --progress none)
  rm -rf whole
  start=$SECONDS
  "$strata" "${long[@]}" --run-dir whole >whole.table 2>notes || fail "one process: $(cat notes)"
  whole_seconds=$((SECONDS - start))
done

# stop SIGNAL RANK CODE: begins that sweep anew in the folder stopped, by 3 ranks, and sends one of them the signal.
stop() {
  local signal=$1 rank=$2 code=$3 status=0 lines=0
  rm -rf stopped pid.*
  # shellcheck disable=SC2016  # for the ranks' own shells
  on_ranks 3 sh -c 'echo $$ >"pid.${OMPI_COMM_WORLD_RANK:-$PMI_RANK}"; exec "$@"' sh \
    "$strata" "${long[@]}" --jobs 1 --run-dir stopped >out 2>notes &
  until ((lines >= 3)) || ! kill -0 $! 2>/dev/null; do
    sleep 0.02
    [[ ! -e stopped/trials.jsonl ]] || lines=$(wc -l <stopped/trials.jsonl)
  done
  kill "-$signal" "$(cat "pid.$rank")" || fail "the sweep was over before SIG$signal"
  wait $! || status=$?
  [[ $status == "$code" ]] || fail "SIG$signal to rank $rank: exit code $status instead of $code: $(cat notes)"
  [[ ! -s out && ! -e stopped/best ]] || fail "SIG$signal to rank $rank: it went on"
  grep -a $'}$' stopped/trials.jsonl >kept || fail "SIG$signal to rank $rank: nothing is kept"
}

# go_on NAME COMMAND…: the restart of it.
go_on() {
  local name=$1 count
  shift
  count=$(wc -l <kept)
  "$@" "${long[@]}" --run-dir stopped >table 2>notes || fail "$name: restart: $(cat notes)"
  cmp kept <(head -n "$count" stopped/trials.jsonl) || fail "$name: the restart changes records"
  [[ $(wc -l <stopped/trials.jsonl) == 30 ]] || fail "$name: the restart repeats trials"
  check_whole "$name" whole stopped
}

stop KILL 1 137
go_on 'rank 1 killed, then 2 ranks' on_ranks 2 "$strata"
stop KILL 0 137
go_on 'rank 0 killed, then one process' "$strata"
stop TERM 2 143
[[ $(grep -c 'stopped by SIGTERM' notes) == 1 ]] || fail "SIGTERM: $(cat notes)"
go_on 'rank 2 asked to stop, then 3 ranks' on_ranks 3 "$strata"

((failures == 0)) || exit 1
echo "ranks sweep as one process does"
