# shellcheck shell=bash disable=SC2034,SC2054,SC2154  # what is set here is for those who read this; commas are the options'
# What the tests of faults put the program through. A scenario NAME has start_NAME, which makes the files that are there
# before, in an empty folder; command_NAME, which sets `command`, the arguments of the run that is disturbed, and
# `output`, the file or folder that it writes; sound_NAME, which fails if a file is half-written; and finish_NAME, which
# lets the program undisturbed make what is still missing, and fails if it does not come to what $reference holds.

scenarios=(save train resume metrics sweep find_lr predict predict_npy export report)

# set_up STRATA LIBRARY all|some [SCENARIO…]: sets $program, $library, $extent, $scenarios, the folder $work, and $data in
# it, a folder of small IDX files.
set_up() {
  program=$(realpath "$1")
  library=$(realpath "$2")
  extent=$3
  shift 3
  (($# == 0)) || scenarios=("$@")
  export OMP_WAIT_POLICY=passive
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # shellcheck source=/dev/null
  . "$here/../cli/small_data.sh"
  data=$work/data reference=$work/reference
  make_small_data "$data"
}

# What the scenario starts from, and what it comes to undisturbed.
prepare() {
  rm -rf "$work/start" "$reference"
  mkdir "$work/start"
  cd "$work/start" || return
  "start_$scenario"
  "command_$scenario"
  cp -a "$work/start" "$reference"
  cd "$reference" || return
  run "${command[@]}"
}

# stride_of COUNT: so that a sample of so many is about twenty.
stride_of() {
  stride=1
  [[ $extent = all ]] || stride=$(($1 / 20 + 1))
}

# The folder case, as the scenario starts; it becomes the current one.
fresh_folder() {
  cd "$work" || return
  rm -rf case
  cp -a start case
  cd case || return
  "command_$scenario"
}

# launched COMMAND…: its exit code in $code, its streams in $work. (In the background the shell does not tell of signals.)
launched() {
  code=0
  "$@" >"$work/out" 2>"$work/err" </dev/null &
  wait $! 2>/dev/null || code=$?
}

one_error_line() { [[ $(wc -l <"$work/err") = 1 ]] && grep -q '^strata: error: ' "$work/err"; }

no_temporary() { [[ -z $(find . -name '.strata-*') ]]; }

tell_state() {
  sed 's/^/  stderr: /' "$work/err" >&2
  find . -name '.strata-*' -printf '  left: %p\n' >&2
}

quietly=(--quiet --progress none)
network=(--hidden 6,5 --batch-size 8 --seed 3 --threads 2)

# whole NAME…: these files are what they are in the reference.
whole() {
  local name
  for name; do cmp "$name" "$reference/$name" || return; done
}

# whole_page FILE
whole_page() { tail -c 8 "$1" | grep -q '</html>'; }

# old_or_whole FILE: its content is `old`, or all of it.
old_or_whole() { [[ $(head -c 3 "$1") = old ]] || whole "$1"; }

# Every file of a run's or a sweep's folder that appears whole or not at all.
sound_folder() {
  local file
  while read -r file; do
    case $file in
      *.safetensors) "$program" info "$file" || [[ $file = *checkpoints* ]] ;;
      *.html) whole_page "$file" ;;
      *.json) [[ $(tail -c 2 "$file") = '}' ]] ;;
    esac || return
  done < <(find . -type f)
}

run() { "$program" "$@" >/dev/null; }

start_save() { run train --data "$data" "${network[@]}" --epochs 1 --save model.safetensors "${quietly[@]}"; }
command_save() {
  output=model.safetensors
  command=(train --data "$data" "${network[@]}" --epochs 2 --save model.safetensors "${quietly[@]}")
}
sound_save() { "$program" info model.safetensors; }
finish_save() {
  sound_save >/dev/null || return
  command_save
  run "${command[@]}" && whole model.safetensors
}

