#pragma once
// What options do whose value has to be read, or that stand for several.

#include "option_specs.hpp"

namespace godwit::cli::setters
{

Result<> filter(Draft& draft, const Setting& setting);
Result<> exclude(Draft& draft, const Setting& setting);
Result<> include(Draft& draft, const Setting& setting);
Result<> exclude_from(Draft& draft, const Setting& setting);
Result<> include_from(Draft& draft, const Setting& setting);
Result<> idle(Draft& draft, const Setting& setting);
Result<> archive(Draft& draft, const Setting& setting);
Result<> devices_and_specials(Draft& draft, const Setting& setting);
Result<> dirs(Draft& draft, const Setting& setting);
Result<> one_file_system(Draft& draft, const Setting& setting);
Result<> delete_excluded(Draft& draft, const Setting& setting);
Result<> max_delete(Draft& draft, const Setting& setting);
Result<> min_size(Draft& draft, const Setting& setting);
Result<> max_size(Draft& draft, const Setting& setting);
Result<> modify_window(Draft& draft, const Setting& setting);
Result<> bandwidth(Draft& draft, const Setting& setting);
Result<> compress_level(Draft& draft, const Setting& setting);
Result<> compress_choice(Draft& draft, const Setting& setting);
Result<> timeout(Draft& draft, const Setting& setting);
Result<> connect_timeout(Draft& draft, const Setting& setting);
Result<> connections(Draft& draft, const Setting& setting);
Result<> transport(Draft& draft, const Setting& setting);
Result<> partial_dir(Draft& draft, const Setting& setting);
Result<> partial_and_progress(Draft& draft, const Setting& setting);
Result<> info(Draft& draft, const Setting& setting);

} // namespace godwit::cli::setters
