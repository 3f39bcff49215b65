# A private sshd on loopback with throwaway keys. Sourced, never run.
#   sshd_start DIR   makes keys, server and client configuration in DIR (a host named `loopback`) and starts it
#   sshd_stop        ends it
# shellcheck shell=bash

SSHD_PID=

# A locked account is refused without PAM; PAM often fails in containers. So PAM only where it is needed.
sshd_pam() {
  case $(getent shadow "$(id -un)" 2>/dev/null | cut -d: -f2) in
    '!'*) echo yes ;;
    *) echo no ;;
  esac
}

sshd_keys() {
  local dir=$1 key
  for key in host id; do
    ssh-keygen -q -t ed25519 -N '' -C "godwit throwaway" -f "$dir/$key"
  done
  cp "$dir/id.pub" "$dir/authorized"
}

sshd_configure() {
  local dir=$1 port=$2
  cat >"$dir/sshd_config" <<END
Port $port
ListenAddress 127.0.0.1
HostKey "$dir/host"
AuthorizedKeysFile "$dir/authorized"
PidFile none
StrictModes no
UsePAM $(sshd_pam)
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
END
  printf '[127.0.0.1]:%s %s\n' "$port" "$(cat "$dir/host.pub")" >"$dir/known_hosts"
  cat >"$dir/ssh_config" <<END
Host loopback
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentityFile "$dir/id"
  IdentitiesOnly yes
  UserKnownHostsFile "$dir/known_hosts"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
END
}

# True once the server answers, false when it has ended (the port was taken).
sshd_answers() {
  local port=$1
  while kill -0 "$SSHD_PID" 2>/dev/null; do
    if { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
      exec 3>&-
      return 0
    fi
    read -r -t 0.05 <> <(:) || true
  done
  return 1
}

sshd_start() {
  local dir=$1 attempt port
  [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
  sshd_keys "$dir"
  for attempt in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 7 + attempt) % 12000))
    sshd_configure "$dir" "$port"
    /usr/sbin/sshd -D -e -f "$dir/sshd_config" 2>"$dir/sshd.log" &
    SSHD_PID=$!
    sshd_answers "$port" && return 0
  done
  cat "$dir/sshd.log" >&2
  SSHD_PID=
  return 1
}

sshd_stop() {
  [ -z "$SSHD_PID" ] || kill "$SSHD_PID" 2>/dev/null || true
  [ -z "$SSHD_PID" ] || wait "$SSHD_PID" 2>/dev/null || true
  SSHD_PID=
}
