#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "godwit/model/event.hpp"
#include "godwit/model/options.hpp"
#include "itemize.hpp"
#include "output.hpp"

namespace godwit::cli
{

// Prints what a run reports, as rsync does. Events may come from any thread.
//
// --progress: the line of a file that is being transferred waits until its
// bytes begin to go through, so that its progress stands right below it.
class TextSink : public model::EventSink
{
public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // Keeps references to both.
  TextSink(const model::Options& options, Output& output, Clock clock = std::chrono::steady_clock::now);

  void on(model::Event event) override;
  bool shows(const model::Action& action) const override;

  // The figures that were asked for, of a run that came to its end.
  void summarize();

private:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {    // a file whose transfer has been announced
    std::string line; // empty once it is printed
    Time since;
  };

  void show(const model::RunStarted& event);
  void show(const model::RootCreated& event);
  void show(const model::ItemPlanned& event);
  void show(const model::FileProgress& event);
  void show(const model::FileDone& event);
  void show(const model::EntryListed& event);
  void show(const model::Failed& event);
  void show(const model::Notice& event);
  void show(const model::PeerText& event);
  void show(const model::Progressed& event);
  void show(const model::RunFinished& event);

  void show_removal(const model::Action& action);
  void show_skip(const model::Action& action);
  void show_item(const model::Action& action);
  void show_new_root(model::Action action);
  std::string item_line(const model::Action& action) const;
  std::string name_line(const model::Action& action) const;
  void take_totals(const model::Totals& totals);
  void show_run_progress();
  void print(std::string_view line);
  void start_waiting_line(Waiting& waiting);
  bool is_due(Time now);

  bool
  prints_names() const
  {
    return m_options.verbose > 0 || m_options.progress;
  }
  bool
  shows_files() const
  {
    return m_options.progress && !m_options.progress2 && !m_options.quiet;
  }
  bool
  itemizes() const
  {
    return m_options.itemize > 0;
  }

  const model::Options& m_options;
  Output& m_output;
  Clock m_clock;
  ItemizeRules m_rules;
  std::mutex m_mutex;
  model::Totals m_totals;
  std::map<std::string, Waiting, std::less<>> m_waiting;
  std::uint64_t m_transferred = 0;
  std::uint64_t m_transferred_bytes = 0;
  bool m_root_is_new = false;
  bool m_root_was_shown = false; // as made, which its plan does not say
  std::optional<model::RunFinished> m_finished;
  Time m_started;
  Time m_drawn;
};

} // namespace godwit::cli
