// A source that lists what it should not.

#include <cstdint>

#include "liar.hpp"

namespace godwit::test {

namespace {

// The honest listing, with one more entry in its place at the end.
Lie
adds(std::vector<model::Entry> more)
{
  return [more = std::move(more)](Liar& liar) {
    liar.before_opened = [more](Liar& l) {
      l.entries.insert(l.entries.end(), more.begin(), more.end());
      l.contents["a/evil"] = l.contents["a/small"];
    };
  };
}

// As adds(), with bytes that no RelPath holds: `from` becomes `to` on the wire.
Lie
adds_edited(model::Entry entry, char from, char to)
{
  return [entry = std::move(entry), from, to](Liar& liar) {
    liar.on_request = [entry, from, to](Liar& l, proto::Message& request) {
      auto* wanted = std::get_if<proto::PageWanted>(&request);
      if (wanted == nullptr) {
        return false;
      }
      l.entries.back() = entry;
      l.wire.send_edited(proto::PageListed{wanted->page, true, l.entries}, from, to);
      return true;
    };
  };
}

Lie
changes_opened(std::function<void(Liar&)> change)
{
  return [change = std::move(change)](Liar& liar) { liar.before_opened = change; };
}

void
add_operands(std::map<std::string, Lie>& lies)
{
  lies["more_operands"] = changes_opened([](Liar& l) {
    l.opened.operands.push_back({0, path(".bashrc"), false, model::Type::regular, 0, 0, ".bashrc"});
    l.entries.insert(l.entries.begin(), regular(".bashrc", 5));
    l.contents[".bashrc"] = l.contents["a/small"];
  });
  lies["other_operand"] = changes_opened([](Liar& l) {
    l.opened.operands = {{0, path(".bashrc"), false, model::Type::regular, 0, 0, "a"}};
    l.entries = {regular(".bashrc", 5)};
    l.contents[".bashrc"] = l.contents["a/small"];
  });
  lies["root_for_operand"] = changes_opened([](Liar& l) {
    l.opened.operands = {{0, {}, true, model::Type::folder, 0, 0, "a"}};
    l.entries = {folder(""), regular(".bashrc", 5)};
    l.contents[".bashrc"] = l.contents["a/small"];
  });
  lies["no_operands"] = changes_opened([](Liar& l) { l.opened.operands.clear(); });
  lies["many_implied"] = changes_opened([](Liar& l) { l.opened.operands.front().implied = 0xFFFFFFFFU; });
  lies["operand_error_minus_one"] = changes_opened([](Liar& l) { l.opened.operands.front().error = -1; });
}

} // namespace

std::map<std::string, Lie>
lies_about_names()
{
  std::map<std::string, Lie> lies;
  add_operands(lies);
  lies["dotdot"] = adds_edited(regular("a/QQ/.bashrc", 5), 'Q', '.');
  lies["dotdot_only"] = adds_edited(regular("a/QQ", 5), 'Q', '.');
  lies["dot"] = adds_edited(regular("a/Q/small2", 5), 'Q', '.');
  lies["absolute"] = adds_edited(regular("Qetc", 5), 'Q', '/');
  lies["empty_component"] = adds_edited(regular("a/xQ/y", 5), 'Q', '/');
  lies["trailing_slash"] = adds_edited(regular("a/xQ", 5), 'Q', '/');
  lies["nul"] = adds_edited(regular("a/xQy", 5), 'Q', '\0');
  lies["nul_in_target"] = adds_edited(symlink("a/x", "Qy"), 'Q', '\0');
  lies["long_component"] = adds_edited(regular(std::string(100, 'x') + "/" + std::string(250, 'x'), 5), '/', 'x');
  lies["unasked_name"] = changes_opened([](Liar& l) {
    l.entries.insert(l.entries.begin(), regular(".bashrc", 5));
    l.contents[".bashrc"] = l.contents["a/small"];
  });
  lies["unasked_folder"] = adds({folder("b"), regular("b/x", 5)});
  lies["prefix_of_asked"] = adds({regular("aa", 5)});
  lies["unsorted"] = adds({regular("a/evil", 5)});
  lies["duplicate"] = adds({regular("a/small", 5)});
  lies["folder_first"] = adds({folder("a/x"), regular("a/y", 5)});
  lies["below_unlisted"] = adds({regular("a/x/evil", 5)});
  lies["below_link"] = changes_opened([](Liar& l) {
    l.find("a/link")->set_target("../../canary");
    l.entries.push_back(regular("a/link/evil", 5));
    l.contents["a/link/evil"] = l.contents["a/small"];
  });
  lies["link_and_folder"] = changes_opened([](Liar& l) {
    l.find("a/link")->set_target("../../canary");
    l.entries.push_back(folder("a/link"));
    l.entries.push_back(regular("a/link/evil", 5));
    l.contents["a/link/evil"] = l.contents["a/small"];
  });
  lies["link_and_metadata"] = changes_opened([](Liar& l) {
    l.find("a/link")->set_target("../../canary");
    model::Entry wide = folder("a/link");
    wide.mode = 0777;
    l.entries.push_back(wide);
  });
  lies["below_file"] = adds({regular("a/small/evil", 5)});
  lies["setuid"] = changes_opened([](Liar& l) { l.find("a/small")->mode = 06777; });
  lies["device"] = changes_opened([](Liar& l) {
    model::Entry device = regular("a/zero", 0);
    device.type = model::Type::char_device;
    device.set_device(0x105);
    l.entries.push_back(device);
  });
  lies["huge_size"] = changes_opened([](Liar& l) { l.find("a/small")->size = 1ULL << 62U; });
  lies["far_time"] = changes_opened([](Liar& l) { l.find("a/small")->mtime = {INT64_MAX, 999'999'999}; });
  lies["huge_owner"] = changes_opened([](Liar& l) {
    l.owners = {{{0xFFFFFFFEU, "nobody-has-this-name"}}, {{0xFFFFFFFEU, ""}}};
    for (model::Entry& entry : l.entries) {
      entry.uid = entry.gid = 0xFFFFFFFEU;
    }
  });
  lies["unnamed_owner"] = changes_opened([](Liar& l) { l.find("a/small")->uid = 4242; });
  lies["base_out_of_range"] = changes_opened([](Liar& l) {
    l.opened.operands.front().base = 4'000'000'000U;
    for (model::Entry& entry : l.entries) {
      entry.base = 4'000'000'000U;
    }
  });
  return lies;
}

} // namespace godwit::test
