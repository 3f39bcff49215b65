#include "report.hpp"

namespace godwit::session {

namespace {

struct Counters {
  std::uint64_t& all;
  std::uint64_t& regular;
  std::uint64_t& folders;
  std::uint64_t& symlinks;
  std::uint64_t& devices;
  std::uint64_t& specials;
};

void
count(const Counters& counters, model::Type type)
{
  ++counters.all;
  switch (type) {
  case model::Type::regular:
    ++counters.regular;
    break;
  case model::Type::folder:
    ++counters.folders;
    break;
  case model::Type::symlink:
    ++counters.symlinks;
    break;
  case model::Type::char_device:
  case model::Type::block_device:
    ++counters.devices;
    break;
  case model::Type::fifo:
  case model::Type::socket:
    ++counters.specials;
    break;
  case model::Type::unknown:
    break;
  }
}

} // namespace

void
Report::count_listed(const model::Entry& entry)
{
  model::Totals& t = m_totals;
  if (entry.type == model::Type::unknown) {
    return;
  }
  count({t.files, t.regular, t.folders, t.symlinks, t.devices, t.specials}, entry.type);
  if (entry.is_regular()) {
    t.total_size += entry.size;
  } else if (entry.type == model::Type::symlink) {
    t.total_size += entry.target().size();
  }
}

void
Report::count_listed(const proto::ListCounts& counts)
{
  model::Totals& t = m_totals;
  t.files += counts.regular + counts.folders + counts.symlinks + counts.devices + counts.specials;
  t.regular += counts.regular;
  t.folders += counts.folders;
  t.symlinks += counts.symlinks;
  t.devices += counts.devices;
  t.specials += counts.specials;
  t.total_size += counts.bytes;
}

void
Report::count_done(const model::Action& action)
{
  model::Totals& t = m_totals;
  if (action.kind == model::Action::Kind::remove) {
    count({t.deleted, t.deleted_regular, t.deleted_folders, t.deleted_symlinks, t.deleted_devices,
           t.deleted_specials},
          action.entry.type);
    return;
  }
  using Kind = model::Action::Kind;
  if (action.takes_name()) {
    count({t.deleted, t.deleted_regular, t.deleted_folders, t.deleted_symlinks, t.deleted_devices,
           t.deleted_specials},
          action.entry.type);
  }
  t.moved += action.kind == Kind::move ? 1U : 0U;
  if (action.is_new() && (action.kind == Kind::make || action.kind == Kind::transfer || action.kind == Kind::move)) {
    count({t.created, t.created_regular, t.created_folders, t.created_symlinks, t.created_devices,
           t.created_specials},
          action.entry.type);
  }
  if (action.kind == Kind::transfer) {
    ++t.transferred;
    t.transferred_size += action.entry.size;
  }
}

} // namespace godwit::session
