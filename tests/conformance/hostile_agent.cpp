// An agent that tells the lie its first argument names, for the tests of the
// controller: `-e "hostile_agent LIE"`. Without a lie it lists them.

#include <iostream>

#include "liar.hpp"

int
main(int argc, char** argv)
{
  using namespace godwit::test;
  std::map<std::string, Lie> lies;
  for (auto part : {lies_about_greeting, lies_about_names, lies_about_pages, lies_about_content, lies_of_a_dest}) {
    lies.merge(part());
  }
  const auto lie = argc > 1 ? lies.find(argv[1]) : lies.end();
  if (lie == lies.end()) {
    for (const auto& [name, act] : lies) {
      std::cerr << name << '\n';
    }
    return 97;
  }
  Liar liar;
  lie->second(liar);
  liar.run();
}
