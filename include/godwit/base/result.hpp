#pragma once
// What can fail because of the world returns Result<T>. Nothing of ours throws.

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace godwit {

enum class ErrorKind : unsigned char {
  system,      // a system call failed; errno_value tells how
  usage,       // what the user asked for makes no sense
  selection,   // operands do not fit together (exit 3)
  protocol,    // the peer broke the protocol, or is something else than godwit
  stream,      // the peer went away or the line was cut
  connect,     // no connection, refused login, wrong host key
  timeout,     // nothing arrived in time
  changed,     // a file changed while it was read
  vanished,    // a file was gone before it could be read
  unreadable,  // a source file could not be opened or read
  verify,      // bytes differ from what was read at the source
  unsupported, // the peer, kernel or file system cannot do it
  stopped,     // SIGINT, SIGTERM or SIGHUP
};

struct Error {
  ErrorKind kind = ErrorKind::system;
  int errno_value = 0;
  std::string text; // "cannot <verb> <object>: <cause>", one line, control bytes escaped
  int exit_code = 0; // set only where the outside dictates one (a remote shell's 127, say)
};

// A value or an Error. Dereference only after asking.
template <class T = void> class [[nodiscard]] Result
{
public:
  Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return m_state.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&m_state); }
  const T& operator*() const& { return *std::get_if<0>(&m_state); }
  T&& operator*() && { return std::move(*std::get_if<0>(&m_state)); }
  T* operator->() { return std::get_if<0>(&m_state); }
  const T* operator->() const { return std::get_if<0>(&m_state); }
  Error& error() & { return *std::get_if<1>(&m_state); }
  const Error& error() const& { return *std::get_if<1>(&m_state); }
  Error&& error() && { return std::move(*std::get_if<1>(&m_state)); }

private:
  std::variant<T, Error> m_state;
};

template <> class [[nodiscard]] Result<void>
{
public:
  Result() = default;
  Result(Error error) : m_error(std::move(error)) {}

  explicit operator bool() const { return !m_error; }
  Error& error() & { return *m_error; }
  const Error& error() const& { return *m_error; }
  Error&& error() && { return std::move(*m_error); }

private:
  std::optional<Error> m_error;
};

// "<what>: <strerror(errno)>", taken at the call.
Error sys_error(std::string what);
Error sys_error(std::string what, int errno_value);
Error make_error(ErrorKind kind, std::string text);

} // namespace godwit

// Returns the error of a Result<> from the enclosing function.
#define TRY(expression)                                                                                      \
  do {                                                                                                       \
    if (auto try_result = (expression); !try_result) {                                                       \
      return std::move(try_result).error();                                                                  \
    }                                                                                                        \
  } while (false)

#define GODWIT_CONCAT_INNER(a, b) a##b
#define GODWIT_CONCAT(a, b) GODWIT_CONCAT_INNER(a, b)

// TRY_ASSIGN(auto fd, open_file(path)); declares fd, or returns the error.
#define TRY_ASSIGN(declaration, expression)                                                                  \
  auto GODWIT_CONCAT(try_value_, __LINE__) = (expression);                                                   \
  if (!GODWIT_CONCAT(try_value_, __LINE__)) {                                                                \
    return std::move(GODWIT_CONCAT(try_value_, __LINE__)).error();                                           \
  }                                                                                                          \
  declaration = *std::move(GODWIT_CONCAT(try_value_, __LINE__))
