#pragma once

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/model/event.hpp"
#include "godwit/model/exit_code.hpp"

namespace godwit::session {

// What a run did so far, how it will exit, and the way to the user. Used by the
// controller's thread.
class Report
{
public:
  explicit Report(model::EventSink& events) : m_events(events) {}

  model::EventSink& events() { return m_events; }
  model::Totals& totals() { return m_totals; }
  int exit_code() const { return m_exit_code; }

  // One file's error; the run goes on.
  void fail(Error error)
  {
    m_exit_code = model::graver_exit_code(m_exit_code, model::exit_code_of_file(error));
    m_events.on(model::Failed{std::move(error)});
  }
  // The error that ends the run.
  void fail_run(Error error)
  {
    m_exit_code = model::graver_exit_code(m_exit_code, model::exit_code_of_run(error));
    m_events.on(model::Failed{std::move(error)});
  }
  void raise(int code) { m_exit_code = model::graver_exit_code(m_exit_code, code); }

  void count_listed(const model::Entry& entry);
  void count_listed(const proto::ListCounts& counts);
  void count_done(const model::Action& action);

private:
  model::EventSink& m_events;
  model::Totals m_totals;
  int m_exit_code = 0;
};

} // namespace godwit::session
