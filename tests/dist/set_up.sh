#!/usr/bin/env bash
# Sourced by this folder's tests with their arguments STRATA MPIEXEC FOLDER: goes to the folder, empty; counts what fails.
# Exits with 77 (skipped) without MPI.
set -euo pipefail

# shellcheck disable=SC2034  # strata is for those who read this
strata=$1 mpiexec=$2 folder=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ -n $mpiexec && $mpiexec != *-NOTFOUND ]] || { echo "skipped: no MPI"; exit 77; }
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# on_ranks N COMMAND…
on_ranks() { "$here/with_ranks" "$mpiexec" "$@"; }

# A table of 700 rows in three classes, by integers only.
table_of_three_classes() {
  awk 'BEGIN {
    print "a,b,c,d,label"; s = 1
    for (r = 0; r < 700; ++r) {
      line = ""
      for (f = 0; f < 4; ++f) { s = (s * 1103 + 12345) % 65537; line = line (s % 1000) / 250 "," }
      print line "k" (s + r) % 3
    }
  }'
}
