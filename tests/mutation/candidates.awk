# Prints every way in which one line of the given sources can be broken: hash, file, line, operator and new line, with
# tabs between. The hash depends on `seed` and on what is changed, not on where the line stands.
# What computes nothing is left alone: comments, preprocessor lines, assertions, prefetching, unrolling, texts.

BEGIN {
  FS = "\n"
  for (i = 1; i < 256; ++i) code[sprintf("%c", i)] = i
  pairs = split(" < | <= ; <= | < ; > | >= ; >= | > ; == | != ; != | == ; && | or ; or | && ; + | - ; - | + ; * | / ;" \
                " / | * ; % | / ; += | -= ; -= | += ; << | >> ;++|--;std::min|std::max;std::max|std::min;" \
                "hn::Add(|hn::Sub(;hn::Sub(|hn::Add(;hn::Mul(|hn::Add(;hn::MulAdd(|hn::NegMulAdd(;" \
                "hn::NegMulAdd(|hn::MulAdd(;hn::Min(|hn::Max(;hn::Max(|hn::Min(;hn::Lt(|hn::Le(;hn::Gt(|hn::Ge(;" \
                ".size()|.size() - 1;true|false;false|true", pair, ";")
  for (i = 1; i <= pairs; ++i) {
    split(pair[i], half, "|")
    gsub(/or/, "||", half[1])
    gsub(/or/, "||", half[2])
    from[i] = half[1]
    to[i] = half[2]
  }
}

function hash(text,  h, i) {
  h = 5381
  for (i = 1; i <= length(text); ++i) h = (h * 33 + code[substr(text, i, 1)]) % 2147483647
  return (h * 16807) % 2147483647
}

function trimmed(text) {
  gsub(/^ +| +$/, "", text)
  return text
}

function emit(operator, changed,  key) {
  key = FILENAME "|" trimmed($0) "|" trimmed(changed)
  key = key "|" ++times[key]
  printf "%010d\t%s\t%d\t%s\t%s\n", hash(seed "|" key), FILENAME, FNR, operator, changed
}

# The line with `length_` characters at `at` replaced.
function with(at, length_, text) { return substr($0, 1, at - 1) text substr($0, at + length_) }

# Every place of a token of the table.
function swap_tokens(  i, at, start) {
  for (i = 1; i <= pairs; ++i) {
    for (start = 1; (at = index(substr(masked, start), from[i])) > 0; start = at + length(from[i])) {
      at += start - 1
      if (from[i] ~ /^[a-z]+$/ && substr(masked, at - 1, 1) substr(masked, at + length(from[i]), 1) ~ /[A-Za-z0-9_]/) continue
      emit(trimmed(from[i]) " to " trimmed(to[i]), with(at, length(from[i]), to[i]))
    }
  }
}

# Every number of its own, not part of a name: an integer is one more, a fraction is doubled.
function shift_constants(  rest, at, number) {
  for (at = 1; match(substr(masked, at), /[A-Za-z_0-9.']+/); at += RLENGTH) {
    at += RSTART - 1
    number = substr(masked, at, RLENGTH)
    if (number ~ /^[0-9]+$/) emit("constant", with(at, RLENGTH, number + 1))
    else if (number ~ /^(0x)?[0-9][0-9a-f]*\.[0-9a-f]*([ep][0-9]*)?F?$/) emit("constant", with(at, RLENGTH, "2 * " number))
  }
}

function negate_condition(  at, end) {
  if (masked !~ /^ *(} else )?(if|while) (constexpr )?\(.*\) {$/ || masked ~ /;/) return
  at = index(masked, "(")
  end = length(masked) - 2
  emit("condition negated", substr($0, 1, at) "!(" substr($0, at + 1, end - at - 1) ")" substr($0, end))
}

function remove_statement(  opened, closed, copy) {
  if (before !~ /[;{}:]$/ || masked ~ /^ *(HWY|return|throw|using)/) return
  copy = masked
  opened = gsub(/\(/, "", copy)
  closed = gsub(/\)/, "", copy)
  if (opened != closed) return
  if (masked ~ /^ +(\+\+|--|\*)?[A-Za-z_][A-Za-z0-9_]*((\.|->|::)[A-Za-z_][A-Za-z0-9_]*|\[[^\]]*\]|\([^()]*\))*( [-+*\/%|&^<>]*= .*|\(.*\))?;$/ &&
      masked ~ /[(=+]|--|break;|continue;/) {
    emit("statement removed", ";")
  }
}

FNR == 1 {
  before = "{"
  skipped = 0
}
/^ *#if HWY_TARGET == HWY_SCALAR/ { skipped = 1 }
/^ *#(else|endif)/ { skipped = 0 }
{
  masked = $0
  # Same length, nothing to find in them: strings, characters and what follows them as a comment.
  while (match(masked, /"([^"\\]|\\.)*"|'([^'\\]|\\.)'/)) {
    filling = sprintf("%" RLENGTH "s", "")
    gsub(/ /, "@", filling)
    masked = substr(masked, 1, RSTART - 1) filling substr(masked, RSTART + RLENGTH)
  }
  sub(/ *\/\/.*/, "", masked)
}
masked ~ /^ *$/ || /^ *#/ { next }
!skipped && masked !~ /assert\(|prefetch|HWY_UNROLL|HWY_ATTR \{$|^(template|namespace|using|HWY_)|operator|^ *case / {
  swap_tokens()
  shift_constants()
  negate_condition()
  remove_statement()
}
{ before = masked }
