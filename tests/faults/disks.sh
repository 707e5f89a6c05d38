#!/usr/bin/env bash
# A disk that runs full while the program saves, and one that is read-only: disks.sh STRATA
# Small file systems in memory, in a mount namespace of its own; exits with 77 where the system does not allow that.
set -euo pipefail
program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
if [[ -z ${STRATA_DISKS:-} ]]; then
  for way in --mount --map-root-user\ --mount; do
    # shellcheck disable=SC2086  # two words
    if unshare $way sh -c 'mount -t tmpfs -o size=64k none /mnt' 2>/dev/null; then
      # shellcheck disable=SC2086
      STRATA_DISKS=1 exec unshare $way "$0" "$@"
    fi
  done
  echo 'skipped: no right to mount a file system here' >&2
  exit 77
fi
# shellcheck source=/dev/null
. "$here/../cli/small_data.sh"
export OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'cd /; umount -q "$work/disk" || true; rm -rf "$work"' EXIT
cd "$work"
mkdir disk
mount -t tmpfs -o size=512k none disk
make_small_data data

failed() {
  echo "disks: $what: $*" >&2
  sed 's/^/  stderr: /' err >&2
  ls -la disk >&2
  exit 1
}

# refused TEXT COMMAND…: the program must fail with one line that has the text and the system's reason.
refused() {
  local text=$1 code=0
  shift
  "$program" "$@" >out 2>err || code=$?
  [[ $code = 1 ]] || failed "exit code $code"
  [[ $(wc -l <err) = 1 && $(<err) = 'strata: error: '* ]] || failed 'the message is not one line of an error'
  grep -qF "$text" err || failed "the message lacks: $text"
  grep -qE "$reason" err || failed "the message does not tell the reason"
  [[ -z $(find disk -name '.strata-*') ]] || failed 'a temporary file is left'
}

# shellcheck disable=SC2054  # the commas are the options'
train=(train --data data --hidden 60,50 --batch-size 8 --seed 3 --threads 1 --epochs 10 --quiet --progress none)

what='a full disk' reason='No space left on device'
"$program" "${train[@]}" --run-dir whole >/dev/null
"$program" "${train[@]}" --max-steps 5 --save disk/model.safetensors >/dev/null
cp disk/model.safetensors old.safetensors
refused disk/run "${train[@]}" --run-dir disk/run --checkpoint-every 2 --keep 100
refused disk/model.safetensors train --data data --hidden 300,200 --epochs 1 --save disk/model.safetensors --quiet
cmp disk/model.safetensors old.safetensors || failed 'the old model is lost'
cat /dev/zero >disk/filler 2>/dev/null || true
refused disk/p.csv predict whole --data data --output disk/p.csv
refused disk/sweep sweep --data data --hidden 60,50 --epochs 1 --run-dir disk/sweep --quiet --progress none
mount -o remount,size=16m disk
"$program" train --resume disk/run --quiet --progress none >/dev/null 2>err || failed 'the run does not go on'
cmp disk/run/model.safetensors whole/model.safetensors || failed 'the run comes to other weights'

what='a read-only disk' reason='Read-only file system'
mount -o remount,ro disk
refused disk/new "${train[@]}" --run-dir disk/new
refused disk/run train --resume disk/run --quiet
refused disk/model.safetensors "${train[@]}" --save disk/model.safetensors
refused disk/m.jsonl "${train[@]}" --metrics disk/m.jsonl
refused disk/sweep sweep --data data --hidden 60,50 --epochs 1 --run-dir disk/sweep --quiet --progress none
refused disk/rates find-lr --data data --hidden 60,50 --steps 20 --run-dir disk/rates --quiet --progress none
refused disk/p.csv predict disk/run --data data --output disk/p.csv
refused disk/m.onnx export disk/run --output disk/m.onnx
refused disk/run/report.html report disk/run
"$program" evaluate disk/run --data data >/dev/null 2>err || failed 'a model on it cannot be evaluated'
"$program" report disk/run --output page.html >/dev/null 2>err || failed 'a run on it cannot be reported'
echo 'a full disk and a read-only one: each refusal in one line, nothing lost'
