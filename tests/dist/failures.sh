#!/usr/bin/env bash
# failures.sh STRATA MPIEXEC FOLDER: what fails on one rank, or for all, ends the job with its exit code and one line.
# Exits with 77 (skipped) without MPI.
set -euo pipefail

# shellcheck source=tests/dist/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

# expect CODE PATTERN COMMAND…: two ranks; PATTERN stands in exactly one line of stderr.
expect() {
  local code=$1 pattern=$2 status=0
  shift 2
  on_ranks 2 "$@" >out 2>err || status=$?
  if [[ $status != "$code" || $(grep -c -- "$pattern" err) != 1 ]]; then
    fail "$* exits with $status (expected $code); expected one line with '$pattern' in:"
    cat err
  fi
}

awk 'BEGIN { print "a,b,label"; for (r = 0; r < 400; ++r) print r % 7 "," r % 11 ",k" r % 2 }' >table.csv
awk 'BEGIN { print "a,b,label"; for (r = 0; r < 400; ++r) print r % 7 "," r % 5 ",k" r % 2 }' >other.csv

expect 2 'give --batch-size 65 or more' "$strata" train --data table.csv --batch-size 64
expect 2 'unknown option' "$strata" train --hiden 3
expect 2 'runs in one process' "$strata" evaluate x.safetensors
expect 2 'strata find-lr runs in one process' "$strata" find-lr
expect 3 'missing.csv' "$strata" train --data missing.csv --batch-size 128
# The ranks see different files.
# shellcheck disable=SC2016  # for the ranks' own shells
run='exec "$0" train --data ./$1$([ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" = 1 ] && echo "$2").csv --batch-size 128 --epochs 1'
expect 3 'error: rank 1: .*tablex.csv' sh -c "$run" "$strata" table x
cp other.csv tableother.csv
expect 2 'rank 1 has other' sh -c "$run" "$strata" table other

small=(--data table.csv --epochs 1 --hidden "8,4")
expect 2 'unknown option' "$strata" sweep --lower-rl 0.1
expect 3 'missing.csv' "$strata" sweep --data missing.csv
expect 2 'leaves no rows' "$strata" sweep "${small[@]}" --validation-split 0
"$strata" sweep "${small[@]}" --quiet --run-dir other >/dev/null
expect 2 'has other options' "$strata" sweep "${small[@]}" --batch-size 16 --run-dir other
expect 4 'no trial was completed' "$strata" sweep "${small[@]}" --quiet --lower-lr 1e30 --upper-lr 1e30
run=${run/ train / sweep }
expect 3 'error: rank 1: .*tablex.csv' sh -c "$run" "$strata" table x
expect 2 'rank 1 has another version or other options' sh -c "$run" "$strata" table other  # paths stand in records
mkdir there
cp tableother.csv there/table.csv
# shellcheck disable=SC2016
expect 2 'rank 1 has other data' \
  sh -c '[ "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" = 0 ] || cd there; exec "$0" sweep --data table.csv --epochs 1' "$strata"
# shellcheck disable=SC2016
expect 2 'rank 1 has another version or other options' \
  sh -c 'exec "$0" sweep --data table.csv --epochs 1 --hidden "2${OMPI_COMM_WORLD_RANK:-$PMI_RANK}"' "$strata"

((failures == 0)) || exit 1
echo "failures end the job"
