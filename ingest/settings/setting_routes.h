// PUT and DELETE /settings/{name}: what all nodes of a log are to go by, as events on it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "ingest/settings/setting_writer.h"
#include "ops/http/http.h"

namespace ingest::settings {

// Of each setting that there is: reads a payload and gives its label, or says all that is wrong
// with it (unprocessable, invalid); then nothing is written. `measure-*`: all names that begin so.
using SettingReader =
    std::function<events::Result<std::string>(std::string_view name, std::string_view payload)>;
using SettingReaders = std::map<std::string, SettingReader, std::less<>>;

// `writer` and `readers` outlive the router.
void add_setting_routes(ops::http::Router& router, SettingWriter& writer,
                        const SettingReaders& readers, const events::LogId& log);

}  // namespace ingest::settings
