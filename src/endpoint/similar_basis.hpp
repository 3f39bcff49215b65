#pragma once

#include <optional>

#include "godwit/fs/dir.hpp"
#include "godwit/plan/similar_files.hpp"
#include "godwit/proto/content_messages.hpp"

namespace godwit::endpoint {

// Finds, for a file that is new in a folder of the dest, one beside it to build it from. Keeps the list of one
// folder: what came into it since is not seen, and what has gone is no basis. One a lane.
class SimilarBasis
{
public:
  // Only a name in `folder`, which holds request.path; no link is followed.
  Result<fs::OpenedFile> open(const fs::Dir& folder, const proto::Signature& request);

private:
  std::optional<model::RelPath> m_path; // of the folder that is listed
  plan::SimilarFiles m_files;
};

} // namespace godwit::endpoint
