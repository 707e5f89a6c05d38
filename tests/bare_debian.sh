#!/usr/bin/env bash
# Bare Debian systems to try things in, as root: sourced by tests/debian13 and tests/package.
# Each is made once and kept in the cache; use_bare copies it, so that every run starts without packages.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/strata

# use_bare CODENAME NAME: $chroot becomes the folder of a bare system of that release, not yet made; NAME is what it is for.
use_bare() {
  codename=$1
  bare=$cache/$codename/bare
  chroot=$cache/$codename/$2
}

say() { printf '%s\n' "${0##*/}: $*" >&2; }

# apt knows all formats of its sources. Without package lists, as in container images, it needs an update first.
# shellcheck disable=SC2016  # apt expands these itself
debian_sources() { apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 'Component: main'; }

host_codename() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# Prints the mirror that this machine's apt uses for its own release.
mirror() {
  local uri
  [[ -n $(debian_sources) ]] || apt-get update -q >&2
  uri=$(debian_sources | awk -v release="$(host_codename)" '$1 == release { print $2; exit }')
  case $uri in
    mirror+file:*) head -n 1 "${uri#mirror+file:}" ;;
    *debian*) echo "$uri" ;;
    *)
      echo "apt's sources name no Debian mirror for this release" >&2
      return 1
      ;;
  esac
}

# Hands apt's proxy to debootstrap, which does not read apt's configuration.
export_proxy() {
  local http='' https=''
  eval "$(apt-config shell http Acquire::http::Proxy https Acquire::https::Proxy)"
  if [[ -n $http ]]; then export http_proxy=$http; fi
  if [[ -n $https ]]; then export https_proxy=$https; fi
}

# make_bare MIRROR: under another name first, so that an interrupted run leaves no half of a system.
make_bare() {
  local include=()
  if [[ $1 == https:* ]]; then include=(--include=ca-certificates); fi
  say "making a bare Debian ($codename) from $1"
  rm -rf "$bare.part"
  mkdir -p "${bare%/*}"
  debootstrap --variant=minbase "${include[@]}" "$codename" "$bare.part" "$1" >&2
  mv "$bare.part" "$bare"
}

# What the network needs: names, apt's proxy and its checks, certificates.
carry_over_network() {
  cp -L /etc/resolv.conf /etc/hosts "$chroot/etc/"
  apt-config dump | grep -E '^Acquire::(https?|ftp|Check|Retries|ForceIP)' >"$chroot/etc/apt/apt.conf.d/99host" || true
  if [[ -d $chroot/etc/ssl/certs && -f /etc/ssl/certs/ca-certificates.crt ]]; then
    cp /etc/ssl/certs/ca-certificates.crt "$chroot/etc/ssl/certs/"
  fi
}

clean_up() {
  local mounted
  for mounted in proc dev/pts; do
    if mountpoint -q "$chroot/$mounted"; then umount -l "$chroot/$mounted"; fi
  done
  rm -rf --one-file-system "$chroot"
}

# A fresh copy of the bare system, with the network of this one and an empty /strata; clean_up removes it.
make_chroot() {
  ((EUID == 0)) || {
    say "needs root"
    exit 1
  }
  export_proxy
  [[ -d $bare ]] || make_bare "$(mirror)"
  clean_up
  cp -a "$bare" "$chroot"
  carry_over_network
  mount -t proc proc "$chroot/proc"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$chroot/dev/pts"  # the tests open terminals
  ln -sf pts/ptmx "$chroot/dev/ptmx"
  mkdir "$chroot/strata"
}

# inside COMMAND…: in /strata, with a clean environment.
inside() {
  say "$*"
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} ${CXXFLAGS:+"CXXFLAGS=$CXXFLAGS"} \
    chroot "$chroot" /bin/bash -c 'cd /strata && exec "$@"' bash "$@" </dev/null
}

# check_packages FILE…: the packages install on the bare system, with what they depend on and recommend; the program trains the
# default network for an epoch and shows its manual page; the program with which the library's header begins compiles and
# runs; and all of it goes again.
# shellcheck disable=SC2016  # the shell inside expands these
check_packages() {
  local example='sed "/^#include <stdio.h>/,/^ .* What holds/!d" /usr/include/strata.h | sed \$d >example.c'
  make_chroot
  cp "$@" "$chroot/strata/"
  inside apt-get update -q
  inside env DEBIAN_FRONTEND=noninteractive apt-get install -q -y "${@/#*\//./}"
  inside strata --version
  inside strata train --epochs 1 --quiet --json --run-dir run
  inside strata evaluate run --quiet --json
  inside test -f /usr/share/man/man1/strata.1.gz -a -f /usr/share/doc/strata/copyright
  inside bash -c 'source /usr/share/bash-completion/completions/strata && complete -p strata'
  inside env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends gcc libc6-dev pkgconf
  inside bash -c "$example"
  inside bash -c 'cc -std=c11 -Wall -Werror example.c $(pkg-config --cflags --libs strata) -o example && ./example'
  inside strata info ring.safetensors
  inside env DEBIAN_FRONTEND=noninteractive apt-get purge -q -y strata libstrata1 libstrata-dev
  inside test ! -e /usr/bin/strata -a ! -e /usr/share/doc/strata -a ! -e /usr/include/strata.h
  clean_up
}
