#!/usr/bin/env bash
# Signals that stop at random moments of every command: signals.sh STRATA DATASETS MOMENTS
# In each of so many moments a command must end soon, with the right code, without temporary files; then a run must go on
# to the weights of one that was left alone. Of the packaged data, so that loading and evaluating take a while too; exits
# with 77 where they are not installed.
set -euo pipefail
program=$(realpath "$1")
data=$2/fashion-mnist
moments=$3
readonly bound=20 # seconds, on a busy machine under a sanitizer
[[ -d $data ]] || {
  echo "skipped: no $data" >&2
  exit 77
}
# shellcheck source=/dev/null
. "$(dirname "$(realpath "$0")")/../random_draws.sh"
export OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

failed() {
  echo "signals: ${command[*]}: SIG$signal after $delay s: $*" >&2
  sed 's/^/  stderr: /' err >&2
  exit 1
}

# shellcheck disable=SC2054  # the commas are the options'
network=(--data "$data" --hidden 50,20 --seed 5 --quiet --progress none)
train=(train "${network[@]}" --epochs 2 --max-steps 2000 --threads 2 --checkpoint-every 300 --run-dir run)
"$program" "${train[@]}" >/dev/null
mv run whole
signals=(INT TERM HUP USR1 USR2 XCPU)
# Each command, and what it writes.
commands=(train resume sweep find-lr predict evaluate report)
choose() {
  output=none
  case $1 in
    train) command=("${train[@]}") output=run ;;
    resume) command=(train --resume run --quiet --progress none) output=run ;;
    sweep) command=(sweep "${network[@]}" --epochs 1 --max-steps 300 --lower-lr '0.01,0.1' --run-dir sweep) output=sweep ;;
    find-lr) command=(find-lr "${network[@]}" --steps 300 --run-dir rates) output=rates ;;
    predict) command=(predict whole --data "$data" --output predictions.csv) ;;
    evaluate) command=(evaluate whole --data "$data") ;;
    report) command=(report whole --output page.html) ;;
  esac
}

now() { date +%s%N; }

# take NAME: how long the command takes, in milliseconds, the first time.
declare -A milliseconds
take() {
  local start
  [[ -z ${milliseconds[$1]:-} ]] || return 0
  start=$(now)
  "$program" "${command[@]}" >out 2>err || failed 'it fails undisturbed'
  milliseconds[$1]=$((($(now) - start) / 1000000 + 1))
  [[ $output = none ]] || rm -rf "$output"
}

# A run that was stopped goes on, as if it had not been.
check_run() {
  compgen -G 'run/checkpoints/step-*' >/dev/null || return 0
  "$program" train --resume run --max-steps 2000 --quiet --progress none >/dev/null 2>err || failed 'it does not go on'
  cmp whole/model.safetensors run/model.safetensors || failed 'the weights differ'
}

drawn=0 slowest=0 stopped=0 signal=none delay=0
for ((moment = 0; moment < moments; ++moment)); do
  name=${commands[moment % ${#commands[@]}]}
  choose "$name"
  if [[ $name = resume ]]; then
    choose train
    "$program" "${train[@]/2000/700}" >/dev/null
    choose resume
    command+=(--max-steps 2000)
    milliseconds[resume]=${milliseconds[train]}
  fi
  take "$name"
  draw ${#signals[@]}
  signal=${signals[drawn]}
  expected=$((128 + $(kill -l "$signal")))
  draw $((milliseconds[$name] + 20))
  delay=$(printf '%d.%03d' $((drawn / 1000)) $((drawn % 1000)))
  code=0
  "$program" "${command[@]}" >out 2>err &
  sleep "$delay"
  start=$(now)
  kill -"$signal" $! 2>/dev/null || true
  wait $! 2>/dev/null || code=$?
  took=$((($(now) - start) / 1000000))
  ((took > slowest)) && slowest=$took
  ((took < bound * 1000)) || failed "it ended after $took ms"
  case $code in
    "$expected") ((stopped += 1)) ;;
    0) ;; # it was done
    *) failed "exit code $code" ;;
  esac
  [[ -z $(find . -name '.strata-*') ]] || failed 'a temporary file is left'
  [[ $output != run ]] || check_run
  [[ $output = none ]] || rm -rf "$output"
  if [[ -e page.html ]]; then tail -c 8 page.html | grep -q '</html>' || failed 'the report is half-written'; fi
done
echo "$moments moments, in $stopped of them stopped, the slowest after $slowest ms"