kept=(--restore-best --tensorboard --checkpoint-every 5 --keep 2)
sound_train() { sound_folder; }
start_train() { :; }
command_train() {
  output=run
  command=(train --data "$data" "${network[@]}" --epochs 2 "${kept[@]}" --run-dir run "${quietly[@]}")
}
# A run that was ended before its first checkpoint is begun again.
finish_train() {
  if ! compgen -G 'run/checkpoints/step-*' >/dev/null; then
    rm -rf run
    command_train
  else
    command=(train --resume run "${quietly[@]}")
  fi
  run "${command[@]}" && whole run/model.safetensors run/config.json && whole_page run/report.html
}

sound_resume() { sound_folder; }
start_resume() {
  command_train
  run "${command[@]}" --max-steps 7
}
command_resume() {
  output=run
  command=(train --resume run --max-steps 12 "${quietly[@]}")
}
finish_resume() {
  command_resume
  run "${command[@]}" && whole run/model.safetensors && whole_page run/report.html
}

sound_metrics() { :; }
start_metrics() { :; }
command_metrics() {
  output=metrics.jsonl
  command=(train --data "$data" "${network[@]}" --epochs 2 --metrics metrics.jsonl "${quietly[@]}")
}
finish_metrics() {
  command_metrics
  run "${command[@]}" && cmp <(untimed metrics.jsonl) <(untimed "$reference/metrics.jsonl")
}
untimed() { sed -E 's/,"(seconds|samples_per_second)":[^,}]*//g' "$1"; }

sound_sweep() { sound_folder; }
start_sweep() { :; }
command_sweep() {
  output=sweep
  command=(sweep --data "$data" --hidden 6,5 --batch-size 8 --epochs 1 --jobs 2 --lower-lr 0.01,0.1 --upper-lr 0.01
    --tensorboard --run-dir sweep "${quietly[@]}")
}
finish_sweep() {
  command_sweep
  run "${command[@]}" && whole sweep/best/model.safetensors && [[ ! -e sweep/best.partial ]] &&
    [[ $(wc -l <sweep/trials.jsonl) = 2 ]] && whole_page sweep/report.html
}

sound_find_lr() { sound_folder; }
start_find_lr() { :; }
command_find_lr() {
  output=rates
  command=(find-lr --data "$data" --hidden 6,5 --batch-size 8 --steps 20 --run-dir rates "${quietly[@]}")
}
# Such a test is not gone on with.
finish_find_lr() {
  rm -rf rates
  command_find_lr
  run "${command[@]}" && whole rates/find_lr.json && whole_page rates/report.html
}

predictions() { # FORMAT
  run train --data "$data" "${network[@]}" --epochs 1 --save model.safetensors "${quietly[@]}" &&
    echo old >"predictions.$1"
}
predict_into() {
  output=predictions.$1
  command=(predict model.safetensors --data "$data" --output "$output" --quiet)
}
sound_predict() { old_or_whole predictions.csv; }
start_predict() { predictions csv; }
command_predict() { predict_into csv; }
finish_predict() {
  predict_into csv
  old_or_whole predictions.csv && run "${command[@]}" && whole predictions.csv
}
sound_predict_npy() { old_or_whole predictions.npy; }
start_predict_npy() { predictions npy; }
command_predict_npy() { predict_into npy; }
finish_predict_npy() {
  predict_into npy
  old_or_whole predictions.npy && run "${command[@]}" && whole predictions.npy
}

sound_export() { old_or_whole model.onnx; }
start_export() {
  run train --data "$data" "${network[@]}" --epochs 1 --save model.safetensors "${quietly[@]}" && echo old >model.onnx
}
command_export() {
  output=model.onnx
  command=(export model.safetensors --output model.onnx --quiet)
}
finish_export() {
  command_export
  old_or_whole model.onnx && run "${command[@]}" && whole model.onnx
}

sound_report() { [[ $(head -c 3 page.html) = old ]] || whole_page page.html; }
start_report() {
  command_train
  run "${command[@]}" && echo old >page.html
}
command_report() {
  output=page.html
  command=(report run --output page.html --quiet)
}
finish_report() {
  command_report
  sound_report && run "${command[@]}" && whole_page page.html
}

sound_evaluate() { :; }
start_evaluate() { start_save; }
command_evaluate() {
  output=model.safetensors
  command=(evaluate model.safetensors --data "$data")
}
finish_evaluate() { whole model.safetensors; }
