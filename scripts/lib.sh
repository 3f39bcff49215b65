# Shared by the scripts beside it: what to install, and how to build. Sourced, never run.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=$ROOT/build

BUILD_PACKAGES=(g++ cmake ninja-build pkg-config libxxhash-dev libzstd-dev libssh-dev libcli11-dev
                libfmt-dev doctest-dev go-md2man)
SSH_PACKAGES=(openssh-client openssh-server)
TEST_PACKAGES=(rsync python3 diffutils util-linux util-linux-extra xfsprogs e2fsprogs btrfs-progs)
FUZZ_PACKAGES=(clang libclang-rt-14-dev)
BENCH_PACKAGES=(libbenchmark-dev rsync python3 diffutils util-linux e2fsprogs btrfs-progs)
STYLE_PACKAGES=(clang-format clang-tidy git)

say() {
  printf '\n== %s\n' "$*"
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "missing packages can only be installed as root or with sudo: ${MISSING[*]}"
  fi
}

# Prints the packages among the arguments that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      printf '%s\n' "$package"
    fi
  done
}

# An sshd that is installed for a test must not begin to serve this machine.
hold_services() {
  [ -e /usr/sbin/policy-rc.d ] && return 1
  printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod 755 /usr/sbin/policy-rc.d
}

release_services() {
  as_root rm -f /usr/sbin/policy-rc.d
  case " ${MISSING[*]} " in
    *" openssh-server "*)
      [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet ssh.service || true ;;
  esac
}

# Installs those of the named packages that are missing; without any, touches nothing.
install_packages() {
  command -v dpkg-query >/dev/null || die "this needs Debian's packages (dpkg-query not found)"
  mapfile -t MISSING < <(missing_packages "$@")
  [ "${#MISSING[@]}" -eq 0 ] && return
  say "Installing ${MISSING[*]}"
  local held=0 status=0
  hold_services && held=1
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "${MISSING[@]}" || status=$?
  [ "$held" -eq 0 ] || release_services
  [ "$status" -eq 0 ] || die "apt-get could not install ${MISSING[*]}"
}

# A build folder made elsewhere, or by another generator, is made again.
drop_foreign_build() {
  local cache=$BUILD/CMakeCache.txt
  [ -e "$cache" ] || return 0
  if ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$cache" ||
     ! grep -qxF 'CMAKE_GENERATOR:INTERNAL=Ninja' "$cache"; then
    rm -rf "$BUILD"
  fi
}

# Builds the named targets (all where none is named) in Release into build/.
build() {
  say "Building into $BUILD"
  drop_foreign_build
  local log
  log=$(cmake -S "$ROOT" -B "$BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release 2>&1) || die "cmake failed: $log"
  cmake --build "$BUILD" ${1:+--target "$@"} || die "the build failed"
}
