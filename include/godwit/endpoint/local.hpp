#pragma once

#include <limits>
#include <memory>
#include <vector>

#include <sys/types.h>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/fs/names.hpp"
#include "godwit/fs/sandbox_linux.hpp"

namespace godwit::endpoint {

// Whether a dest operand is a folder with something in it, as far as one can tell without opening it as one.
bool holds_names(const std::string& operand);

struct LocalSettings {
  std::size_t lanes = 2;                   // workers; each owns whole folders
  // Requests that may wait for one lane; send() blocks beyond. Whoever sends and also uses up the answers sets none.
  std::size_t lane_requests = std::numeric_limits<std::size_t>::max();
  std::size_t payload_bytes = 16U << 20U;  // content and ops that may be under way
  std::size_t listed_entries = 1U << 16U;  // entries that may be under way
  std::uint64_t bytes_per_second = 0;      // of what is read; 0: no limit
  mode_t user_umask = 022;
  bool expands_operands = false;           // an agent's: no shell saw them
};

// The trees of this machine. Scans and work run on threads of its own; only
// folders are made at once, in send(), so that what comes after finds them.
class Local : public Endpoint
{
public:
  Local(std::unique_ptr<fs::NameService> names, Answers answers, const LocalSettings& settings);
  ~Local() override;
  // One that looks owners' names up in this process.
  static std::unique_ptr<Local> make(Answers answers, const LocalSettings& settings);

  void begin(const proto::Open& request) override;
  // The same, for who wants the answer here.
  Result<proto::Opened> open(const proto::Open& request);
  // After open(), before any other request: the agent shuts itself in. `accepts_on`: see fs::SandboxPlan.
  Result<fs::Sandbox> confine(int accepts_on);
  // Of what is read from now on; 0: no limit. After open(). Any thread.
  void set_rate(std::uint64_t bytes_per_second);
  void send(Parcel request) override;
  void stop() override;

  // Both are opened: does the dest's root lie inside a folder of `source`?
  bool lies_inside(Local& source) const;
  // Files of one folder, from the bases of `source` that their entries name; both are opened. Answers come as for a Put.
  void copy(Local& source, std::vector<proto::PutFile> files);

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace godwit::endpoint
