#!/usr/bin/env bash
# Kills training by SIGKILL at random points, also while it saves, and resumes it until it is done; then its weights,
# model and metrics must be those of a run that was left alone: kill_test.sh STRATA [POINTS]
set -euo pipefail
program=$(realpath "$1")
points=${2:-20}
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/small_data.sh"
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/../random_draws.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
make_small_data data

# A save every five steps takes most of the time. Every kind of state is in play.
# shellcheck disable=SC2054  # the commas are the values'
options=(--data data --hidden 200,100 --batch-size 8 --sampling shuffle --epochs 40 --seed 7 --threads 1
  --lower adam,lr=0.001,amsgrad=true --upper 'rmsprop,lr=0.001,momentum=0.5,schedule=plateau,patience=2'
  --dropout 0.2 --clip-norm 1 --restore-best --checkpoint-every 5 --progress none)

fail() {
  echo "kill_test: $*" >&2
  sed 's/^/  stderr: /' err >&2
  exit 1
}

# What a run has told, without its times.
told() { sed -E 's/,"(seconds|samples_per_second)":[^,}]*//g' "$1/metrics.jsonl"; }

"$program" train "${options[@]}" --run-dir whole >/dev/null 2>err || fail 'the run that is left alone failed'
told whole >whole.txt

kills=0 early=0 runs=0 saving=0
while ((kills < points)); do
  if [[ -e run ]]; then  # the bits depend neither on threads nor on the instruction set
    draw 2
    command=(train --resume run --progress none --threads $((drawn + 1)))
    draw 2
    ((drawn == 0)) || command+=(--isa avx2)
  else
    command=(train "${options[@]}" --run-dir run)
  fi
  code=0
  "$program" "${command[@]}" >/dev/null 2>err &
  draw 300
  sleep "0.$(printf '%03d' "$drawn")"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || code=$?
  case $code in
    137)
      kills=$((kills + 1))
      compgen -G 'run/checkpoints/.strata-*.tmp' >/dev/null && saving=$((saving + 1))
      if ! compgen -G 'run/checkpoints/step-*' >/dev/null; then
        early=$((early + 1)) # killed before its first checkpoint: it starts again
        rm -rf run
      fi
      ;;
    0)
      runs=$((runs + 1))
      cmp whole/model.safetensors run/model.safetensors || fail 'the weights differ'
      diff whole.txt <(told run) >difference || fail "the metrics differ: $(head -c 500 difference)"
      rm -rf run
      ;;
    *) fail "${command[*]}: exit code $code" ;;
  esac
  if grep -q damaged err; then fail 'a checkpoint cannot be read'; fi
done
# The last run goes on to its end.
if [[ -e run ]]; then
  "$program" train --resume run --progress none >/dev/null 2>err || fail 'the last run does not go on'
  runs=$((runs + 1))
  cmp whole/model.safetensors run/model.safetensors || fail 'the weights differ'
  diff whole.txt <(told run) >difference || fail "the metrics differ: $(head -c 500 difference)"
fi
echo "$kills kills, $saving of them while a checkpoint was written, $early before the first one; $runs runs done, all alike"
