#!/usr/bin/env bash
# same_bits.sh STRATA MPIEXEC FOLDER: one process with threads and 1, 2, 3 and 4 ranks give the same weights, bit for
# bit, with several configurations; runs go on with other numbers of ranks. Exits with 77 (skipped) without MPI.
set -euo pipefail

# shellcheck source=tests/dist/set_up.sh
source "$(dirname "${BASH_SOURCE[0]}")/set_up.sh"

table_of_three_classes >table.csv
sed "s/k2$/k1/" table.csv >two.csv
awk -F, -v OFS=, 'NR == 1 { print "a,b,c,d,f,g"; next } { print $1, $2, $3, $4, $1 * $2 - $3, 40 * $4 + NR % 7 }' table.csv >numbers.csv
awk -F, -v OFS=, 'NR == 1 { print "a,b,c,d,x,y"; next } { print $1, $2, $3, $4, ($1 > $2), ($3 + $4 > 3) }' table.csv >labels.csv

hash_of() { sed -n 's/.*"weights_hash":"\([0-9a-f]*\)".*/\1/p'; }
alone() { "$strata" train --quiet --json --threads 2 "$@" | hash_of; }
ranks() { local n=$1; shift; on_ranks "$n" "$strata" train --quiet --json "$@" | hash_of; }

# check NAME OPTION…: one process and 1 … 4 ranks.
check() {
  local name=$1 expected found n
  shift
  expected=$(alone "$@")
  [[ -n $expected ]] || fail "$name: one process"
  for n in 1 2 3 4; do
    found=$(ranks "$n" "$@") || true
    [[ $found == "$expected" ]] || fail "$name: $n ranks give '$found', one process '$expected'"
  done
}

network=(--engine panels --hidden "40,20")
table=(--data table.csv "${network[@]}")
short=("${table[@]}" --epochs 2)
check even "${short[@]}" --batch-size 256
check uneven_clipped "${short[@]}" --batch-size 330 --clip-norm 0.05 --lower sgd,momentum=0.9
check shuffled_dropout "${short[@]}" --batch-size 200 --sampling shuffle --dropout 0.2,0.1
check weighted_torch "${short[@]}" --batch-size 300 --sampling shuffle --convention torch --class-weights balanced --label-smoothing 0.1
check adam_frozen "${short[@]}" --batch-size 256 --group 0-0:freeze --group 1-2:adamw --monitor val_macro_f1 --restore-best --early-stopping 2
check two_classes --data two.csv "${network[@]}" --epochs 2 --batch-size 330 --loss binary_cross_entropy --class-weights 1,2 --label-smoothing 0.1
numbers=(--data numbers.csv "${network[@]}" --epochs 2 --batch-size 330 --sampling shuffle)
for loss in mse mae huber,delta=0.5 quantile,q=0.3; do
  check "$loss" "${numbers[@]}" --target-columns f,g --loss "$loss"
done
check several_quantiles "${numbers[@]}" --target-columns f --loss quantile,q=0.1:0.5:0.9
check labels --data labels.csv "${network[@]}" --epochs 2 --batch-size 330 --sampling shuffle --label-columns x,y --label-smoothing 0.1
check pixels --engine panels --batch-size 1000 --max-steps 6 --epochs 1 --upper nadam --clip-value 0.1

# Begun by 3 ranks, continued by one process and by 2 ranks; and the other way round.
whole=$(alone "${table[@]}" --batch-size 330 --epochs 4 --upper adam)
[[ -n $whole ]] || fail "one process, whole"
ranks 3 "${short[@]}" --batch-size 330 --upper adam --run-dir by_ranks >/dev/null
alone "${short[@]}" --batch-size 330 --upper adam --run-dir by_one >/dev/null
cp -r by_ranks by_ranks_again
[[ $(alone --resume by_ranks --epochs 4) == "$whole" ]] || fail "3 ranks, then one process"
[[ $(ranks 2 --resume by_ranks_again --epochs 4) == "$whole" ]] || fail "3 ranks, then 2"
[[ $(ranks 4 --resume by_one --epochs 4) == "$whole" ]] || fail "one process, then 4 ranks"

# With onednn: equal from run to run.
onednn=(--data table.csv --engine onednn --hidden "40,20" --epochs 2 --batch-size 330 --sampling shuffle)
once=$(ranks 3 "${onednn[@]}")
[[ -n $once && $once == $(ranks 3 "${onednn[@]}") ]] || fail "3 ranks with onednn, twice"

((failures == 0)) || exit 1
echo "the same bits"
