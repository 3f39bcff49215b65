#pragma once
// Hashes of whole files, by which a file at one side is known as one of the other.

#include <atomic>

#include "godwit/base/hash.hpp"
#include "godwit/fs/fd.hpp"
#include "godwit/fs/stat.hpp"
#include "godwit/proto/messages.hpp"

namespace godwit::endpoint {

// Of what a file is apart from its content: equal as long as nobody touched it.
std::uint64_t state_of(const fs::Stat& stat, const HashKey& key);

// Of an open file, which must be as the request says, before and after. Ends early where `stopped`.
proto::HashedFile hash_content(const proto::HashFile& request, int fd, const fs::Stat& before, const HashKey& key,
                               const std::atomic<bool>& stopped);
// Of one that could not be opened.
proto::HashedFile not_hashed(const proto::HashFile& request, const Error& why);

} // namespace godwit::endpoint
