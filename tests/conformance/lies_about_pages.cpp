// Lies about the listing's pages, for either role.

#include "liar.hpp"

namespace godwit::test {

namespace {

proto::Page
page_to(const std::string& last, std::uint32_t count)
{
  proto::Page page;
  page.last = path(last);
  page.count = count;
  page.owners = {{0, 0}};
  return page;
}

// Announces one page of `count` entries; PageWanted is answered by `answer`.
Lie
with_page(std::uint32_t count, std::function<void(Liar&, std::uint64_t page)> answer)
{
  return [count, answer = std::move(answer)](Liar& liar) {
    liar.on_scan = [count](Liar& l) {
      l.wire.send(l.owners);
      l.wire.send(page_to(l.entries.back().path.str(), count));
      l.wire.send(proto::ListEnd{});
      return true;
    };
    liar.on_request = [answer](Liar& l, proto::Message& request) {
      const auto* wanted = std::get_if<proto::PageWanted>(&request);
      if (wanted != nullptr) {
        answer(l, wanted->page);
      }
      return wanted != nullptr;
    };
  };
}

void
list_page(Liar& l, std::uint64_t page)
{
  l.wire.send(proto::PageListed{page, true, l.entries});
}

Lie
after_list(std::function<void(Liar&)> act)
{
  return [act = std::move(act)](Liar& liar) { liar.after_list = act; };
}

Lie
instead_of_list(std::function<void(Liar&)> act)
{
  return [act = std::move(act)](Liar& liar) {
    liar.on_scan = [act](Liar& l) {
      act(l);
      return true;
    };
  };
}

} // namespace

std::map<std::string, Lie>
lies_about_pages()
{
  std::map<std::string, Lie> lies;
  lies["page_holds_less"] = with_page(9, list_page);
  lies["page_holds_more"] = with_page(1, list_page);
  lies["page_holds_nothing"] = with_page(0, list_page);
  lies["page_without_end"] = with_page(4'000'000'000U, [](Liar& l, std::uint64_t page) {
    for (std::uint64_t i = 0;; ++i) {
      l.wire.send(proto::PageListed{page, false, {regular("a/x" + std::to_string(i), 5)}});
    }
  });
  lies["page_listed_twice"] = with_page(4, [](Liar& l, std::uint64_t page) {
    list_page(l, page);
    list_page(l, page);
  });
  lies["page_unasked"] = after_list([](Liar& l) { list_page(l, 7); });
  lies["page_beyond_number"] = after_list([](Liar& l) { list_page(l, ~std::uint64_t{0}); });
  lies["differences_unasked"] = after_list([](Liar& l) { l.wire.send(proto::Differences{}); });
  lies["differences_of_no_page"] = after_list([](Liar& l) {
    l.wire.send(proto::Differences{~std::uint64_t{0}, true, {}, l.entries});
  });
  lies["differences_for_page"] = with_page(4, [](Liar& l, std::uint64_t page) {
    l.wire.send(proto::Differences{page, true, {}, l.entries});
  });
  lies["runs_unasked"] = after_list([](Liar& l) { l.wire.send(proto::Runs{}); });
  lies["runs_of_no_page"] = after_list([](Liar& l) {
    proto::Runs runs;
    runs.page = ~std::uint64_t{0};
    l.wire.send(runs);
  });
  lies["runs_for_page"] = with_page(4, [](Liar& l, std::uint64_t page) {
    proto::Runs runs;
    runs.page = page;
    runs.counts = {4};
    runs.digests.resize(6);
    runs.owner_counts = {0};
    l.wire.send(runs);
  });
  lies["listed_for_page"] = instead_of_list([](Liar& l) {
    l.wire.send(l.owners);
    l.wire.send(proto::Listed{l.entries});
    l.wire.send(proto::ListEnd{});
  });
  lies["pages_unsorted"] = instead_of_list([](Liar& l) {
    l.wire.send(l.owners);
    l.wire.send(page_to("a/small", 2));
    l.wire.send(page_to("a/big", 2));
    l.wire.send(proto::ListEnd{});
  });
  lies["pages_without_credit"] = instead_of_list([](Liar& l) {
    l.wire.send(l.owners);
    for (int i = 0; i < 100'000; ++i) {
      l.wire.send(page_to("a/x" + std::to_string(100'000 + i), 512));
    }
  });
  lies["list_after_end"] = after_list([](Liar& l) { l.wire.send(proto::Listed{l.entries}); });
  lies["page_after_end"] = after_list([](Liar& l) { l.wire.send(page_to("a/z", 5)); });
  lies["end_twice"] = after_list([](Liar& l) { l.wire.send(proto::ListEnd{}); });
  return lies;
}

} // namespace godwit::test
