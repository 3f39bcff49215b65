#include "call_filter.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.hpp"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace godwit::fs {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t this_arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t this_arch = AUDIT_ARCH_AARCH64;
#else
#error "the call filter knows x86_64 and aarch64"
#endif

constexpr std::uint32_t other_abi_bit = 0x40000000; // x32's numbers

constexpr long refused[] = {
#if defined(__x86_64__)
    // aarch64 never had these
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat,
#endif
    // metadata and size by path
    SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_truncate,
    // programs and other processes
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_open, SYS_pidfd_getfd, SYS_pidfd_send_signal,
    // the network
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept,
    // ways around this filter or the file system's rules
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_open_by_handle_at, SYS_userfaultfd,
    SYS_bpf, SYS_perf_event_open, SYS_unshare, SYS_setns,
    // the machine
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_kexec_load,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_acct, SYS_settimeofday, SYS_clock_settime,
    SYS_sethostname, SYS_setdomainname, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_quotactl};

// Those whose second argument is a path that must be none.
constexpr long by_descriptor[] = {SYS_utimensat, SYS_fchownat, SYS_fchmodat2};

constexpr std::uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;

class Program
{
public:
  void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, {0, 0}, static_cast<std::uint32_t>(offset)); }
  void give(std::uint32_t verdict) { add(BPF_RET | BPF_K, {0, 0}, verdict); }
  // Is the loaded word `value`? Skips so many instructions then, or so many else.
  struct Skip {
    std::uint8_t if_so;
    std::uint8_t if_not;
  };
  void is_equal(std::uint32_t value, Skip skip) { add(BPF_JMP | BPF_JEQ | BPF_K, skip, value); }
  void is_at_least(std::uint32_t value, Skip skip) { add(BPF_JMP | BPF_JGE | BPF_K, skip, value); }

  sock_fprog view() { return {static_cast<std::uint16_t>(m_code.size()), m_code.data()}; }

private:
  void add(int operation, Skip skip, std::uint32_t value)
  {
    m_code.push_back({static_cast<std::uint16_t>(operation), skip.if_so, skip.if_not, value});
  }

  std::vector<sock_filter> m_code;
};

// With the number of the call loaded. Compares 64 bits, as two halves.
void
allow_without_path(Program& program, long call)
{
  const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&empty_path[0]));
  constexpr std::size_t low_at = offsetof(seccomp_data, args) + sizeof(std::uint64_t);
  constexpr std::size_t high_at = low_at + sizeof(std::uint32_t);
  program.is_equal(static_cast<std::uint32_t>(call), {0, 10});
  program.load(high_at);
  program.is_equal(static_cast<std::uint32_t>(address >> 32U), {0, 2}); // not: is it null?
  program.load(low_at);
  program.is_equal(static_cast<std::uint32_t>(address), {4, 0}); // so: allow
  program.load(high_at);
  program.is_equal(0, {0, 3}); // not: refuse
  program.load(low_at);
  program.is_equal(0, {0, 1}); // not: refuse
  program.give(SECCOMP_RET_ALLOW);
  program.give(refuse);
}

// With the number of the call loaded. The kernel looks at the lower half of a descriptor.
void
allow_accept(Program& program, int accepts_on)
{
  constexpr std::size_t low_at = offsetof(seccomp_data, args);
  program.is_equal(SYS_accept4, {0, 4});
  program.load(low_at);
  program.is_equal(static_cast<std::uint32_t>(accepts_on), {0, 1});
  program.give(accepts_on >= 0 ? SECCOMP_RET_ALLOW : refuse);
  program.give(refuse);
}

Program
build(bool has_fchmodat2, int accepts_on)
{
  Program program;
  program.load(offsetof(seccomp_data, arch));
  program.is_equal(this_arch, {1, 0});
  program.give(refuse);
  program.load(offsetof(seccomp_data, nr));
  program.is_at_least(other_abi_bit, {0, 1});
  program.give(refuse);
  const auto refuse_call = [&](long call) {
    program.is_equal(static_cast<std::uint32_t>(call), {0, 1});
    program.give(refuse);
  };
  for (const long call : refused) {
    refuse_call(call);
  }
  if (has_fchmodat2) {
    refuse_call(SYS_fchmodat);
  }
  allow_accept(program, accepts_on);
  for (const long call : by_descriptor) {
    allow_without_path(program, call);
  }
  program.give(SECCOMP_RET_ALLOW);
  return program;
}

} // namespace

bool
install_call_filter(bool has_fchmodat2, int accepts_on)
{
  Program program = build(has_fchmodat2, accepts_on);
  const sock_fprog view = program.view();
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &view) == 0;
}

} // namespace godwit::fs
