#include "godwit/fs/direct_writer.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace godwit::fs {
namespace {

constexpr std::size_t block = 4096; // no disk asks for more
constexpr std::size_t buffer_bytes = 2 * DirectWriter::piece_bytes;
constexpr std::uint64_t reserve_step = 128U << 20U; // the longest extent of ext4

std::atomic<int> buffers = 0;

bool
is_refusal(int error)
{
  return error == EINVAL || error == EOPNOTSUPP;
}

// Aligned to its size, so that one huge page can hold it: pinning it for the disk is then one step.
std::byte*
map_buffer(std::size_t bytes)
{
  void* const at = ::mmap(nullptr, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) {
    return nullptr;
  }
  auto* const begin = static_cast<std::byte*>(at);
  const std::size_t before = (bytes - reinterpret_cast<std::uintptr_t>(at) % bytes) % bytes;
  if (before != 0) {
    ::munmap(begin, before);
  }
  ::munmap(begin + before + bytes, bytes - before);
  ::madvise(begin + before, bytes, MADV_HUGEPAGE);
  return begin + before;
}

// Which libc does not wrap.
long
set_up_queue(unsigned long* queue)
{
  return ::syscall(SYS_io_setup, 1U, queue);
}

} // namespace

DirectWriter::DirectWriter(int file, std::string label, std::uint64_t expected)
    : m_file(file), m_label(std::move(label)), m_expected(expected)
{
}

DirectWriter::~DirectWriter()
{
  if (m_queue != 0) {
    ::syscall(SYS_io_destroy, m_queue); // waits for what is under way
  }
  if (m_buffer != nullptr) {
    ::munmap(m_buffer, buffer_bytes);
    buffers.fetch_sub(1, std::memory_order_relaxed);
  }
}

bool
DirectWriter::has_buffer()
{
  if (m_buffer == nullptr && !m_is_refused) {
    const bool is_free = buffers.fetch_add(1, std::memory_order_relaxed) < max_buffers;
    m_buffer = is_free ? map_buffer(buffer_bytes) : nullptr;
    m_is_refused = m_buffer == nullptr;
    if (m_is_refused) {
      buffers.fetch_sub(1, std::memory_order_relaxed);
    }
  }
  return m_buffer != nullptr;
}

ByteSpan
DirectWriter::room(std::size_t most)
{
  if (m_is_refused || !has_buffer()) {
    return {};
  }
  return {current() + m_used, std::min(most, piece_bytes - std::min(m_used, piece_bytes))};
}

Result<std::size_t>
DirectWriter::append(ByteView bytes)
{
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    if (m_used >= piece_bytes) {
      TRY(flush_piece()); // it failed before
    }
    const ByteSpan free = room(bytes.size() - taken);
    if (free.empty()) {
      break;
    }
    if (free.data() != bytes.data() + taken) {
      std::memcpy(free.data(), bytes.data() + taken, free.size());
    }
    m_used += free.size();
    taken += free.size();
    if (m_used == piece_bytes) {
      TRY(flush_piece());
    }
  }
  return taken;
}

Result<>
DirectWriter::flush_piece()
{
  TRY(wait());
  if (m_written != 0 && m_used == piece_bytes && turn_on()) {
    reserve(m_written + piece_bytes);
    if (submit()) {
      m_is_writing = true;
      m_at = piece_bytes - m_at;
      m_used = 0;
      return {};
    }
  }
  return flush(m_used / block * block);
}

// False where the kernel has no queue for it.
bool
DirectWriter::submit()
{
  if (m_queue == 0 && set_up_queue(&m_queue) != 0) {
    m_queue = 0;
    return false;
  }
  iocb request{};
  request.aio_lio_opcode = IOCB_CMD_PWRITE;
  request.aio_fildes = static_cast<std::uint32_t>(m_file);
  request.aio_buf = reinterpret_cast<std::uintptr_t>(current());
  request.aio_nbytes = piece_bytes;
  request.aio_offset = static_cast<std::int64_t>(m_written);
  iocb* requests[] = {&request};
  return ::syscall(SYS_io_submit, m_queue, 1L, requests) == 1;
}

// What did not get to the disk goes before what was collected meanwhile, and is written once more: that tells why.
Result<>
DirectWriter::wait()
{
  if (!m_is_writing) {
    return {};
  }
  io_event event{};
  long count = 0;
  do {
    count = ::syscall(SYS_io_getevents, m_queue, 1L, 1L, &event, nullptr);
  } while (count == -1 && errno == EINTR);
  m_is_writing = false;
  if (count == 1 && event.res == static_cast<std::int64_t>(piece_bytes)) {
    m_written += piece_bytes;
    return {};
  }
  if (m_at == 0) {
    std::rotate(m_buffer, m_buffer + piece_bytes, m_buffer + buffer_bytes);
  }
  m_at = 0;
  m_used += piece_bytes;
  return flush(m_used / block * block);
}

bool
DirectWriter::turn_on()
{
  if (!m_is_on && !m_is_refused) {
    const int flags = ::fcntl(m_file, F_GETFL);
    m_is_on = flags != -1 && ::fcntl(m_file, F_SETFL, flags | O_DIRECT) == 0;
    m_is_refused = !m_is_on;
  }
  return m_is_on;
}

void
DirectWriter::turn_off()
{
  if (std::exchange(m_is_on, false)) {
    const int flags = ::fcntl(m_file, F_GETFL);
    (void)!::fcntl(m_file, F_SETFL, flags & ~O_DIRECT);
  }
}

// Where it cannot be had, the writes tell.
void
DirectWriter::reserve(std::uint64_t end)
{
  if (end <= m_reserved || m_reserved >= m_expected) {
    return;
  }
  const std::uint64_t begin = m_reserved;
  m_reserved = std::min(begin + reserve_step, m_expected);
  if (::fallocate(m_file, 0, static_cast<off_t>(begin), static_cast<off_t>(m_reserved - begin)) !=
      0) {
    m_expected = m_reserved; // some of it may have been
  }
}

// The first `bytes` of the buffer, whole blocks. Refused: they stay in it, and are no error.
Result<>
DirectWriter::flush(std::size_t bytes)
{
  if (!turn_on()) {
    return {};
  }
  reserve(m_written + bytes);
  std::size_t done = 0;
  int error = 0;
  while (done < bytes && error == 0) {
    const ssize_t count = ::pwrite(m_file, current() + done, bytes - done, static_cast<off_t>(m_written + done));
    if (count > 0) {
      done += static_cast<std::size_t>(count) / block * block; // a cut block is written again
    }
    if (count < static_cast<ssize_t>(block) && !(count == -1 && errno == EINTR)) {
      error = count == -1 ? errno : ENOSPC;
    }
  }
  m_used -= done;
  std::memmove(current(), current() + done, m_used);
  m_written += done;
  if (error == 0) {
    return {};
  }
  if (is_refusal(error)) {
    m_is_refused = true;
    return {};
  }
  return sys_error("cannot write " + m_label, error);
}

Result<ByteView>
DirectWriter::stop()
{
  Result<> flushed = wait();
  if (flushed && m_is_on) {
    flushed = flush(m_used / block * block);
  }
  turn_off();
  m_is_refused = true;
  if (!flushed) {
    return flushed.error();
  }
  return ByteView(current(), m_used);
}

} // namespace godwit::fs
