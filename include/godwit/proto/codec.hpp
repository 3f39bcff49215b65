#pragma once
// One generic encode and decode over a struct's fields(): the struct is the
// specification. Integers are LEB128 varints (signed ones zigzag first);
// strings and lists carry their length, checked against the field's limit and
// against what is left of the message before memory is taken. Missing fields at
// the end of a message keep their defaults, unknown ones are skipped.

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"
#include "godwit/base/result.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/filter_rule.hpp"
#include "godwit/model/path.hpp"
#include "godwit/model/scope.hpp"

namespace godwit::proto {

template <class Struct, class Member> struct Field {
  const char* name;
  Member Struct::*member;
  std::size_t limit; // of bytes or elements, where the member has a length
};

template <class Struct, class Member>
constexpr Field<Struct, Member>
field(const char* name, Member Struct::*member, std::size_t limit = 65536)
{
  return {name, member, limit};
}

template <class T>
concept HasFields = requires { T::fields(); };

// One past the last value of an enum that crosses the wire.
template <class T> inline constexpr std::uint64_t enum_end = 0;
template <>
inline constexpr std::uint64_t enum_end<model::Type> = static_cast<std::uint64_t>(model::Type::unknown) + 1;
template <>
inline constexpr std::uint64_t enum_end<model::Depth> = static_cast<std::uint64_t>(model::Depth::all) + 1;
template <>
inline constexpr std::uint64_t enum_end<model::FilterRule::Kind> =
    static_cast<std::uint64_t>(model::FilterRule::Kind::clear) + 1;
template <>
inline constexpr std::uint64_t enum_end<ErrorKind> = static_cast<std::uint64_t>(ErrorKind::stopped) + 1;

class Encoder
{
public:
  explicit Encoder(Bytes& out) : m_out(out) {}

  void put_varint(std::uint64_t value);
  void put_bytes(ByteView bytes);

  template <class T> void put(const T& value)
  {
    if constexpr (HasFields<T>) {
      std::apply([&](const auto&... f) { (put(value.*(f.member)), ...); }, T::fields());
    } else if constexpr (std::is_enum_v<T>) {
      put_varint(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_signed_v<T>) {
      const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
      put_varint((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
    } else if constexpr (std::is_unsigned_v<T>) {
      put_varint(value);
    } else {
      put_special(value);
    }
  }

private:
  void put_special(const std::string& value) { put_counted(as_bytes(value)); }
  void put_special(const Bytes& value) { put_counted(value); }
  void put_special(const model::RelPath& value) { put_counted(as_bytes(value.view())); }
  void put_special(const Hash128& value);
  void put_special(const HashKey::Seed& value) { put_bytes(value); }
  void put_special(const model::Time& value);
  void put_special(const model::ScopeItem& value);
  void put_special(const model::FilterRule& value);
  void put_special(const model::Entry& value) { put_entry(value, model::RelPath()); }
  void put_special(const std::vector<model::Entry>& entries); // names prefix-compressed
  template <class T> void put_special(const std::vector<T>& list)
  {
    put_varint(list.size());
    for (const T& item : list) {
      put(item);
    }
  }
  void put_counted(ByteView bytes);
  void put_entry(const model::Entry& entry, const model::RelPath& previous);

  Bytes& m_out;
};

// Decodes one message. After the first failure everything reads as zero and
// ok() is false: callers check once, at the end.
class Decoder
{
public:
  explicit Decoder(ByteView bytes) : m_rest(bytes) {}

  bool ok() const { return m_error.empty(); }
  const std::string& error() const { return m_error; }
  void fail(std::string why);
  std::size_t bytes_left() const { return m_rest.size(); }

  std::uint64_t get_varint();
  ByteView get_bytes(std::size_t count);

  template <class T> void get(T& value, std::size_t limit)
  {
    if constexpr (HasFields<T>) {
      std::apply([&](const auto&... f) { (get_field(value, f), ...); }, T::fields());
    } else if constexpr (std::is_enum_v<T>) {
      static_assert(enum_end<T> != 0);
      value = static_cast<T>(get_below(enum_end<T>));
    } else if constexpr (std::same_as<T, bool>) {
      value = get_below(2) != 0;
    } else if constexpr (std::is_signed_v<T>) {
      const std::uint64_t bits = get_varint();
      value = static_cast<T>(static_cast<std::int64_t>((bits >> 1U) ^ (~(bits & 1U) + 1)));
    } else if constexpr (std::is_unsigned_v<T>) {
      value = static_cast<T>(get_up_to(std::uint64_t{static_cast<T>(~T{})}));
    } else {
      get_special(value, limit);
    }
  }

  // A whole message: fields that the sender did not know keep their defaults.
  template <class T> void get_message(T& value)
  {
    std::apply([&](const auto&... f) { ((m_rest.empty() || !ok() ? void() : get_field(value, f)), ...); },
               T::fields());
  }

private:
  template <class T, class Struct, class Member> void get_field(T& value, const Field<Struct, Member>& f)
  {
    get(value.*(f.member), f.limit);
  }

  std::uint64_t get_up_to(std::uint64_t most);
  std::uint64_t get_below(std::uint64_t end) { return get_up_to(end - 1); }
  std::size_t get_count(std::size_t limit);
  void get_special(std::string& value, std::size_t limit);
  void get_special(Bytes& value, std::size_t limit);
  void get_special(model::RelPath& value, std::size_t limit);
  void get_special(Hash128& value, std::size_t limit);
  void get_special(HashKey::Seed& value, std::size_t limit);
  void get_special(model::Time& value, std::size_t limit);
  void get_special(model::ScopeItem& value, std::size_t limit);
  void get_special(model::FilterRule& value, std::size_t limit);
  void get_special(model::Entry& value, std::size_t limit);
  void get_special(std::vector<model::Entry>& entries, std::size_t limit);
  void get_entry(model::Entry& entry, const model::RelPath& previous);
  template <class T> void get_special(std::vector<T>& list, std::size_t limit)
  {
    const std::size_t count = get_count(limit); // an element takes a byte at least, so memory follows the message
    for (std::size_t i = 0; i < count && ok(); ++i) {
      get(list.emplace_back(), limit);
    }
  }

  ByteView m_rest;
  std::string m_error;
};

} // namespace godwit::proto
